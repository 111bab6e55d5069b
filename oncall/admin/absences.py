"""Who is away: told by each person, or by a manager; taken back, never deleted."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from core import clock
from core.actor import Actor
from core.admin.adding import AddsByAction
from core.admin.buttons import Button
from core.admin.fields import Picker, person_picker, suggest
from core.admin.panel import Named, Panel, When, link
from core.admin.rights import allows, manages, who
from core.models import User
from core.templatetags.house import plural
from oncall import rota
from oncall.actions.absences import Away, add_absence, cancel_absence, conflicts
from oncall.admin.bars import length, wall_time, when
from oncall.admin.forms import LocalTime, wall
from oncall.admin.own_shifts import SEATS, cover_url
from oncall.admin.wall import Wall
from oncall.models import Schedule, Unavailability

EDIT = "oncall.edit_schedule"


class AbsenceForm(forms.Form):
    """From when to when, why, and what becomes of the turns. Times are the person's own wall times."""

    user = person_picker(label="who is away")
    starts = LocalTime(label="from")
    ends = LocalTime(label="to")
    kind = forms.ChoiceField(choices=Unavailability.Kind.choices, label="why")
    mode = forms.ChoiceField(
        choices=Unavailability.Mode.choices, widget=forms.RadioSelect, initial="flag", label="their turns"
    )  # fmt: skip
    note = forms.CharField(
        required=False, max_length=200, help_text="Everybody on staff can read it."
    )

    def __init__(self, *args: Any, reader: User, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = reader.time_zone or "UTC"
        self.fields["starts"].help_text = f"Wall time in {self.zone}, your own zone."
        self.initial.setdefault("user", reader)
        if isinstance(field := self.fields["user"], Picker):
            field.queryset = people
        suggest(self, reader)

    def clean(self) -> dict[str, Any]:
        """Turn wall times into instants."""
        cleaned = super().clean() or self.cleaned_data
        starts, ends = cleaned.pop("starts", ""), cleaned.pop("ends", "")
        if not starts or not ends:
            return cleaned
        return {
            **cleaned,
            "starts_at": rota.to_utc(wall(starts), self.zone),
            "ends_at": rota.to_utc(wall(ends), self.zone, last=True),
        }


@admin.register(Unavailability)
class UnavailabilityAdmin(AddsByAction[Unavailability]):
    """Everybody tells their own absences; managers those of their team's people."""

    view_verb = "oncall.view"
    add_label = "Add time off"
    starts, ends = Wall("starts_at", "from", "zone"), Wall("ends_at", "to", "zone")
    made, back = When("created_at", "told"), When("cancelled_at", "taken back")
    person, told_by = Named("user", "who is away"), Named("created_by", "told by")
    list_display = ("person", "kind", "starts", "ends", "mode", "back")
    list_select_related = ("user",)
    list_filter = ("kind", "mode")
    fields = readonly_fields = (*list_display, "note", "source", "made", "told_by")

    def headline(self, request: HttpRequest) -> str:
        """Say who is away now."""
        at = clock.now()
        rows = Unavailability.objects.valid().filter(starts_at__lte=at, ends_at__gt=at)
        names = [row.user.display_name for row in rows.select_related("user")[:6]]
        return f"Away now: {', '.join(names)}." if names else "Nobody is away now."

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who swaps tells absences; the action asks for whom."""
        return allows(request, "oncall.swap")

    def add_form(self, request: HttpRequest) -> Callable[..., forms.Form]:
        """Offer the reader, and the people of the teams that the reader manages."""
        reader = who(request).user
        if reader is None:
            raise PermissionDenied
        mine = User.objects.filter(pk=reader.pk)
        led = User.objects.filter(teams__in=manages(request), is_active=True)
        people = (mine | led).distinct().order_by("first_name", "last_name", "username")
        return partial(AbsenceForm, reader=reader, people=people)

    def add(self, *, by: Actor, at: Any, **cleaned: Any) -> tuple[Unavailability, str]:
        """Note the absence, and say which shifts it touches."""
        row = add_absence(Away(**cleaned), by=by, at=at)
        touched = len(conflicts(row, at))
        if not touched and row.mode == Unavailability.Mode.SKIP:
            return row, "Noted. Turns in that time pass on; everybody whose shifts moved is told."
        if not touched:
            return row, "Noted. No shift lies in that time."
        return row, f"Noted. {plural(touched, 'shift lies,shifts lie')} in that time: find cover."

    def buttons(self, request: HttpRequest, obj: Unavailability) -> Sequence[Button]:
        """Offer to take back what is not over."""
        user = who(request).user
        is_over = obj.cancelled_at is not None or obj.ends_at <= clock.now()
        own = user is not None and user.pk == obj.user_id
        shown = not is_over and (own or leads(request, obj.user))
        return [take_back(obj, shown=shown)]

    def panels(self, request: HttpRequest, obj: Unavailability) -> Sequence[Panel]:
        """Show the shifts that the person would serve meanwhile."""
        touched = [] if obj.cancelled_at else conflicts(obj, clock.now())
        rows = [_touched(schedule, shift, obj) for schedule, shift in touched]
        columns = ("Schedule", "When", "Seat", "How long", "")
        return [Panel("Shifts in that time", "", columns, rows, "None: nothing needs cover.")]


def leads(request: HttpRequest, user: User) -> bool:
    """Return whether the reader manages a team that the person is in, or is an Administrator."""
    teams = user.memberships.values_list("team_id", flat=True)
    found = any(allows(request, EDIT, Schedule(team_id=team)) for team in teams)
    return found or allows(request, EDIT)


def take_back(row: Unavailability, *, shown: bool) -> Button:
    """Return the button that takes an absence back."""
    return Button("take_back", "Take it back", partial(_take_back, row.pk), shown=shown)


def _take_back(absence_id: int, *, by: Actor, at: datetime) -> str:
    cancel_absence(absence_id, by=by, at=at)
    return "Taken back: the turns are as they were. Everybody whose shifts moved is told."


def _touched(schedule: Schedule, shift: rota.Shift, row: Unavailability) -> tuple[object, ...]:
    zone = schedule.zone
    url = cover_url(schedule, max(shift.starts_at, row.starts_at), row.user_id)
    return (
        schedule.name, f"{when(shift.starts_at, shift.ends_at, zone)} ({zone})", SEATS[shift.seat],
        length(shift.ends_at - shift.starts_at), link(url, f"Find cover from {wall_time(shift.starts_at, zone)}"),
    )  # fmt: skip
