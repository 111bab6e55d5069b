"""Batches: poison is set apart and still pages, neighbours go on, size costs no statements (F20, F21, vector I)."""

import time
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from core.errors import NotAllowed, NotFound, NotPossible
from incidents.actions import digest, replay
from incidents.actions.digest import _quarantine
from incidents.models import Alert, Incident, RawEvent, Source
from incidents.parsers import KINDS
from oncall.models import Escalation
from tests.factories import NINE, ASource, somebody
from tests.incidents.actions.scenes import after, an_alert, arrives, generic, group

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]

MODULE = import_module("incidents.actions.digest")  # the package's name `digest` is the function
Poison = Callable[[Exception], None]


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> Poison:
    """Let the generic parser fail with this error on every body that says `poison`."""

    def set_up(error: Exception) -> None:
        form = KINDS["generic"]

        def parse(document: Any, context: Any) -> Any:
            if document["dedup_key"].startswith("poison"):
                raise error
            return form.parse(document, context)

        kinds = {**KINDS, "generic": replace(form, parse=parse)}
        monkeypatch.setattr(MODULE, "KINDS", kinds)

    return set_up


def verdicts(source: Source) -> list[str]:
    return list(source.events.order_by("pk").values_list("verdict", flat=True))


def test_a_poison_event_is_set_apart_and_still_pages_while_its_neighbours_go_on(
    poison: Poison,
) -> None:
    poison(ValueError("bad \0 and \ud800"))
    source = ASource(format="generic")
    for key in ("before", "poison", "after"):
        arrives(source, generic("trigger", key))

    assert digest(NINE) == 3

    assert verdicts(source) == ["applied", "quarantined", "applied"]
    assert set(Alert.objects.values_list("key__key", flat=True)) == {"before", "after"}
    event = RawEvent.objects.get(verdict="quarantined")
    assert event.error.startswith("ValueError: bad")
    assert (event.attempts, bytes(event.body).count(b"poison"), event.processed_at) == (1, 1, NINE)
    incident = Incident.objects.get(pk=event.items[0]["incident"])
    assert incident.title == f"An event from {source.name} could not be read"
    assert incident.escalations.get().state == "waiting"


def test_more_poison_joins_the_one_incident(poison: Poison) -> None:
    poison(KeyError("x"))
    source = ASource(format="generic")
    for number in range(3):
        arrives(source, generic("trigger", f"poison{number}"))
        digest(NINE)

    assert (Incident.objects.count(), Escalation.objects.count()) == (1, 1)
    assert Incident.objects.get().timeline.filter(kind="alert").count() == 2


def test_each_quarantine_stands_on_its_own(poison: Poison, monkeypatch: pytest.MonkeyPatch) -> None:
    poison(ValueError("x"))
    source, other = ASource(format="generic"), ASource(format="generic")
    arrives(source, generic("trigger", "poison"))
    arrives(other, generic("trigger", "fine"))
    monkeypatch.setattr("incidents.actions.ledger.Ledger.unreadable", _explode)

    assert digest(NINE) == 1

    assert (verdicts(source), verdicts(other)) == (["pending"], ["applied"])


def _explode(*_: object) -> None:
    raise RuntimeError("nothing works today")


