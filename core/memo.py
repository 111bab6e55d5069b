"""Read once per request what several parts of one page ask for. Outside a request nothing is kept."""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.core.signals import request_finished, request_started

P = ParamSpec("P")
T = TypeVar("T")

_kept: ContextVar[dict[Any, Any] | None] = ContextVar("kept", default=None)


def once_per_request(read: Callable[P, T]) -> Callable[P, T]:
    """Return `read`, which within one request is called once for the same arguments (hashable)."""

    @wraps(read)
    def remembered(*args: P.args, **kwargs: P.kwargs) -> T:
        kept = _kept.get()
        if kept is None:
            return read(*args, **kwargs)
        key = (read, args, tuple(sorted(kwargs.items())))
        if key not in kept:
            kept[key] = read(*args, **kwargs)
        found: T = kept[key]
        return found

    return remembered


def _begin(**_signal: object) -> None:
    _kept.set({})


def _end(**_signal: object) -> None:
    _kept.set(None)


request_started.connect(_begin, dispatch_uid="core.memo.begin")
request_finished.connect(_end, dispatch_uid="core.memo.end")
