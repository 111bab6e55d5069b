"""Fields that the pager's screens share."""

from datetime import datetime
from typing import Any

from django import forms

from oncall.models.schedule import LOCAL_FORMAT, validate_local_time

WALL = {"type": "datetime-local"}


class LocalTime(forms.CharField):
    """A wall time such as 2026-03-16T09:00; its zone is said beside it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs=WALL)
        super().__init__(max_length=16, widget=widget, validators=[validate_local_time], **kwargs)


def unjudged(form: forms.Form) -> None:
    """Let a form show what was typed without a word on what is wrong or missing: nothing was asked of it yet."""
    form.errors.clear()


def wall(text: str) -> datetime:
    """Return the naive wall time of a validated LocalTime."""
    return datetime.strptime(text, LOCAL_FORMAT)  # noqa: DTZ007  the zone stands beside it
