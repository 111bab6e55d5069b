"""Calendar feeds: the area's case 27, read back by the programs that people use."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import recurring_ical_events
from django.test import Client
from icalendar import Calendar

from core.actor import person
from core.models import User
from oncall.actions.overrides import add_override, cancel_override
from oncall.actions.wish import Wish
from oncall.models import CalendarFeed, RotationVersion, Schedule
from tests.conftest import Clock
from tests.core.api.callers import Caller, a_token, assert_problem
from tests.factories import ASchedule, ATeam, AUser
from tests.servers import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture
def schedule(clock: Clock) -> Schedule:
    team = ATeam(slug="web")
    ana, bob = (
        AUser(username=name, first_name=name.title(), group="Responder") for name in ("ana", "bob")
    )
    AUser(username="mona", manages=team, group="Responder")
    made: Schedule = ASchedule(slug="shop", name="Shop; a, b", team=team, people=[ana, bob])
    return made


def by(name: str) -> Caller:
    user = User.objects.get(username=name)
    return Caller(user, a_token(user))


def a_feed(who: str = "ana", **what: Any) -> str:
    reply = by(who).post("calendar-feeds/", what)
    assert reply.status_code == 201, reply.content
    return "/ical/" + reply.json()["url"].rpartition("/")[2]


def read(path: str) -> dict[str, Any]:
    """Events by "summary start", as a calendar program reads them."""
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    found = Calendar.from_ical(answer.content)
    return {
        f"{event['SUMMARY']} {event['DTSTART'].dt:%m-%dT%H}": event
        for event in found.walk("VEVENT")
    }


def test_case_27_a_feed_shows_the_shifts_that_the_pager_goes_by(schedule: Schedule) -> None:
    mine, whole = read(a_feed()), read(a_feed(schedule="shop"))

    assert "Ana on call: Shop; a, b, Primary 12-07T09" in whole
    assert "Bob on call: Shop; a, b, Primary 11-30T09" in whole
    assert {name.split()[0] for name in mine} == {"Ana"}
    assert all(event["DTSTART"].dt.tzinfo is not None for event in whole.values())
    assert set(mine) < set(whole)


def test_case_27_what_moves_counts_up_and_what_goes_is_cancelled(
    schedule: Schedule, clock: Clock
) -> None:
    feed = a_feed(schedule="shop")
    before = read(feed)
    start = datetime(2026, 11, 30, 9, tzinfo=UTC)
    wish = Wish("cover", start, start + timedelta(days=1), user=User.objects.get(username="ana"))
    mona = person(User.objects.get(username="mona"))

    row = add_override(schedule, wish, by=mona, at=clock.forward(minutes=1))
    covered = read(feed)
    cancel_override(row.pk, by=mona, at=clock.forward(minutes=1))
    restored = read(feed)

    bob = "Bob on call: Shop; a, b, Primary 11-30T09"
    [moved] = [event for event in covered.values() if event["UID"] == before[bob]["UID"]]
    assert (moved["DTSTART"].dt, moved["SEQUENCE"]) == (start + timedelta(days=1), 1)
    assert covered["Ana on call: Shop; a, b 11-30T09"]["STATUS"] == "CONFIRMED"
    gone = restored["Ana on call: Shop; a, b 11-30T09"]
    assert (gone["STATUS"], gone["SEQUENCE"]) == ("CANCELLED", 1)
    assert (restored[bob]["UID"], restored[bob]["SEQUENCE"]) == (before[bob]["UID"], 2)


def test_looking_again_changes_nothing_and_costs_one_statement(
    schedule: Schedule, clock: Clock, django_assert_num_queries: Any
) -> None:
    feed = a_feed(schedule="shop")
    first = Client().get(feed)
    clock.forward(days=3)

    with django_assert_num_queries(1):
        again = Client().get(feed, headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert Client().get(feed)["ETag"] == first["ETag"]
    assert Client().head(feed).content == b""


def test_a_feed_is_rotated_and_revoked_and_a_wrong_one_is_404(schedule: Schedule) -> None:
    old = a_feed()
    number = CalendarFeed.objects.get().pk

    fresh = by("ana").post(f"calendar-feeds/{number}/rotate/", {}).json()["url"]
    assert Client().get(old).status_code == 404
    path = "/ical/" + fresh.rpartition("/")[2]
    assert Client().get(path).status_code == 200
    assert_problem(by("bob").delete(f"calendar-feeds/{number}/"), 404)
    assert by("ana").delete(f"calendar-feeds/{number}/").status_code == 204
    assert Client().get(path).status_code == 404
    for wrong in ("/ical/x.ics", "/ical/%00.ics", "/ical/.ics", f"/ical/{'x' * 5000}.ics"):
        assert Client().get(wrong).status_code == 404
    assert Client().post(path).status_code == 405


def test_who_left_has_no_feed_any_more(schedule: Schedule) -> None:
    feed = a_feed()
    User.objects.filter(username="ana").update(is_active=False)

    assert Client().get(feed).status_code == 404


def test_a_person_who_always_serves_has_a_feed_as_well(schedule: Schedule, clock: Clock) -> None:
    version = RotationVersion.objects.get()
    version.slots.filter(position=1).delete()
    feed = a_feed()
    once = read(feed)
    clock.forward(days=20)

    assert len(once) == 1
    assert read(feed).keys() == once.keys()


def test_who_begins_in_spring_and_never_ends_is_seen_at_once(schedule: Schedule) -> None:
    layer = {
        "name": "Learns",
        "seat": "shadow",
        "rotation": {"anchor": "2027-03-01T09:00", "participants": [["bob"]]},
    }
    document = {"name": "Shop", "time_zone": "UTC", "layers": [layer]}
    assert by("mona").put("schedules/shop/", document).status_code == 200

    assert "Bob learns: Shop, Learns 03-01T09" in read(a_feed(schedule="shop"))  # fmt: skip


def test_other_programs_read_it_without_a_complaint(schedule: Schedule, tmp_path: Path) -> None:
    content = Client().get(a_feed(schedule="shop")).content
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")

    week = recurring_ical_events.of(Calendar.from_ical(content)).between(
        datetime(2026, 11, 30, 10, tzinfo=UTC), datetime(2026, 11, 30, 11, tzinfo=UTC)
    )
    assert [str(event["SUMMARY"]) for event in week] == ["Bob on call: Shop; a, b, Primary"]
    file = tmp_path / "feed.ics"
    file.write_bytes(content)
    (tmp_path / "khal.conf").write_text(f"[calendars]\n[[feed]]\npath = {tmp_path}/kept\n")
    khal = program("khal", "-c", str(tmp_path / "khal.conf"), "printics", str(file), home=tmp_path)
    assert khal.returncode == 0, khal.stderr
    assert "Bob on call: Shop; a, b, Primary" in khal.stdout
    assert "rror" not in khal.stderr


@pytest.mark.slow
def test_vdirsyncer_fetches_every_event(schedule: Schedule, tmp_path: Path, served: Any) -> None:
    feed = a_feed(schedule="shop")
    address = served(Client().get(feed).content)
    config = tmp_path / "vdirsyncer.conf"
    config.write_text(
        f"""[general]
status_path = "{tmp_path}/status/"
[pair feed]
a = "here"
b = "there"
collections = null
[storage here]
type = "filesystem"
path = "{tmp_path}/kept/"
fileext = ".ics"
[storage there]
type = "http"
url = "{address}"
"""
    )

    for step in (("discover",), ("sync",)):
        done = program("vdirsyncer", "-c", str(config), *step, home=tmp_path)
        assert done.returncode == 0, done.stderr

    assert len(list((tmp_path / "kept").glob("*.ics"))) == len(read(feed))


@pytest.fixture
def served() -> Iterator[Callable[[bytes], str]]:
    """Serve bytes as a calendar over HTTP."""
    servers: list[HTTPServer] = []

    def serve(content: bytes) -> str:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/calendar; charset=utf-8")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", free_port()), Answer)
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/feed.ics"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def program(name: str, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a program that stands beside our Python."""
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    command = [str(Path(sys.executable).parent / name), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, input="y\n", check=False
    )
