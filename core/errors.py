"""The refusals of Watchbill: safe to show, each with a stable code and what to do about it.

They are mapped in two places only: `core.api.problems` (RFC 9457) and `core.admin.buttons`.
Anything that is not a DomainError is a bug and travels.
"""

from collections.abc import Mapping, Sequence


def as_text(error: Exception, *, limit: int = 2000) -> str:
    """Return an exception as text that both databases can store, at most `limit` characters."""
    text = f"{type(error).__name__}: {error}"[:limit]
    return text.encode(errors="replace").decode().replace("\0", "\ufffd")


class DomainError(Exception):
    """A refusal that a person may read. `status` is the HTTP status; `extra` joins the problem body."""

    status = 400
    code = "refused"

    def __init__(
        self, message: str, *, code: str = "", extra: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code or self.code
        self.extra: Mapping[str, object] = extra or {}


class NotAllowed(DomainError):
    """The actor may not do this (403)."""

    status = 403
    code = "not_allowed"


class NotFound(DomainError):
    """No such object, or none that the actor may see (404)."""

    status = 404
    code = "not_found"


class NotPossible(DomainError):
    """The object's present state does not permit it (409)."""

    status = 409
    code = "not_possible"


class IllegalTransition(NotPossible):
    """The lifecycle has no such step from here; `extra["allowed"]` lists the verbs that it has."""

    code = "illegal_transition"

    def __init__(self, message: str, *, allowed: Sequence[str]) -> None:
        super().__init__(message, extra={"allowed": list(allowed)})


class GuardUnmet(NotPossible):
    """A blocking guard of the playbook is unmet; `extra["guards"]` lists each with its value."""

    code = "guard_unmet"


class Invalid(DomainError):
    """The input was read and is wrong (422); `extra["errors"]` names pointer, code and detail."""

    status = 422
    code = "invalid"

    @classmethod
    def field(cls, pointer: str, detail: str, code: str = "invalid") -> "Invalid":
        """Return the error for one field; `pointer` is a JSON pointer such as `/severity`."""
        problem = {"pointer": pointer, "code": code, "detail": detail}
        return cls(detail, code=code, extra={"errors": [problem]})

    @classmethod
    def fields(cls, texts: Mapping[str, Sequence[str]]) -> "Invalid":
        """Return one error for several fields; `texts`: what is wrong with each, by the field's name."""
        problems = [
            {"pointer": f"/{name}", "code": cls.code, "detail": text}
            for name, said in texts.items()
            for text in said
        ]
        return cls(" ".join(one["detail"] for one in problems), extra={"errors": problems})


class Conflict(DomainError):
    """Somebody else changed it first (412)."""

    status = 412
    code = "version_conflict"


class TooMany(DomainError):
    """More at once than one request may ask for (413)."""

    status = 413
    code = "too_many_items"


class Unavailable(DomainError):
    """We can't store now; ask again (503 with Retry-After)."""

    status = 503
    code = "temporarily_unavailable"
