"""What the API of holiday calendars says and takes, field by field."""

from core.api.operations import LARGEST_ID
from core.api.shapes import Piece, Shape, day, flag, many, maybe, text, whole
from oncall.actions.holidays import LONGEST_CALENDAR
from oncall.actions.public_days import LONGEST_NAME

HOLIDAY = Shape(
    "Holiday",
    {
        "date": day("A local day of whoever follows the calendar."),
        "name": text(),
        "public": flag("Whether the country has it; otherwise it is a day of your own."),
    },
    example={"date": "2026-12-24", "name": "Closed for the year", "public": False},
)
_FIELDS: dict[str, Piece | Shape] = {
    "id": whole("", 1, LARGEST_ID),
    "name": text("As documents of schedules name it."),
    "team": text("The slug of the team that it belongs to."),
    "country": maybe(text("Two letters; null: it has days of your own only.")),
    "subdivision": maybe(text("A part of the country, as in BY or CA.")),
    "filled_to": maybe(whole("To the end of which year public days are filled in.")),
    "schedules": many(text(), "The slugs of the schedules that follow it."),
}
_EXAMPLE = {
    "id": 3, "name": "Norway", "team": "web", "country": "NO", "subdivision": None, "filled_to": 2029, "schedules": ["payments"],
}  # fmt: skip
CALENDAR = Shape("HolidayCalendar", _FIELDS, example=_EXAMPLE)
WHOLE_CALENDAR = Shape(
    "WholeHolidayCalendar",
    {**_FIELDS, "days": many(HOLIDAY, "All that count, in order.")},
    example={**_EXAMPLE, "days": [dict(HOLIDAY.example)]},
)
NEW_CALENDAR = Shape(
    "NewHolidayCalendar",
    {
        "name": text("That of the country unless told.", longest=LONGEST_CALENDAR),
        "country": maybe(text("Two letters, as in NO; without one it has days of your own only.", longest=2)),
        "subdivision": maybe(text("A part of the country with holidays of its own, as in BY or CA.", longest=40)),
        "team": text("The slug of the team that it belongs to; the first that you manage unless told.", longest=50),
    },
    optional=frozenset({"name", "country", "subdivision", "team"}),
    example={"country": "NO"},
)  # fmt: skip
NEW_HOLIDAY = Shape(
    "NewHoliday",
    {"date": day(), "name": text("What day it is.", longest=LONGEST_NAME)},
    optional=frozenset({"name"}),
    example={"date": "2026-12-24", "name": "Closed for the year"},
)
