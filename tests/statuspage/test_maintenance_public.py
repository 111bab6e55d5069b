"""What visitors, programs and calendars are told of planned work."""

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.conf import LazySettings
from django.test import Client
from icalendar import Calendar

from statuspage.actions import set_component
from statuspage.actions.maintenance import change, plan
from statuspage.actions.maintenance_clock import move_due
from statuspage.actions.maintenance_steps import step, tell
from statuspage.actions.maintenance_words import Word
from statuspage.models import Component, Maintenance
from statuspage.views.pages import memory
from statuspage.views.shelf import shelf
from tests.conftest import Clock
from tests.factories import NINE, somebody
from tests.statuspage.scenes import MINUTE, a_component, a_page, shown
from tests.statuspage.test_wire import AFFECTED, COMPONENT, INCIDENT, UPDATE
from tests.statuspage.works import HOUR, THREE, TWO, a_plan, planned

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def _site(settings: LazySettings) -> None:
    settings.SITE_URL = "https://status.northwind.example"


@pytest.fixture
def payments() -> Component:
    row = a_component(a_page())
    a_component(row.page, "Search", position=2)
    return row


def got(path: str) -> str:
    shelf.forget()
    memory.forget()
    answer = Client().get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def api(name: str) -> Any:
    return json.loads(got(f"/api/v2/{name}.json"))


def works(name: str) -> list[str]:
    return [row["status"] for row in api(name)["scheduled_maintenances"]]


def listed() -> tuple[list[str], ...]:
    return tuple(
        works(name)
        for name in (
            "scheduled-maintenances",
            "scheduled-maintenances/upcoming",
            "scheduled-maintenances/active",
            "summary",
        )
    )


def feed(path: str) -> ET.Element:
    return ET.fromstring(got(path))  # noqa: S314  our own text


def entry() -> dict[str, str]:
    [found] = feed("/history.atom").iter(f"{ATOM}entry")
    return {child.tag.removeprefix(ATOM): child.text or "" for child in found}


def events(path: str = "/maintenance.ics") -> list[Any]:
    return list(Calendar.from_ical(got(path)).walk("VEVENT"))


def test_each_list_of_the_api_has_a_maintenance_where_it_belongs_m1_m2_m3(
    payments: Component,
) -> None:
    planned(payments)
    assert listed() == (["scheduled"], ["scheduled"], [], ["scheduled"])
    move_due(TWO)
    assert listed() == (["in_progress"], [], ["in_progress"], ["in_progress"])
    assert api("status")["status"] == {
        "indicator": "maintenance",
        "description": "Service Under Maintenance",
    }
    move_due(THREE)
    assert listed() == (["completed"], [], [], [])
    assert api("status")["status"]["indicator"] == "none"


def test_what_was_cancelled_is_in_no_list(payments: Component) -> None:
    work = planned(payments)
    step(work.public_id, "cancel", by=somebody(), at=NINE + MINUTE)

    assert listed() == ([], [], [], [])


def test_every_key_is_statuspages_and_in_its_order_w1(payments: Component) -> None:
    planned(payments)
    move_due(TWO)
    [row] = api("scheduled-maintenances")["scheduled_maintenances"]

    assert list(row) == [*INCIDENT, "scheduled_for", "scheduled_until"]
    assert [list(update) for update in row["incident_updates"]] == [UPDATE, UPDATE]
    assert list(row["components"][0]) == COMPONENT
    assert list(row["incident_updates"][0]["affected_components"][0]) == AFFECTED
    assert (row["impact"], row["monitoring_at"], row["resolved_at"]) == ("maintenance", None, None)
    assert (row["scheduled_for"], row["scheduled_until"]) == (
        "2026-11-24T02:00:00.000Z",
        "2026-11-24T03:00:00.000Z",
    )
    assert [update["status"] for update in row["incident_updates"]] == ["in_progress", "scheduled"]
    assert row["components"][0]["status"] == "under_maintenance"


