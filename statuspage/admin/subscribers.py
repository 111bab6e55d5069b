"""Subscribers and mailings: who is told, whom nothing reaches, and how far a mailing is."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from core.actor import Actor
from core.admin.adding import AddsByAction
from core.admin.base import ReadOnlyAdmin
from core.admin.buttons import Button
from core.admin.panel import When, link
from core.admin.rights import allows, manages
from core.secrets import digest
from statuspage.actions.keepers import add_subscriber, ask_again, delivered, end_subscription
from statuspage.actions.letters import what_is_wanted
from statuspage.look.subscribing import masked
from statuspage.models import Mailing, Page, Subscriber
from statuspage.rules.states import words


class Added(forms.Form):
    """An address that somebody asked to be told at."""

    page = forms.ModelChoiceField(Page.objects.none())
    address = forms.CharField(
        max_length=254,
        label="mail address",
        help_text="Its owner is mailed a link to confirm; nothing else is sent before.",
    )

    def __init__(self, *args: Any, pages: QuerySet[Page], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["page"] = forms.ModelChoiceField(pages, empty_label=None)


@admin.register(Subscriber)
class SubscriberAdmin(AddsByAction[Subscriber]):
    """Those who asked to be told. Addresses are personal: they are shown masked, and found by the whole address alone."""

    view_verb = "statuspage.view"
    edit_verb = "statuspage.edit_page"
    add_label = "Add and ask to confirm"
    logs = False
    since = When("created_at", "since")
    confirmed = When("confirmed_at", "confirmed")
    failing = When("failing_since", "failing since")
    left = When("ended_at", "left")
    list_display = ("shown_address", "channel", "state", "page", "wants", "since", "failure")
    list_filter = ("state", "channel", "page")
    list_select_related = ("page",)
    search_fields = ("address",)
    search_help_text = "A whole mail address, or a host"
    ordering = ("-pk",)
    fields = readonly_fields = (
        "shown_address", "channel", "state", "page", "wanted", "since", "confirmed", "failures", "failing",
        "failure", "left",
    )  # fmt: skip

    def has_change_permission(self, request: HttpRequest, obj: Subscriber | None = None) -> bool:
        """Nobody edits: what an address gets is its owner's to say."""
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Subscriber], search_term: str
    ) -> tuple[QuerySet[Subscriber], bool]:
        """Find one by the whole address, and by nothing less: the list is no directory."""
        wanted = search_term.strip().lower().replace("\0", "")
        if not wanted:
            return queryset, False
        by_host = queryset.filter(address=wanted).exclude(channel=Subscriber.Channel.EMAIL)
        return queryset.filter(address_hash=digest(wanted)) | by_host, False

    def headline(self, request: HttpRequest) -> str:
        """Count them by state and channel."""
        rows = self.get_queryset(request).order_by().values_list("state").annotate(Count("pk"))
        states = dict(rows)
        told = self.get_queryset(request).filter(state="confirmed").order_by()
        ways = told.values_list("channel").annotate(Count("pk"))
        by_way = ", ".join(f"{number:,} by {way}" for way, number in sorted(ways))
        said = (
            f"{states.get('confirmed', 0):,} are told{f' ({by_way})' if by_way else ''}, "
            f"{states.get('pending', 0):,} have not confirmed yet, {states.get('quarantined', 0):,} are quarantined."
        )
        if not self.has_add_permission(request):
            return said
        out = link(reverse("admin:statuspage_subscribers_out"), "Write a list of them")
        brought = link(reverse("admin:statuspage_subscriberlist_add"), "Bring a list")
        return format_html("{} {}. {}.", said, brought, out)

    @admin.display(description="address")
    def shown_address(self, row: Subscriber) -> str:
        """Return the address, masked: whose it is, is known by those who search it."""
        return masked(row.address) or "deleted"

    @admin.display(description="gets")
    def wanted(self, row: Subscriber) -> str:
        """Return what it is told of."""
        return what_is_wanted(row)

    def add_form(self, request: HttpRequest) -> Callable[..., forms.Form]:
        """Ask for a page that the person manages and an address."""
        return partial(Added, pages=Page.objects.filter(team__in=manages(request)))

    def add(self, *, by: Actor, at: Any, **cleaned: Any) -> tuple[Subscriber, str]:
        """Ask the owner of an address to confirm."""
        row = add_subscriber(cleaned["page"], cleaned["address"], by=by, at=at)
        return row, "A link to confirm is on its way, unless one went there within ten minutes."

    def buttons(self, request: HttpRequest, obj: Subscriber) -> Sequence[Button]:
        """Offer to ask anew, and to end it."""
        may = allows(request, "statuspage.edit_page", obj)
        waits = obj.state in (Subscriber.State.PENDING, Subscriber.State.QUARANTINED)
        return (
            Button(
                "ask_again", "Ask to confirm again", partial(ask_again, obj.pk), shown=may and waits
            ),
            Button(
                "end",
                "End it",
                partial(end_subscription, obj.pk),
                shown=may and obj.state != Subscriber.State.ENDED,
                confirm="Nothing more is sent there, and the address is deleted.",
            ),
        )


@admin.register(Mailing)
class MailingAdmin(ReadOnlyAdmin[Mailing]):
    """How far each mailing is."""

    view_verb = "statuspage.view"
    said = When("created_at", "said")
    finished = When("finished_at", "all queued")
    list_display = ("what", "page", "said", "progress", "finished")
    list_select_related = ("page", "update__incident", "work_update__maintenance")
    list_filter = ("page",)
    ordering = ("-created_at", "-pk")
    fields = readonly_fields = ("what", "page", "kind", "said", "progress", "sent", "finished")

    @admin.display(description="mailing")
    def what(self, row: Mailing) -> str:
        """Return what is said by it."""
        if row.update is not None:
            return f"{row.update.incident.name}, update {row.update.number}"
        if row.work_update is not None:
            said = "reminder" if row.kind == Mailing.Kind.REMINDER else words(row.work_update.state)
            return f"{row.work_update.maintenance.name}: {said}"
        return f"{row.get_kind_display()} {row.facts.get('component', '')}".strip()

    @admin.display(description="queued")
    def progress(self, row: Mailing) -> str:
        """Return how many of how many copies are in the outbox."""
        return f"{row.queued:,} of {row.wanted:,}"

    @admin.display(description="sent")
    def sent(self, row: Mailing) -> str:
        """Return what became of the copies."""
        return delivered(row)
