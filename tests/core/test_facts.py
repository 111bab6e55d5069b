"""Facts: now in the same transaction, later until it has succeeded (design.md 1)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import transaction

from core import facts, late
from core.admin.marks import failing_calls
from core.facts_table import later, now
from core.models import LateCall, Team
from tests.factories import NINE, ATeam

HERE = "tests.core.test_facts"
heard: list[tuple[str, Any, datetime]] = []
failing: list[str] = []


def write_row(ids: list[int], at: datetime) -> None:
    heard.append(("now", list(ids), at))
    Team.objects.create(slug=f"heard-{len(heard)}", name="heard")


def break_down(ids: list[int], at: datetime) -> None:
    raise RuntimeError("no")


def listen(object_id: int, at: datetime) -> None:
    heard.append(("later", object_id, at))


def stumble(object_id: int, at: datetime) -> None:
    Team.objects.create(slug="half", name="done")
    if failing:
        raise RuntimeError(failing[0])
    heard.append(("stumble", object_id, at))


@pytest.fixture(autouse=True)
def _clean() -> None:
    heard.clear()
    failing[:] = ["down \0 \ud800"]


def hears(settings: LazySettings, *handlers: Any) -> None:
    settings.EVENT_HANDLERS = {"incident.opened": list(handlers)}


def publish(*ids: int) -> None:
    with transaction.atomic():
        facts.publish("incident.opened", ids, at=NINE)


@pytest.mark.django_db
def test_a_now_handler_hears_the_whole_list_once(settings: LazySettings) -> None:
    hears(settings, now(f"{HERE}.write_row"))

    publish(3, 4)

    assert heard == [("now", [3, 4], NINE)]


@pytest.mark.django_db
def test_a_later_handler_becomes_a_row_for_each_and_runs_until_it_is_gone(
    settings: LazySettings,
) -> None:
    hears(settings, later(f"{HERE}.listen"))
    publish(3, 4)
    assert (heard, LateCall.objects.count()) == ([], 2)

    assert late.run_late(NINE) == 2
    assert late.run_late(NINE) == 0

    assert heard == [("later", 3, NINE), ("later", 4, NINE)]
    assert not LateCall.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_broken_now_handler_takes_the_whole_transaction_back(settings: LazySettings) -> None:
    hears(settings, later(f"{HERE}.listen"), now(f"{HERE}.write_row"), now(f"{HERE}.break_down"))

    with pytest.raises(RuntimeError):
        _change_and_publish()

    assert (Team.objects.count(), LateCall.objects.count()) == (0, 0)


def _change_and_publish() -> None:
    with transaction.atomic():
        ATeam(slug="cause")
        facts.publish("incident.opened", [3], at=NINE)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_published_outside_a_transaction(settings: LazySettings) -> None:
    hears(settings, now(f"{HERE}.write_row"))

    with pytest.raises(RuntimeError, match="outside a transaction"):
        facts.publish("incident.opened", [3], at=NINE)

    assert heard == []


@pytest.mark.django_db
def test_nobody_hears_an_empty_list_and_an_unknown_fact_is_a_bug(settings: LazySettings) -> None:
    hears(settings, now(f"{HERE}.write_row"))
    publish()
    with pytest.raises(KeyError), transaction.atomic():
        facts.publish("incident.exploded", [1], at=NINE)

    assert heard == []


@pytest.mark.django_db
def test_a_failing_call_leaves_nothing_half_done_waits_longer_each_time_and_turns_red(
    settings: LazySettings,
) -> None:
    hears(settings, later(f"{HERE}.stumble"), later(f"{HERE}.listen"))
    publish(3)
    at, waits = NINE, []

    for _ in range(9):
        late.run_late(at)
        call = LateCall.objects.get()
        waits.append((call.due_at - at).total_seconds())
        assert late.run_late(call.due_at - timedelta(microseconds=1)) == 0
        at = call.due_at

    assert waits == [5, 10, 20, 40, 80, 160, 320, 600, 600]
    assert heard == [("later", 3, NINE)]
    assert not Team.objects.filter(slug="half").exists()
    assert call.attempts == 9 >= late.RED_AFTER
    assert call.last_error.startswith("RuntimeError: down")
    assert any(failing_calls(at))
    failing.clear()
    assert late.run_late(at) == 1
    assert not LateCall.objects.exists()
    assert not any(failing_calls(at))


@pytest.mark.django_db
def test_a_handler_that_no_longer_exists_is_shown_and_stops_nobody() -> None:
    for handler in ("nowhere.at_all", f"{HERE}.listen"):
        LateCall.objects.create(
            fact="f", handler=handler, object_id=1, created_at=NINE, due_at=NINE
        )

    assert late.run_late(NINE) == 1

    assert "nowhere" in LateCall.objects.get().last_error


@pytest.mark.django_db
def test_a_limit_bounds_one_turn_and_the_oldest_go_first() -> None:
    for number in range(5):
        due = NINE - timedelta(seconds=number)
        LateCall.objects.create(
            fact="f", handler=f"{HERE}.listen", object_id=number, created_at=NINE, due_at=due
        )

    assert late.run_late(NINE, limit=2) == 2

    assert [object_id for _, object_id, _ in heard] == [4, 3]
