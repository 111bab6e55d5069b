"""Buttons: one POST calls one action; a refusal is said in words and keeps what was typed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.actor import Actor
from core.admin.panel import Panel
from core.errors import DomainError, GuardUnmet, NotAllowed

Refusal = (DomainError, ValidationError)


@dataclass(frozen=True, slots=True)
class Button:
    """One verb of a screen.

    `act` is called with `by`, `at` and the cleaned fields of `form`; what it returns is the message.
    `shown`: possible now and allowed to this person; a press of one that is not shown is refused by
    the action. `confirm`: asked on a page of its own first. `opens`: the form is on the screen,
    folded; otherwise it appears only when the action needs it. `leads`: what the page waits for, drawn so;
    one of a page at most. `look_label`: of a second button of its
    form, which shows what would be made; "" for none. `preview`: what that shows.
    """

    name: str
    label: str
    act: Callable[..., str | None]
    form: Callable[..., forms.Form] | None = None
    shown: bool = True
    confirm: str = ""
    opens: bool = False
    leads: bool = False
    in_panel: bool = False
    look_label: str = ""
    preview: Panel | None = None

    @property
    def is_button(self) -> bool:
        """Tell a template that this cell is a button."""
        return True

    @property
    def fields(self) -> forms.Form | None:
        """Return an empty form whose element ids are its own on the page."""
        return self.bound(None)

    def bound(self, data: Any, files: Any = None) -> forms.Form | None:
        """Return the form with what was sent, None where the button has none. `files`: for a form that takes some."""
        more = {} if files is None else {"files": files}
        return self.form(data, auto_id=f"id_{self.name}_%s", **more) if self.form else None

    def press(self, form: forms.Form | None, *, by: Actor, at: datetime) -> str:
        """Call the action and return its sentence. Raises DomainError or ValidationError."""
        cleaned = form.cleaned_data if form else {}
        return self.act(by=by, at=at, **cleaned) or f"{self.label}: done."


@dataclass(frozen=True, slots=True)
class Several:
    """A cell with several buttons."""

    several: tuple[Button, ...]


def words(refusal: Exception) -> str:
    """Return what to say of a refusal."""
    if isinstance(refusal, ValidationError):
        return " ".join(refusal.messages)
    return str(refusal)


def status_of(refusal: Exception) -> int:
    """Return the HTTP status of a refusal: the DomainError's own, 422 for a ValidationError."""
    return refusal.status if isinstance(refusal, DomainError) else 422


def asks_again(refusal: Exception, form: forms.Form | None) -> bool:
    """Tell whether the form must be shown again: something was typed, or a reason would help."""
    return form is not None and (form.has_changed() or isinstance(refusal, GuardUnmet))


def is_forbidden(refusal: Exception) -> bool:
    """Tell whether the person lacks the right, whatever they type."""
    return isinstance(refusal, NotAllowed)
