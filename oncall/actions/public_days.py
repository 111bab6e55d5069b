"""Public holidays as countries have them, for years ahead: facts that the library `holidays` keeps."""

import re
from collections.abc import Iterable
from datetime import date

import holidays
from holidays.registry import COUNTRIES

from core.errors import Invalid

LANGUAGE = "en_US"  # where a country's days are translated; else its own
LONGEST_NAME = 120
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _spelt(name: str) -> str:
    return _WORDS.sub(" ", name).replace(" And ", " and ").replace(" Of ", " of ")


COUNTRY_NAMES = {code: _spelt(name) for name, code, *_ in COUNTRIES.values()}  # "NO": "Norway"
_CODES = {name.casefold(): code for code, name in COUNTRY_NAMES.items()}


def country_of(typed: str) -> str:
    """Return the two letters of a country, typed as such or by name. Raises Invalid for one that isn't known."""
    words = " ".join(typed.split())
    code = words.upper() if words.upper() in COUNTRY_NAMES else _CODES.get(words.casefold(), "")
    if not code:
        raise Invalid.field(
            "/country", f"The holidays of {typed} are not known. Write two letters, such as NO."
        )
    return code


def subdivision_of(country: str, typed: str) -> str:
    """Return the code of a part of a known country, typed as such or by name; "" stays so. Raises Invalid."""
    if not typed:
        return ""
    known = holidays.country_holidays(country)
    code = known.subdivisions_aliases.get(typed, typed)
    codes = {one.casefold(): one for one in known.subdivisions}
    if code.casefold() in codes:
        return codes[code.casefold()]
    parts = f"Write one of {', '.join(known.subdivisions)}." if codes else "Leave it empty."
    said = f"{COUNTRY_NAMES[country]} has no part {typed} with holidays of its own. {parts}"
    raise Invalid.field("/subdivision", said)


def public_days(country: str, subdivision: str, years: Iterable[int]) -> dict[date, str]:
    """Return the public holidays of these years with their names. Raises NotImplementedError for what isn't known."""
    found = holidays.country_holidays(
        country, subdiv=subdivision or None, years=years, language=LANGUAGE
    )
    return {day: name[:LONGEST_NAME] for day, name in sorted(found.items())}
