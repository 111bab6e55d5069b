"""Foreign calendars come in as turns or absences, and hostile ones stay outside."""

from typing import Any

import pytest

from core.models import User
from oncall.models import Layer, Override, Schedule, Unavailability
from tests.conftest import Clock
from tests.core.api.callers import Caller, a_token, assert_problem
from tests.factories import ASchedule, ATeam, AUser

pytestmark = pytest.mark.django_db


@pytest.fixture
def schedule(clock: Clock) -> Schedule:
    team = ATeam(slug="web")
    ana = AUser(username="ana", email="ana@n.example", group="Responder", time_zone="Europe/Oslo")
    bob = AUser(username="bob", email="bob@n.example", group="Responder")
    AUser(username="mona", manages=team, group="Responder")
    made: Schedule = ASchedule(slug="shop", team=team, people=[ana, bob])
    return made


def by(name: str) -> Caller:
    user = User.objects.get(username=name)
    return Caller(user, a_token(user))


def calendar(*events: str) -> str:
    parts = "".join(
        f"BEGIN:VEVENT\r\nUID:{n}\r\n{one}\r\nEND:VEVENT\r\n" for n, one in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n{parts}END:VCALENDAR\r\n"


def event(start: str, end: str, *more: str) -> str:
    return "\r\n".join([f"DTSTART{start}", f"DTEND{end}", *more])


VACATION = event(";VALUE=DATE:20261224", ";VALUE=DATE:20261227", "SUMMARY:Away")


def away(content: str, who: str = "ana", **more: Any) -> Any:
    return by(who).post("unavailability/import-calendar/", {"calendar": content, **more})


def test_days_of_a_calendar_are_days_of_the_person_s_zone(schedule: Schedule) -> None:
    first, again = away(calendar(VACATION)).json(), away(calendar(VACATION)).json()
    moved = away(
        calendar(event(";VALUE=DATE:20261228", ";VALUE=DATE:20261229", "SUMMARY:x"))
    ).json()

    assert (first, again, moved) == (
        {"added": 1, "kept": 0, "cancelled": 0, "unknown": []},
        {"added": 0, "kept": 1, "cancelled": 0, "unknown": []},
        {"added": 1, "kept": 0, "cancelled": 1, "unknown": []},
    )
    rows = Unavailability.objects.order_by("starts_at")
    assert [f"{row.starts_at:%m-%dT%H}" for row in rows] == ["12-23T23", "12-27T23"]


def test_a_series_becomes_the_turns_of_a_layer_and_unknown_names_are_told(
    schedule: Schedule,
) -> None:
    content = calendar(
        event(":20261201T080000Z", ":20261201T160000Z", "RRULE:FREQ=DAILY;COUNT=3", "SUMMARY:On call",
              "ATTENDEE:mailto:BOB@n.example"),
        event(":20261205T080000Z", ":20261205T160000Z", "SUMMARY:ana"),
        event(":20261206T080000Z", ":20261206T160000Z", "SUMMARY:Nobody Known"),
        event(":20261207T080000Z", ":20261207T160000Z", "SUMMARY:bob", "STATUS:CANCELLED"),
    )  # fmt: skip
    wish = {"layer": "Primary", "calendar": content}

    found = by("mona").post("schedules/shop/import-calendar/", wish).json()
    again = by("mona").post("schedules/shop/import-calendar/", wish).json()

    assert found == {"added": 4, "kept": 0, "cancelled": 0, "unknown": ["Nobody Known"]}
    assert again["kept"] == 4
    assert set(Override.objects.values_list("source", "kind", "layer__name")) == {
        ("ical", "cover", "Primary")
    }
    assert_problem(by("ana").post("schedules/shop/import-calendar/", wish), 403)
    assert_problem(by("mona").post("schedules/shop/import-calendar/", wish | {"layer": "x"}), 422)


HOSTILE = [
    "no calendar",
    "BEGIN:VCALENDAR",
    calendar(event(":20261201T080000Z", ":20261201T080100Z", "RRULE:FREQ=SECONDLY")),
    calendar(event(":20261201T080000Z", ":20261201T080100Z", "RRULE:FREQ=MINUTELY;COUNT=9")),
    calendar(event(":20261201T080000Z", ":20261201T080100Z", "RRULE:FREQ=DAILY;BYSECOND=1,2,3")),
    calendar(*[event(f":20261201T{n // 60:02}{n % 60:02}00Z", ":20261202T080000Z") for n in range(601)]),
    calendar(VACATION, event(":20261201T080000Z", ":20281201T080000Z")),
    calendar(VACATION) + "BEGIN:VCALENDAR",
    "x" * (1024 * 1024 + 1),
    "\u00e9" * (1024 * 512 + 1),
]  # fmt: skip


@pytest.mark.parametrize("content", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_calendar_or_floods_is_refused_and_changes_nothing(
    schedule: Schedule, content: str
) -> None:
    reply = away(content)

    [error] = assert_problem(reply, 422)["errors"]
    assert error["pointer"] == "/calendar"
    assert not Unavailability.objects.exists()


def test_odd_but_harmless_calendars_are_read(schedule: Schedule) -> None:
    odd = calendar(
        event(";TZID=Mars/Base:20261201T080000", ";TZID=Mars/Base:20261201T160000", "SUMMARY:x"),
        event(":20261202T160000Z", ":20261202T080000Z", "SUMMARY:inverted"),
        VACATION, VACATION,
    )  # fmt: skip

    assert away(odd).status_code in (200, 422)
    assert Layer.objects.count() == 1
