"""Calendars at an address: fetched from a real server that may be slow, wrong or huge; never emptied by a fault."""

import ipaddress
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.models import User
from oncall import rota, tasks
from oncall.actions import fetching, foreign
from oncall.models import (
    ForeignCalendar,
    Override,
    Schedule,
    ShiftNotice,
    Unavailability,
    plan_of,
)
from tests.conftest import Clock
from tests.core.api.callers import Caller, a_token, shelve_playbooks
from tests.factories import NINE, ASchedule, ATeam, AUser
from tests.oncall.api.test_calendars_in import calendar, event
from tests.servers import Answer, HttpServer, free_port, http_server

pytestmark = pytest.mark.django_db
SECRET = "/calendar/ical/very-secret-token/basic.ics"
TUESDAY = event(":20261201T080000Z", ":20261201T160000Z", "SUMMARY:bob")
WEEKLY = event(":20261201T080000Z", ":20261201T160000Z", "RRULE:FREQ=WEEKLY", "SUMMARY:bob")
AT_TEN = datetime.fromisoformat("2026-12-01T10:00:00+00:00")


@pytest.fixture
def server(settings: Any) -> Iterator[HttpServer]:
    """Run a calendar server that the operator's own networks hold."""
    settings.ALLOWED_PRIVATE_NETWORKS = [ipaddress.ip_network("127.0.0.0/8")]
    with http_server() as running:
        yield running


@pytest.fixture
def schedule(clock: Clock, server: HttpServer) -> Schedule:
    """Ana serves always; Mona manages."""
    team = ATeam(slug="web")
    AUser(username="mona", first_name="Mona", manages=team)
    AUser(username="bob", member_of=team)
    ana = AUser(username="ana", time_zone="Europe/Oslo", member_of=team)
    shelve_playbooks()
    made: Schedule = ASchedule(slug="shop", name="Shop", team=team, people=[ana])
    return made


def by(name: str) -> Caller:
    user = User.objects.get(username=name)
    return Caller(user, a_token(user, expires_at=NINE.replace(year=2030)))


def ics(*events: str, **headers: str) -> Answer:
    return Answer(200, headers, calendar(*events).encode())


def url(server: HttpServer, *answers: Answer | int) -> str:
    return server.answers(SECRET, *answers)


def followed(server: HttpServer, *answers: Answer | int, who: str = "mona", **more: Any) -> Any:
    """Follow a calendar for the layer, or as `more` says; return it as the API tells it."""
    wish = more or {"schedule": "shop", "layer": "Primary"}
    answer = by(who).post("foreign-calendars/", {"url": url(server, *answers), **wish})
    assert answer.status_code == 201, answer.content
    return answer.json()


def on_call(schedule: Schedule, at: datetime = AT_TEN) -> list[str]:
    return [User.objects.get(pk=pk).username for pk in rota.on_call(plan_of(schedule), at)]


def later(clock: Clock, **span: float) -> ForeignCalendar:
    """Let time pass and the task run; return how the calendar stands."""
    clock.forward(**(span or {"minutes": 15}))
    tasks.calendars()
    return ForeignCalendar.objects.get()


def told(name: str, kind: str = "") -> list[str]:
    rows = ShiftNotice.objects.filter(user__username=name, occasion__startswith=kind)
    return list(rows.order_by("pk").values_list("subject", flat=True))


# Followed


def test_a_layer_follows_a_calendar_and_who_is_moved_is_told_once(
    schedule: Schedule, server: HttpServer
) -> None:
    unknown = event(":20261203T080000Z", ":20261203T160000Z", "SUMMARY:Nobody Known")

    found = followed(server, ics(WEEKLY, unknown))

    assert on_call(schedule) == ["bob"]
    assert (found["schedule"], found["layer"], found["user"], found["error"]) == ("shop", "Primary", None, None)  # fmt: skip
    assert found["taken"]["added"] == Override.objects.count() > 20
    assert found["taken"]["unknown"] == ["Nobody Known"]
    assert (found["read_at"], found["due_at"][:16]) == (
        "2026-11-23T09:00:00.000000Z",
        "2026-11-23T09:15",
    )
    assert [told(name, "moved") for name in ("ana", "bob")] == [["Your shifts of Shop changed"]] * 2
    [row] = ShiftNotice.objects.filter(user__username="ana")
    assert "Changed by the calendar at 127.0.0.1." in row.paragraphs


