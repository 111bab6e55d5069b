"""The loop itself: several at once, broken stages, a database that goes away; and what holds always."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core import clock as core_clock
from core.models import Heartbeat
from incidents import actions as incidents
from incidents.actions import opening, playbooks
from incidents.models import Incident
from notify.models import Delivery, DeliveryAttempt, KeptMail
from oncall import engine as loop
from oncall import tasks
from oncall.actions import advance, stop_escalations
from oncall.engine import Engine
from oncall.models import Escalation, Page
from tests.conftest import Clock
from tests.factories import IMPORT, NINE, AnIncident, AService, somebody
from tests.pager import Pager, a_person, policy, run_of, settle


def open_many(count: int) -> list[Incident]:
    service = AService()
    found = [AnIncident.build(service=service, group_key=f"g{n}") for n in range(count)]
    with transaction.atomic():
        opening.open_all(found, by=IMPORT, at=NINE)
    return found


def together(*jobs: Callable[[], object]) -> None:
    """Run these at the same moment, each in a thread with its own connection; raise what they raise."""
    gate, raised = threading.Barrier(len(jobs)), []

    def run(job: Callable[[], object]) -> None:
        try:
            gate.wait(10)
            job()
        except BaseException as error:  # noqa: BLE001  handed to the test below
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    if raised:
        raise raised[0]


@pytest.fixture
def crew(transactional_db: None, clock: Clock) -> None:
    """Playbooks and groups in a database whose commits other connections see."""
    playbooks.store_shipped(NINE)


@pytest.mark.django_db(transaction=True)
def test_two_engines_page_each_person_once(crew: None) -> None:
    policy((300, [a_person("ana"), a_person("bob")]))
    open_many(40)
    engines = [Engine(), Engine(part="tasks")]

    together(*[lambda engine=engine: settle(engine) for engine in engines])
    for engine in engines:
        engine.close()

    assert Page.objects.count() == 80
    assert KeptMail.objects.count() == 80
    assert DeliveryAttempt.objects.count() == 80
    assert set(Escalation.objects.values_list("step", "cycle")) == {(0, 1)}


@pytest.mark.django_db(transaction=True)
def test_case_31_many_due_runs_and_two_workers_advance_each_exactly_once(crew: None) -> None:
    policy((300, [a_person("ana")]), (300, [a_person("bob")]))
    open_many(150)

    def work() -> None:
        while advance(NINE):
            pass

    together(work, work)

    assert Page.objects.count() == 150
    assert set(Escalation.objects.values_list("step", "cycle")) == {(1, 0)}
    assert advance(NINE) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(5))
def test_an_acknowledgement_that_races_the_step_leaves_no_page_behind_it(
    crew: None, turn: int
) -> None:
    policy((300, [a_person("ana")]), (300, [a_person("bob")]))
    (incident,) = open_many(1)
    advance(NINE)
    due = NINE + timedelta(minutes=5)
    by = somebody()

    together(
        lambda: incidents.move(incident.pk, "acknowledge", by=by, at=due),
        lambda: advance(due),
    )

    run = run_of(incident)
    assert (run.state, Incident.objects.get().state) == ("stopped", "acknowledged")
    waiting = Delivery.objects.waiting().filter(state="pending")
    assert not waiting.exists()
    advance(due + timedelta(minutes=5))
    assert Page.objects.count() <= 2


@pytest.mark.django_db(transaction=True)
def test_the_engine_outlives_a_database_that_goes_away(
    crew: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy((300, [a_person("ana")]))
    open_many(1)
    engine = Engine()
    monkeypatch.setattr(loop, "POLL_S", 0.0)

    def away() -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(core_clock, "now", away)
        assert engine._tick_safely() is False
    settle(engine)
    engine.close()

    assert KeptMail.objects.count() == 1


@pytest.mark.django_db
def test_a_broken_stage_stops_no_other(
    pager: Pager, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    policy((300, [a_person("ana")]))
    desks, pager.engine.desks = pager.engine.desks, {}
    pager.opens()
    pager.opens()
    pager.engine.desks = desks
    pager.clock.forward(minutes=5)

    def broken(_at: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(loop, "advance", broken)
    pager.settle()

    assert len(pager.paged()) == 2
    assert "the stage broken failed" in caplog.text


@pytest.mark.django_db
def test_a_long_tick_that_gets_on_is_not_taken_for_a_hanging_one(
    pager: Pager, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy((300, [a_person("ana")]))
    pager.opens()
    pager.clock.forward(minutes=5)
    began: list[float] = []

    def watched(_at: object) -> int:
        began.append(pager.engine.ticked_at)
        return 0

    monkeypatch.setattr(loop, "advance", watched)
    pager.engine.ticked_at = 0.0
    pager.engine.tick()

    assert began
    assert began[0] > 0.0


@pytest.mark.django_db
def test_the_engine_beats(pager: Pager) -> None:
    pager.settle()

    assert Heartbeat.objects.get(part="engine").beat_at == NINE


@pytest.mark.django_db
def test_the_minute_task_does_the_same_work_as_a_second_runner(pager: Pager) -> None:
    policy((300, [a_person("ana")]))
    desks, pager.engine.desks = pager.engine.desks, {}
    pager.opens()
    pager.engine.desks = desks

    tasks.minute(anything="a newer version may pass")

    assert pager.paged() == ["ana"]
    assert Heartbeat.objects.filter(part="tasks").exists()


@pytest.mark.django_db
def test_what_is_idle_costs_one_look(pager: Pager, django_assert_num_queries: object) -> None:
    pager.settle()

    with django_assert_num_queries(1):  # type: ignore[operator]  pytest-django's fixture
        pager.engine.tick()


@pytest.mark.django_db
def test_the_database_itself_refuses_a_page_twice(pager: Pager) -> None:
    policy((300, [a_person("ana")]))
    pager.opens()
    page = Page.objects.get()
    page.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        page.save(force_insert=True)


@pytest.mark.django_db
def test_the_database_itself_refuses_two_runs_of_one_incident(pager: Pager) -> None:
    policy((300, [a_person("ana")]))
    run = run_of(pager.opens())
    run.pk, run.generation = None, 2

    with pytest.raises(IntegrityError), transaction.atomic():
        run.save(force_insert=True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "waiting", "next_due_at": None},
        {"state": "stopped", "next_due_at": NINE, "stopped_at": NINE},
        {"state": "stopped", "next_due_at": None, "stopped_at": None},
    ],
)
def test_the_database_itself_refuses_a_run_without_its_timer(
    pager: Pager, wrong: dict[str, object]
) -> None:
    policy((300, [a_person("ana")]))
    pager.opens()

    with pytest.raises(IntegrityError), transaction.atomic():
        Escalation.objects.update(**wrong)


VERBS = st.sampled_from(
    ["tick", "wait", "acknowledge", "raise", "pass", "snooze", "give up", "resolve"]
)


@pytest.mark.usefixtures("clock")
class TestWhateverHappens(TestCase):
    """Any mixture of deeds and time keeps the pager's invariants."""

    @settings(
        max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
    )
    @given(deeds=st.lists(VERBS, min_size=1, max_size=12))
    def test_pages_are_unique_and_none_follows_an_acknowledgement(self, deeds: list[str]) -> None:
        clock = Clock()
        patch = pytest.MonkeyPatch()
        patch.setattr(core_clock, "now", lambda: clock.now)
        playbooks.store_shipped(NINE)
        policy((300, [a_person("ana")]), (300, [a_person("bob")]))
        engine = Engine()
        pager = Pager(engine, clock)
        incident = pager.opens(rank=3)
        answered = False
        try:
            for deed in deeds:
                before = Page.objects.count()
                answered = do(pager, incident, deed) or answered
                clock.forward(seconds=1)
                pager.settle()
                run = run_of(incident)
                incident = Incident.objects.get()
                given_up = run.passed_by_id is not None
                if incident.state != "detected" and not given_up:
                    assert Page.objects.count() == before
                    assert run.state == "stopped"
                if incident.state == "detected":
                    assert run.state == "waiting"
                places = list(Page.objects.values_list("escalation", "cycle", "step", "user"))
                assert len(places) == len(set(places))
                assert not Delivery.objects.waiting().exists()
        finally:
            engine.close()
            patch.undo()


def do(pager: Pager, incident: Incident, deed: str) -> None:
    """Do one thing as somebody who was paged would."""
    who = pager.paged()[-1]
    if deed == "wait":
        pager.clock.forward(minutes=5)
    elif deed == "raise":
        rank = Incident.objects.get().rank
        if rank > 1 and Incident.objects.get().is_live:
            incidents.change_severity(
                incident.pk, rank - 1, reason="so", by=somebody(), at=pager.clock.now
            )
    elif deed == "give up":
        pager.presses(who, "acknowledge")
        pager.presses(who, "pass")
    elif deed != "tick":
        pager.presses(who, deed, minutes="5")


@pytest.mark.django_db
def test_stopping_twice_is_stopping_once(pager: Pager) -> None:
    policy((300, [a_person("ana")]))
    incident = pager.opens()

    for _ in range(2):
        with transaction.atomic():
            stop_escalations([incident.pk], NINE)

    assert run_of(incident).stopped_at == NINE
    assert connection.in_atomic_block
