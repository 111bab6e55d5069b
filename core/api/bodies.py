"""The fields of a JSON body, read by name and type; every problem is told at once."""

from collections.abc import Mapping

from core.errors import Invalid

LONGEST_TEXT = 20_000
LARGEST_ID = 2**63 - 1


class Body:
    """Takes the fields of one JSON object out one by one; `done` refuses what was wrong or is left.

    A field that is absent, null or wrong reads as "", 0 or False: use nothing before `done`.
    """

    def __init__(self, document: Mapping[str, object]) -> None:
        self._left = dict(document)
        self._problems: list[dict[str, str]] = []

    def text(self, name: str, *, required: bool = False, longest: int = LONGEST_TEXT) -> str:
        """Return a text of at most `longest` characters."""
        value = self._take(name, required=required)
        if value is None:
            return ""
        if not isinstance(value, str):
            self._wrong(name, "wrong_type", f"{name} is a text.")
        elif len(value) > longest:
            self._wrong(name, "too_long", f"{name} has at most {longest} characters.")
        elif required and not value.strip():
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

    def flag(self, name: str) -> bool:
        """Return true or false; false where it is absent."""
        value = self._take(name, required=False)
        if value is not None and not isinstance(value, bool):
            self._wrong(name, "wrong_type", f"{name} is true or false.")
        return value is True

    def done(self) -> None:
        """Raise Invalid (422) with a JSON pointer for each wrong, missing and unknown field."""
        for name in self._left:
            self._wrong(name, "unknown_field", "There is no such field here.")
        if self._problems:
            first = self._problems[0]
            detail = " ".join(problem["detail"] for problem in self._problems)
            raise Invalid(detail, code=first["code"], extra={"errors": self._problems})

    def _take(self, name: str, *, required: bool) -> object:
        value = self._left.pop(name, None)
        if value is None and required:
            self._wrong(name, "required", f"{name} is missing.")
        return value

    def _wrong(self, name: str, code: str, detail: str) -> None:
        pointer = "/" + name.replace("~", "~0").replace("/", "~1")
        self._problems.append({"pointer": pointer, "code": code, "detail": detail})
