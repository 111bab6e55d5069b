"""Badges, frame, figures, ledger, feeds and robots: each is served like the page itself."""

import csv
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from core.command_line import COMMAND_LINE
from statuspage.actions import correct_interval, set_component
from statuspage.models import Component, ComponentInterval, Page, PublicUpdate
from tests.factories import NINE, AService
from tests.statuspage.conftest import Timer
from tests.statuspage.scenes import MINUTE, a_component, a_page, an_incident, shown, tell
from tests.statuspage.views.test_database_gone import gone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
ATOM = "{http://www.w3.org/2005/Atom}"
KINDS = {
    "/badge.svg": "image/svg+xml; charset=utf-8",
    "/embed": "text/html; charset=utf-8",
    "/robots.txt": "text/plain; charset=utf-8",
    "/uptime.json": "application/json; charset=utf-8",
    "/ledger.csv": "text/csv; charset=utf-8",
    "/history/updates.atom": "application/atom+xml; charset=utf-8",
    "/components/{component}/badge.svg": "image/svg+xml; charset=utf-8",
    "/components/{component}/history.atom": "application/atom+xml; charset=utf-8",
    "/incidents/{incident}.atom": "application/atom+xml; charset=utf-8",
}


@pytest.fixture
def row() -> Component:
    """Give a component that an incident has put into a major outage."""
    page, service = a_page(), AService()
    row = a_component(page, "=Payments", service=service)
    a_component(page, "Search")
    tell(an_incident(service), components={row.public_id: "major_outage"})
    return row


@pytest.fixture
def paths(row: Component) -> dict[str, str]:
    """Give the addresses with their types."""
    incident = PublicUpdate.objects.get().incident.public_id
    return {path.format(component=row.public_id, incident=incident): kind for path, kind in KINDS.items()}  # fmt: skip


def test_each_has_its_type_a_tag_and_is_open_to_other_sites(
    client: Client, paths: dict[str, str]
) -> None:
    for path, kind in paths.items():
        answer = client.get(path)
        assert (path, answer.status_code, answer["Content-Type"]) == (path, 200, kind)
        assert answer.headers.get("Access-Control-Allow-Origin") == (None if path == "/embed" else "*")  # fmt: skip
        tag = {"if-none-match": answer["ETag"]}
        assert (path, client.get(path, headers=tag).status_code) == (path, 304)
        since = {"if-modified-since": answer["Last-Modified"]}
        assert (path, client.get(path, headers=since).status_code) == (path, 304)
        headed = client.head(path)
        assert (headed.content, headed["Content-Length"]) == (b"", str(len(answer.content)))
        assert client.post(path).status_code == 405
        assert not answer.cookies


