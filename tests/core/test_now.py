"""Now: what burns, who has it, who is on call, what waits for the reader."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import Heartbeat
from incidents import actions
from incidents.admin import weeks
from incidents.models import ChangeEvent, Milestone
from notify.models import Delivery
from oncall.models import Override, plans
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import NINE, AnIncident, ASchedule, ASource, AUser, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]
HOSTILE = "<script>alert(1)</script>"


def now(browser: Client, part: str = "") -> str:
    return browser.get(f"/admin/?part={part}" if part else "/admin/").content.decode()


def test_the_worst_incident_comes_first_and_nobody_is_said_loudly(clock: Clock) -> None:
    AnIncident(rank=2, title="Search is slow")
    AnIncident(
        rank=1, title="Payments fail", acknowledged=True, acknowledged_by=AUser(first_name="Mara")
    )

    html = now(scene.signed_in(AUser()), "fires")

    assert html.index("Payments fail") < html.index("Search is slow")
    assert "Mara</span></span> has it" in html
    assert "Nobody has it" in html


def test_what_nobody_has_stands_before_what_somebody_has(clock: Clock) -> None:
    AnIncident(rank=2, title="Checkout is slow", acknowledged=True)
    AnIncident(rank=2, title="Search is slow")

    html = now(scene.signed_in(AUser()), "fires")

    assert html.index("Search is slow") < html.index("Checkout is slow")


def test_a_quiet_moment_says_so_and_names_the_last_incident(clock: Clock) -> None:
    last = AnIncident(resolved=True)

    html = now(scene.signed_in(AUser()), "fires")

    assert "Nothing is on fire." in html
    assert last.label in html
    assert 'href="/admin/incidents/incident/add/"' in html


def test_the_commander_and_ones_own_role_are_named(clock: Clock) -> None:
    incident = AnIncident(rank=1, declared=True)
    me, boss = AUser(), AUser(first_name="Mara", last_name="L")
    by = somebody()
    actions.assign_role(incident.pk, "commander", boss, by=by, at=clock.now)
    actions.assign_role(incident.pk, "comms", me, by=by, at=clock.now)

    html = now(scene.signed_in(me), "fires")

    assert "<b>Mara L</b> has command. You are Communications." in html


def test_an_offered_role_waits_for_the_one_it_was_offered_to(clock: Clock) -> None:
    incident, me = AnIncident(declared=True), AUser()
    actions.offer_role(incident.pk, "comms", me, by=somebody(), at=clock.now)

    assert "Take the role Communications" in now(scene.signed_in(me), "waiting")
    assert "Nothing waits for you" in now(scene.signed_in(AUser()), "waiting")


def test_who_is_on_call_now_and_next_and_whether_i_am(clock: Clock) -> None:
    ines, kai = AUser(first_name="Ines", last_name="O"), AUser(first_name="Kai", last_name="R")
    ASchedule(name="Payments", people=[ines, kai])

    html = now(scene.signed_in(ines), "on-call")

    assert "Payments" in html
    assert html.index("Ines O") < html.index("Kai R")
    assert "Payments now, until" in html


def test_covers_that_are_over_are_not_read(clock: Clock) -> None:
    ines, kai = AUser(first_name="Ines"), AUser(first_name="Kai")
    schedule, hour = ASchedule(people=[ines]), timedelta(hours=1)
    for begin in (clock.now - 4 * hour, clock.now - 3 * hour, clock.now - hour / 2):
        Override.objects.create(
            schedule=schedule, user=kai, starts_at=begin, ends_at=begin + hour, created_at=begin
        )

    html = now(scene.signed_in(AUser()), "on-call")

    assert html.index("Kai") < html.index("Ines")
    read = plans([schedule.pk], since=clock.now)[schedule.pk].overrides
    assert [cover.starts_at for cover in read] == [clock.now - hour / 2]


def test_an_empty_schedule_is_a_gap_with_a_way_to_cover_it(clock: Clock) -> None:
    schedule = ASchedule(name="Night", people=[])

    html = now(scene.signed_in(AUser(group="Administrator")), "holes")

    assert "1 gap" in html
    assert f"/admin/oncall/schedule/{schedule.pk}/plan/?kind=gap&amp;at=" in html


def test_pager_health_tells_working_failing_and_silent_apart(clock: Clock) -> None:
    browser = scene.signed_in(AUser())
    assert "Silent" in now(browser, "health")

    Heartbeat.objects.create(part="engine", beat_at=clock.now)
    assert "Working" in now(browser, "health")

    Delivery.objects.create(
        kind="page", object_id=1, channel="email", address="a@b.example", state="failed", created_at=clock.now, not_before=clock.now, expires_at=clock.now + timedelta(days=1),
    )  # fmt: skip
    assert "1 failed" in now(browser, "health")


def test_hostile_titles_and_changes_are_inert(clock: Clock) -> None:
    AnIncident(rank=1, title=HOSTILE)
    ChangeEvent.objects.create(
        source=ASource(name=HOSTILE), occurred_at=NINE, summary=HOSTILE, origin=HOSTILE
    )

    assert HOSTILE not in now(scene.signed_in(AUser()))


def test_twelve_weeks_leave_false_alarms_out_and_show_no_percentile_below_five(
    clock: Clock,
) -> None:
    browser = scene.signed_in(AUser())
    for minutes in (1, 2, 3, 4):
        AnIncident(
            acknowledged=True, opened_at=NINE, acknowledged_at=NINE + timedelta(minutes=minutes)
        )
    actions.move(AnIncident(opened_at=NINE).pk, "mark_false_alarm", by=somebody(), at=NINE)
    clock.forward(hours=1)
    assert "unknown" in now(browser, "twelve-weeks")
    assert "n = 4" in now(browser, "twelve-weeks")

    AnIncident(acknowledged=True, opened_at=NINE, acknowledged_at=NINE + timedelta(minutes=5))
    assert "5:00" in now(browser, "twelve-weeks")
    assert "n = 5" in now(browser, "twelve-weeks")


def test_time_to_answer_runs_from_the_alert_where_it_is_known(clock: Clock) -> None:
    for _ in range(weeks.FEWEST):
        incident = AnIncident(
            acknowledged=True, opened_at=NINE, acknowledged_at=NINE + timedelta(minutes=2)
        )
        Milestone.objects.create(
            incident=incident, kind="alerted", at=NINE - timedelta(minutes=1), recorded_at=NINE
        )
    clock.forward(hours=1)

    assert "3:00" in now(scene.signed_in(AUser()), "twelve-weeks")


def test_every_panel_answers_to_its_own_name_as_a_part(clock: Clock) -> None:
    browser = scene.signed_in(AUser())

    for name in settings.PANELS["now"]:
        key = name.rsplit(".", 1)[-1].replace("_", "-")
        assert f'id="{key}"' in now(browser)
        assert browser.get(f"/admin/?part={key}").status_code == 200


def test_now_costs_the_same_few_statements_however_much_there_is(clock: Clock) -> None:
    browser, counts = scene.signed_in(AUser()), []
    for _ in range(2):
        for _ in range(3):
            AnIncident(rank=2, acknowledged=True)
            AnIncident(rank=3)
            ASchedule(people=[AUser(), AUser()])
        with CaptureQueriesContext(connection) as queries:
            now(browser)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[0] <= 20
