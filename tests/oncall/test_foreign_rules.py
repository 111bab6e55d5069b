"""Calendars at an address: what may be followed, who may, and the screens of it."""

from typing import Any

import pytest
from django.test import Client

from core.models import User
from notify.addresses import LONGEST_URL
from oncall import tasks
from oncall.models import (
    ForeignCalendar,
    Schedule,
)
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.core.api.callers import assert_problem
from tests.factories import ATeam, AUser
from tests.oncall.desk import page, press, text, words
from tests.oncall.test_foreign import (
    SECRET,
    TUESDAY,
    by,
    calendar,
    followed,
    ics,
    later,
    on_call,
    schedule,
    server,
    url,
)
from tests.servers import HttpServer

__all__ = ["schedule", "server"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://10.0.0.1/a.ics", "private or reserved network"),
        ("http://calendar.example/a.ics", ""),
        ("ftp://calendar.example/a.ics", "https://"),
        ("https://ana:pw@calendar.example/a.ics", "user name or password"),
        ("file:///etc/passwd", "https://"),
        (f"https://calendar.example/{'a' * LONGEST_URL}", f"at most {LONGEST_URL}"),
        ("", "empty"),
    ],
)
def test_an_address_that_can_never_be_is_refused(
    schedule: Schedule, server: HttpServer, settings: Any, address: str, said: str
) -> None:
    settings.ALLOWED_PRIVATE_NETWORKS = []

    problem = assert_problem(by("ana").post("foreign-calendars/", {"url": address}), 422)

    assert [one["pointer"] for one in problem["errors"]] == ["/url"]
    assert said in problem["detail"]
    assert not ForeignCalendar.objects.exists()


def test_webcal_is_read_as_https_and_no_address_is_shown_again(
    schedule: Schedule, server: HttpServer
) -> None:
    webcal = f"webcal://127.0.0.1:{server.port}{SECRET}"

    made = by("ana").post("foreign-calendars/", {"url": webcal})

    row = ForeignCalendar.objects.get()
    assert row.address == f"https://127.0.0.1:{server.port}{SECRET}"
    assert "secret" not in row.sealed_address
    assert made.json()["host"] == "127.0.0.1"
    mona = scene.signed_in(User.objects.get(username="mona"))
    shown = [made.content, by("ana").get("foreign-calendars/").content]
    shown += [mona.get(path).content for path in ("/admin/oncall/foreigncalendar/", page(row))]
    assert not any(b"very-secret" in one for one in shown)


@pytest.mark.parametrize(
    ("wish", "pointer"),
    [
        ({"schedule": "shop"}, "/layer"),
        ({"layer": "Primary"}, "/layer"),
        ({"schedule": "none", "layer": "Primary"}, "/layer"),
        ({"schedule": "shop", "layer": "None"}, "/layer"),
        ({"schedule": "shop", "layer": "Primary", "user": "ana"}, "/user"),
        ({"user": "nobody"}, "/user"),
        ({"mode": "hide"}, "/mode"),
    ],
)
def test_what_follows_it_is_one_layer_or_one_person(
    schedule: Schedule, server: HttpServer, wish: dict[str, Any], pointer: str
) -> None:
    answer = by("mona").post("foreign-calendars/", {"url": url(server, ics()), **wish})

    assert [one["pointer"] for one in assert_problem(answer, 422)["errors"]] == [pointer]
    assert server.requests == []


def test_one_calendar_for_each_and_no_import_beside_it(
    schedule: Schedule, server: HttpServer
) -> None:
    followed(server, ics(TUESDAY))
    layer = {"schedule": "shop", "layer": "Primary"}
    again = {"url": url(server, ics(TUESDAY)), **layer}
    beside = {"layer": "Primary", "calendar": calendar(TUESDAY)}
    followed(server, ics(TUESDAY), who="ana", mode="flag")

    assert (
        "127.0.0.1" in assert_problem(by("mona").post("foreign-calendars/", again), 409)["detail"]
    )
    assert_problem(by("mona").post("schedules/shop/import-calendar/", beside), 409)
    own = {"calendar": calendar(TUESDAY)}
    assert_problem(by("ana").post("unavailability/import-calendar/", own), 409)


def test_who_may(schedule: Schedule, server: HttpServer) -> None:
    AUser(username="olga", manages=ATeam())
    number = followed(server, ics(TUESDAY))["id"]
    followed(server, ics(TUESDAY), who="mona", user="ana")

    for name in ("olga", "bob"):
        for wish in ({"schedule": "shop", "layer": "Primary"}, {"user": "ana"}):
            asked = {"url": url(server, ics()), **wish}
            assert_problem(by(name).post("foreign-calendars/", asked), 403)
        assert_problem(by(name).post(f"foreign-calendars/{number}/refresh/"), 403)
        assert_problem(by(name).delete(f"foreign-calendars/{number}/"), 403)
    assert len(by("bob").get("foreign-calendars/").json()["results"]) == 2


