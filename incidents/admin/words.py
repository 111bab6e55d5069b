"""The buttons that write on the timeline: notes, decisions, hypotheses, pins, corrections, ticks."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django import forms

from core.actor import Actor
from core.admin.buttons import Button
from core.errors import NotFound
from core.permissions import may
from incidents import actions
from incidents.admin.forms import Correction, Decision, Entry, Hypothesis, Item, Note
from incidents.models import Incident, Standing

JUDGEMENTS = {
    "confirm": (Standing.CONFIRMED, "Confirm"),
    "reject": (Standing.REJECTED, "Reject"),
    "reconsider": (Standing.OPEN, "Reopen"),
}


def words_of(incident: Incident, by: Actor) -> list[Button]:
    """Return every button that writes on the timeline, or marks what is written there."""
    shown = may(by, "incidents.note", incident)

    def button(
        name: str, words: str, act: Callable[..., str], form: Callable[..., forms.Form]
    ) -> Button:
        return Button(name, words, partial(act, incident.pk), form=form, shown=shown)

    return [
        button("note", "Add note", _note, Note),
        button("decide", "Add decision", _decide, Decision),
        button("suppose", "Add hypothesis", _suppose, Hypothesis),
        button("pin", "Pin", partial(_pin, on=True), Entry),
        button("unpin", "Unpin", partial(_pin, on=False), Entry),
        button("tick", "Done", partial(_tick, on=True), Item),
        button("untick", "Not done after all", partial(_tick, on=False), Item),
        button("correct", "Save the correction", _correct, partial(Correction, incident=incident)),
        *(
            button(name, words, partial(_judge, standing=standing), Entry)
            for name, (standing, words) in JUDGEMENTS.items()
        ),
    ]


def _note(
    incident_id: int, *, by: Actor, at: datetime, text: str, happened_at: datetime | None
) -> str:
    actions.note(incident_id, text, by=by, at=at, happened_at=happened_at)
    return "The note is on the timeline."


def _suppose(
    incident_id: int, *, by: Actor, at: datetime, text: str, happened_at: datetime | None
) -> str:
    actions.suppose(incident_id, text, by=by, at=at, happened_at=happened_at)
    return "The hypothesis is on the timeline, open."


def _decide(  # noqa: PLR0913  the fields of the form
    incident_id: int,
    *,
    by: Actor,
    at: datetime,
    chosen: str,
    reason: str,
    alternatives: str,
    happened_at: datetime | None,
) -> str:
    actions.decide(
        incident_id, chosen, reason=reason, alternatives=alternatives, by=by, at=at, happened_at=happened_at
    )  # fmt: skip
    return "The decision is on the timeline."


def _pin(incident_id: int, *, by: Actor, at: datetime, entry: int | None, on: bool) -> str:
    actions.pin(incident_id, _known(entry), on=on, by=by, at=at)
    return "Pinned." if on else "The pin is off."


def _judge(incident_id: int, *, by: Actor, at: datetime, entry: int | None, standing: str) -> str:
    actions.judge(incident_id, _known(entry), standing, by=by, at=at)
    return f"The hypothesis is {standing}."


def _correct(  # noqa: PLR0913  the fields of the form
    incident_id: int,
    *,
    by: Actor,
    at: datetime,
    text: str,
    happened_at: datetime | None,
    entry: int | None,
    seen: int | None,
) -> str:
    actions.correct(
        incident_id, _known(entry), text=text, seen=seen or 0, happened_at=happened_at, by=by, at=at
    )
    return "The correction is saved; what it said first is kept."


def _tick(incident_id: int, *, by: Actor, at: datetime, item: str, on: bool) -> str:
    checklist, _, number = item.partition(" ")
    place = int(number) if number.isdecimal() and len(number) < 4 else 0
    actions.tick(incident_id, checklist, place, on=on, by=by, at=at)
    return "Ticked." if on else "The tick is off."


def _known(entry: int | None) -> int:
    if entry is None:
        raise NotFound("Name the entry.")
    return entry
