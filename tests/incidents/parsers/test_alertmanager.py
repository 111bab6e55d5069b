"""Alertmanager webhook v4: identity per alert and episode, never per group."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.parsers.alertmanager import fingerprint_of
from incidents.parsers.base import Link, Signal, Unreadable
from tests.incidents.parsers.shared import CONTEXT, NOON, read, refusal, signal

LABELS = {
    "alertname": "HighLatency",
    "cluster": "c1",
    "instance": "web1:9100",
    "service": "api",
    "severity": "critical",
}


def an_alert(**changes: object) -> dict[str, object]:
    """Return one firing alert as Alertmanager writes it; None takes a field away."""
    alert: dict[str, object] = {
        "status": "firing",
        "labels": LABELS,
        "annotations": {"summary": "p99 above 2s"},
        "startsAt": "2026-11-21T03:31:20.57907881Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prom.example:9090/graph",
        "fingerprint": "c8dbf279954d8e9f",
        **changes,
    }
    return {name: value for name, value in alert.items() if value is not None}


def a_body(*alerts: object, **changes: object) -> dict[str, object]:
    """Return the body that carries `alerts`."""
    return {
        "version": "4",
        "status": "firing",
        "groupKey": '{}:{alertname="HighLatency"}',
        "groupLabels": {"alertname": "HighLatency", "cluster": "c1"},
        "externalURL": "http://am.example",
        "truncatedAlerts": 0,
        "alerts": list(alerts),
        **changes,
    }


def only(body: dict[str, object]) -> Signal:
    """Return the only signal of `body`."""
    return signal("alertmanager", body)


def test_it_knows_an_alert_by_fingerprint_and_start_whatever_the_group() -> None:
    one = only(a_body(an_alert(), groupKey="one"))
    other = only(
        a_body(an_alert(), groupKey="other", groupLabels={}, externalURL="http://am2.example")
    )

    assert (one.key, one.episode) == (other.key, other.episode)
    assert (one.key, one.episode) == ("c8dbf279954d8e9f", "2026-11-21T03:31:20.579078810Z")


@pytest.mark.parametrize(
    "spelling",
    [
        "2026-11-21T03:31:20.57907881Z",
        "2026-11-21T03:31:20.579078810+00:00",
        "2026-11-21T04:31:20.57907881+01:00",
        "2026-11-20T22:01:20.57907881-0530",
        "2026-11-21t03:31:20.57907881z",
        " 2026-11-21 03:31:20.57907881",
    ],
)
def test_it_names_one_instant_one_episode(spelling: str) -> None:
    assert only(a_body(an_alert(startsAt=spelling))).episode == "2026-11-21T03:31:20.579078810Z"


@given(st.lists(st.integers(0, 4 * 10**18), min_size=2, max_size=5))
def test_it_orders_episodes_as_time_does(moments: list[int]) -> None:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    episodes = []
    for moment in sorted(moments):
        seconds, nanoseconds = divmod(moment, 10**9)
        text = (epoch + timedelta(seconds=seconds)).isoformat()[:19]
        fraction = f".{nanoseconds:09d}".rstrip("0").rstrip(".")
        late = replace(CONTEXT, received_at=datetime(2096, 11, 21, tzinfo=UTC))
        episodes.append(
            signal("alertmanager", a_body(an_alert(startsAt=f"{text}{fraction}Z")), late).episode
        )

    assert None not in episodes
    assert all(len(episode or "") == 30 for episode in episodes)
    assert all((before or "") <= (after or "") for before, after in pairwise(episodes))
    assert len(set(episodes)) == len(set(moments))


def test_it_reads_each_alerts_own_status() -> None:
    ended = an_alert(status="resolved", endsAt="2026-11-21T03:31:50.57907881Z", fingerprint="f1")

    found = read("alertmanager", a_body(an_alert(), ended))

    assert [item.action for item in found.items if isinstance(item, Signal)] == [
        "trigger",
        "resolve",
    ]
    first, second = found.items
    assert isinstance(first, Signal)
    assert isinstance(second, Signal)
    assert first.ended_at is None
    assert second.ended_at == datetime(2026, 11, 21, 3, 31, 50, 579078, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "of_group", "action"),
    [
        (None, "resolved", "resolve"),
        ("gone", "firing", "trigger"),
        (None, None, "trigger"),
        ([], 5, "trigger"),
    ],
)
def test_it_never_loses_an_alert_of_unknown_status(
    status: object, of_group: object, action: str
) -> None:
    found = only(a_body(an_alert(status=status), status=of_group))

    assert found.action == action
    assert found.warnings == ("unknown_status",)


def test_it_ignores_the_end_of_an_alert_that_fires() -> None:
    assert only(a_body(an_alert(endsAt="2026-11-21T09:00:00Z"))).ended_at is None


def test_it_takes_an_alert_that_ended_when_it_started() -> None:
    start = "2026-11-21T03:31:20Z"

    found = only(a_body(an_alert(status="resolved", startsAt=start, endsAt=start)))

    assert found.action == "resolve"
    assert found.ended_at == found.started_at


def test_it_computes_the_fingerprint_that_prometheus_computes() -> None:
    assert fingerprint_of(LABELS) == "c8dbf279954d8e9f"


@pytest.mark.parametrize("fingerprint", [None, "", "  "])
def test_it_makes_a_missing_fingerprint(fingerprint: object) -> None:
    found = only(a_body(an_alert(fingerprint=fingerprint, labels=dict(reversed(LABELS.items())))))

    assert found.key == "c8dbf279954d8e9f"
    assert found.warnings == ("fingerprint_missing",)


@pytest.mark.parametrize(
    ("annotations", "title"),
    [
        ({"summary": "p99 above 2s", "description": "long"}, "p99 above 2s"),
        ({"summary": " ", "message": "from message\nsecond"}, "from message"),
        ({"description": "first\r\nsecond"}, "first"),
        ({"summary": "two\nlines"}, "two lines"),
        ({"summary": "\u202e", "description": "real"}, "real"),
        ({}, "HighLatency cluster=c1"),
        ("nonsense", "HighLatency cluster=c1"),
    ],
)
def test_it_titles_an_alert_by_what_it_says(annotations: object, title: str) -> None:
    assert only(a_body(an_alert(annotations=annotations))).title == title


def test_it_titles_an_alert_without_any_word() -> None:
    found = only(a_body(an_alert(annotations=None, labels={}), groupLabels=None))

    assert found.title == "Untitled alert from Demo"
    assert found.warnings == ("severity_missing", "title_missing")


def test_it_keeps_every_annotation_readable() -> None:
    annotations = {
        "summary": "s",
        "description": "what\nhappened",
        "impact": "checkout",
        "runbook_url": "http://r/",
    }

    assert (
        only(a_body(an_alert(annotations=annotations))).description
        == "what\nhappened\nimpact: checkout"
    )


def test_it_links_what_leads_somewhere_and_shows_the_rest() -> None:
    annotations = {
        "summary": "s",
        "runbook_url": "https://rb.example/x",
        "dashboard_url": "javascript:alert(1)",
    }

    found = only(a_body(an_alert(annotations=annotations)))

    assert found.links == (
        Link("http://prom.example:9090/graph", "generator"),
        Link("https://rb.example/x", "runbook"),
        Link("http://am.example", "Alertmanager"),
    )
    assert found.labels["dashboard"] == "javascript:alert(1)"


@pytest.mark.parametrize(
    ("labels", "group"),
    [({"alertname": "HighLatency"}, "alertname:HighLatency"), ({"x": "1"}, "c8dbf279954d8e9f")],
)
def test_it_groups_by_alertname_or_by_itself(labels: object, group: str) -> None:
    assert only(a_body(an_alert(labels=labels))).group == group


@pytest.mark.parametrize(("label", "hint"), [("", ""), ("service", "api"), ("team", "")])
def test_it_names_a_service_only_by_the_label_that_it_was_told(label: str, hint: str) -> None:
    context = replace(CONTEXT, service_label=label)

    assert signal("alertmanager", a_body(an_alert()), context).service_hint == hint


@pytest.mark.parametrize(
    ("word", "level", "is_mapped", "warnings"),
    [
        ("page", "critical", True, ()),
        ("CRITICAL", "critical", True, ()),
        ("high", "error", True, ()),
        ("none", "none", True, ()),
        ("CRIT1CAL", "error", False, ("unknown_severity",)),
        ("", "error", True, ("severity_missing",)),
        (3, "error", False, ("unknown_severity",)),
    ],
)
def test_it_reads_severity(
    word: object, level: str, is_mapped: bool, warnings: tuple[str, ...]
) -> None:
    found = only(a_body(an_alert(labels={**LABELS, "severity": word})))

    assert (found.severity, found.severity_mapped, found.warnings) == (level, is_mapped, warnings)


def test_it_lets_the_map_of_the_playbook_win() -> None:
    context = replace(
        CONTEXT, severity_map={"sev-x": "critical", "page": "warning", "high": "nonsense"}
    )

    def level(word: str) -> tuple[str, bool]:
        found = signal("alertmanager", a_body(an_alert(labels={"severity": word})), context)
        return found.severity, found.severity_mapped

    assert level("SEV-X") == ("critical", True)
    assert level("page") == ("warning", True)
    assert level("high") == ("error", False)


@pytest.mark.parametrize(
    ("start", "episode", "started_at", "warnings"),
    [
        (None, None, NOON, ("bad_timestamp",)),
        ("soon", None, NOON, ("bad_timestamp",)),
        (17, None, NOON, ("bad_timestamp",)),
        ("0001-01-01T00:00:00Z", None, NOON, ("bad_timestamp",)),
        ("0001-01-01T00:00:00+05:00", None, NOON, ("bad_timestamp",)),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000000Z", NOON, ("bad_timestamp",)),
        ("9999-12-31T23:59:59Z", None, NOON + timedelta(minutes=5), ("future_timestamp",)),
        ("2026-12-01T12:00:00Z", None, NOON + timedelta(minutes=5), ("future_timestamp",)),
    ],
)
def test_it_bounds_absurd_starts(
    start: object, episode: str | None, started_at: datetime, warnings: tuple[str, ...]
) -> None:
    found = only(a_body(an_alert(startsAt=start)))

    assert (found.episode, found.started_at, found.warnings) == (episode, started_at, warnings)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ([], (422, "object_required", ("",))),
        (None, (422, "object_required", ("",))),
        ({}, (422, "not_alertmanager", ("/alerts",))),
        ({"version": "4"}, (422, "not_alertmanager", ("/alerts",))),
        ({"version": "4", "alerts": {}}, (422, "not_alertmanager", ("/alerts",))),
        ({"alerts": [5]}, (422, "object_required", ("/alerts/0",))),
        ({"alerts": [{}] * 100_001}, (422, "too_many_alerts", ("/alerts",))),
        (
            {"alerts": [{"labels": {str(n): "" for n in range(1_001)}}]},
            (422, "too_many_nodes", ("/alerts/0",)),
        ),
        ({"alerts": []}, None),
        ({"alerts": [{}]}, None),
        ({"alerts": [5, {}]}, None),
    ],
)
def test_it_refuses_only_what_no_reading_can_save(document: object, expected: object) -> None:
    assert refusal("alertmanager", document) == expected


def test_it_keeps_a_batch_whose_one_alert_is_bad() -> None:
    alerts: list[object] = [an_alert() for _ in range(1_000)]
    alerts[3] = an_alert(annotations={"x": [0] * 1_000})
    alerts[7] = "nonsense"
    alerts[9] = an_alert(labels={"severity": "odd"})

    found = read("alertmanager", a_body(*alerts))

    assert sum(isinstance(item, Signal) for item in found.items) == 998
    assert [(item.index, item.code) for item in found.items if isinstance(item, Unreadable)] == [
        (3, "too_many_nodes"),
        (7, "object_required"),
    ]
    assert found.warnings == (
        "item 3: too_many_nodes",
        "item 7: object_required",
        "item 9: unknown_severity",
    )


def test_it_says_how_many_warnings_it_leaves_out() -> None:
    found = read("alertmanager", a_body(*[an_alert(labels={}, annotations=None)] * 200))

    assert len(found.warnings) == 101
    assert found.warnings[-1] == "and 100 more"


@pytest.mark.parametrize(("given_count", "count"), [(7, 7), (0, 0), (-1, 0), ("7", 0), (None, 0)])
def test_it_counts_what_the_sender_left_out(given_count: object, count: int) -> None:
    found = read("alertmanager", a_body(an_alert(), truncatedAlerts=given_count))

    assert found.truncated == count
    assert found.warnings == (("alerts_truncated",) if count else ())


def test_it_bounds_labels() -> None:
    labels = {**{f"l{n}": "v" for n in range(199)}, "severity": "critical"}

    found = only(a_body(an_alert(labels=labels)))

    assert len(found.labels) == 64
    assert "labels_dropped" in found.warnings
    assert found.severity == "critical"
