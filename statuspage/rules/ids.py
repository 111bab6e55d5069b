"""Public ids: twelve characters of a to z and 0 to 9, as Statuspage has them (areas/statuspage.md 2.4). Pure."""

import re
import secrets

LENGTH = 12
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_ID = re.compile(rf"[a-z0-9]{{{LENGTH}}}")


def new_id() -> str:
    """Return a new random id (62 bits: nobody guesses one, and no two meet)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))


def is_id(text: str) -> bool:
    """Return whether a text could be an id at all."""
    return _ID.fullmatch(text) is not None
