"""Fixed `{name}` places in a playbook's texts. Pure; nothing is evaluated (design.md 2.11)."""

import re
from collections.abc import Mapping

_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def placeholders(text: str) -> frozenset[str]:
    """Return the names of the places in `text`."""
    return frozenset(_PLACE.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with each place filled, in one pass; a place without a value stays to be seen.

    What a value contains is never looked at again, so a value cannot fill another place.
    """
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)
