"""Alerts, and the list of events: filters by exact name, never a body."""

from typing import Any

import pytest

from tests.core.api.callers import Caller, assert_problem
from tests.factories import NINE, AnIncident, ASource
from tests.incidents.api.test_catalogue import an_event
from tests.incidents.api.test_read import an_alert

pytestmark = pytest.mark.django_db


def test_an_alert_is_told_with_its_source_and_incident(caller: Caller) -> None:
    incident, source = AnIncident(), ASource(name="prom")
    alert = an_alert(incident, source=source, description="95 %")

    found = caller.get(f"alerts/{alert.pk}/").json()

    assert found == {
        "id": alert.pk,
        "key": "disk",
        "state": "firing",
        "title": "Disk is full",
        "severity": "critical",
        "started_at": "2026-11-23T09:00:00.000000Z",
        "ended_at": None,
        "count": 3,
        "labels": {"host": "db1"},
        "links": [{"href": "https://g.example/1", "text": "Graph"}],
        "description": "95 %",
        "source": "prom",
        "incident": incident.pk,
        "first_received_at": "2026-11-23T09:00:00.000000Z",
        "last_received_at": "2026-11-23T09:00:00.000000Z",
    }
    assert caller.get("alerts/").json()["results"] == [found]


def test_filters_narrow_the_alerts(caller: Caller) -> None:
    one, source = AnIncident(), ASource(name="prom")
    rows = {
        "mine": an_alert(one, "a", source=source),
        "over": an_alert(one, "b", source=source, state="resolved", ended_at=NINE),
        "other": an_alert(AnIncident(), "c", source=ASource(name="pd")),
    }
    names = {row.pk: name for name, row in rows.items()}

    def chosen(**query: object) -> list[str]:
        return [names[row["id"]] for row in caller.get("alerts/", **query).json()["results"]]

    assert chosen(state="firing") == ["other", "mine"]
    assert chosen(source="prom") == ["over", "mine"]
    assert chosen(incident=one.pk, state="resolved") == ["over"]
    assert chosen(incident=9999) == []


def test_filters_narrow_the_events(caller: Caller) -> None:
    prom, other = ASource(name="am"), ASource(name="pd")
    rows = {
        "new": an_event(source=prom),
        "bad": an_event(source=prom, verdict="quarantined", processed_at=NINE),
        "done": an_event(source=other, verdict="applied", processed_at=NINE),
    }
    names = {row.pk: name for name, row in rows.items()}

    def chosen(**query: str) -> list[str]:
        return [names[row["id"]] for row in caller.get("events/", **query).json()["results"]]

    assert chosen() == ["done", "bad", "new"]
    assert chosen(source="am") == ["bad", "new"]
    assert chosen(verdict="quarantined", source="am") == ["bad"]
    assert chosen(verdict="applied", source="am") == []


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("alerts/", {"state": "on"}),
        ("alerts/", {"source": "nowhere"}),
        ("alerts/", {"source": "\0"}),
        ("alerts/", {"incident": "-1"}),
        ("alerts/", {"incident": "\u0665"}),
        ("events/", {"verdict": "fine"}),
        ("events/", {"source": ""}),
        ("events/", {"source": "x" * 5000}),
    ],
)
def test_a_bad_filter_value_is_refused_by_name(
    caller: Caller, path: str, query: dict[str, str]
) -> None:
    problem = assert_problem(caller.get(path, **query), 422)

    assert problem["errors"][0]["parameter"] in query


def test_no_list_of_events_reads_or_tells_a_body(
    caller: Caller, django_assert_num_queries: Any
) -> None:
    an_event()

    with django_assert_num_queries(2) as statements:  # the caller, the events
        answer = caller.get("events/")

    assert b"canary" not in answer.content
    assert not any('"body"' in statement["sql"] for statement in statements)


@pytest.mark.parametrize("rows", [3, 30])
def test_a_list_of_alerts_costs_the_same_however_long(
    caller: Caller, django_assert_num_queries: Any, rows: int
) -> None:
    incident, source = AnIncident(), ASource()
    for number in range(rows):
        an_alert(incident, f"key {number}", source=source)

    with django_assert_num_queries(2):  # the caller, the alerts
        assert len(caller.get("alerts/").json()["results"]) == rows