def test_it_is_fetched_every_15_minutes_and_what_changes_there_changes_here(
    schedule: Schedule, server: HttpServer, clock: Clock
) -> None:
    followed(
        server, ics(TUESDAY), ics(event(":20261202T080000Z", ":20261202T160000Z", "SUMMARY:bob"))
    )

    later(clock, minutes=14)
    assert len(server.requests) == 1
    row = later(clock, minutes=1)
    tasks.calendars(anything="a newer version may pass")

    assert len(server.requests) == 2
    assert (row.added, row.kept, row.cancelled) == (1, 0, 1)
    assert on_call(schedule) == ["ana"]
    assert on_call(schedule, AT_TEN + timedelta(days=1)) == ["bob"]


def test_unchanged_costs_nothing_and_a_series_goes_on_all_the_same(
    schedule: Schedule, server: HttpServer, clock: Clock
) -> None:
    tagged = ics(WEEKLY, ETag='"v1"', **{"Last-Modified": "Mon, 23 Nov 2026 08:00:00 GMT"})
    followed(server, tagged, Answer(304, {"Content-Length": "0"}, b""))
    count = Override.objects.count()

    row = later(clock)

    asked = server.requests[1].headers
    assert (asked["if-none-match"], asked["if-modified-since"]) == (
        '"v1"',
        "Mon, 23 Nov 2026 08:00:00 GMT",
    )
    assert (row.error, row.ok_at, row.applied_at) == ("", clock.now, NINE)
    assert Override.objects.count() == count
    row = later(clock, days=28)
    assert row.applied_at == clock.now
    assert Override.objects.count() == count + 4


def test_the_days_of_a_calendar_are_when_a_person_is_away(
    schedule: Schedule, server: HttpServer, clock: Clock
) -> None:
    vacation = event(";VALUE=DATE:20261224", ";VALUE=DATE:20261227", "SUMMARY:Away")

    found = followed(server, ics(vacation), ics(vacation, TUESDAY), who="ana", mode="skip")
    later(clock)

    assert (found["user"], found["mode"], found["schedule"]) == ("ana", "skip", None)
    rows = Unavailability.objects.order_by("starts_at").values_list("starts_at", "mode", "source")
    assert [(f"{at:%m-%dT%H}", mode, source) for at, mode, source in rows] == [
        ("12-01T08", "skip", "ical"), ("12-23T23", "skip", "ical"),
    ]  # fmt: skip


def test_one_that_hangs_keeps_no_other_waiting(
    schedule: Schedule, server: HttpServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "LIMIT_S", 0.3)
    monkeypatch.setattr(foreign, "RUN_S", 0.1)
    first = server.answers("/hang", Answer(how="hang"))
    by("ana").post("foreign-calendars/", {"url": first})
    followed(server, ics(TUESDAY), ics(TUESDAY, WEEKLY))

    clock.forward(minutes=15)
    tasks.calendars()
    tasks.calendars()

    slow, good = ForeignCalendar.objects.order_by("pk")
    assert (slow.error, slow.failures) == ("The server gave no answer within 0.3 s.", 2)
    assert (good.error, good.ok_at) == ("", clock.now)


# Wrong


