"""Planned work: announced, moved, begun and ended by a person or by the clock (areas/statuspage.md 6.4)."""

from datetime import datetime, timedelta

import pytest

from core.actor import person
from core.errors import Conflict, IllegalTransition, Invalid, NotAllowed, NotFound, NotPossible
from statuspage.actions import Leak, set_component
from statuspage.actions.maintenance import change, warnings
from statuspage.actions.maintenance_clock import move_due
from statuspage.actions.maintenance_steps import allowed, step, tell
from statuspage.actions.maintenance_words import Word
from statuspage.models import Component, ComponentInterval, Mailing, Maintenance
from statuspage.rules.states import Work
from statuspage.tasks import move_maintenances
from tests.conftest import Clock
from tests.factories import NINE, AUser, somebody
from tests.statuspage.scenes import MINUTE, a_component, a_page
from tests.statuspage.works import HOUR, THREE, TWO, a_plan, planned

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def payments() -> Component:
    return a_component(a_page())


def now(work: Maintenance) -> Maintenance:
    return Maintenance.objects.get(pk=work.pk)


def state_of(component: Component) -> str:
    row = ComponentInterval.objects.filter(component=component, to_at=None).first()
    return row.state if row else "operational"


def told(work: Maintenance) -> list[tuple[str, str]]:
    return list(work.updates.order_by("number").values_list("state", "body"))


def mailings() -> list[str]:
    return list(Mailing.objects.order_by("pk").values_list("kind", flat=True))


def test_what_is_planned_is_announced_and_touches_nothing_yet_m1(payments: Component) -> None:
    work = planned(payments)

    assert work.state == "scheduled"
    assert told(work) == [("scheduled", "Payments will pause for some minutes.")]
    assert state_of(payments) == "operational"
    assert mailings() == ["work"]
    payments.page.refresh_from_db()
    assert payments.page.updated_at == NINE


def test_the_clock_begins_it_and_puts_its_components_under_maintenance_m2(
    payments: Component,
) -> None:
    work = planned(payments)

    assert move_due(TWO - timedelta(seconds=1)) == 0
    assert move_due(TWO + timedelta(seconds=3)) == 1

    work = now(work)
    assert (work.state, work.began_at) == ("in_progress", TWO)
    assert state_of(payments) == "under_maintenance"
    assert told(work)[-1] == (
        "in_progress",
        "The planned work has begun. It should be over by Tue 24 Nov 2026, 03:00 UTC.",
    )
    assert work.updates.last().changes == [
        {
            "code": payments.public_id,
            "name": "Payments",
            "old_status": "operational",
            "new_status": "under_maintenance",
        }
    ]
    assert mailings() == ["work", "work"]


def test_the_clock_ends_it_and_its_components_work_again_m3(payments: Component) -> None:
    work = planned(payments)
    move_due(TWO)
    move_due(THREE)

    work = now(work)
    assert (work.state, work.ended_at) == ("completed", THREE)
    assert state_of(payments) == "operational"
    assert mailings() == ["work", "work", "work"]


def test_without_the_clock_it_goes_on_until_a_person_ends_it_m3(payments: Component) -> None:
    work = planned(payments, ends_itself=False, tells_end=False)
    move_due(TWO)
    move_due(THREE + HOUR)

    assert now(work).state == "in_progress"
    assert state_of(payments) == "under_maintenance"
    step(work.public_id, "complete", by=somebody(), at=THREE + HOUR)
    assert (now(work).state, now(work).ended_at) == ("completed", THREE + HOUR)
    assert mailings() == ["work", "work"]


def test_after_an_outage_of_ours_both_steps_count_from_their_times_and_one_is_told(
    payments: Component,
) -> None:
    work = planned(payments)

    move_due(THREE + 2 * HOUR)

    assert (now(work).began_at, now(work).ended_at) == (TWO, THREE)
    assert [row[0] for row in told(work)] == ["scheduled", "in_progress", "completed"]
    assert mailings() == ["work", "work"]
    row = ComponentInterval.objects.get(component=payments)
    assert (row.state, row.from_at, row.to_at) == ("under_maintenance", TWO, THREE)


def test_the_tick_twice_changes_nothing(payments: Component, clock: Clock) -> None:
    work = planned(payments, remind_minutes=60)
    for at in (TWO - HOUR, TWO, THREE):
        clock.now = at
        move_maintenances()
        before = (told(work), mailings(), now(work).updated_at)
        clock.now = at + MINUTE
        move_maintenances()
        assert (told(work), mailings(), now(work).updated_at) == before


def test_maintenance_lowers_nothing_and_gives_back_what_it_found_m5(payments: Component) -> None:
    work = planned(payments)
    set_component(payments.public_id, "major_outage", by=somebody(), at=TWO - MINUTE)
    move_due(TWO)
    assert state_of(payments) == "major_outage"

    set_component(payments.public_id, "operational", by=somebody(), at=TWO + MINUTE)
    assert state_of(payments) == "under_maintenance"
    set_component(payments.public_id, "partial_outage", by=somebody(), at=TWO + 2 * MINUTE)
    move_due(THREE)
    assert now(work).state == "completed"
    assert state_of(payments) == "partial_outage"


