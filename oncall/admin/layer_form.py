"""The guided form of a layer: what it is, how it turns, who is in it, at which hours, on which days not."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict

from core.admin.fields import PickInput
from core.admin.pickers import LONGEST
from core.models.people import validate_zone
from oncall.actions.specs import (
    LONGEST_TURN,
    MIDNIGHT,
    MOST_PEOPLE,
    MOST_SLOTS,
    MOST_WINDOWS,
    LayerSpec,
)
from oncall.admin.forms import LocalTime
from oncall.admin.slots import Names
from oncall.models import HolidayCalendar, RotationVersion

SPARE, FEWEST, SPARE_WINDOWS = 3, 4, 1
DAYS = (("0", "Mo"), ("1", "Tu"), ("2", "We"), ("3", "Th"), ("4", "Fr"), ("5", "Sa"), ("6", "Su"))
_CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class LayerForm(forms.Form):
    """One layer. Rows for people and hours: those there are, and some to spare."""

    name = forms.CharField(max_length=80, label="Name of the layer")
    seat = forms.ChoiceField(choices=RotationVersion.Seat.choices, label="Seat")
    priority = forms.IntegerField(
        min_value=1, max_value=1000, initial=1, help_text="The higher number answers first."
    )
    mode = forms.ChoiceField(choices=RotationVersion.Mode.choices, label="With the layers below")
    anchor = LocalTime(label="First handoff")
    time_zone = forms.CharField(
        max_length=64, label="Time zone", validators=[validate_zone], widget=forms.TextInput(attrs={"list": "zones"})
    )  # fmt: skip
    length = forms.IntegerField(
        min_value=1, max_value=LONGEST_TURN, initial=1, label="A turn lasts"
    )
    unit = forms.ChoiceField(
        choices=RotationVersion.Unit.choices, initial="week", label="Counted in"
    )
    turn_mode = forms.ChoiceField(choices=RotationVersion.TurnMode.choices, label="Days that count")
    calendar = forms.ModelChoiceField(
        HolidayCalendar.objects.all(), required=False, label="Holiday calendar", empty_label="none"
    )
    holiday_effect = forms.ChoiceField(
        choices=RotationVersion.HolidayEffect.choices, label="On holidays"
    )
    keep = forms.BooleanField(
        required=False, initial=True, label="Whoever has the turn then keeps it",
        help_text="When people come or go; otherwise the count of turns decides.",
    )  # fmt: skip
    effective = LocalTime(
        label="In force from", required=False, help_text="Empty: from now. Shifts before it stay."
    )

    def __init__(
        self, data: QueryDict | None = None, *, names: Names, spec: LayerSpec | None = None, more: int = 0, **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(data, **kwargs)
        self.names = names
        rows = list(spec.people) if spec else []
        hours = list(spec.windows) if spec else []
        if spec is not None:
            self.initial = {**_initial(spec), **self.initial}
        self.slots = _rows(data, "slot", max(len(rows) + SPARE, FEWEST), MOST_SLOTS, more)
        self.hours = _rows(data, "days", len(hours) + SPARE_WINDOWS, MOST_WINDOWS, more)
        for place in range(self.slots):
            self._slot(place, rows[place] if place < len(rows) else None)
        for place in range(self.hours):
            self._window(place, hours[place] if place < len(hours) else None)

    def _slot(self, place: int, people: tuple[int, ...] | None) -> None:
        widget = PickInput()
        widget.picks = self.names.picks
        longest = MOST_PEOPLE * LONGEST
        field = forms.CharField(required=False, max_length=longest, widget=widget, label=f"Turn {place + 1}")  # fmt: skip
        self.fields[f"slot_{place}"] = field
        if people is not None:
            self.initial[f"slot_{place}"] = self.names.write(people)

    def _window(self, place: int, window: Mapping[str, Any] | None) -> None:
        self.fields[f"days_{place}"] = forms.MultipleChoiceField(
            choices=DAYS, required=False, widget=forms.CheckboxSelectMultiple, label=f"Days, row {place + 1}"
        )  # fmt: skip
        self.fields[f"start_{place}"] = forms.TimeField(required=False, widget=_CLOCK, label="from")
        self.fields[f"end_{place}"] = forms.TimeField(required=False, widget=_CLOCK, label="to")
        if window is not None:
            self.initial[f"days_{place}"] = [str(day) for day in window["weekdays"]]
            self.initial[f"start_{place}"] = window["start"]
            self.initial[f"end_{place}"] = window["end"].replace(MIDNIGHT, "00:00")

    def part(self, *names: str) -> Iterator[BoundField]:
        """Return these fields, those that the form has."""
        return (self[name] for name in names if name in self.fields)

    def what(self) -> Iterator[BoundField]:
        """Return the fields that say what the layer is."""
        return self.part("name", "seat", "priority", "mode")

    def turns(self) -> Iterator[BoundField]:
        """Return the fields that say how it turns."""
        return self.part("anchor", "time_zone", "length", "unit", "turn_mode")

    def rest(self) -> Iterator[BoundField]:
        """Return the fields about holidays."""
        return self.part("calendar", "holiday_effect")

    def since(self) -> Iterator[BoundField]:
        """Return the fields that say from when on."""
        return self.part("effective", "keep")

    def people_rows(self) -> list[BoundField]:
        """Return the fields for people, one a turn."""
        return [self[f"slot_{place}"] for place in range(self.slots)]

    def window_rows(self) -> list[tuple[BoundField, BoundField, BoundField]]:
        """Return the fields for hours, row by row: days, start, end."""
        return [
            (self[f"days_{n}"], self[f"start_{n}"], self[f"end_{n}"]) for n in range(self.hours)
        ]

    def clean(self) -> dict[str, Any]:
        """Read people and hours; say at the row what is wrong with it."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["people"] = self._people(cleaned)
        cleaned["windows"] = self._windows(cleaned)
        if cleaned.get("holiday_effect", "none") != "none" and not cleaned.get("calendar"):
            self.add_error("calendar", "Choose the calendar that this is about.")
        return cleaned

    def _people(self, cleaned: Mapping[str, Any]) -> tuple[tuple[int, ...], ...]:
        names = [f"slot_{place}" for place in range(self.slots)]
        texts = {name: text for name in names if (text := str(cleaned.get(name) or "").strip())}
        found = self.names.read(texts)
        for name, slot in found.items():
            if slot.wrong:
                self.add_error(name, slot.wrong)
        return tuple(slot.people for slot in found.values() if not slot.wrong)

    def _windows(self, cleaned: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
        found = []
        for place in range(self.hours):
            days, start, end = (cleaned.get(f"{name}_{place}") for name in ("days", "start", "end"))
            if not days:
                if start or end:
                    self.add_error(f"days_{place}", "Tick the days on which these hours begin.")
                continue
            if start is None or end is None:
                self.add_error(f"start_{place}", "Say from when to when.")
                continue
            found.append(
                {"weekdays": [int(day) for day in days], "start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
            )  # fmt: skip
        return tuple(found)

    def spec(self, zone: str = "") -> LayerSpec:
        """Return the layer of a valid form; `zone` where the form asks for none."""
        typed = self.cleaned_data
        calendar = typed.get("calendar")
        return LayerSpec(
            typed["name"].strip(), typed["anchor"], typed.get("time_zone") or zone, typed["people"],
            priority=typed["priority"], seat=typed["seat"], mode=typed["mode"], unit=typed["unit"], length=typed["length"],
            turn_mode=typed["turn_mode"], windows=typed["windows"], calendar_id=calendar.pk if calendar else None,
            holiday_effect=typed["holiday_effect"],
        )  # fmt: skip


def _rows(data: QueryDict | None, name: str, fewest: int, most: int, more: int) -> int:
    """Return how many rows there are: as many as were sent, and `more`, never over `most`."""
    sent = [key for key in data or () if key.startswith(f"{name}_")] if data else []
    places = [int(key.rsplit("_", 1)[1]) for key in sent if key.rsplit("_", 1)[1].isdecimal()]
    there = max([place + 1 for place in places if place < most], default=0)
    return min(max(there, fewest if data is None else 1) + more, most)


def _initial(spec: LayerSpec) -> dict[str, Any]:
    return {
        "name": spec.name, "seat": spec.seat, "priority": spec.priority, "mode": spec.mode, "anchor": spec.anchor_local,
        "time_zone": spec.time_zone, "length": spec.length, "unit": spec.unit, "turn_mode": spec.turn_mode,
        "calendar": spec.calendar_id, "holiday_effect": spec.holiday_effect,
    }  # fmt: skip
