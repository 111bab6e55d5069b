"""The watchdog finds what keeps pages from leaving, and tells the Administrators by its own way."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from core import clock as core_clock
from core.models import Heartbeat, LateCall
from incidents.models import Alert, AlertKey, RawEvent
from notify.models import Delivery
from oncall import watchdog
from oncall.actions import unreached, why_not_well
from oncall.models import ContactMethod, Escalation
from oncall.watchdog import Watchdog
from tests.conftest import Clock
from tests.factories import NINE, AnIncident, ASource
from tests.pager import Pager, a_person, policy
from tests.servers import SmtpServer

pytestmark = pytest.mark.django_db

LATE = NINE - timedelta(seconds=61)


@pytest.fixture
def well(pager: Pager) -> Pager:
    """A pager that is well: the engine has just beaten and there is a default policy."""
    policy((300, [a_person("ana")]))
    pager.settle()
    return pager


def test_a_pager_that_is_well_has_no_findings(well: Pager) -> None:
    well.opens()

    assert why_not_well(NINE) == []
    assert Client().get("/livez/engine").status_code == 200


def an_old_event() -> None:
    RawEvent.objects.create(source=ASource(), received_at=LATE, kind="generic", body=b"{}")


def an_old_hold_down() -> None:
    source = ASource()
    Alert.objects.create(
        key=AlertKey.objects.create(source=source, key="disk"), source=source, title="Disk is full",
        severity="critical", started_at=LATE, first_received_at=LATE, last_received_at=LATE,
        held_until=LATE,
    )  # fmt: skip


def an_old_step() -> None:
    AnIncident(opened_at=LATE)
    Escalation.objects.create(
        incident_id=AnIncident(opened_at=LATE, state="detected").pk,
        generation=1,
        steps=[],
        next_due_at=LATE,
        started_at=LATE,
    )


def an_old_message(**fields: Any) -> None:
    fields = {"not_before": LATE, **fields}
    Delivery.objects.create(
        unique_key="x", kind="test", object_id=1, channel="email", created_at=LATE,
        expires_at=NINE + timedelta(hours=1), **fields,
    )  # fmt: skip


def an_abandoned_message() -> None:
    an_old_message(state="leased", lease_token="12345678123456781234567812345678", lease_until=LATE)


def an_old_promise() -> None:
    LateCall.objects.create(fact="x", handler="y", object_id=1, created_at=LATE, due_at=LATE)


def a_silent_engine() -> None:
    Heartbeat.objects.filter(part="engine").update(beat_at=LATE)


def no_engine_ever() -> None:
    Heartbeat.objects.all().delete()


def a_forgotten_incident() -> None:
    AnIncident(opened_at=LATE)


def an_open_incident_whose_run_has_stopped() -> None:
    Escalation.objects.create(
        incident=AnIncident(opened_at=LATE), generation=1, steps=[], state="stopped",
        started_at=LATE, stopped_at=LATE,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("breaks", "words"),
    [
        (an_old_event, "event to digest"),
        (an_old_hold_down, "alert to release"),
        (an_old_step, "escalation step"),
        (an_old_message, "message"),
        (an_abandoned_message, "message"),
        (an_old_promise, "promised call"),
        (a_silent_engine, "silent since"),
        (no_engine_ever, "never run"),
        (a_forgotten_incident, "no escalation and no reason"),
        (an_open_incident_whose_run_has_stopped, "no escalation and no reason"),
    ],
)
def test_everything_that_may_keep_a_page_back_is_found(
    well: Pager, breaks: Any, words: str
) -> None:
    breaks()

    assert any(words in text for text in why_not_well(NINE))
    answer = Client().get("/livez/engine")
    assert answer.status_code == 503
    assert words in answer.content.decode()


def test_a_missing_default_policy_is_found(pager: Pager) -> None:
    pager.settle()

    assert why_not_well(NINE) == [
        "There is no default escalation policy; Administrators are paged instead."
    ]


def test_an_escalation_that_finds_nobody_is_a_red_mark_until_somebody_is_reached(
    pager: Pager,
) -> None:
    a_person("root", user__group="Administrator")
    ana = a_person("ana")
    ContactMethod.objects.filter(responder__user=ana).update(disabled_at=NINE)
    policy((300, [ana]))
    pager.opens()
    assert len(unreached(NINE)) == 1

    ContactMethod.objects.update(disabled_at=None)
    pager.forward(minutes=5)

    assert unreached(pager.clock.now) == []


@pytest.fixture
def dog(well: Pager) -> Watchdog:
    a_person("root", user__group="Administrator")
    dog = Watchdog()
    assert dog.look() == []
    return dog


def test_red_for_a_minute_is_told_directly_and_then_every_ten_minutes(
    dog: Watchdog, post: SmtpServer, clock: Clock
) -> None:
    Heartbeat.objects.filter(part="engine").update(beat_at=LATE)
    told_at = []

    for second in range(0, 1500, 15):
        before = len(post.mails)
        dog.look()
        told_at += [second] * (len(post.mails) - before)
        clock.forward(seconds=15)

    assert told_at == [60, 660, 1260]
    assert b"the pager is not well" in bytes(post.mails[0].content)
    assert post.mails[0].rcpt_tos == ["root@northwind.example"]
    assert not Delivery.objects.exists()


def test_what_heals_within_a_minute_is_told_to_nobody(
    dog: Watchdog, post: SmtpServer, clock: Clock
) -> None:
    for _ in range(10):
        Heartbeat.objects.filter(part="engine").update(beat_at=clock.now - timedelta(seconds=99))
        dog.look()
        clock.forward(seconds=45)
        Heartbeat.objects.filter(part="engine").update(beat_at=clock.now)
        dog.look()

    assert post.mails == []


def test_what_reached_no_administrator_is_told_again_at_the_next_look(
    dog: Watchdog, post: SmtpServer, clock: Clock
) -> None:
    Heartbeat.objects.filter(part="engine").update(beat_at=LATE)
    post.behaves("rcpt", "451 4.3.0 later")
    dog.look()
    clock.forward(seconds=60)
    dog.look()
    post.behaviour.clear()

    clock.forward(seconds=15)
    dog.look()

    assert len(post.mails) == 1


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, ZeroDivisionError])
def test_the_administrators_are_told_also_when_the_watchdog_can_not_look(
    dog: Watchdog, post: SmtpServer, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    now = NINE

    def away(*_: object) -> datetime:
        raise error("gone")

    monkeypatch.setattr(core_clock, "now", away)
    monkeypatch.setattr(watchdog.connection, "close", lambda: None)
    monkeypatch.setattr(core_clock, "without_database", lambda: now)
    dog.look()
    now = NINE + timedelta(seconds=60)

    dog.look()

    assert len(post.mails) == 1


def test_a_look_that_hangs_is_told_by_the_guard(
    dog: Watchdog, post: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = NINE
    monkeypatch.setattr(core_clock, "without_database", lambda: now)
    dog.judge_if_stuck()
    assert dog.red_since is None
    dog.looked_at -= 46

    dog.judge_if_stuck()
    now = NINE + timedelta(seconds=60)
    dog.judge_if_stuck()

    assert b"does not answer" in bytes(post.mails[0].content)


def test_one_address_that_is_broken_keeps_no_other_from_being_told(
    dog: Watchdog, post: SmtpServer, clock: Clock
) -> None:
    ruth = a_person("ruth", user__group="Administrator", contact="")
    for position, channel in enumerate(("webhook", "nonsense", "email")):
        ContactMethod.objects.create(
            responder=ruth.responder, channel=channel, address="ruth@northwind.example",
            secret="garbage" if channel == "webhook" else "", position=position, verified_at=NINE,
        )  # fmt: skip
    Heartbeat.objects.filter(part="engine").update(beat_at=LATE)
    dog.look()
    clock.forward(seconds=60)

    dog.look()

    assert sorted(mail.rcpt_tos[0] for mail in post.mails) == [
        "root@northwind.example",
        "ruth@northwind.example",
    ]


def test_a_round_leaves_its_own_beat(dog: Watchdog) -> None:
    Heartbeat.objects.filter(part="engine").update(beat_at=LATE)

    red = dog.look()

    assert Heartbeat.objects.get(part="watchdog").detail == {"red": red}