def test_two_works_on_one_component_hold_it_until_both_are_over(payments: Component) -> None:
    planned(payments)
    planned(payments, name="Second", scheduled_until=THREE + HOUR)

    move_due(TWO)
    move_due(THREE)
    assert state_of(payments) == "under_maintenance"
    move_due(THREE + HOUR)
    assert state_of(payments) == "operational"


def test_a_moved_work_has_its_new_times_one_notice_and_the_next_sequence_m7(
    payments: Component,
) -> None:
    work = planned(payments)
    later = a_plan(payments, body="", scheduled_for=TWO + HOUR, scheduled_until=THREE + HOUR)

    work = change(work.public_id, later, by=somebody(), at=NINE + MINUTE, seen=0)

    assert (work.sequence, work.moved_from) == (1, TWO)
    assert told(work)[-1] == (
        "scheduled",
        "Moved to Tue 24 Nov 2026, 03:00 to 04:00 UTC."
        " It was planned for Tue 24 Nov 2026, 02:00 to 03:00 UTC.",
    )
    assert mailings() == ["work", "work"]
    assert move_due(TWO) == 0
    assert move_due(TWO + HOUR) == 1


def test_a_change_without_news_is_silent_and_calendars_learn_of_a_name(payments: Component) -> None:
    work = planned(payments)

    same = change(work.public_id, a_plan(payments, body=""), by=somebody(), at=NINE)
    assert (same.sequence, len(told(same)), mailings()) == (0, 1, ["work"])
    renamed = a_plan(payments, body="", name="Payments database")
    assert change(work.public_id, renamed, by=somebody(), at=NINE).sequence == 1
    assert mailings() == ["work"]


def test_an_older_look_at_the_plan_is_a_conflict(payments: Component) -> None:
    work = planned(payments)
    change(work.public_id, a_plan(payments, name="Else"), by=somebody(), at=NINE, seen=0)

    with pytest.raises(Conflict):
        change(work.public_id, a_plan(payments), by=somebody(), at=NINE, seen=0)


def test_what_runs_can_be_extended_and_touch_less_but_not_begin_elsewhen(
    payments: Component,
) -> None:
    search = a_component(payments.page, "Search", position=2)
    work = planned(payments, search)
    move_due(TWO)

    longer = a_plan(payments, body="", scheduled_until=THREE + HOUR)
    change(work.public_id, longer, by=somebody(), at=TWO + MINUTE)

    assert told(work)[-1] == (
        "in_progress",
        "Now planned to end at Tue 24 Nov 2026, 04:00 UTC, instead of Tue 24 Nov 2026, 03:00 UTC.",
    )
    assert (state_of(payments), state_of(search)) == ("under_maintenance", "operational")
    with pytest.raises(Invalid, match="has begun"):
        change(
            work.public_id,
            a_plan(payments, scheduled_for=TWO + MINUTE),
            by=somebody(),
            at=TWO + MINUTE,
        )


def test_a_reminder_goes_out_once_and_only_of_what_is_still_planned_m7(payments: Component) -> None:
    work = planned(payments, remind_minutes=60)
    gone = planned(payments, name="Given up", remind_minutes=60)
    step(gone.public_id, "cancel", by=somebody(), at=NINE + MINUTE)
    Mailing.objects.all().delete()

    assert move_due(TWO - HOUR - MINUTE) == 0
    assert move_due(TWO - HOUR) == 1
    assert move_due(TWO - HOUR + MINUTE) == 0
    assert mailings() == ["reminder"]
    assert Mailing.objects.get().work_update.maintenance == work


def test_the_notice_itself_reminds_where_it_comes_that_late(payments: Component) -> None:
    planned(payments, at=TWO - 30 * MINUTE, remind_minutes=60)

    assert move_due(TWO - 29 * MINUTE) == 0
    assert mailings() == ["work"]


@pytest.mark.parametrize("state", list(Work))
@pytest.mark.parametrize("verb", ["begin", "verify", "complete", "cancel"])
def test_each_state_allows_its_steps_and_refuses_all_others_m9(
    payments: Component, state: Work, verb: str
) -> None:
    ways = {
        "scheduled": [],
        "in_progress": ["begin"],
        "verifying": ["begin", "verify"],
        "completed": ["begin", "complete"],
        "cancelled": ["cancel"],
    }
    may = {
        "scheduled": ["begin", "cancel"],
        "in_progress": ["verify", "complete", "cancel"],
        "verifying": ["complete", "cancel"],
    }
    reached = {
        "begin": "in_progress",
        "verify": "verifying",
        "complete": "completed",
        "cancel": "cancelled",
    }
    work = planned(payments)
    for way in ways[state]:
        step(work.public_id, way, by=somebody(), at=TWO)
    assert allowed(now(work)) == may.get(state, [])
    before = len(told(work))

    if verb in may.get(state, []):
        assert step(work.public_id, verb, by=somebody(), at=TWO).state == reached[verb]
    elif reached[verb] == state:
        step(work.public_id, verb, by=somebody(), at=TWO)
        assert len(told(work)) == before
    else:
        with pytest.raises(IllegalTransition):
            step(work.public_id, verb, by=somebody(), at=TWO)
        assert len(told(work)) == before


