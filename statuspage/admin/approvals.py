"""What waits for a second person, and what became of it: listed, read, approved, declined, withdrawn."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from core.actor import Actor
from core.admin.base import ReadOnlyAdmin
from core.admin.buttons import Button
from core.admin.panel import NOTHING, Named, When, link_to
from core.admin.rights import allows, who
from statuspage.actions import decline, withdraw
from statuspage.actions.drafting import clock_time
from statuspage.actions.proposing import LONGEST_ANSWER
from statuspage.actions.proposing_works import agree
from statuspage.models import Component, Proposal
from statuspage.rules.states import words


class AnswerForm(forms.Form):
    """What should be different."""

    answer = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_ANSWER,
        label="what should be different",
    )


@admin.register(Proposal)
class ProposalAdmin(ReadOnlyAdmin[Proposal]):
    """Each thing that was proposed, with the words as they would be said."""

    view_verb = "statuspage.view"
    asked, answered = When("asked_at", "proposed"), When("answered_at", "answered")
    author, judge = Named("asked_by", "asked by"), Named("answered_by", "answered by")
    list_display = ("title", "thing", "state", "page", "author", "asked", "answered")
    list_filter = ("state", "act", "page")
    list_select_related = ("page", "incident", "work", "asked_by")
    ordering = ("-pk",)
    fields = readonly_fields = (
        "title", "thing", "state", "page", "of_what", "text", "advice", "moves", "times", "promise", "told",
        "author", "asked", "judge", "answered", "answer",
    )  # fmt: skip

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Say in a list that is empty where one is asked for."""
        hint = "Nothing was proposed. A page asks for a second person where its owner says so."
        return super().changelist_view(request, {"empty_words": hint, **(extra_context or {})})

    def headline(self, request: HttpRequest) -> str:
        """Say how many wait."""
        count = Proposal.objects.filter(state=Proposal.State.ASKED).count()
        return f"{count or 'Nothing'} {'wait' if count > 1 else 'waits'} for a second person."

    def sentence(self, request: HttpRequest, obj: Proposal) -> str:
        """Say whether it waits, and whether visitors can read it."""
        author = obj.asked_by.display_name
        judge = obj.answered_by.display_name if obj.answered_by else "Somebody else"
        return {
            Proposal.State.ASKED: f"Waits for somebody other than {author}; nothing of it is public yet.",
            Proposal.State.APPROVED: f"{judge} agreed: it is public.",
            Proposal.State.DECLINED: f"{judge} asked for other words; nothing of it is public.",
        }.get(Proposal.State(obj.state), "Taken back or overtaken; nothing of it is public.")

    @admin.display(description="in public")
    def title(self, row: Proposal) -> str:
        """Return what it is called in public."""
        return str(row.said["name"])

    @admin.display(description="what", ordering="act")
    def thing(self, row: Proposal) -> str:
        """Return what kind of thing is proposed."""
        return row.kind

    @admin.display(description="of")
    def of_what(self, row: Proposal) -> str:
        """Return the incident or the planned work."""
        found = row.incident if row.incident is not None else row.work
        return link_to(found) if found is not None else "work that is not announced yet"

    @admin.display(description="what visitors are told")
    def text(self, row: Proposal) -> str:
        """Return the words."""
        return str(row.said["body"])

    @admin.display(description="what visitors can do meanwhile")
    def advice(self, row: Proposal) -> str:
        """Return the advice."""
        return str(row.said.get("advice") or NOTHING)

    @admin.display(description="components")
    def moves(self, row: Proposal) -> str:
        """Return how each component does."""
        told = row.said.get("components", {})
        rows = Component.objects.filter(page=row.page, public_id__in=list(told))
        return ", ".join(f"{one.name}: {words(told[one.public_id])}" for one in rows) or NOTHING

    @admin.display(description="in the page's zone")
    def times(self, row: Proposal) -> str:
        """Return from when to when the work is planned."""
        ends = [row.moment(name) for name in ("scheduled_for", "scheduled_until")]
        local = [one.astimezone(row.page.zone) for one in ends if one is not None]
        return " to ".join(f"{one:%a %d %b %Y, %H:%M} {one.tzname()}" for one in local) or NOTHING

    @admin.display(description="next update by")
    def promise(self, row: Proposal) -> str:
        """Return what it would promise."""
        return clock_time(row.moment("next_update_by"), row.page) or NOTHING

    @admin.display(description="subscribers are told", boolean=True)
    def told(self, row: Proposal) -> bool:
        """Return whether subscribers are told of it."""
        return bool(row.said.get("notify", row.said.get("is_sent", False)))

    def buttons(self, request: HttpRequest, obj: Proposal) -> Sequence[Button]:
        """Offer its author to take it back, and everybody else who publishes to answer."""
        waits = obj.state == Proposal.State.ASKED and allows(
            request, "statuspage.publish", obj.about
        )
        is_mine = obj.asked_by_id == who(request).user_id
        return [
            Button(
                "approve",
                "Approve: say it now",
                partial(_approve, obj.pk),
                shown=waits and not is_mine,
                leads=True,
                confirm="Visitors read it at once, word for word.",
            ),
            Button(
                "decline",
                "Ask for other words",
                partial(_decline, obj.pk),
                form=AnswerForm,
                shown=waits and not is_mine,
                confirm="Nothing of it is public; its author is told why.",
            ),
            Button(
                "withdraw",
                "Take it back",
                partial(_withdraw, obj.pk),
                shown=waits and is_mine,
                confirm="Nothing of it is public.",
            ),
        ]


def _approve(pk: int, *, by: Actor, at: datetime) -> str:
    row = agree(pk, by=by, at=at)
    return f"Approved. It is public on {row.page.name}."


def _decline(pk: int, *, by: Actor, at: datetime, answer: str) -> str:
    decline(pk, answer, by=by, at=at)
    return "Declined. Nothing of it is public; its author is told."


def _withdraw(pk: int, *, by: Actor, at: datetime) -> str:
    withdraw(pk, by=by, at=at)
    return "Taken back. Nothing of it is public."
