"""What covers, swaps and filled gaps ask for, in one row. Times are wall times of the schedule's zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from core.admin.fields import Picker, person_picker
from core.admin.pickers import Picks
from core.models import User
from oncall import rota
from oncall.actions.swap_words import ANYBODY
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

    `own`: whether the reader may only give away what is theirs.
    """

    people: People
    layers: Sequence[Layer]
    reader: User
    own: bool = False


class PlanForm(forms.Form):
    """One change of who serves. `kind` decides which fields it has."""

    subject = person_picker(label="Whose shift")
    starts = LocalTime(label="From")
    ends = LocalTime(label="To")
    user = person_picker(label="Who")
    back_starts = LocalTime(label="In return, from", required=False)
    back_ends = LocalTime(label="In return, to", required=False)
    layer = forms.ChoiceField(label="Only in the layer", required=False)
    reason = forms.CharField(label="Reason", required=False, max_length=500)

    def __init__(self, data: QueryDict | None, *, kind: str, choices: Choices, **more: Any) -> None:
        super().__init__(data, **more)
        self.kind = kind
        self.known = {pk: drawn.user for pk, drawn in choices.people.items()}
        self.layers = {str(row.pk): row for row in choices.layers}
        for name in set(self.fields) - set(FIELDS[kind]):
            del self.fields[name]
        self.order_fields(list(FIELDS[kind]))
        for name, label in LABELS[kind].items():
            self.fields[name].label = label
        active, reader = User.objects.filter(is_active=True), choices.reader
        named = [one for one in self.known.values() if one.is_active]
        anybody = Picks("people", active, reader, first=named)
        own = active.filter(pk=reader.pk)
        whose = (own, Picks("own", own, first=[reader])) if choices.own else (active, anybody)
        self._suggest("subject", *whose, _EMPTY[kind][0])
        self._suggest("user", active, anybody, _EMPTY[kind][1])
        field = self.fields.get("layer")
        if isinstance(field, forms.ChoiceField):
            layers = [(pk, row.name) for pk, row in self.layers.items()]
            field.choices = [("", "the whole schedule"), *layers]

    def _suggest(self, name: str, rows: QuerySet[User], picks: Picks, empty: str) -> None:
        field = self.fields.get(name)
        if not isinstance(field, Picker):
            return
        field.queryset, field.required = rows, not empty
        field.suggest(picks)
        if empty:  # where nobody is named has a meaning, the field says which
            field.widget.attrs["placeholder"] = empty

    def person(self, name: str) -> User | None:
        """Return the person named in a field of a form that was sent, None for none, or for no person."""
        named: User | None = self.cleaned_data.get(name)
        return named

    def shown(self, name: str) -> User | None:
        """Return the person whom a field shows, None where it shows nobody or names nobody."""
        if name not in self.fields:
            return None
        return self.person(name) if self.is_bound else self.known.get(self.initial.get(name) or 0)

    def clean(self) -> dict[str, Any]:
        """Ask for both ends of what is given in return."""
        cleaned = super().clean() or self.cleaned_data
        if bool(cleaned.get("back_starts")) != bool(cleaned.get("back_ends")):
            self.add_error("back_ends", "A shift in return has both a start and an end.")
        return cleaned


_EMPTY: Mapping[str, tuple[str, str]] = {
    COVER: ("whoever is on call", ""),
    SWAP: ("", ANYBODY),
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
