"""What the screens of schedules ask for. Times are wall times of the schedule's zone."""

from datetime import datetime
from typing import Any

from django import forms

from core.admin.fields import PersonField
from core.models import User
from oncall import rota
from oncall.models import ContactMethod, Layer, RotationVersion, Schedule
from oncall.models.schedule import LOCAL_FORMAT, validate_local_time

GAP = "gap"
SPARE = 4
WALL = {"type": "datetime-local"}


class LocalTime(forms.CharField):
    """A wall time such as 2026-03-16T09:00; its zone is the schedule's."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs=WALL)
        super().__init__(max_length=16, widget=widget, validators=[validate_local_time], **kwargs)


def wall(text: str) -> datetime:
    """Return the naive wall time of a validated LocalTime."""
    return datetime.strptime(text, LOCAL_FORMAT)  # noqa: DTZ007  the zone stands beside it


def candidates() -> list[tuple[str, str]]:
    """Return everyone who may be put on call, with a mark on those whom no page would reach."""
    reached = set(ContactMethod.objects.usable().values_list("responder__user_id", flat=True))
    people = User.objects.filter(is_active=True).order_by("first_name", "last_name", "username")
    mark = " (can't be reached yet)"
    return [
        (str(user.pk), user.display_name + ("" if user.pk in reached else mark)) for user in people
    ]


class RotationForm(forms.Form):
    """People in order, when the first hands over, how long a turn is."""

    anchor_local = LocalTime(label="first handoff")
    unit = forms.ChoiceField(
        choices=RotationVersion.Unit.choices, label="a turn is counted in", initial="week"
    )
    length = forms.IntegerField(min_value=1, max_value=1000, initial=1, label="how many of them")

    def __init__(self, *args: Any, layer: Layer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = next((one for one in layer.versions.all() if one.effective_to is None), None)
        slots = [slot.user_id for slot in present.slots.all()] if present else []
        self.fields[
            "anchor_local"
        ].help_text = f"Wall time in {layer.schedule.time_zone}, for example 2026-03-16T09:00."
        if present is not None:
            self.initial = {
                "anchor_local": present.anchor_local,
                "unit": present.unit,
                "length": present.length,
            }
        choices = [("", "-"), (GAP, "Nobody: a gap"), *candidates()]
        for place in range(1, max(len(slots) + SPARE, 6) + 1):
            self.fields[f"person_{place}"] = forms.ChoiceField(
                choices=choices, required=False, label=f"{place}."
            )
        self.initial.update(
            {f"person_{n}": str(user or GAP) for n, user in enumerate(slots, start=1)}
        )

    def people(self) -> list[User | None]:
        """Return the people in order, None for a gap; empty places are skipped."""
        chosen = [
            value
            for name, value in self.cleaned_data.items()
            if name.startswith("person_") and value
        ]
        known = User.objects.in_bulk([int(value) for value in chosen if value != GAP])
        return [None if value == GAP else known[int(value)] for value in chosen]

    def clean(self) -> dict[str, Any]:
        """Turn the chosen places into `people`."""
        cleaned = super().clean() or self.cleaned_data
        rest = {name: value for name, value in cleaned.items() if not name.startswith("person_")}
        return {**rest, "people": self.people()}


class CoverForm(forms.Form):
    """Who covers, for whom, from when to when; on a schedule's own page the schedule is known."""

    schedule = forms.ModelChoiceField(Schedule.objects.all())
    user = PersonField(User.objects.filter(is_active=True), label="who covers")
    subject = PersonField(
        User.objects.filter(is_active=True),
        required=False,
        label="instead of",
        empty_label="whoever is on call",
    )
    starts = LocalTime(label="from", help_text="Wall time of the schedule's zone.")
    ends = LocalTime(label="to", help_text="Wall time of the schedule's zone.")

    def __init__(
        self, *args: Any, schedules: Any = None, schedule: Schedule | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.known = schedule
        if schedule is not None:
            del self.fields["schedule"]
            self.fields["starts"].help_text = self.fields["ends"].help_text = (
                f"Wall time in {schedule.time_zone}."
            )
        elif isinstance(field := self.fields["schedule"], forms.ModelChoiceField):
            field.queryset = schedules

    def clean(self) -> dict[str, Any]:
        """Turn wall times into instants."""
        cleaned = super().clean() or self.cleaned_data
        schedule = self.known or cleaned.get("schedule")
        starts, ends = cleaned.pop("starts", ""), cleaned.pop("ends", "")
        if schedule is None or not starts or not ends:
            return cleaned
        zone = schedule.time_zone
        instants = {
            "starts_at": rota.to_utc(wall(starts), zone),
            "ends_at": rota.to_utc(wall(ends), zone, last=True),
        }
        kind = "substitute" if cleaned.get("subject") else "cover"
        return {**cleaned, "schedule": schedule, "kind": kind, **instants}
