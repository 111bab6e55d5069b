"""Query parameters: known by name, given once, refused with their own name."""

from django.http import QueryDict

from core.errors import Invalid


def bad_parameter(name: str, detail: str, code: str = "invalid") -> Invalid:
    """Return the error (422) for one query parameter."""
    problem = {"parameter": name, "code": code, "detail": detail}
    return Invalid(detail, code=code, extra={"errors": [problem]})


def refuse_unknown(given: QueryDict, known: frozenset[str]) -> None:
    """Raise Invalid for the first parameter that is not known (unknown_filter) or is given twice.

    A misspelt filter that were ignored would answer another question than the one that was asked.
    """
    for name, values in given.lists():
        if name not in known:
            names = ", ".join(sorted(known)) or "none"
            raise bad_parameter(
                name, f"There is no such parameter here; known: {names}.", "unknown_filter"
            )
        if len(values) > 1:
            raise bad_parameter(name, f"{name} is given twice.", "repeated_parameter")
