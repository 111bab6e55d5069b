"""The fields of a JSON body, read by name and type; every problem is told at once."""

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

from core.api.operations import LARGEST_ID
from core.errors import Invalid, TooMany

LONGEST_TEXT = 20_000
_SUCH_AS = "2026-11-23T09:00:00Z"
_DAY = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
)  # ISO 8601 has weeks, and days without hyphens, too
YEARS = range(
    1970, 2200
)  # beyond, clocks of zones and what is reckoned from an instant leave the calendar
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class Body:
    """Takes the fields of one JSON object out one by one; `done` refuses what was wrong or is left.

    A field that is absent, null or wrong reads as "", 0 or False: use nothing before `done`. `read_only`:
    names that the resource shows and nobody writes. `problems` and `place`: of the body around an object inside it.
    """

    def __init__(
        self,
        document: Mapping[str, object],
        *,
        read_only: Collection[str] = (),
        problems: list[dict[str, str]] | None = None,
        place: str = "",
    ) -> None:
        self._left = dict(document)
        self._read_only = read_only
        self._given = frozenset(document)
        self._problems: list[dict[str, str]] = [] if problems is None else problems
        self._inside: list[Body] = []
        self._at = place

    def has(self, name: str) -> bool:
        """Return whether the sender gave this field: a PATCH leaves alone what is absent."""
        return name in self._given

    def text(
        self,
        name: str,
        *,
        required: bool = False,
        longest: int = LONGEST_TEXT,
        may_be_blank: bool = False,
    ) -> str:
        """Return a text of at most `longest` characters; a required one has words unless it may be blank."""
        value = self._take(name, required=required)
        if value is None:
            return ""
        if not isinstance(value, str):
            self._wrong(name, "wrong_type", f"{name} is a text.")
        elif len(value) > longest:
            self._wrong(name, "too_long", f"{name} has at most {longest} characters.")
        elif required and not may_be_blank and not value.strip():
            self._wrong(name, "required", f"{name} is empty.")
        else:
            return value
        return ""

    def number(self, name: str, low: int, high: int = LARGEST_ID, *, required: bool = False) -> int:
        """Return a whole number from `low` to `high`."""
        value = self._take(name, required=required)
        if value is None:
            return 0
        if type(value) is not int:  # a bool is an int to isinstance, not to the sender
            self._wrong(name, "wrong_type", f"{name} is a whole number.")
        elif not low <= value <= high:
            self._wrong(name, "out_of_range", f"{name} is from {low} to {high}.")
        else:
            return value
        return 0

    def moment(self, name: str, *, required: bool = False) -> datetime | None:
        """Return an aware instant in UTC, within YEARS, from RFC 3339 with an offset; None where it is absent."""
        value = self._take(name, required=required)
        if value is None:
            return None
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
            self._wrong(name, "wrong_type", f"{name} is an instant such as {_SUCH_AS}.")
            return None
        try:
            found = datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            found = None
        if found is None or found.year not in YEARS:
            years = f"from {YEARS[0]} to {YEARS[-1]}"
            self._wrong(name, "out_of_range", f"{name} is an instant {years}, such as {_SUCH_AS}.")
            return None
        return found

    def day(self, name: str, *, required: bool = False) -> date | None:
        """Return a calendar day such as 2026-12-01; None where it is absent or empty."""
        value = self.text(name, required=required, longest=10)
        with suppress(ValueError):
            if _DAY.fullmatch(value):
                return date.fromisoformat(value)
        if value:
            self._wrong(name, "invalid", f"{name} is a day such as 2026-12-01.")
        return None

    def numbers(self, name: str, *, most: int) -> list[int]:
        """Return a list of ids, each once in the order of their first place; more than `most` raises TooMany (413)."""
        value = self._take(name, required=True)
        if value is None:
            return []
        if not isinstance(value, list) or any(type(one) is not int for one in value):
            self._wrong(name, "wrong_type", f"{name} is a list of whole numbers.")
        elif len(value) > most:
            raise TooMany(f"{name} has at most {most} items; send the rest apart.")
        elif any(not 1 <= one <= LARGEST_ID for one in value):
            self._wrong(name, "out_of_range", f"{name} are from 1 to {LARGEST_ID}.")
        else:
            return list(dict.fromkeys(value))
        return []

    def texts(self, name: str, *, most: int, longest: int) -> list[str]:
        """Return a list of at most `most` different texts; [] where it is absent."""
        value = self._take(name, required=False)
        if value is None:
            return []
        if not isinstance(value, list) or any(not isinstance(one, str) for one in value):
            self._wrong(name, "wrong_type", f"{name} is a list of texts.")
        elif len(value) > most or any(len(one) > longest for one in value):
            self._wrong(
                name, "too_long", f"{name} has at most {most} texts of {longest} characters."
            )
        else:
            return list(dict.fromkeys(value))
        return []

    def pairs(self, name: str, *, most: int) -> dict[str, str]:
        """Return an object whose values are texts, of at most `most` names; {} where it is absent."""
        value = self._take(name, required=False)
        if value is None:
            return {}
        if not isinstance(value, dict) or any(not isinstance(one, str) for one in value.values()):
            self._wrong(name, "wrong_type", f"{name} is an object of texts.")
        elif len(value) > most:
            self._wrong(name, "too_long", f"{name} has at most {most} names.")
        else:
            return dict(value)
        return {}

    def inside(self, name: str, *, required: bool = False) -> "Body | None":
        """Return the object of that name as a body of its own; None where it is absent or wrong."""
        value = self._take(name, required=required)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._wrong(name, "wrong_type", f"{name} is an object.")
            return None
        return self._opened(value, name)

    def each(self, name: str, *, most: int, required: bool = False) -> "list[Body]":
        """Return the objects of a list as bodies; [] where it is absent or wrong."""
        value = self._take(name, required=required)
        if value is None:
            return []
        if not isinstance(value, list) or any(not isinstance(one, dict) for one in value):
            self._wrong(name, "wrong_type", f"{name} is a list of objects.")
        elif len(value) > most:
            self._wrong(name, "too_long", f"{name} has at most {most} items.")
        else:
            return [self._opened(one, f"{name}/{place}") for place, one in enumerate(value)]
        return []

    def digits(self, name: str, low: int, high: int, *, most: int) -> list[int]:
        """Return a list of at most `most` different whole numbers from `low` to `high`, in order; one is needed."""
        value = self._take(name, required=True)
        if value is None:
            return []
        if not isinstance(value, list) or any(type(one) is not int for one in value):
            self._wrong(name, "wrong_type", f"{name} is a list of whole numbers.")
        elif not value or len(set(value)) > most or any(not low <= one <= high for one in value):
            self._wrong(name, "out_of_range", f"{name} are from {low} to {high}, one at least.")
        else:
            return sorted(set(value))
        return []

    def groups(self, name: str, *, most: int, each: int, longest: int) -> list[list[str]]:
        """Return a list of at most `most` lists of at most `each` different texts."""
        value = self._take(name, required=True)
        if value is None:
            return []
        lists: list[Any] = value if isinstance(value, list) else [value]
        if any(
            not isinstance(one, list) or any(not isinstance(t, str) for t in one) for one in lists
        ):
            self._wrong(name, "wrong_type", f"{name} is a list of lists of texts.")
        elif len(lists) > most:
            self._wrong(name, "too_long", f"{name} has at most {most} items.")
        elif any(len(one) > each or any(len(t) > longest for t in one) for one in lists):
            self._wrong(
                name,
                "too_long",
                f"Each of {name} has at most {each} texts of {longest} characters.",
            )
        else:
            return [list(dict.fromkeys(one)) for one in lists]
        return []

    def refuse(self, name: str, detail: str, code: str = "invalid") -> None:
        """Note a fault that only the caller can see, where the field has none yet; `done` tells it with the others."""
        pointer = f"{self._at}/{pointed(name)}"
        if all(problem["pointer"] != pointer for problem in self._problems):
            self._wrong(name, code, detail)

    def flag(self, name: str) -> bool:
        """Return true or false; false where it is absent."""
        value = self._take(name, required=False)
        if value is not None and not isinstance(value, bool):
            self._wrong(name, "wrong_type", f"{name} is true or false.")
        return value is True

    def done(self) -> None:
        """Raise Invalid (422) with a JSON pointer for each wrong, missing and unknown field."""
        self.refuse_left()
        if self._problems:
            first = self._problems[0]
            detail = " ".join(problem["detail"] for problem in self._problems)
            raise Invalid(detail, code=first["code"], extra={"errors": self._problems})

    def refuse_left(self) -> None:
        """Note every field that nobody took, here and inside."""
        for name in self._left:
            if name in self._read_only:
                self._wrong(name, "read_only_field", f"{name} is not written directly.")
            else:
                self._wrong(name, "unknown_field", "There is no such field here.")
        for one in self._inside:
            one.refuse_left()

    def _opened(self, document: Mapping[str, object], name: str) -> "Body":
        found = Body(document, problems=self._problems, place=f"{self._at}/{name}")
        self._inside.append(found)
        return found

    def _take(self, name: str, *, required: bool) -> object:
        value = self._left.pop(name, None)
        if value is None and required:
            self._wrong(name, "required", f"{name} is missing.")
        return value

    def _wrong(self, name: str, code: str, detail: str) -> None:
        self._problems.append(
            {"pointer": f"{self._at}/{pointed(name)}", "code": code, "detail": detail}
        )


def pointed(name: str) -> str:
    """Return a name as it stands in a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
