"""Two at the same moment: what the database refused because of somebody else is tried once more."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.messages.storage import default_storage
from django.db import IntegrityError, OperationalError, connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]
_OVERTAKEN = {"40001", "40P01"}  # PostgreSQL: serialization failure, deadlock


def again(view: View) -> View:
    """Return a view whose POST is played once more when somebody else came in between.

    Everything that a view writes is undone by then, and the second time it sees what the other has done: a name
    that is taken is said at its field, a row that is in use is kept, a step that was taken is refused in words.
    """

    @wraps(view)
    def twice(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except (IntegrityError, OperationalError) as error:
            if request.method != "POST" or connection.in_atomic_block or not is_race(error):
                raise
        request._messages = default_storage(request)  # type: ignore[attr-defined]  # noqa: SLF001  as its middleware does
        return view(request, *args, **kwargs)

    return twice


def is_race(error: Exception) -> bool:
    """Return whether the database refused a write for what somebody else wrote, or was about to write."""
    return (
        isinstance(error, IntegrityError) or getattr(error.__cause__, "sqlstate", "") in _OVERTAKEN
    )
