"""Screens whose rows are made by an action, never by a form that saves a row."""

from abc import ABCMeta, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.forms import Form, MediaDefiningClass
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from core import clock
from core.actor import Actor
from core.admin import suggested
from core.admin.base import GuardedAdmin
from core.admin.buttons import Button, Refusal, status_of, words
from core.admin.panel import Panel
from core.admin.rights import who

M = TypeVar("M", bound=Model)


class _Abstract(ABCMeta, MediaDefiningClass):
    """Django's admin classes have a metaclass of their own."""


class AddsByAction(GuardedAdmin[M], metaclass=_Abstract):
    """The add page asks `add_form` and calls `add`."""

    add_label: ClassVar[str]
    takes_files: ClassVar[bool] = False
    look_label: ClassVar[str] = ""  # of the button that shows the preview

    @abstractmethod
    def add_form(self, request: HttpRequest) -> Callable[..., Form]:
        """Return the form class, or a partial of it."""

    @abstractmethod
    def add(self, *, by: Actor, at: Any, **cleaned: Any) -> tuple[M, str]:
        """Call the action; return the new row and what to say of it."""

    def preview(self, form: Form) -> Panel | None:
        """Return what would be made of a valid form, for a screen that shows it before it is made; None for none."""
        return None

    def after_adding(self, obj: M) -> str:
        """Return where to go when a row was made: to its page."""
        return self.page_of(obj)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the form, or call the action and go to what it made."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        made: list[M] = []

        def act(*, by: Actor, at: Any, **cleaned: Any) -> str:
            row, said = self.add(by=by, at=at, **cleaned)
            made.append(row)
            return said

        button = Button(
            "add", self.add_label, act, form=self.add_form(request), look_label=self.look_label
        )
        is_sent = request.method == "POST"
        files = request.FILES if is_sent and self.takes_files else None
        form = button.bound(request.POST if is_sent else None, files)
        if form is None or not form.is_bound:
            return self.ask(request, None, button, form)
        if suggested.is_asked(request):
            return suggested.answer(request, form.fields)
        if not form.is_valid():
            return self.ask(request, None, button, form, status=422)
        if self.look_label and "look" in request.POST:
            return self.ask(request, None, replace(button, preview=self.preview(form)), form)
        return self._added(request, button, form, made)

    def _added(
        self, request: HttpRequest, button: Button, form: Form, made: Sequence[M]
    ) -> HttpResponse:
        try:
            said = button.press(form, by=who(request), at=clock.now())
        except Refusal as refusal:
            return self.ask(
                request, None, button, form, problem=words(refusal), status=status_of(refusal)
            )
        messages.success(request, said)
        if self.logs:
            self.log_addition(request, made[0], [{"added": {}}])
        return HttpResponseRedirect(self.after_adding(made[0]))
