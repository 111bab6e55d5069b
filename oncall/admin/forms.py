"""Fields that the pager's screens share."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from oncall.models.schedule import LOCAL_FORMAT, validate_local_time

WALL = {"type": "datetime-local"}


class LocalTime(forms.CharField):
    """A wall time such as 2026-03-16T09:00; its zone is said beside it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs=WALL)
        super().__init__(max_length=16, widget=widget, validators=[validate_local_time], **kwargs)


class Suggesting(forms.TextInput):
    """A text that may be typed, or chosen from suggestions; works without script."""

    def __init__(self, list_id: str, suggestions: Iterable[str]) -> None:
        super().__init__(attrs={"list": list_id, "autocomplete": "off"})
        self.list_id, self.suggestions = list_id, tuple(suggestions)

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        """Return the field with its suggestions behind it."""
        options = format_html_join(
            "", '<option value="{}"></option>', ((one,) for one in self.suggestions)
        )
        field = super().render(*args, **kwargs)
        return format_html('{}<datalist id="{}">{}</datalist>', field, self.list_id, options)


def unjudged(form: forms.Form) -> None:
    """Let a form show what was typed without a word on what is wrong or missing: nothing was asked of it yet."""
    form.errors.clear()


def wall(text: str) -> datetime:
    """Return the naive wall time of a validated LocalTime."""
    return datetime.strptime(text, LOCAL_FORMAT)  # noqa: DTZ007  the zone stands beside it
