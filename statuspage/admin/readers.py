"""Readers of private pages: who is invited by mail, by whom, and when they were let in last."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from core import clock
from core.actor import Actor
from core.admin.adding import AddsByAction
from core.admin.buttons import Button
from core.admin.panel import Named, When
from core.admin.rights import allows, manages, who
from core.errors import DomainError, Invalid
from core.templatetags.house import plural
from statuspage.actions.admission import MOST_READERS, invite, uninvite, uninvite_all
from statuspage.actions.places import place_of
from statuspage.actions.subscribing import mail_address
from statuspage.models import Page, Reader

_OUT = "They are shut out at once, also where a browser of theirs is open; their addresses are deleted."
_NONE = (
    "Invite the first: each asks for a link at the page, and is mailed one that works once. "
    "Readers are invited to a page whose audience is “people with an account, and those invited by mail”."
)


class Invited(forms.Form):
    """Addresses to be invited to one page; every line that is none is named, and then nobody is."""

    page = forms.ModelChoiceField(Page.objects.none())
    addresses = forms.CharField(
        max_length=MOST_READERS * 320,
        label="mail addresses",
        help_text="One a line. Nothing is sent now: each asks for a link at the page.",
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, pages: QuerySet[Page], asked: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"page": asked}
        self.fields["page"] = forms.ModelChoiceField(
            pages,
            empty_label=None,
            help_text="Pages of yours that invited readers may read.",
            error_messages={
                "required": "No page of yours is for invited readers; set a page's audience first."
            },
        )

    def clean_addresses(self) -> list[str]:
        """Return the addresses; raise ValidationError that names each bad line."""
        wrong: list[str] = []
        found = list(self._read(self.cleaned_data["addresses"], wrong))
        if wrong:
            more = f"And {plural(len(wrong) - 20, 'line,lines')} more."
            raise ValidationError([*wrong[:20], *([more] if len(wrong) > 20 else [])])
        return found

    def _read(self, text: str, wrong: list[str]) -> Iterator[str]:
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip():
                continue
            try:
                yield mail_address(line)
            except Invalid:
                wrong.append(f"Line {number}: “{line.strip()[:60]}” is no mail address.")


class Chosen(forms.Form):
    """The rows of a list that were ticked, carried through the page that asks whether it is meant."""

    action = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, ids: Sequence[int]) -> None:
        told = {ACTION_CHECKBOX_NAME: [str(pk) for pk in ids], "action": "uninvite_chosen"}
        super().__init__(initial=told)
        self.fields[ACTION_CHECKBOX_NAME] = forms.MultipleChoiceField(
            widget=forms.MultipleHiddenInput
        )


@admin.register(Reader)
class ReaderAdmin(AddsByAction[Reader]):
    """Managers of a page see and shut out its readers; nobody edits an address. What is logged would outlive it."""

    view_verb = "statuspage.view"
    edit_verb = "statuspage.edit_page"
    add_label = "Invite"
    logs = False
    actions = ("uninvite_chosen",)
    invited, seen = When("invited_at", "invited"), When("seen_at", "seen last")
    asked = When("asked_at", "asked for a link")
    by = Named("invited_by", "invited by")
    list_display = ("email", "page", "by", "invited", "seen")
    list_filter = ("page",)
    list_select_related = ("page", "invited_by")
    search_fields = ("email",)
    ordering = ("email", "pk")
    fields = readonly_fields = ("email", "page", "by", "invited", "asked", "seen")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reader]:
        """Show readers of the pages that the person manages: who may read is no directory."""
        return super().get_queryset(request).filter(page__team__in=manages(request))

    def has_change_permission(self, request: HttpRequest, obj: Reader | None = None) -> bool:
        """Nobody edits: another address is another reader."""
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Say in a list that is empty what the next step is."""
        hint = _NONE if self.has_add_permission(request) else "A page's managers see its readers."
        return super().changelist_view(request, {"empty_words": hint, **(extra_context or {})})

    def headline(self, request: HttpRequest) -> str:
        """Count those invited and those who ever came."""
        found = (
            self.get_queryset(request).order_by().aggregate(all=Count("pk"), came=Count("seen_at"))
        )
        return f"{found['all']:,} are invited, {found['came']:,} of them have read."

    @admin.display(description="choose")
    def action_checkbox(self, obj: Reader) -> Any:
        """Return the box; its head is a word, since nothing here ticks all of them."""
        return super().action_checkbox(obj)

    @admin.action(description="Uninvite those chosen")
    def uninvite_chosen(
        self, request: HttpRequest, queryset: QuerySet[Reader]
    ) -> HttpResponse | None:
        """Shut several out, after asking."""
        ids = sorted(queryset.values_list("pk", flat=True))
        button = Button(
            "uninvite_chosen",
            f"Uninvite {plural(len(ids), 'reader,readers')}",
            partial(_uninvite_all, ids),
            confirm=_OUT,
        )
        if "confirmed" not in request.POST:
            return self.ask(request, None, button, Chosen(ids))
        try:
            said = button.press(None, by=who(request), at=clock.now())
        except DomainError as refusal:
            return self.ask(
                request, None, button, None, problem=str(refusal), status=refusal.status
            )
        messages.success(request, said)
        return None

    def add_form(self, request: HttpRequest) -> Callable[..., forms.Form]:
        """Ask for addresses, on the page that the address names (`?page=3`)."""
        pages = Page.objects.filter(team__in=manages(request), audience=Page.Audience.LOGIN)
        return partial(Invited, pages=pages, asked=request.GET.get("page", ""))

    def add(self, *, by: Actor, at: datetime, **cleaned: Any) -> tuple[Reader, str]:
        """Invite them."""
        page: Page = cleaned["page"]
        count = invite(page.pk, cleaned["addresses"], by=by, at=at)
        known = len(set(cleaned["addresses"])) - count
        said = f"{plural(count, 'reader is,readers are')} invited"
        said += f", {known:,} were already" if known else ""
        row = page.readers.get(email=cleaned["addresses"][0])
        return row, f"{said}. They ask for a link at {place_of(page).site}/ and are mailed one."

    def page_of(self, obj: Reader) -> str:
        """Return the address of a reader's page, or of the list where they are shut out."""
        if Reader.objects.filter(pk=obj.pk).exists():
            return super().page_of(obj)
        return self.after_adding(obj)

    def after_adding(self, obj: Reader) -> str:
        """Go to the readers of the page: several may have been invited."""
        return f"{reverse('admin:statuspage_reader_changelist')}?page__id__exact={obj.page_id}"

    def buttons(self, request: HttpRequest, obj: Reader) -> Sequence[Button]:
        """Offer to shut a reader out."""
        return (
            Button(
                "uninvite",
                "Uninvite",
                partial(_uninvite, obj.page_id, obj.pk),
                shown=allows(request, "statuspage.edit_page", obj),
                confirm="They are shut out at once, also where a browser of theirs is open; the address is deleted.",
            ),
        )


def _uninvite(page_id: int, reader_id: int, *, by: Actor, at: datetime) -> str:
    return f"{uninvite(page_id, reader_id, by=by, at=at)} is shut out."


def _uninvite_all(ids: Sequence[int], *, by: Actor, at: datetime) -> str:
    return f"{plural(uninvite_all(ids, by=by, at=at), 'reader is,readers are')} shut out."