FAULTS: dict[str, tuple[Answer | int, str]] = {
    "gone": (404, "The server answered 404: there is nothing at this address"),
    "sign-in": (401, "use the calendar's secret address"),
    "broken": (503, "The server answered 503"),
    "cut": (Answer(200, {}, calendar(TUESDAY).encode(), "cut"), "could not be reached, or broke off"),
    "reset": (Answer(how="reset"), "could not be reached, or broke off"),
    "slow": (Answer(how="drip-head"), "gave no answer within 0.3 s"),
    "huge": (Answer(200, {}, b"x" * 2_000_000), "larger than 1024 KiB"),
    "page": (Answer(200, {}, b"<html>Sign in</html>"), "This is no calendar"),
    "empty": (Answer(200, {}, b""), "It is empty"),
    "floods": (ics(event(":20261201T080000Z", ":20261201T080100Z", "RRULE:FREQ=SECONDLY")), "shifts don't more often"),
    "inverted": (ics(event(":20261202T160000Z", ":20261202T080000Z", "SUMMARY:bob")), "take away all that it said"),
    "unasked 304": (Answer(304, {"Content-Length": "0"}, b""), ""),
    "leads inside": (Answer(302, {"Location": "http://10.0.0.1/a.ics"}), "private or reserved network"),
    "leads round": (Answer(302, {"Location": SECRET}), "too often"),
    "no events": (ics(), "take away all that it said"),
    "nobody known": (ics(event(":20261201T080000Z", ":20261201T160000Z", "SUMMARY:Robert")), "take away all"),
    "unfit": (ics(TUESDAY, event(":20261201T080000Z", ":20280101T160000Z", "SUMMARY:bob")), "lasts over a year"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_changes_nothing_and_is_said_in_words(
    schedule: Schedule,
    server: HttpServer,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    monkeypatch.setattr(fetching, "LIMIT_S", 0.3)
    answer, said = FAULTS[fault]
    followed(server, ics(TUESDAY), answer)
    before = list(Override.objects.values_list())

    row = later(clock)

    assert list(Override.objects.values_list()) == before
    assert on_call(schedule) == ["bob"]
    assert said in row.error
    assert (row.failures, row.ok_at) == ((1, NINE) if said else (0, clock.now))
    shown = by("ana").get(f"foreign-calendars/{row.pk}/").json()
    assert (shown["error"], shown["failures"]) == (row.error or None, row.failures)
    row = later(clock)
    assert on_call(schedule) == ["bob"]


def test_what_fails_at_first_is_followed_and_comes_in_later(
    schedule: Schedule, server: HttpServer, clock: Clock
) -> None:
    found = followed(server, 503, ics(TUESDAY))
    assert "503" in found["error"]
    assert (found["read_at"], on_call(schedule)) == (None, ["ana"])

    row = later(clock)

    assert (row.error, row.failures, on_call(schedule)) == ("", 0, ["bob"])


def test_a_server_that_is_not_there_is_a_fault_like_others(
    schedule: Schedule, server: HttpServer
) -> None:
    wish = {"url": f"http://127.0.0.1:{free_port()}/a.ics"}

    found = by("ana").post("foreign-calendars/", wish).json()

    assert found["error"] == "The server could not be reached, or broke off."


def test_its_owner_and_the_managers_are_told_after_four_failures_once_and_when_it_works_again(
    schedule: Schedule, server: HttpServer, clock: Clock
) -> None:
    AUser(username="max", manages=schedule.team)
    followed(server, ics(TUESDAY), *[500] * 6, ics(TUESDAY), 500)

    for _ in range(3):
        later(clock)
    assert told("mona", "calendar-") == []
    for _ in range(3):
        later(clock)
    fails = "The calendar at 127.0.0.1 can't be read"
    assert [told(name, "calendar-") for name in ("mona", "max", "ana")] == [[fails], [fails], []]
    row = later(clock)
    assert (row.failures, row.failing_since, row.told_at) == (0, None, None)
    assert told("mona", "calendar-") == [fails, "The calendar at 127.0.0.1 can be read again"]
    later(clock)
    assert len(told("mona", "calendar-")) == 2


@pytest.mark.parametrize(
    "emptied", [ics(), ics(event(":20261201T080000Z", ":20261201T160000Z", "SUMMARY:Robert"))]
)
def test_it_is_emptied_only_by_somebody_who_says_that_this_is_right(
    schedule: Schedule, server: HttpServer, clock: Clock, emptied: Answer
) -> None:
    number = followed(server, ics(TUESDAY), emptied)["id"]
    later(clock)
    clock.forward(minutes=1)
    path = f"foreign-calendars/{number}/refresh/"

    still = by("mona").post(path).json()
    clock.forward(minutes=1)
    gone = by("mona").post(path, {"may_be_empty": True}).json()

    assert "take away all that it said" in still["error"]
    assert (gone["error"], gone["taken"]["cancelled"]) == (None, 1)
    assert on_call(schedule) == ["ana"]
    assert later(clock).error == ""


def test_a_vacation_that_is_taken_back_there_is_taken_back_here(
    schedule: Schedule, server: HttpServer, clock: Clock
) -> None:
    past = event(";VALUE=DATE:20260601", ";VALUE=DATE:20260605", "SUMMARY:Away")
    vacation = event(";VALUE=DATE:20261224", ";VALUE=DATE:20261227", "SUMMARY:Away")
    followed(server, ics(past, vacation), ics(past), ics(), who="ana", mode="flag")

    row = later(clock)
    assert (row.error, Unavailability.objects.valid().count()) == ("", 0)
    assert (
        "take away all" in later(clock).error
    )  # of a calendar without any event nobody knows whether it is one


# Added, refreshed, taken away