def test_a_replayed_event_is_digested_like_a_new_one(
    poison: Poison, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = ASource(format="generic")
    event_id = arrives(source, generic("trigger", "poison")).event_id
    with monkeypatch.context() as broken:
        broken.setattr(MODULE, "KINDS", {})
        digest(NINE)

    replay(event_id, by=somebody("Administrator"), at=after(minutes=1))
    assert verdicts(source) == ["pending"]
    digest(after(minutes=1))

    assert verdicts(source) == ["applied"]
    assert Alert.objects.get().incident is not None


def test_who_may_replay_what() -> None:
    source = ASource(format="generic")
    event_id = arrives(source, generic("trigger")).event_id
    manager = somebody(manages=source.service.team)
    with pytest.raises(NotPossible):
        replay(event_id, by=manager, at=NINE)
    RawEvent.objects.update(verdict="quarantined", processed_at=NINE)
    with pytest.raises(NotAllowed):
        replay(event_id, by=somebody(), at=NINE)
    with pytest.raises(NotFound):
        replay(event_id + 1, by=manager, at=NINE)

    assert replay(event_id, by=manager, at=NINE).verdict == "pending"


def test_a_database_that_is_away_is_no_fault_of_an_event(
    poison: Poison, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison(OperationalError("server closed the connection"))
    source = ASource(format="generic")
    arrives(source, generic("trigger", "poison"))
    monkeypatch.setattr(connection, "is_usable", lambda: False)

    with pytest.raises(OperationalError):
        digest(NINE)

    assert verdicts(source) == ["pending"]
    assert not Incident.objects.exists()


def test_a_deadlock_of_one_source_delays_no_other(poison: Poison) -> None:
    poison(OperationalError("deadlock detected"))
    source, other = ASource(format="generic"), ASource(format="generic")
    arrives(source, generic("trigger", "poison"))
    arrives(other, generic("trigger", "fine"))

    assert digest(NINE) == 1

    assert (verdicts(source), verdicts(other)) == (["pending"], ["applied"])


def test_the_wrong_event_is_never_set_apart(
    poison: Poison, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison(ValueError("x"))
    source = ASource(format="generic")
    bad = arrives(source, generic("trigger", "poison")).event_id
    arrives(source, generic("trigger", "good"))

    assert _quarantine(source.pk, bad, "ValueError: x", NINE) == 1
    assert _quarantine(source.pk, bad, "ValueError: x", NINE) == 0

    assert verdicts(source) == ["quarantined", "pending"]


def test_a_batch_reads_no_more_than_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODULE, "BATCH_BYTES", 1000)
    source = ASource(format="generic")
    for number in range(5):
        arrives(source, generic("trigger", f"k{number}", description="x" * 400))
    arrives(source, generic("trigger", "big", description="x" * 5000))

    assert [digest(NINE) for _ in range(5)] == [2, 2, 1, 1, 0]


def statements(alerts: int) -> int:
    source = ASource()
    arrives(source, group(*[an_alert("firing", fingerprint=f"{n:016x}") for n in range(alerts)]))
    with CaptureQueriesContext(connection) as seen:
        digest(NINE)
    assert source.alerts.open().count() == alerts
    return len(seen)


def test_statements_do_not_grow_with_alerts() -> None:
    few, many = statements(10), statements(300)

    # SQLite takes 999 values per INSERT, so that Django splits what PostgreSQL takes whole.
    pieces = 12 if connection.vendor == "sqlite" else 0
    assert few <= many <= few + pieces
    assert few <= 40


@pytest.mark.parametrize("events", [2, 40])
def test_statements_do_not_grow_with_events(events: int) -> None:
    source = ASource()
    for n in range(events):
        arrives(source, group(an_alert("firing", fingerprint=f"{n:016x}")))

    with CaptureQueriesContext(connection) as seen:
        assert digest(NINE) == events

    assert len(seen) <= 40


def test_three_thousand_alerts_are_one_incident_and_one_page() -> None:
    source = ASource()
    arrives(source, group(*[an_alert("firing", fingerprint=f"{n:016x}") for n in range(3000)]))
    began = time.monotonic()

    digest(NINE)

    assert time.monotonic() - began < 30
    assert source.alerts.open().count() == 3000
    assert (Incident.objects.count(), Escalation.objects.count()) == (1, 1)


def test_what_an_event_was_read_as_is_written_beside_it() -> None:
    source = ASource(format="generic")
    event_id = arrives(source, generic("trigger")).event_id
    digest(NINE)

    [item] = RawEvent.objects.get(pk=event_id).items
    source = Source.objects.get()
    assert (item["verdict"], item["key"], item["action"]) == ("applied", "disk", "trigger")
    assert (item["incident"], item["alert"]) == (Incident.objects.get().pk, Alert.objects.get().pk)
    assert source.last_event_at == source.keys.get().last_used_at == NINE


def test_one_bad_alert_among_many_is_told_and_the_others_apply() -> None:
    body = group(*[an_alert("firing", fingerprint=f"{n:016x}") for n in range(20)])
    body["alerts"][7] = "not an alert"
    source = ASource()
    arrives(source, body)

    digest(NINE)

    assert source.alerts.open().count() == 19
    assert verdicts(source) == ["quarantined"]
    assert Incident.objects.count() == 2


def test_change_events_are_kept_and_page_nobody() -> None:
    source = ASource(format="pagerduty")
    body = {
        "routing_key": "k",
        "payload": {"summary": "Deployed 4.2", "timestamp": "2026-11-23T08:00:00Z"},
    }
    arrives(source, body, kind="pagerduty_change")

    digest(NINE)

    assert source.changes.get().summary == "Deployed 4.2"
    assert not Incident.objects.exists()
