"""Final schedule, who is on call, calendar feed and pager give one answer for every instant (invariant 7)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from core.models import User
from oncall.actions.rotation import resolve
from oncall.models import Schedule
from oncall.rota import SEATS
from tests.conftest import Clock
from tests.core.api.callers import Caller, a_token
from tests.factories import ATeam, AUser
from tests.oncall.api.documents import document, layer, whole

pytestmark = pytest.mark.django_db
START, END = "2026-11-16T00:00:00Z", "2027-04-05T00:00:00Z"
SECOND = timedelta(seconds=1)
EUROPE = {"weekdays": [0, 1, 2, 3, 4, 5, 6], "start": "08:00", "end": "16:00"}


def by(name: str) -> Caller:
    user = User.objects.get(username=name)
    return Caller(user, a_token(user))


def sent(reply: Any, *status: int) -> Any:
    assert reply.status_code in status, reply.content
    return reply.json() if reply.content else None


COVER = {"kind": "cover", "user": "fay", "start": "2026-12-01T10:00Z", "end": "2026-12-03T02:30Z"}
WISHES: list[dict[str, Any]] = [
    COVER,
    {**COVER, "kind": "remove", "user": None, "subject": "dan", "start": "2026-12-02T00:00Z"},
    {**COVER, "kind": "substitute", "user": "cyd", "subject": "bob", "end": "2027-03-28T01:30Z"},
    {**COVER, "kind": "add", "layer": "West", "start": "2027-03-27T00:00Z", "end": "2027-03-29T00:00Z"},
]  # fmt: skip
AWAY = {"kind": "vacation", "mode": "skip", "start": "2026-12-24T00:00Z", "end": "2027-01-07T00:00Z"}  # fmt: skip
PATHS = "schedules/payments/"


def others() -> list[dict[str, Any]]:
    """Return the layers beside Europe: California below it, a backup, a learner."""
    west = {"time_zone": "America/Los_Angeles", "participants": [["dan"], ["eve"], []], "unit": "day"}  # fmt: skip
    return [
        layer("West", **west, turn_mode="active", windows=[{**EUROPE, "weekdays": [0, 1, 2, 3, 4], "end": "24:00"}]),
        layer("Backup", seat="secondary", participants=[["fay"], ["ana"]], unit="month", anchor="2026-01-31T09:00"),
        layer("Learns", seat="shadow", participants=[["bob"]], mode="additive"),
    ]  # fmt: skip


def swapped(mona: Caller) -> None:
    """Let Fay take the first shift that Ana has in 2027."""
    found = whole(mona, "2027-01-11T00:00Z", END)["segments"]
    mine = next(one for one in found if one["user"] == "ana")
    wish = {"taker": "fay", "start": mine["start"], "end": mine["end"], "note": "a wedding"}
    swap = sent(by("ana").post(f"{PATHS}swaps/", wish), 201)["id"]
    sent(by("fay").post(f"{PATHS}swaps/{swap}/accept/", {}), 200)


@pytest.fixture
def schedule(clock: Clock) -> Schedule:
    """Follow the sun: Europe by day, California below it, a backup, a learner; covered, swapped, away, edited, half served."""
    team = ATeam(slug="web")
    for name in ("ana", "bob", "cyd", "dan", "eve", "fay"):
        AUser(username=name, member_of=team)
    AUser(username="mona", manages=team)
    clock.forward(days=-7)
    mona, rest = by("mona"), others()
    europe = layer("Europe", priority=2, windows=[EUROPE])
    sent(mona.post("schedules/", document(europe, *rest, team="web")), 201)
    clock.forward(days=3)
    for wish in WISHES:
        sent(mona.post(f"{PATHS}overrides/", wish), 201)
    sent(by("ana").post("unavailability/", AWAY), 201)
    swapped(mona)
    clock.forward(days=4)
    four = layer(
        "Europe", priority=2, windows=[EUROPE], participants=[["ana"], ["bob"], ["cyd"], ["eve"]]
    )
    sent(mona.put(PATHS, document(four, *rest, effective="2027-02-01T08:00Z")), 200)
    return Schedule.objects.get(slug="payments")


def instants(found: dict[str, Any]) -> list[datetime]:
    """Every edge of the final schedule, a second before it, and every seventh hour between."""
    edges = {datetime.fromisoformat(one[end]) for one in found["segments"] for end in ("start", "end")}  # fmt: skip
    first, last = datetime.fromisoformat(START), datetime.fromisoformat(END)
    hours = {first + timedelta(hours=7 * n) for n in range((last - first) // timedelta(hours=7))}
    near = hours | edges | {edge - SECOND for edge in edges}
    return sorted(at for at in near if first <= at < last)


def held(found: list[dict[str, Any]], at: datetime, seat: str) -> set[str]:
    return {one["user"] for one in found if one["seat"] == seat and one["from"] <= at < one["to"]}


def test_final_schedule_feed_and_pager_agree_at_every_edge_and_between(schedule: Schedule) -> None:
    mona = by("mona")
    found = whole(mona, START, END)
    told = [
        {**one, "from": datetime.fromisoformat(one["start"]), "to": datetime.fromisoformat(one["end"])}
        for one in found["segments"]
    ]  # fmt: skip
    url = sent(mona.post("calendar-feeds/", {"schedule": "payments"}), 201)["url"]
    feed = [
        (str(event["SUMMARY"]).split()[0], str(event["SUMMARY"]), event["DTSTART"].dt, event["DTEND"].dt)
        for event in Calendar.from_ical(Client().get("/ical/" + url.rpartition("/")[2]).content).walk("VEVENT")
        if event["STATUS"] == "CONFIRMED"
    ]  # fmt: skip
    names = dict(User.objects.values_list("pk", "username"))
    words = {"primary": "on call", "secondary": "backup", "shadow": "learns"}

    for number, at in enumerate(instants(found)):
        expected = {seat: held(told, at, seat) for seat in SEATS}
        for seat in SEATS:
            shown = {who for who, what, start, end in feed if words[seat] in what and start <= at < end}  # fmt: skip
            assert shown == expected[seat], (at, seat)
        is_gap = any(one["start"] <= f"{at:%Y-%m-%dT%H:%M:%S.%fZ}" < one["end"] for one in found["gaps"])  # fmt: skip
        assert is_gap != bool(expected["primary"]), at
        if number % 7 == 0:
            asked = resolve([schedule.pk], at)[schedule.pk].seats
            assert {seat: {names[user] for user in asked[seat]} for seat in SEATS} == expected, at


def test_who_is_on_call_over_http_is_the_final_schedule(schedule: Schedule) -> None:
    mona = by("mona")
    found = whole(mona, START, END)
    told = [
        {**one, "from": datetime.fromisoformat(one["start"]), "to": datetime.fromisoformat(one["end"])}
        for one in found["segments"]
    ]  # fmt: skip

    for at in instants(found)[::23]:
        [one] = mona.get("oncall/", at=f"{at:%Y-%m-%dT%H:%M:%SZ}", schedule="payments").json()[
            "results"
        ]
        assert set(one["users"]) == held(told, at, "primary"), at
        assert set(one["secondary"]) == held(told, at, "secondary"), at
        if one["until"]:
            after = datetime.fromisoformat(one["until"])
            assert held(told, after - SECOND, "primary") == set(one["users"])


def test_the_scene_has_every_source_and_hours_served(schedule: Schedule) -> None:
    found = whole(by("mona"), START, END)["segments"]

    assert {one["source"] for one in found} == {"rotation", "override", "swap", "unavailability"}
    assert schedule.served_to is not None
    assert schedule.served.exists()
