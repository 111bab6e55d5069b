"""The number of an incident, as people write it."""

import re

_NUMBER = re.compile(r"(?:INC-)?0*([1-9][0-9]{0,17})\Z", re.ASCII | re.IGNORECASE)


def number_of(text: str) -> int | None:
    """Return the number that INC-12, inc-12 or 12 names, None for any other text."""
    found = _NUMBER.match(text.strip())
    return int(found[1]) if found else None