def test_planned_work_stands_below_the_components_and_running_work_above(
    payments: Component, clock: Clock
) -> None:
    work = planned(payments, advice="Use gift cards.")
    page = got("/")
    assert page.index("Planned maintenance") > page.index('id="components"')
    assert "Next planned work" in page

    clock.now = TWO
    move_due(TWO)
    page = got("/")
    assert page.index("Maintenance now") < page.index('id="components"')
    assert "Planned maintenance in Payments" in page
    assert "1 of 2 components under maintenance" in page
    assert "Use gift cards." in page
    assert f"/incidents/{work.public_id}" in page


def test_a_moved_plan_says_from_when(payments: Component) -> None:
    work = planned(payments)
    later = a_plan(
        payments, body="", scheduled_for=TWO + 24 * HOUR, scheduled_until=TWO + 25 * HOUR
    )
    change(work.public_id, later, by=somebody(), at=NINE)

    assert "<b>Moved</b> from 24 November" in got("/")
    assert "Moved from 24 November." in got(f"/incidents/{work.public_id}")


def test_what_overruns_and_what_has_not_begun_is_said_m3(payments: Component, clock: Clock) -> None:
    work = planned(payments, begins_itself=False, ends_itself=False)
    clock.now = TWO + MINUTE
    shown(payments.page, clock.now)
    assert "It has not begun yet." in got("/")
    assert "It has not begun yet." in got(f"/incidents/{work.public_id}")

    step(work.public_id, "begin", by=somebody(), at=TWO)
    clock.now = THREE + 20 * MINUTE
    shown(payments.page, clock.now)
    assert "still running" in got("/")
    assert "still running" in got(f"/incidents/{work.public_id}")


def test_its_own_page_tells_its_whole_life(payments: Component, clock: Clock) -> None:
    work = planned(payments)
    path = f"/incidents/{work.public_id}"
    assert "<title>Planned maintenance: Moving the payments database" in got(path)

    move_due(TWO)
    clock.now = TWO + MINUTE
    tell(work.public_id, Word("Half way."), by=somebody(), at=clock.now)
    page = got(path)
    assert "<title>Under maintenance: Moving the payments database" in page
    assert page.index("Half way.") < page.index("Payments will pause for some minutes.")
    assert "Payments: operational to under maintenance" in page

    clock.now = THREE
    move_due(THREE)
    page = got(path)
    assert "<title>Completed: Moving the payments database" in page
    assert "Completed. It lasted 1\xa0h" in page


def test_work_that_names_no_component_is_shown_before_while_and_after_it_runs(
    payments: Component, clock: Clock
) -> None:
    said = a_plan(components={})
    work = plan(payments.page_id, said, by=somebody(), at=NINE)

    for at, word in (
        (NINE, "Planned maintenance"),
        (TWO, "Under maintenance"),
        (THREE, "Completed"),
    ):
        clock.now = at
        move_due(at)
        assert (said.name in got("/")) is (at != THREE)  # what is done stands under its day
        own = got(f"/incidents/{work.public_id}")
        assert f"<title>{word}: {said.name}" in own
        assert "<dt>Affected" not in own


def test_a_cancelled_work_is_on_its_own_page_and_in_no_list(payments: Component) -> None:
    work = planned(payments)
    step(work.public_id, "cancel", by=somebody(), at=NINE)

    assert "will not take place" in got(f"/incidents/{work.public_id}")
    assert work.name not in got("/")


def test_done_work_is_in_the_past_days_the_month_and_on_its_component(
    payments: Component, clock: Clock
) -> None:
    work = planned(payments)
    move_due(TWO)
    clock.now = TWO + MINUTE
    component = got(f"/components/{payments.public_id}")
    assert "Planned to end at" in component
    assert f'href="/components/{payments.public_id}.ics"' in component

    clock.now = THREE + HOUR
    move_due(clock.now)
    assert "Maintenance on" in got("/")
    month = got("/history/2026-11")
    assert f"Maintenance: {work.name}" in month
    assert "as planned" in month
    assert work.name in got(f"/components/{payments.public_id}")


def test_work_within_an_outage_hides_nothing_of_it_m5(payments: Component, clock: Clock) -> None:
    planned(payments)
    set_component(payments.public_id, "major_outage", by=somebody(), at=TWO - MINUTE)
    clock.now = TWO
    move_due(TWO)

    assert "Major outage in Payments" in got("/")
    assert api("status")["status"]["indicator"] == "major"