def test_it_is_refreshed_on_demand_but_not_in_a_row(
    schedule: Schedule, server: HttpServer, clock: Clock
) -> None:
    number = followed(server, ics(), ics(TUESDAY))["id"]
    path = f"foreign-calendars/{number}/refresh/"

    assert_problem(by("mona").post(path), 409, "not_possible")
    clock.forward(seconds=10)
    found = by("mona").post(path).json()

    assert (found["taken"]["added"], on_call(schedule)) == (1, ["bob"])
    assert found["due_at"][:19] == "2026-11-23T09:15:10"
    assert len(server.requests) == 2


def test_what_it_said_last_stays_when_it_is_followed_no_more(
    schedule: Schedule, server: HttpServer, clock: Clock
) -> None:
    number = followed(server, ics(TUESDAY))["id"]

    gone = by("mona").delete(f"foreign-calendars/{number}/")
    clock.forward(minutes=15)
    tasks.calendars()

    assert gone.status_code == 204
    assert on_call(schedule) == ["bob"]
    assert len(server.requests) == 1
    assert_problem(by("mona").get(f"foreign-calendars/{number}/"), 404)


# In the admin


@pytest.fixture
def mona(schedule: Schedule) -> Client:
    return scene.signed_in(User.objects.get(username="mona"))


PATH = "/admin/oncall/foreigncalendar/"


def test_the_admin_says_what_comes_first_follows_and_shows_how_it_stands(
    schedule: Schedule, server: HttpServer, mona: Client, clock: Clock
) -> None:
    layer = schedule.layers.get()
    assert "Copy its secret address" in words(mona.get(PATH))
    html = text(mona.get(f"{PATH}add/"))
    assert f'value="layer-{layer.pk}"' in html
    assert "when ana is away" in html

    made = mona.post(
        f"{PATH}add/", {"address": url(server, ics(TUESDAY), 503), "what": f"layer-{layer.pk}"}, follow=True
    )  # fmt: skip
    row = ForeignCalendar.objects.get()

    assert "Read: 1 turn new, 0 as before, 0 taken away." in words(made)
    assert on_call(schedule) == ["bob"]
    later(clock)
    said = words(mona.get(page(row)))
    assert "Can't be read: failed 1 time, last read 15 min ago" in said
    assert "The server answered 503. What it said last stays" in said
    assert "1 calendar can't be read now." in words(mona.get(PATH))


def test_a_refusal_keeps_what_was_typed(
    schedule: Schedule, server: HttpServer, mona: Client
) -> None:
    layer = schedule.layers.get()

    reply = mona.post(f"{PATH}add/", {"address": "https://10.0.0.1/a.ics", "what": f"layer-{layer.pk}"})  # fmt: skip

    assert reply.status_code == 422
    assert "private or reserved network" in words(reply)
    assert "https://10.0.0.1/a.ics" in text(reply)


def test_it_is_fetched_believed_and_followed_no_more_by_buttons(
    schedule: Schedule, server: HttpServer, mona: Client, clock: Clock
) -> None:
    followed(server, ics(TUESDAY), ics())
    row = ForeignCalendar.objects.get()
    clock.forward(minutes=1)

    fetched = press(mona, row, "refresh")
    assert "It would take away all that it said" in words(fetched)
    assert "Take it as it is" in words(fetched)
    clock.forward(minutes=1)
    press(mona, row, "believe", confirmed="1")
    assert on_call(schedule) == ["ana"]
    asked = press(mona, row, "unfollow")
    assert "What it said last stays" in words(asked)
    left = press(mona, row, "unfollow", confirmed="1")

    assert left.redirect_chain[-1][0] == PATH
    assert not ForeignCalendar.objects.exists()


def test_others_look_only(schedule: Schedule, server: HttpServer) -> None:
    followed(server, ics(TUESDAY))
    bob, row = scene.signed_in(User.objects.get(username="bob")), ForeignCalendar.objects.get()

    assert "Fetch it now" not in words(bob.get(page(row)))
    assert press(bob, row, "refresh").status_code == 403
    html = text(bob.get(f"{PATH}add/"))
    assert "when bob is away" in html
    assert "when ana is away" not in html
    assert "layer-" not in html
