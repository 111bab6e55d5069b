"""What covers, swaps and filled gaps ask for, in one row. Times are wall times of the schedule's zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import QueryDict

from core.models import User
from oncall import rota
from oncall.actions.swaps import Offer
from oncall.actions.wish import Wish
from oncall.admin.bars import joined
from oncall.admin.forms import LocalTime, wall
from oncall.admin.people import People
from oncall.models import Layer
from oncall.models.schedule import LOCAL_FORMAT
from oncall.rota.civil import to_wall

COVER, SWAP, GAP, ADD, REMOVE = "cover", "swap", "gap", "add", "remove"
KINDS = {
    COVER: "Cover",
    SWAP: "Swap",
    GAP: "Fill a gap",
    ADD: "Add somebody",
    REMOVE: "Take out",
}
FIELDS: Mapping[str, Sequence[str]] = {
    COVER: ("subject", "starts", "ends", "user", "layer", "reason"),
    SWAP: ("subject", "starts", "ends", "user", "back_starts", "back_ends", "reason"),
    GAP: ("starts", "ends", "user", "reason"),
    ADD: ("starts", "ends", "user", "layer", "reason"),
    REMOVE: ("subject", "starts", "ends", "layer", "reason"),
}
LABELS = {
    COVER: {"subject": "Whose shift", "user": "Who covers"},
    SWAP: {"subject": "Whose shift", "user": "With", "reason": "Note"},
    GAP: {"user": "Who serves"},
    ADD: {"user": "Who serves as well"},
    REMOVE: {"subject": "Who is taken out"},
}
REACH = timedelta(days=60)  # how far on both sides a shift's own beginning and end are looked for


@dataclass(frozen=True, slots=True)
class Choices:
    """What a form offers: the schedule's people first, then everybody active; its layers.

    `own`: who may only give away what is theirs; None for a manager.
    """

    people: People
    known: Mapping[int, User]
    layers: Sequence[Layer]
    own: User | None = None


class PlanForm(forms.Form):
    """One change of who serves. `kind` decides which fields it has."""

    subject = forms.ChoiceField(label="Whose shift", required=False)
    starts = LocalTime(label="From")
    ends = LocalTime(label="To")
    user = forms.ChoiceField(label="Who", required=False)
    back_starts = LocalTime(label="In return, from", required=False)
    back_ends = LocalTime(label="In return, to", required=False)
    layer = forms.ChoiceField(label="Only in the layer", required=False)
    reason = forms.CharField(label="Reason", required=False, max_length=500)

    def __init__(self, data: QueryDict | None, *, kind: str, choices: Choices, **more: Any) -> None:
        super().__init__(data, **more)
        self.kind, self.known = kind, choices.known
        self.layers = {str(row.pk): row for row in choices.layers}
        for name in set(self.fields) - set(FIELDS[kind]):
            del self.fields[name]
        self.order_fields(list(FIELDS[kind]))
        for name, label in LABELS[kind].items():
            self.fields[name].label = label
        own = choices.own
        whose = choices.known if own is None else {own.pk: own}
        self._choose("subject", whose, choices.people, _EMPTY[kind][0])
        self._choose("user", choices.known, choices.people, _EMPTY[kind][1])
        field = self.fields.get("layer")
        if isinstance(field, forms.ChoiceField):
            named = [(pk, row.name) for pk, row in self.layers.items()]
            field.choices = [("", "the whole schedule"), *named]

    def _choose(self, name: str, known: Mapping[int, User], people: People, empty: str) -> None:
        field = self.fields.get(name)
        if not isinstance(field, forms.ChoiceField):
            return
        first = [pk for pk in people if pk in known]
        rest = sorted(
            (pk for pk in known if pk not in people), key=lambda pk: known[pk].display_name
        )
        named = [(str(pk), known[pk].display_name) for pk in (*first, *rest)]
        field.choices = [("", empty or "choose a person"), *named]
        field.required = not empty  # where nobody is chosen has a meaning, it says which

    def person(self, name: str) -> User | None:
        """Return the person chosen in a field of a valid form."""
        chosen = self.cleaned_data.get(name)
        return self.known[int(chosen)] if chosen else None

    def clean(self) -> dict[str, Any]:
        """Ask for both ends of what is given in return."""
        cleaned = super().clean() or self.cleaned_data
        if bool(cleaned.get("back_starts")) != bool(cleaned.get("back_ends")):
            self.add_error("back_ends", "A shift in return has both a start and an end.")
        return cleaned


_EMPTY: Mapping[str, tuple[str, str]] = {
    COVER: ("whoever is on call", ""),
    SWAP: ("", "anybody of the team"),
    GAP: ("", ""),
    ADD: ("", ""),
    REMOVE: ("", ""),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a valid form asks for: overrides, or the offer of a swap that would make them."""

    span: tuple[datetime, datetime]
    wishes: Sequence[Wish]
    offer: Offer | None = None


def asked(form: PlanForm, zone: str) -> Asked:
    """Return what the form asks for, in instants."""
    typed = form.cleaned_data
    span = _span(typed["starts"], typed["ends"], zone)
    user, subject = form.person("user"), form.person("subject")
    reason = typed.get("reason", "")
    if form.kind == SWAP and subject is not None:
        back = _span(typed["back_starts"], typed["back_ends"], zone) if typed.get("back_starts") else None  # fmt: skip
        offer = Offer(subject, span, user, back, reason)
        return Asked(span, _of_swap(offer), offer)
    layer = form.layers.get(typed.get("layer", ""))
    kind = {GAP: "cover", COVER: "substitute" if subject else "cover"}.get(form.kind, form.kind)
    return Asked(span, [Wish(kind, *span, user=user, subject=subject, layer=layer, reason=reason)])


def _of_swap(offer: Offer) -> list[Wish]:
    """Return what a swap would put in force once it is accepted."""
    if offer.taker is None:
        return []
    found = [Wish("substitute", *offer.span, user=offer.taker, subject=offer.owner, source="swap")]
    if offer.in_return:
        found.append(
            Wish("substitute", *offer.in_return, user=offer.owner, subject=offer.taker, source="swap")
        )  # fmt: skip
    return found


def _span(start: str, end: str, zone: str) -> tuple[datetime, datetime]:
    return rota.to_utc(wall(start), zone), rota.to_utc(wall(end), zone, last=True)


def local(at: datetime, zone: str) -> str:
    """Return an instant as a field for wall times takes it."""
    return to_wall(at, zone).strftime(LOCAL_FORMAT)


def stretch(
    plan: rota.Plan, moment: datetime, who: int | None, gaps: Sequence[rota.Segment]
) -> rota.Segment | None:
    """Return the whole shift, or gap, that holds an instant: what a click on the picture means."""
    if who is None:
        return next((one for one in gaps if one.starts_at <= moment < one.ends_at), None)
    found: list[rota.Segment] = []
    for one in joined(rota.segments(plan, moment - REACH, moment + REACH)):
        if who not in one.users:
            if found and found[-1].ends_at > moment:
                break
            found = []
            continue
        found.append(one)
    if not found or not found[0].starts_at <= moment < found[-1].ends_at:
        return None
    return rota.Segment(found[0].starts_at, found[-1].ends_at, found[0].holders)