def test_hot_they_run_no_statement(
    client: Client, paths: dict[str, str], django_assert_num_queries: Callable[..., Any]
) -> None:
    for path in paths:
        client.get(path)
        with django_assert_num_queries(0):
            assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "path", ["/components/nothinghere1/badge.svg", "/components/nothinghere1/history.atom", "/incidents/nothinghere1.atom",
             "/badge.svg/", "/embed/x", "/ledger.csv.gz"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(client: Client, row: Component, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_badge_follows_its_component(client: Client, row: Component, timer: Timer) -> None:
    path = f"/components/{row.public_id}/badge.svg"
    assert b"major outage" in client.get(path).content
    assert b"major outage" in client.get("/badge.svg").content

    timer.forward(181)
    with gone():
        assert b"unknown" in client.get(path).content
        assert b"unknown" in client.get("/badge.svg").content


def test_other_pages_may_frame_the_state_and_nothing_else(client: Client, row: Component) -> None:
    framed = client.get("/embed")

    assert "frame-ancestors *" in framed["Content-Security-Policy"]
    assert b"Major outage in =Payments" in framed.content
    assert b"<script" not in framed.content
    assert "frame-ancestors 'none'" in client.get("/")["Content-Security-Policy"]


def test_the_figures_are_those_of_the_page(client: Client, row: Component, timer: Timer) -> None:
    document = client.get("/uptime.json").json()

    assert list(document) == ["page", "as_of", "first_day", "last_day", "weights", "components"]
    assert document["weights"] == {"major_outage": 1.0, "partial_outage": 0.3}
    first, second = document["components"]
    assert (first["name"], second["uptime"], second["days"]) == ("=Payments", "100.00", [])
    assert first["days"][-1]["seconds"].keys() == {"major_outage"}

    Page.objects.update(shows_uptime=False)
    Component.objects.update(shows_history=False)
    shown(Page.objects.get())
    timer.forward(1)
    [first, _second] = client.get("/uptime.json").json()["components"]
    assert (first["uptime"], first["days"]) == (None, [])


def test_a_correction_is_in_the_ledger_and_no_cell_is_a_formula(
    client: Client, row: Component, timer: Timer
) -> None:
    other = Component.objects.get(name="Search")
    set_component(other.public_id, "major_outage", by=COMMAND_LINE, at=NINE)
    set_component(other.public_id, "operational", by=COMMAND_LINE, at=NINE + timedelta(hours=1))
    interval = ComponentInterval.objects.get(component=other)
    at = NINE + timedelta(hours=2)
    correct_interval(interval.pk, "partial_outage", reason="@It was only\r\nhalf of it.", by=COMMAND_LINE, at=at)  # fmt: skip
    shown(Page.objects.get(), at)
    timer.forward(1)

    rows = list(csv.DictReader(StringIO(client.get("/ledger.csv").content.decode())))

    first, second = sorted(
        (one for one in rows if one["component"] == "Search"), key=lambda one: int(one["row"])
    )
    assert (first["state"], first["counts"]) == ("major_outage", "no")
    assert (second["state"], second["counts"]) == ("partial_outage", "yes")
    assert second["corrects_row"] == first["row"]
    assert second["corrected_at"] == "2026-11-23T11:00:00.000Z"
    assert (second["corrected_by"], second["reason"]) == ("page owner", "'@It was only half of it.")
    assert {one["component"] for one in rows} == {"'=Payments", "Search"}


def test_each_update_is_an_entry_of_its_own(client: Client, row: Component, timer: Timer) -> None:
    public = PublicUpdate.objects.get().incident
    tell(public.incident, "identified", body="It is the cable.", at=NINE + MINUTE)
    timer.forward(1)

    for path in ("/history/updates.atom", f"{public.path}.atom"):
        entries = ElementTree.fromstring(client.get(path).content).findall(f"{ATOM}entry")  # noqa: S314
        assert [one.findtext(f"{ATOM}title") for one in entries] == [
            "Card payments failing: Identified", "Card payments failing: Investigating",
        ]  # fmt: skip
        assert len({one.findtext(f"{ATOM}id") for one in entries}) == 2
        assert entries[0].find(f"{ATOM}link").get("href").endswith(f"{public.path}#u-2")


def test_a_component_has_a_feed_of_what_touched_it(client: Client, row: Component) -> None:
    other = Component.objects.get(name="Search")

    mine, others = (
        ElementTree.fromstring(client.get(f"/components/{one.public_id}/history.atom").content)  # noqa: S314
        for one in (row, other)
    )

    assert mine.findtext(f"{ATOM}title") == "Northwind Books, =Payments - Incident History"
    assert (len(mine.findall(f"{ATOM}entry")), len(others.findall(f"{ATOM}entry"))) == (1, 0)


@pytest.mark.parametrize(("is_indexed", "line"), [(True, "Disallow: /admin/"), (False, "Disallow: /")])  # fmt: skip
def test_search_engines_are_told_what_the_owner_wants(
    client: Client, row: Component, is_indexed: bool, line: str
) -> None:
    Page.objects.update(is_indexed=is_indexed)
    shown(Page.objects.get())

    assert line in client.get("/robots.txt").content.decode().splitlines()


def test_the_strict_rule_counts_partial_outages_in_full_and_says_so(
    client: Client, row: Component, timer: Timer
) -> None:
    other = Component.objects.get(name="Search")
    at = NINE + timedelta(days=9)
    set_component(other.public_id, "partial_outage", by=COMMAND_LINE, at=NINE)
    set_component(other.public_id, "operational", by=COMMAND_LINE, at=at)

    def figure(rule: str) -> str:
        Page.objects.update(uptime_rule=rule)
        shown(Page.objects.get(), at)
        timer.forward(1)
        room = client.get(f"/components/{other.public_id}")
        return (client.get("/").content + room.content).decode()

    lenient, strict = figure("statuspage"), figure("strict")

    assert ("96.97" in lenient, "0.3 seconds" in lenient) == (True, True)
    assert ("89.93" in strict, "0.3 seconds" in strict) == (True, False)


def test_a_component_without_history_shows_no_days(
    client: Client, row: Component, timer: Timer
) -> None:
    Component.objects.update(shows_history=False)
    shown(Page.objects.get())

    assert b'<svg class="b"' not in client.get("/").content
    assert client.get(f"/components/{row.public_id}").status_code == 200
