"""The status page answers with the database gone (design.md 4, invariant 14), and says when it is old."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection
from django.test import Client

from statuspage.actions import render_due, render_rooms, rendering
from statuspage.models import Edition, Page, Room
from statuspage.views.pages import memory
from statuspage.views.shelf import shelf
from tests.conftest import Clock
from tests.factories import NINE, AService
from tests.statuspage.conftest import Timer
from tests.statuspage.scenes import a_component, a_page, an_incident, shown, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
STORED = ["/", "/history.rss", "/api/v2/summary.json"]


@pytest.fixture
def page() -> Page:
    """Give a rendered page."""
    page = a_page()
    a_component(page)
    shown(page)
    return page


@contextmanager
def gone() -> Iterator[None]:
    """Let every statement fail as it does when the server is away."""

    def refuse(*_: Any) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    close = connection.close
    connection.close = lambda: None  # type: ignore[method-assign]  # a test's transaction must outlive it
    try:
        with connection.execute_wrapper(refuse):
            yield
    finally:
        connection.close = close  # type: ignore[method-assign]


def restarted() -> None:
    """Begin as a process that has served nothing."""
    shelf.forget()
    memory.forget()


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("path", STORED)
def test_what_was_served_is_served_on(client: Client, timer: Timer, path: str) -> None:
    before = client.get(path).content
    timer.forward(30)

    with gone():
        answer = client.get(path)

    assert (answer.status_code, answer.content) == (200, before)


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("path", STORED)
def test_a_process_that_starts_meanwhile_serves_the_copy(
    client: Client, path: str, monkeypatch: Any
) -> None:
    before = client.get(path).content
    restarted()
    monkeypatch.setattr("core.clock.without_database", lambda: NINE)

    with gone():
        answer = client.get(path)

    assert (answer.status_code, answer.content) == (200, before)


@pytest.mark.usefixtures("page")
def test_without_copy_and_database_it_says_so(client: Client) -> None:
    with gone():
        answer = client.get("/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("page")
def test_a_broken_copy_is_as_none(client: Client, settings: LazySettings) -> None:
    client.get("/")
    for copy in settings.STATUSPAGE_SNAPSHOT_DIR.iterdir():
        copy.write_bytes(b"\xc1broken")
    restarted()

    with gone():
        assert client.get("/").status_code == 503


@pytest.mark.usefixtures("page")
def test_a_page_behind_the_page_outlives_the_database_as_well(client: Client, timer: Timer) -> None:
    before = client.get("/history").content
    timer.forward(30)

    with gone():
        assert client.get("/history").content == before
        assert client.get("/history/2026-10").status_code == 503


@pytest.fixture
def rooms(page: Page, client: Client, timer: Timer) -> list[str]:
    """Give the addresses of every room of a page, copied by a process that was asked for its front alone."""
    update = tell(an_incident(a_component(page, "Search", service=AService()).services.get()))
    render_rooms(NINE)
    shown(page)
    client.get("/")
    rooms = [*Room.objects.values_list("resource", flat=True)]
    assert update.incident.path in rooms
    restarted()
    return rooms


@pytest.mark.usefixtures("shipped")
def test_a_process_that_starts_meanwhile_serves_every_room(
    client: Client, rooms: list[str], monkeypatch: Any
) -> None:
    monkeypatch.setattr("core.clock.without_database", lambda: NINE)

    with gone():
        answers = {path: client.get(path) for path in rooms}

    assert {answer.status_code for answer in answers.values()} == {200}
    pages = [one for one in answers.values() if one["Content-Type"].startswith("text/html")]
    assert len(pages) > 15
    assert all(b"a newer copy is due by" in page.content for page in pages)


@pytest.mark.usefixtures("shipped")
def test_a_room_is_as_old_as_itself(client: Client, rooms: list[str], monkeypatch: Any) -> None:
    at = NINE + timedelta(minutes=54)
    monkeypatch.setattr("core.clock.without_database", lambda: at)

    with gone():
        answers = [client.get(path) for path in rooms]

    pages = [one.content for one in answers if one["Content-Type"].startswith("text/html")]
    assert all(b"54 minutes before it was sent to you" in page for page in pages)


@pytest.mark.usefixtures("shipped")
def test_while_the_database_is_away_no_room_asks_it(
    client: Client, rooms: list[str], django_assert_num_queries: Any
) -> None:
    with gone():
        client.get("/")

    with django_assert_num_queries(0):
        assert {client.get(path).status_code for path in rooms} == {200}


@pytest.mark.usefixtures("shipped")
def test_when_the_database_is_back_rooms_are_of_now(
    client: Client, rooms: list[str], timer: Timer, clock: Clock
) -> None:
    with gone():
        client.get("/history")
    clock.forward(minutes=10)
    timer.forward(5)

    assert b"09:10" in client.get("/history").content


@pytest.mark.usefixtures("shipped")
def test_many_rooms_are_copied_a_slice_at_each_look(
    client: Client, page: Page, timer: Timer, settings: LazySettings
) -> None:
    for number in range(40):
        a_component(page, f"Part {number}")
    render_rooms(NINE)
    shown(page)

    copied = []
    for _look in range(6):
        client.get("/")
        timer.forward(1)
        copied.append(len(list(settings.STATUSPAGE_SNAPSHOT_DIR.rglob("*.room"))))

    everything = Room.objects.count()
    assert copied == [25, 50, 75, everything, everything, everything]


@pytest.mark.usefixtures("shipped")
def test_the_copy_of_what_is_gone_goes_as_well(
    client: Client, page: Page, rooms: list[str], timer: Timer, settings: LazySettings
) -> None:
    page.components.get(name="Search").delete()
    render_rooms(NINE + timedelta(minutes=1))
    shown(page)
    client.get("/")

    assert (
        len(list(settings.STATUSPAGE_SNAPSHOT_DIR.rglob("*.room"))) == len(rooms) - 3
    )  # its page, feed and calendar


def test_the_database_is_asked_again_after_a_while(
    client: Client, page: Page, timer: Timer
) -> None:
    client.get("/")
    timer.forward(1)
    with gone():
        client.get("/")
    page.name = "Southwind Books"
    page.save()
    shown(page)
    timer.forward(4)
    assert b"Southwind" not in client.get("/").content

    timer.forward(1)
    assert b"Southwind" in client.get("/").content


@pytest.mark.usefixtures("page")
def test_no_request_waits_for_another_ones_look(client: Client, timer: Timer) -> None:
    client.get("/")
    timer.forward(1)

    with shelf._looking:
        assert client.get("/").status_code == 200


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(("age_s", "is_stale"), [(180, False), (181, True)])
def test_a_page_older_than_three_renderings_shows_nothing_as_fine(
    client: Client, timer: Timer, age_s: int, is_stale: bool
) -> None:
    client.get("/")
    timer.forward(age_s)

    with gone():
        answer = client.get("/")

    assert (b"Present status unknown" in answer.content) is is_stale
    assert (b"All systems operational" in answer.content) is not is_stale


@pytest.mark.usefixtures("page")
def test_a_stale_page_says_how_old_it_is_and_programs_get_the_same_bytes(
    client: Client, timer: Timer, clock: Clock
) -> None:
    before = client.get("/api/v2/summary.json").content
    clock.forward(minutes=54)
    timer.forward(54 * 60)

    page = client.get("/")
    assert b"54 minutes before it was sent to you" in page.content
    assert client.get("/", headers={"if-none-match": page["ETag"]}).status_code == 304
    assert client.get("/api/v2/summary.json").content == before


def test_the_minute_task_keeps_an_unchanged_page_fresh(
    client: Client, page: Page, clock: Clock, timer: Timer
) -> None:
    tag = client.get("/api/v2/summary.json")["ETag"]
    for _minute in range(5):
        clock.forward(minutes=1)
        timer.forward(60)
        assert render_due(clock.now) == 1

    answer = client.get("/")
    assert b"All systems operational" in answer.content
    assert b"09:05:00" in answer.content
    assert client.get("/api/v2/summary.json")["ETag"] == tag
    assert Edition.objects.get(page=page).number == 6


def test_two_runners_render_once_a_minute(page: Page, clock: Clock) -> None:
    clock.forward(minutes=1)

    assert [render_due(clock.now), render_due(clock.now)] == [1, 0]


def test_a_rendering_that_was_overtaken_by_a_change_is_dropped(
    page: Page, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.forward(minutes=1)
    resources: Callable[..., Any] = rendering._resources

    def slowly(*given: Any) -> Any:
        made = resources(*given)
        monkeypatch.setattr(rendering, "_resources", resources)
        shown(page, clock.now)
        return made

    monkeypatch.setattr(rendering, "_resources", slowly)

    assert render_due(clock.now) == 0
    assert Edition.objects.get(page=page).number == 2
