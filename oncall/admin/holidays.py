"""Holiday calendars: made for a country, their days by year, days of one's own added and taken out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from core import clock
from core.actor import Actor
from core.admin.adding import AddsByAction
from core.admin.buttons import Button
from core.admin.panel import NOTHING, Panel, link
from core.admin.rights import allows, manages
from core.errors import Invalid
from core.models import Team
from core.templatetags.house import plural
from oncall.actions import holidays
from oncall.actions.public_days import COUNTRY_NAMES, LONGEST_NAME, country_of
from oncall.admin.forms import Suggesting
from oncall.models import Holiday, HolidayCalendar, Schedule

EDIT = "oncall.edit_schedule"
EMPTY = (
    "Layers can rest on the days of a calendar, or serve on them only. Begin with your country; then choose the"
    " calendar in a layer of a schedule."
)


class CalendarForm(forms.Form):
    """A new calendar: of a country, or of days of one's own."""

    country = forms.CharField(
        required=False, max_length=60, widget=Suggesting("countries", sorted(COUNTRY_NAMES.values())),
        help_text="By name or two letters, such as Norway or NO. Its public holidays are filled in for three years"
        " ahead, and kept so. Empty: the calendar has days of your own only.",
    )  # fmt: skip
    subdivision = forms.CharField(
        required=False, max_length=40, label="part of the country",
        help_text="Where a part has holidays of its own: BY in Germany, CA in the United States.",
    )  # fmt: skip
    name = forms.CharField(
        required=False,
        max_length=holidays.LONGEST_CALENDAR,
        help_text="Empty: that of the country.",
    )
    team = forms.ModelChoiceField(
        Team.objects.none(), empty_label=None, help_text="Its managers edit the calendar."
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["team"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = teams

    def clean_country(self) -> str:
        """Return the two letters, "" for none; say at the field what isn't known."""
        typed: str = self.cleaned_data["country"]
        try:
            return country_of(typed) if typed else ""
        except Invalid as refusal:
            raise ValidationError(str(refusal)) from refusal


class DayForm(forms.Form):
    """A day of one's own."""

    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    name = forms.CharField(
        required=False, max_length=LONGEST_NAME, help_text="Such as Closed for the year."
    )


@dataclass(frozen=True, slots=True)
class Day:
    """One day as the screen shows it. `button` None: it is over."""

    row: Holiday
    said: str
    button: Button | None
    is_next: bool

    @property
    def is_out(self) -> bool:
        """Return whether it was taken out."""
        return self.row.taken_out_at is not None


@dataclass(frozen=True, slots=True)
class Year:
    """The days of one year."""

    number: int
    days: Sequence[Day]

    @property
    def counted(self) -> int:
        """Return how many count."""
        return sum(not day.is_out for day in self.days)


@admin.register(HolidayCalendar)
class HolidayCalendarAdmin(AddsByAction[HolidayCalendar]):
    """Managers of its team edit a calendar; layers of every team may follow it."""

    view_verb = "oncall.view"
    edit_verb = EDIT
    add_label = "Add a holiday calendar"
    list_display = ("name", "of", "team", "next_day", "followed_by")
    list_select_related = ("team",)
    search_fields = ("name",)
    fields = ("name", "team", "of", "filled_to")
    readonly_fields = ("of", "filled_to")

    def get_queryset(self, request: HttpRequest) -> QuerySet[HolidayCalendar]:
        """Read the next day with each calendar."""
        ahead = Holiday.objects.kept().filter(calendar=OuterRef("pk"), date__gte=clock.now().date())
        first = ahead.order_by("date")
        return (
            super()
            .get_queryset(request)
            .annotate(
                next_on=Subquery(first.values("date")[:1]),
                next_name=Subquery(first.values("name")[:1]),
            )
        )

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Read at once which schedules follow the calendars of the page."""
        found = super().get_changelist_instance(request)
        following = holidays.followers([row.pk for row in found.result_list], clock.now())
        for row in found.result_list:
            row.known_followers = following.get(row.pk, [])
        return found

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Say what comes first where there is nothing yet."""
        reply: HttpResponse = super().changelist_view(
            request, {"empty_words": EMPTY, **(extra_context or {})}
        )
        return reply

    @admin.display(description="days of")
    def of(self, calendar: HolidayCalendar) -> str:
        """Return the country, and the part of it."""
        country = COUNTRY_NAMES.get(calendar.country, calendar.country)
        return ", ".join(filter(None, (country, calendar.subdivision))) or "your own days only"

    @admin.display(description="next day")
    def next_day(self, calendar: Any) -> str:
        """Return the next day that counts."""
        if calendar.next_on is None:
            return NOTHING
        day = f"{_weekday(calendar.next_on)} {calendar.next_on.year}"
        return ", ".join(filter(None, (day, calendar.next_name)))

    @admin.display(description="followed by")
    def followed_by(self, calendar: Any) -> str:
        """Return the schedules whose layers follow it."""
        return ", ".join(one.name for one in calendar.known_followers) or "no layer yet"

    def add_form(self, request: HttpRequest) -> Callable[..., forms.Form]:
        """Offer the teams that the person manages."""
        return partial(CalendarForm, teams=manages(request).order_by("name"))

    def add(self, *, by: Actor, at: datetime, **cleaned: Any) -> tuple[HolidayCalendar, str]:
        """Make the calendar, and say how many days it has."""
        wish = holidays.CalendarWish(
            cleaned["name"], cleaned["country"], cleaned["subdivision"], cleaned["team"].pk
        )
        row = holidays.create_calendar(wish, by=by, at=at)
        if not row.country:
            return row, "Made. Add its days below."
        days = plural(row.days.count(), "public holiday is,public holidays are")
        return (
            row,
            f"{days} filled in to the end of {row.filled_to}. Choose the calendar in a layer of a schedule.",
        )

    def why_kept(self, obj: HolidayCalendar) -> Sequence[str]:
        """Keep what a layer follows, or has followed."""
        why = holidays.why_kept(obj)
        return [why] if why else []

    def buttons(self, request: HttpRequest, obj: HolidayCalendar) -> Sequence[Button]:
        """Offer to add a day; each day's own button stands beside it."""
        may, at = allows(request, EDIT, obj), clock.now()
        add = partial(_add, obj.pk)
        rows = [row for row in obj.days.all() if not holidays.is_over(row.date, at)]
        following = holidays.followers([obj.pk], at)[obj.pk]
        return [
            Button("add_day", "Add a day", add, DayForm, shown=may, opens=True),
            *(_switch(row, following, may=may) for row in rows),
        ]

    def panels(self, request: HttpRequest, obj: HolidayCalendar) -> Sequence[Panel]:
        """Show who follows the calendar, and its days by year."""
        at = clock.now()
        switches = {one.name: one for one in self.buttons(request, obj)}
        years = _years(obj, switches, at)
        count = sum(year.counted for year in years)
        days = Panel(
            "Days", count=plural(count, "day,days"), key="days", template="oncall/admin/_days.html",
            data=years,
        )  # fmt: skip
        return [_followers(obj, at), days]


def _followers(calendar: HolidayCalendar, at: datetime) -> Panel:
    rows = [
        (link(reverse("admin:oncall_schedule_change", args=[one.pk]), one.name), str(one.team), one.time_zone)
        for one in holidays.followers([calendar.pk], at)[calendar.pk]
    ]  # fmt: skip
    empty = "No layer follows it yet: open a layer of a schedule, and choose it under Holidays."
    way = (reverse("admin:oncall_schedule_changelist"), "Schedules")
    return Panel(
        "Followed by", "", ("Schedule", "Team", "Its days are days in"), rows, empty, link=way
    )


def _years(calendar: HolidayCalendar, switches: Mapping[str, Button], at: datetime) -> list[Year]:
    """Return the days year by year, the present year first, years that are over last."""
    rows = [
        row for row in calendar.days.order_by("date") if row.is_public or row.taken_out_at is None
    ]
    counting = [row for row in rows if row.taken_out_at is None]
    coming = next((row for row in counting if not holidays.is_over(row.date, at)), None)
    years = [
        Year(number, [_day(row, switches, is_next=row == coming) for row in listed])
        for number, listed in groupby(rows, key=lambda row: row.date.year)
    ]
    return sorted(years, key=lambda year: (year.number < at.year, abs(year.number - at.year)))


def _day(row: Holiday, switches: Mapping[str, Button], *, is_next: bool) -> Day:
    return Day(row, _weekday(row.date), switches.get(_name(row)), is_next=is_next)


def _weekday(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _name(row: Holiday) -> str:
    return f"{'take' if row.taken_out_at is None else 'back'}-{row.date}"


def _switch(row: Holiday, following: Sequence[Schedule], *, may: bool) -> Button:
    """Return the button that takes a day out, or puts a public one back."""
    names = ", ".join(one.name for one in following)
    confirm = (
        f"{names} may change for {_weekday(row.date)}. Whoever's shifts move is told."
        if names
        else ""
    )
    if row.taken_out_at is None:
        act = partial(_take_out, row.calendar_id, row.date)
        return Button(_name(row), "Take out", act, shown=may, confirm=confirm, in_panel=True)
    act = partial(_add, row.calendar_id, day=row.date, name=row.name)
    return Button(
        _name(row), "Put back", act, shown=may and row.is_public, confirm=confirm, in_panel=True
    )


def _add(calendar_id: int, *, day: date, name: str, by: Actor, at: datetime) -> str:
    row = holidays.add_day(calendar_id, day, name, by=by, at=at)
    return f"{row} counts from now on. Everybody whose shifts moved is told."


def _take_out(calendar_id: int, day: date, *, by: Actor, at: datetime) -> str:
    holidays.take_out_day(calendar_id, day, by=by, at=at)
    return f"{_weekday(day)} {day.year} is a day like others. Everybody whose shifts moved is told."