def test_feeds_hold_maintenances_under_numbers_of_their_own_f1(payments: Component) -> None:
    work = planned(payments)
    first = entry()
    move_due(TWO)
    now = entry()

    assert first["id"] == now["id"]
    assert now["id"].endswith(f":Incident/{10**9 + work.pk}")
    assert now["updated"] == "2026-11-24T02:00:00Z"
    rss = feed("/history.rss").findtext("channel/item/description")
    assert rss.index("In progress") < rss.index("Scheduled")


def test_calendars_know_a_plan_its_move_and_its_cancellation_f3(payments: Component) -> None:
    work = planned(payments, name="Änderung der Zahlungsdatenbank " + "x" * 90)
    [event] = events()
    assert (event["SEQUENCE"], event["STATUS"]) == (0, "CONFIRMED")
    assert event["DTSTART"].to_ical() == b"20261124T020000Z"
    uid = event["UID"]

    later = a_plan(payments, body="", scheduled_for=TWO + HOUR, scheduled_until=THREE + HOUR)
    change(work.public_id, later, by=somebody(), at=NINE + MINUTE)
    [event] = events()
    assert (event["UID"], event["SEQUENCE"]) == (uid, 1)
    assert event["DTSTART"].to_ical() == b"20261124T030000Z"

    step(work.public_id, "cancel", by=somebody(), at=NINE + 2 * MINUTE)
    [event] = events(f"/components/{payments.public_id}.ics")
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (uid, 2, "CANCELLED")


def test_a_cancelled_plan_leaves_the_calendar_after_90_days(
    payments: Component, clock: Clock
) -> None:
    work = planned(payments)
    step(work.public_id, "cancel", by=somebody(), at=NINE)

    for days, kept in ((90, 1), (91, 0)):
        clock.now = NINE + days * 24 * HOUR
        shown(payments.page, clock.now)
        assert len(events()) == kept


def test_a_calendar_is_folded_at_75_octets_and_answers_304_f3(payments: Component) -> None:
    planned(payments, name="Ä" * 200)
    raw = Client().get("/maintenance.ics")

    assert raw["Content-Type"] == "text/calendar; charset=utf-8"
    lines = raw.content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    again = Client().get("/maintenance.ics", headers={"if-none-match": raw["ETag"]})
    assert again.status_code == 304


def test_another_components_calendar_and_an_unknown_one(payments: Component) -> None:
    planned(payments)
    search = Component.objects.get(name="Search")

    assert events(f"/components/{search.public_id}.ics") == []
    assert Client().get("/components/nothinghere1.ics").status_code == 404


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", "]]><x>", "a\u2028b", "Move\r\nATTENDEE:mailto:x", "{{ 7*7 }}"],
)
def test_hostile_words_break_nothing(payments: Component, hostile: str) -> None:
    work = planned(payments, name=hostile, body=hostile, advice=hostile)

    for path in ("/", f"/incidents/{work.public_id}"):
        assert "<script" not in got(path)
    feed("/history.rss")
    feed("/history.atom")
    [event] = events()
    assert "ATTENDEE" not in event
    assert Maintenance.objects.get().name == " ".join(hostile.split())


def test_a_page_under_a_name_links_within_itself(payments: Component) -> None:
    page = payments.page
    page.is_default = False
    page.save()
    work = planned(payments)

    home = got("/status/northwind/")
    assert f'href="/status/northwind/incidents/{work.public_id}"' in home
    assert 'href="/status/northwind/maintenance.ics"' in home
    assert len(events("/status/northwind/maintenance.ics")) == 1


def test_work_that_touches_no_component_is_shown_through_its_whole_life(
    payments: Component, clock: Clock
) -> None:
    said = a_plan(name="Moving the office")
    work = plan(payments.page_id, said, by=somebody(), at=NINE)
    assert "Moving the office" in got(work.path)

    assert move_due(TWO) == 1
    assert "Moving the office" in got("/")
    assert "Moving the office" in got(work.path)
    assert move_due(THREE) == 1
    assert "Moving the office" in got(work.path)
