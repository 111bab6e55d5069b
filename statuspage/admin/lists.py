"""Lists of subscribers: a file is looked at, each line that stays out is named, then it is taken in or thrown away."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from core.actor import Actor
from core.admin.adding import AddsByAction
from core.admin.buttons import Button
from core.admin.panel import Named, Panel, When
from core.admin.rights import allows, manages
from core.templatetags.house import plural
from statuspage.actions.bringing import LONGEST_PROOF, look_at, take_in, throw_away
from statuspage.models import Page, SubscriberList
from statuspage.rules.subscriber_list import COLUMNS, LARGEST

_NEXT = (
    "Bring a list from another service: it is looked at first, and nobody is told before you take it in. "
    "Each is asked by mail, once, unless you can show that they have agreed."
)


class Brought(forms.Form):
    """A file for one page, and whether its people have said yes already."""

    page = forms.ModelChoiceField(Page.objects.none())
    file = forms.FileField(
        label="CSV file",
        help_text=f"UTF-8, at most 10 MiB. Its first line names the columns: {', '.join(COLUMNS)}; address or email must be there.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    agreed = forms.BooleanField(
        required=False,
        label="They have agreed already, and we can show it",
        help_text="They get what is said from now on, and are not asked. Else each is asked by mail, once.",
    )
    proof = forms.CharField(
        required=False,
        max_length=LONGEST_PROOF,
        label="how you can show it",
        help_text="Where and when they said yes. It is kept with each of them.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, pages: QuerySet[Page], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["page"] = forms.ModelChoiceField(pages, empty_label=None)

    def clean(self) -> dict[str, Any]:
        """Return the page, the bytes and the proof; "" where each is to be asked."""
        told = super().clean() or self.cleaned_data
        is_agreed, proof = told.get("agreed"), (told.get("proof") or "").strip()
        if is_agreed and not proof:
            raise ValidationError({"proof": "Write how you can show it; it is kept."})
        if proof and not is_agreed:
            raise ValidationError({"agreed": "Tick this as well, or leave the proof empty."})
        file = told.get("file")
        if self.errors or file is None:
            return told
        return {
            "page": told["page"],
            "name": file.name or "list",
            "content": file.read(LARGEST + 1),
            "proof": proof,
        }


@admin.register(SubscriberList)
class SubscriberListAdmin(AddsByAction[SubscriberList]):
    """Who brought which list and why; managers of the page alone see it."""

    view_verb = "statuspage.view"
    edit_verb = "statuspage.edit_page"
    add_label = "Look at it"
    takes_files = True
    brought, begun = When("created_at", "brought"), When("begun_at", "taken in")
    done, by = When("done_at", "done"), Named("created_by", "by")
    list_display = ("name", "page", "by", "brought", "standing", "agreed")
    list_filter = ("page",)
    list_select_related = ("page", "created_by")
    ordering = ("-pk",)
    fields = readonly_fields = (
        "name", "page", "by", "brought", "standing", "agreed", "reason", "begun", "done",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[SubscriberList]:
        """Show the lists of pages that the person manages."""
        return super().get_queryset(request).filter(page__team__in=manages(request))

    def has_change_permission(
        self, request: HttpRequest, obj: SubscriberList | None = None
    ) -> bool:
        """Nobody edits: it is the proof of how somebody came to be told."""
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Say in a list that is empty what the next step is."""
        hint = _NEXT if self.has_add_permission(request) else "A page's managers see its lists."
        return super().changelist_view(request, {"empty_words": hint, **(extra_context or {})})

    @admin.display(description="state")
    def standing(self, row: SubscriberList) -> str:
        """Return how far it is."""
        new = row.report["new"]
        if row.begun_at is None:
            return f"looked at: {plural(new, 'subscriber,subscribers')} to take in"
        return f"{row.taken:,} of {new:,} taken in"

    @admin.display(description="have agreed")
    def agreed(self, row: SubscriberList) -> str:
        """Return whether its people are asked."""
        return "yes, with a proof" if row.is_agreed else "each is asked"

    def add_form(self, request: HttpRequest) -> Callable[..., forms.Form]:
        """Ask for a page that the person manages and a file."""
        return partial(Brought, pages=Page.objects.filter(team__in=manages(request)))

    def add(self, *, by: Actor, at: datetime, **cleaned: Any) -> tuple[SubscriberList, str]:
        """Look at it."""
        page: Page = cleaned.pop("page")
        row = look_at(page.pk, by=by, at=at, **cleaned)
        return row, "Nobody was told yet. Look at what stays out, then take the list in."

    def page_of(self, obj: SubscriberList) -> str:
        """Return the address of its page, or of all lists when it was thrown away."""
        if SubscriberList.objects.filter(pk=obj.pk).exists():
            return super().page_of(obj)
        return reverse("admin:statuspage_subscriberlist_changelist")

    def buttons(self, request: HttpRequest, obj: SubscriberList) -> Sequence[Button]:
        """Offer to take it in, or to throw it away, until it was taken in."""
        waits = allows(request, "statuspage.edit_page", obj) and obj.begun_at is None
        people = plural(obj.report["new"], "subscriber,subscribers")
        what = (
            "gets what is said from now on, unasked" if obj.is_agreed else "is asked by mail, once"
        )
        return (
            Button(
                "take_in",
                f"Take {people} in",
                partial(take_in, obj.pk),
                shown=waits and bool(obj.report["new"]),
                confirm=f"Each {what}. That can't be taken back.",
            ),
            Button(
                "throw_away",
                "Throw it away",
                partial(throw_away, obj.pk),
                shown=waits,
                confirm="What was read of the file is deleted. Nobody was told.",
            ),
        )

    def panels(self, request: HttpRequest, obj: SubscriberList) -> Sequence[Panel]:
        """Name each line that stays out."""
        told = obj.report
        shown, out = told["lines"], told["left_out"]
        said = [
            f"{plural(out, 'line stays,lines stay')} out." if out else "Every line can be taken in."
        ]
        if out > len(shown):
            said.append(f"The first {len(shown):,} are named.")
        if told["unread"]:
            said.append(f"Columns that mean nothing here: {', '.join(told['unread'])}.")
        if obj.begun_at is None:
            said.append("A list that nobody takes in is deleted after a day.")
        return [Panel("What stays out", " ".join(said), ("Line", "Why"), shown, "Nothing.")]
