"""One row of the table of facts; alone in its file, so that settings can name it before any app is loaded."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Handler:
    """Who hears a fact, and when. `path` is dotted; a start-up check resolves it."""

    path: str
    when: Literal["now", "later"]

    @property
    def function(self) -> Callable[..., Any]:
        """Return the function that the path names."""
        found: Callable[..., Any] = import_string(self.path)
        return found


def now(path: str) -> Handler:
    """Return a handler `(ids, at)` that runs once, in the publisher's transaction, and only writes rows."""
    return Handler(path, "now")


def later(path: str) -> Handler:
    """Return a handler `(object_id, at)` that runs after commit, until it succeeds."""
    return Handler(path, "later")
