"""Promises of a next update: kept, late by how much, missed; per page and month, for staff and where wanted for visitors."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.models import Incident
from statuspage.actions import Press, publish
from statuspage.models import Component, Page
from statuspage.rules.promises import promises
from tests.conftest import Clock
from tests.factories import NINE, AService, AUser, somebody
from tests.statuspage.conftest import Timer
from tests.statuspage.scenes import MINUTE, a_component, a_page, an_incident, said, shown

HOUR = 60 * MINUTE


@pytest.mark.parametrize(
    ("updates", "at", "expected"),
    [
        ([], 0, []),
        ([(0, None)], 99, []),
        ([(0, 30)], 30, []),  # its time has just come
        ([(0, 30)], 31, [(30, None, False)]),
        ([(0, 30), (30, None)], 99, [(30, None, True)]),
        ([(0, 30), (31, 60), (99, None)], 99, [(30, 1, False), (60, 39, False)]),
        ([(0, 30), (10, None)], 11, [(30, None, True)]),  # kept before its time
    ],
)
def test_what_was_promised_is_kept_late_or_missing(
    updates: list[tuple[int, int | None]],
    at: int,
    expected: list[tuple[int, int | None, bool]],
) -> None:
    told = [(NINE + m * MINUTE, None if by is None else NINE + by * MINUTE) for m, by in updates]

    found = promises(told, NINE + at * MINUTE)

    assert [(one.due_at, one.late_by, one.is_kept) for one in found] == [
        (NINE + by * MINUTE, None if late is None else late * MINUTE, kept)
        for by, late, kept in expected
    ]


@pytest.fixture
def payments() -> Component:
    """Give a component that stands for a service."""
    return a_component(a_page(), service=AService())


def tell(incident: Incident, minutes: int, promise: int | None, **fields: Any) -> None:
    at = NINE + minutes * MINUTE
    by = None if promise is None else NINE + promise * MINUTE
    words = said(body=f"At {minutes}.", next_update_by=by, **fields)
    publish(incident.pk, words, by=somebody(), at=at, press=Press(despite_findings=True))


def told(payments: Component) -> None:
    """Say of one incident what keeps one promise and breaks one by 20 minutes; leave another silent."""
    service = payments.bindings.get().service
    first, second = an_incident(service), an_incident(service)
    for minutes, promise in ((0, 30), (20, 40), (60, None)):
        tell(first, minutes, promise, name="Cards")
    tell(second, 0, 30, name="Search")


@pytest.mark.django_db
@pytest.mark.usefixtures("shipped")
def test_staff_read_it_by_month_with_the_incidents_that_broke_one(
    client: Client, payments: Component, clock: Clock
) -> None:
    told(payments)
    clock.forward(hours=2)
    client.force_login(AUser(group="Viewer"))

    page = client.get(f"/admin/statuspage/page/{payments.page_id}/change/").content.decode()

    start = page.index("Promises of a next update")
    table = page[start : page.index("</table>", start)]
    assert "November 2026" in table
    assert "20\xa0min" in table
    assert "Cards</a>" in table
    assert "Search</a>" in table
    cells = [cell.split("<")[0].split(">")[-1] for cell in table.split("<td")[1:]]
    assert cells[1:4] == ["1", "1", "1"]


@pytest.mark.django_db
@pytest.mark.usefixtures("shipped")
def test_nothing_of_another_page_is_counted(
    client: Client, payments: Component, clock: Clock
) -> None:
    told(payments)
    clock.forward(hours=2)
    other = a_page(name="Acme", slug="acme", is_default=False)
    client.force_login(AUser())

    html = client.get(f"/admin/statuspage/page/{other.pk}/change/").content.decode()

    assert "No promise has come due in twelve months." in html


@pytest.mark.django_db
@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("wants", [True, False])
def test_visitors_read_the_figure_only_where_its_owner_shows_it(
    client: Client, payments: Component, clock: Clock, timer: Timer, wants: bool
) -> None:
    Page.objects.update(shows_promises=wants)
    told(payments)
    clock.forward(hours=2)
    shown(Page.objects.get(), at=NINE + timedelta(hours=2))
    timer.forward(60)

    html = client.get("/history/2026-11").content.decode()

    sentence = "In November 2026 3 updates were promised by a time; 1 of them came by then."
    assert (sentence in html) is wants
    before = client.get("/history/2026-10").content.decode()
    assert ("No update was promised by a time of October 2026." in before) is wants


@pytest.mark.django_db
@pytest.mark.usefixtures("shipped")
def test_an_incident_of_two_months_counts_in_each_what_came_due_in_it(
    client: Client, payments: Component, clock: Clock, timer: Timer
) -> None:
    Page.objects.update(shows_promises=True)
    incident, eve = an_incident(payments.bindings.get().service), -(22 * 24 + 10) * 60
    for minutes, promise in ((0, 30), (20, 90), (100, None)):  # from 31 October, 23:00
        tell(incident, eve + minutes, promise and eve + promise, name="Cards")
    shown(Page.objects.get(), at=NINE)
    timer.forward(60)

    october, november = (
        client.get(f"/history/2026-{month}").content.decode() for month in (10, 11)
    )

    assert "In October 2026 1 update was promised by a time; it came by then." in october
    assert "In November 2026 1 update was promised by a time; it came late." in november
