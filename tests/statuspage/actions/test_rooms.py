"""What lies behind a page's front is kept: everything there is, what has moved, a bounded number at once."""

from datetime import timedelta
from itertools import count

import pytest

from core.command_line import COMMAND_LINE
from statuspage.actions import correct_interval, render_rooms, set_component
from statuspage.actions import rooms as rooms_actions
from statuspage.actions.picture import spans_of
from statuspage.models import Component, ComponentInterval, Page, Room
from statuspage.rules.uptime import start_of
from tests.conftest import Clock
from tests.factories import NINE
from tests.statuspage.scenes import MINUTE, a_component, a_page, an_incident, shown, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
LIVE = {"/history", "/history/2026-11", "/uptime.json"}


@pytest.fixture
def page() -> Page:
    """Give a page with two components that nothing was ever told on."""
    page = a_page()
    for name in ("Payments", "Search"):
        a_component(page, name)
    return page


def renewed(at: object) -> set[str]:
    """Return the rooms that a run renders at an instant."""
    assert render_rooms(at) >= 0  # type: ignore[arg-type]
    return set(Room.objects.filter(as_of=at).values_list("resource", flat=True))


def test_every_room_of_a_page_is_kept(page: Page) -> None:
    service = an_incident().service
    row = Component.objects.get(name="Payments")
    row.bindings.create(service=service)
    update = tell(an_incident(service), components={row.public_id: "major_outage"})

    render_rooms(NINE)

    kept = set(Room.objects.values_list("resource", flat=True))
    months = {path for path in kept if path.startswith("/history/")}
    components = {f"/components/{one.public_id}" for one in Component.objects.all()}
    calendars = {f"{path}.ics" for path in components}
    feeds = {f"{path}/history.atom" for path in components} | {f"{update.incident.path}.atom"}
    front = {"/history", "/uptime.json", "/ledger.csv", update.incident.path}
    assert kept == front | feeds | calendars | months | components
    assert len(months) == 12


def test_what_has_not_moved_is_not_rendered_again(page: Page) -> None:
    render_rooms(NINE)

    assert renewed(NINE + MINUTE) == LIVE


def test_what_has_moved_is_rendered_again(page: Page) -> None:
    row = Component.objects.get(name="Search")
    render_rooms(NINE)
    at = NINE + MINUTE
    by = COMMAND_LINE
    set_component(row.public_id, "major_outage", by=by, at=at)

    path = f"/components/{row.public_id}"
    assert path in renewed(at + MINUTE)
    assert path in renewed(at + 2 * MINUTE), "it is still in trouble"
    set_component(row.public_id, "operational", by=by, at=at + 3 * MINUTE)
    assert path in renewed(at + 4 * MINUTE)
    assert path not in renewed(at + 5 * MINUTE)
    interval = ComponentInterval.objects.get()
    correct_interval(interval.pk, "partial_outage", reason="It was only half.", by=by, at=at + 6 * MINUTE)  # fmt: skip
    assert path in renewed(at + 7 * MINUTE)


def test_after_a_day_everything_is_of_another_day(page: Page) -> None:
    render_rooms(NINE)

    assert len(renewed(NINE + timedelta(days=1, minutes=1))) == Room.objects.count()


def test_a_run_is_bounded_and_the_next_goes_on(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms_actions, "MOST_AT_ONCE", 5)

    assert [render_rooms(NINE + number * MINUTE) for number in range(9)] == [5] * 9
    assert Room.objects.count() == 21
    assert render_rooms(NINE + 9 * MINUTE) == len(LIVE)


def test_a_page_that_takes_long_is_kept_little_by_little_and_keeps_no_other_waiting(
    page: Page,
) -> None:
    a_component(a_page(name="Labs", slug="labs", is_default=False), "Lab")
    seconds = count(step=1.5)

    made = [
        render_rooms(NINE + number * MINUTE / 1000, timer=lambda: next(seconds))
        for number in range(30)
    ]

    assert max(made) <= 8
    assert set(Room.objects.values_list("page__name", flat=True)) == {"Labs", page.name}
    assert {"/components/" + row.public_id for row in Component.objects.all()} <= set(
        Room.objects.values_list("resource", flat=True)
    )


def test_no_page_reads_more_than_it_shows(page: Page) -> None:
    """A history of twenty years costs a visitor no more than one of a year."""
    row = Component.objects.get(name="Search")
    spans = [(1000 + number, 999 + number) for number in range(300)] + [(3, 2)]
    ComponentInterval.objects.bulk_create(
        ComponentInterval(
            component=row,
            state="major_outage",
            from_at=NINE - timedelta(days=begin),
            to_at=NINE - timedelta(days=end),
        )
        for begin, end in spans
    )
    since = start_of(NINE.date() - timedelta(days=1200), page.zone)

    then = NINE - timedelta(days=1100)

    assert len(spans_of([row], since=since, until=then)[row.pk]) == 101
    assert len(spans_of([row], since=NINE - timedelta(days=90))[row.pk]) == 1


def test_what_is_gone_is_kept_no_longer(page: Page) -> None:
    render_rooms(NINE)
    gone = Component.objects.get(name="Search")
    path = f"/components/{gone.public_id}"
    gone.delete()

    render_rooms(NINE + MINUTE)

    assert not Room.objects.filter(resource=path).exists()


def test_an_older_run_overwrites_nothing(page: Page, clock: Clock) -> None:
    render_rooms(NINE + MINUTE)

    assert not renewed(NINE)
    assert Room.objects.filter(as_of=NINE + MINUTE).count() == Room.objects.count()
    shown(page)