def test_a_cancelled_work_lets_go_tells_everybody_and_never_begins(payments: Component) -> None:
    work = planned(payments)
    step(work.public_id, "begin", by=somebody(), at=TWO)
    done = step(work.public_id, "cancel", by=somebody(), at=TWO + MINUTE)

    assert told(work)[-1] == ("cancelled", "The work was stopped before its end.")
    assert (done.sequence, state_of(payments)) == (1, "operational")
    assert mailings() == ["work", "work", "work"]
    assert move_due(THREE) == 0


def test_a_word_is_said_at_any_time_and_sent_where_that_is_wished(payments: Component) -> None:
    work = planned(payments)
    step(work.public_id, "begin", by=somebody(), at=TWO)

    due = TWO + 20 * MINUTE
    tell(work.public_id, Word("Half way.", due), by=somebody(), at=TWO + MINUTE)
    assert now(work).next_update_by == due
    tell(work.public_id, Word("Nearly.", is_sent=False), by=somebody(), at=TWO + 2 * MINUTE)

    assert told(work)[-2:] == [("in_progress", "Half way."), ("in_progress", "Nearly.")]
    assert (mailings(), now(work).next_update_by) == (["work"] * 3, None)
    with pytest.raises(Invalid, match="promised"):
        tell(work.public_id, Word("x", TWO - MINUTE), by=somebody(), at=TWO)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": " \n "}, "name"),
        ({"body": ""}, "visitors should know"),
        ({"body": "a\0b"}, "NUL"),
        ({"scheduled_until": TWO}, "after it begins"),
        ({"scheduled_for": NINE - 2 * HOUR, "scheduled_until": NINE - HOUR}, "has passed"),
        ({"scheduled_for": NINE + timedelta(days=800)}, "after it begins"),
        (
            {
                "scheduled_for": NINE + timedelta(days=800),
                "scheduled_until": NINE + timedelta(days=801),
            },
            "730 days ahead",
        ),
        ({"scheduled_until": NINE + timedelta(days=99)}, "90 days at most"),
        ({"components": {"nothinghere1": "under_maintenance"}}, "no component"),
        ({"remind_minutes": 0}, "Remind between"),
    ],
)
def test_a_plan_that_can_not_be_is_refused_and_nothing_is_announced(
    payments: Component, fields: dict[str, object], words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        planned(payments, **fields)
    assert not Maintenance.objects.exists()


def test_line_breaks_of_a_name_become_blanks(payments: Component) -> None:
    assert planned(payments, name="Move\r\nBcc: all").name == "Move Bcc: all"


def test_what_looks_like_ours_alone_is_asked_about_first(payments: Component) -> None:
    with pytest.raises(Leak):
        planned(payments, body="We move 10.0.0.7 to another rack.")
    assert not Maintenance.objects.exists()


def test_viewers_plan_and_move_nothing(payments: Component) -> None:
    viewer = person(AUser(group="Viewer"))
    with pytest.raises(NotAllowed):
        planned(payments, by=viewer)
    work = planned(payments)
    for act in (
        lambda: change(work.public_id, a_plan(payments), by=viewer, at=NINE),
        lambda: step(work.public_id, "cancel", by=viewer, at=NINE),
        lambda: tell(work.public_id, Word("x"), by=viewer, at=NINE),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_what_is_over_keeps_its_plan_and_what_is_not_there_is_not_found(
    payments: Component,
) -> None:
    work = planned(payments)
    step(work.public_id, "cancel", by=somebody(), at=NINE)

    with pytest.raises(NotPossible):
        change(work.public_id, a_plan(payments), by=somebody(), at=NINE)
    with pytest.raises(NotFound):
        step("nothinghere1", "begin", by=somebody(), at=NINE)


def test_the_planner_is_warned_of_the_past_and_of_work_on_the_same_component(
    payments: Component,
) -> None:
    search = a_component(payments.page, "Search", position=2)
    work = planned(payments)
    early: datetime = NINE - MINUTE

    assert warnings(payments.page, a_plan(search), NINE) == []
    assert warnings(payments.page, a_plan(payments), NINE, known=work.public_id) == []
    assert warnings(payments.page, a_plan(payments, scheduled_for=early), NINE) == [
        "It begins in the past: it is shown as begun at once.",
        "“Moving the payments database” touches one of these components as well:"
        " Tue 24 Nov 2026, 02:00 to 03:00 UTC.",
    ]
