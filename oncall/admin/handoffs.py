"""Handoffs: read by everybody, written by who goes, accepted by who comes."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from core import clock
from core.actor import Actor
from core.admin.base import GuardedAdmin
from core.admin.buttons import Button
from core.admin.panel import NOTHING, Named, Panel, When, link
from core.admin.rights import allows, who
from core.models import User
from core.navigation import Waiting
from oncall.actions.handoffs import (
    HAND_OVER,
    LONGEST,
    accept,
    may_accept,
    waiting_for,
    write_notes,
)
from oncall.actions.overrides import EDIT
from oncall.admin.wall import Wall
from oncall.models import Handoff

COLUMNS = ("Incident", "Severity", "State then", "Held by")


class Notes(forms.Form):
    """What whoever comes next has to know."""

    notes = forms.CharField(widget=forms.Textarea, max_length=LONGEST, required=False)


@admin.register(Handoff)
class HandoffAdmin(GuardedAdmin[Handoff]):
    """Opened by the task at the end of a shift."""

    view_verb = "oncall.view"
    starts, ends = Wall("starts_at", "from"), Wall("ends_at", "to")
    opened, accepted = When("opened_at", "opened"), When("accepted_at", "accepted")
    goes, comes = Named("from_user", "who goes"), Named("to_user", "who comes")
    accepted_by_name = Named("accepted_by", "accepted by")
    list_display = ("schedule", "seat", "goes", "comes", "ends", "state_shown")
    list_select_related = ("schedule", "from_user", "to_user")
    list_filter = ("schedule",)
    fields = readonly_fields = (
        "schedule", "seat", "goes", "comes", "starts", "ends", "notes", "state_shown", "opened",
        "accepted", "accepted_by_name",
    )  # fmt: skip

    def headline(self, request: HttpRequest) -> str:
        """Say how many wait."""
        count = Handoff.objects.open().count()
        return (
            f"{count or 'No'} {'handoff waits' if count == 1 else 'handoffs wait'} to be accepted."
        )

    def sentence(self, request: HttpRequest, obj: Handoff) -> str:
        """Say who has to do what."""
        comes = obj.to_user.display_name if obj.to_user else "who comes next"
        if obj.state == Handoff.State.ACCEPTED:
            return f"{comes} has read it. The schedule alone decides who is paged."
        if obj.state == Handoff.State.OPEN:
            return f"Waits for {comes} to accept it. The schedule alone decides who is paged."
        return f"The shift of {obj.from_user.display_name} goes on; {comes} gets these notes when it ends."

    @admin.display(description="state")
    def state_shown(self, row: Handoff) -> str:
        """Return where it stands, and whether it is late."""
        is_late = row.accepted_at is None and row.due_at is not None and row.due_at <= clock.now()
        return f"{row.state.label}{': late' if is_late else ''}"

    def buttons(self, request: HttpRequest, obj: Handoff) -> Sequence[Button]:
        """Offer notes to who goes and acceptance to who comes; managers do both for others."""
        by, is_closed = who(request), obj.accepted_at is not None
        is_own = by.user_id == obj.from_user_id and allows(request, HAND_OVER, obj)
        writes = (is_own or allows(request, EDIT, obj)) and not is_closed
        accepts = (
            obj.opened_at is not None
            and not is_closed
            and allows(request, HAND_OVER, obj)
            and may_accept(obj, by, clock.now())
        )
        notes = partial(Notes, initial={"notes": obj.notes})
        return [
            Button(
                "accept",
                "I have read it, accept",
                partial(_accept, obj.pk),
                shown=accepts,
                leads=True,
            ),
            Button(
                "notes", "Write notes", partial(_write, obj.pk), notes, shown=writes, opens=True
            ),
        ]

    def panels(self, request: HttpRequest, obj: Handoff) -> Sequence[Panel]:
        """Show what was open when the shift ended."""
        if obj.opened_at is None:
            return []
        rows = [_incident(one) for one in obj.incidents]
        return [Panel("Open at the end of the shift", "", COLUMNS, rows, "Nothing was open.", key="open")]  # fmt: skip


def waiting(user: User, at: datetime) -> list[Waiting]:
    """Return the handoffs that a person has to accept."""
    return [
        Waiting(
            "swap",
            f"Accept the handoff of {row.schedule.name}",
            f"from {row.from_user.display_name}",
            reverse("admin:oncall_handoff_change", args=[row.pk]),
            due_at=row.due_at,
            act="Look",
        )
        for row in waiting_for(user)
    ]


def _incident(said: dict[str, object]) -> list[object]:
    url = reverse("admin:incidents_incident_change", args=[said["number"]])
    named = link(url, f"INC-{said['number']} {said['title']}")
    return [named, said["severity"], said["state"], said["holder"] or NOTHING]


def _accept(handoff_id: int, *, by: Actor, at: datetime) -> str:
    accept(handoff_id, by=by, at=at)
    return "You have taken over. Who is paged, the schedule decides."


def _write(handoff_id: int, *, by: Actor, at: datetime, notes: str) -> str:
    write_notes(handoff_id, notes, by=by, at=at)
    return "The notes are kept."
