"""Names of hosts that a status page may answer on (RFC 1123, 2.1; RFC 5891 for what is not ASCII). Pure."""

import re

LONGEST = 253
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


class NoHost(ValueError):
    """Why a text names no host, as a sentence."""


def host_named(text: str) -> str:
    """Return a host as it is compared: lower case, ASCII, without a dot at its end. Raises NoHost."""
    name = text.strip().rstrip(".").lower()
    try:
        name = name.encode("idna").decode() if not name.isascii() else name
    except UnicodeError as error:
        raise NoHost(f"{text[:60]!r} is no name of a host.") from error
    if "/" in name or ":" in name:
        raise NoHost(
            "Write the name of the host alone, such as status.example.com: no https://, port or path."
        )
    if not 0 < len(name) <= LONGEST or not all(map(_LABEL.fullmatch, name.split("."))):
        raise NoHost(f"{text[:60]!r} is no name of a host; write one such as status.example.com.")
    return name
