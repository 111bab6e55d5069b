"""PagerDuty Events v2: its own refusals, and liberal beyond them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from incidents.parsers.base import Change, Link
from tests.incidents.parsers.shared import CONTEXT, NOON, ROUTING_KEY, read, refusal, signal

PAYLOAD = {"summary": "DB primary down", "source": "db1", "severity": "critical"}


def an_event(**changes: object) -> dict[str, object]:
    """Return a trigger; a field given as ... is taken away."""
    event: dict[str, object] = {
        "routing_key": ROUTING_KEY,
        "event_action": "trigger",
        "dedup_key": "db1/down",
        "payload": PAYLOAD,
        **changes,
    }
    return {name: value for name, value in event.items() if value is not ...}


def a_payload(**changes: object) -> dict[str, object]:
    """Return a payload; a field given as ... is taken away."""
    return {name: value for name, value in {**PAYLOAD, **changes}.items() if value is not ...}


KEY_LENGTH = "Length of 'routing_key' is incorrect (should be 32 characters)"
KEY_BLANK = "'routing_key' is missing or blank"
ACTION = "'event_action' is missing or is invalid"
DEDUP = "'dedup_key' is missing or blank"
NO_PAYLOAD = "'payload' is missing or blank"
SUMMARY = "'payload.summary' is missing or blank"
SOURCE = "'payload.source' is missing or blank"
SEVERITY = "'payload.severity' is missing or is invalid"


@pytest.mark.parametrize(
    ("event", "errors"),
    [
        (an_event(), ()),
        (an_event(routing_key="short"), (KEY_LENGTH,)),
        (an_event(routing_key=...), (KEY_BLANK,)),
        (an_event(routing_key=" "), (KEY_BLANK,)),
        (an_event(routing_key=10**31), (KEY_BLANK,)),
        (an_event(event_action=...), (ACTION,)),
        (an_event(event_action="close"), (ACTION,)),
        (an_event(event_action=["trigger"]), (ACTION,)),
        (an_event(dedup_key=None), ()),
        (an_event(event_action="resolve", payload=...), ()),
        (an_event(event_action="resolve", dedup_key=...), (DEDUP,)),
        (an_event(event_action="acknowledge", dedup_key=" "), (DEDUP,)),
        (an_event(event_action="acknowledge", dedup_key=0), ()),
        (an_event(payload=...), (NO_PAYLOAD,)),
        (an_event(payload=None), (NO_PAYLOAD,)),
        (an_event(payload={}), (NO_PAYLOAD,)),
        (an_event(payload="x"), (NO_PAYLOAD,)),
        (an_event(payload={"x": 1}), (SUMMARY, SOURCE, SEVERITY)),
        (an_event(payload=a_payload(summary="")), (SUMMARY,)),
        (an_event(payload=a_payload(source=None)), (SOURCE,)),
        (an_event(payload=a_payload(source=[])), (SOURCE,)),
        (an_event(payload=a_payload(severity="urgent")), (SEVERITY,)),
        (an_event(payload=a_payload(severity=1)), (SEVERITY,)),
        (an_event(payload=a_payload(severity="Critical")), ()),
        (an_event(payload=a_payload(summary=500)), ()),
        ({}, (KEY_BLANK, ACTION)),
    ],
)
def test_it_refuses_in_pagerdutys_own_words(event: object, errors: tuple[str, ...]) -> None:
    assert refusal("pagerduty", event) == ((400, "invalid_event", errors) if errors else None)


@pytest.mark.parametrize("document", [[], None, "x", 5])
@pytest.mark.parametrize("kind", ["pagerduty", "pagerduty_change"])
def test_it_answers_400_to_what_is_no_object(kind: str, document: object) -> None:
    assert refusal(kind, document) == (
        400,
        "object_required",
        ("Event object is not a JSON object",),
    )


def test_it_answers_400_to_too_many_values() -> None:
    event = an_event(payload=a_payload(custom_details={str(n): n for n in range(1_001)}))

    found = refusal("pagerduty", event)

    assert found == (400, "too_many_nodes", ("Event object has more than 1000 values",))


def test_it_reads_a_full_trigger() -> None:
    found = signal(
        "pagerduty",
        an_event(
            client="Grafana",
            client_url="https://g.example",
            links=[{"href": "https://ex.example/r", "text": "runbook"}],
            images=[{"src": "https://ex.example/g.png", "alt": "graph"}],
            payload=a_payload(
                timestamp="2026-11-21T11:00:00.000+0000",
                component="postgres",
                group="prod",
                custom_details={"lag": 12.5, "source": "x", "deep": {"a": [1]}},
            ),
        ),
    )

    assert (found.action, found.key, found.group, found.episode) == (
        "trigger",
        "db1/down",
        "db1/down",
        None,
    )
    assert (found.title, found.severity, found.client) == ("DB primary down", "critical", "Grafana")
    assert found.started_at == datetime(2026, 11, 21, 11, tzinfo=UTC)
    assert found.labels == {
        "source": "db1",
        "component": "postgres",
        "group": "prod",
        "lag": "12.5",
        "details.source": "x",
        "deep": '{"a": [1]}',
    }
    assert found.links == (
        Link("https://g.example", "Grafana"),
        Link("https://ex.example/r", "runbook"),
        Link("https://ex.example/g.png", "graph"),
    )
    assert found.warnings == ()


def test_it_takes_nulls_for_what_is_optional() -> None:
    optional = ("dedup_key", "client", "client_url", "links", "images")
    payload = a_payload(
        timestamp=None, component=None, group=None, custom_details=None, **{"class": None}
    )

    found = signal("pagerduty", an_event(payload=payload, **dict.fromkeys(optional)))

    assert (found.key, found.labels, found.links, found.started_at) == (
        "made-key",
        {"source": "db1"},
        (),
        None,
    )
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("given", "key"),
    [
        (4711, "4711"),
        ("4711", "4711"),
        ("Key ", "Key "),
        ("key ", "key "),
        ("🔥", "🔥"),
        (" ", "made-key"),
    ],
)
def test_it_keeps_dedup_keys_exact(given: object, key: str) -> None:
    assert signal("pagerduty", an_event(dedup_key=given)).key == key


def test_it_hashes_a_long_dedup_key_and_knows_it_again() -> None:
    trigger = signal("pagerduty", an_event(dedup_key="k" * 300))
    resolve = signal(
        "pagerduty", an_event(dedup_key="k" * 300, event_action="resolve", payload=...)
    )
    by_answer = signal("pagerduty", an_event(dedup_key=trigger.key))

    assert trigger.key == resolve.key == by_answer.key
    assert len(trigger.key) <= 255
    assert trigger.warnings == ("dedup_key_hashed",)


def test_it_cuts_what_is_too_long_and_never_refuses_it() -> None:
    payload = a_payload(summary="s" * 10_000, source="h" * 10_000, custom_details="d" * 100_000)

    found = signal("pagerduty", an_event(payload=payload, client="c" * 1_000))

    assert len(found.title) == 1_024
    assert found.title.endswith("…")
    assert len(found.labels["source"].encode()) == 4_096
    assert len(found.description.encode()) <= 16 * 1_024
    assert len(found.client) == 255
    assert found.warnings == ("truncated",)


@pytest.mark.parametrize(
    ("details", "description"), [("plain text", "plain text"), ([1], "[1]"), ({}, "")]
)
def test_it_takes_details_that_are_no_object(details: object, description: str) -> None:
    assert (
        signal("pagerduty", an_event(payload=a_payload(custom_details=details))).description
        == description
    )


def test_it_shows_an_unresolved_macro_and_does_not_link_it() -> None:
    links = [
        {"href": "{$ZABBIX.URL}/tr_events.php", "text": "Event link"},
        {"href": "data:text/html,x"},
    ]

    found = signal("pagerduty", an_event(client="Zabbix", client_url="{$ZABBIX.URL}", links=links))

    assert found.links == ()
    assert found.labels["Zabbix"] == "{$ZABBIX.URL}"
    assert found.labels["Event link"] == "{$ZABBIX.URL}/tr_events.php"
    assert found.labels["data:text/html,x"] == "data:text/html,x"


def test_it_titles_a_summary_of_control_characters() -> None:
    found = signal("pagerduty", an_event(payload=a_payload(summary="\u202e\x07")))

    assert (found.title, found.warnings) == ("Untitled alert from Demo", ("title_missing",))


def test_it_reads_an_end_that_says_only_which() -> None:
    found = signal("pagerduty", an_event(event_action="resolve", payload=...))

    assert (found.action, found.title, found.severity, found.warnings) == (
        "resolve",
        "",
        "none",
        (),
    )


def test_it_names_a_service_by_the_label_that_it_was_told() -> None:
    context = replace(CONTEXT, service_label="component")

    assert (
        signal("pagerduty", an_event(payload=a_payload(component="db")), context).service_hint
        == "db"
    )


@pytest.mark.parametrize(
    ("event", "errors"),
    [
        ({"routing_key": ROUTING_KEY, "payload": {"summary": "s"}}, ()),
        ({"routing_key": "k", "payload": {"summary": " "}}, (KEY_LENGTH, SUMMARY)),
        ({"routing_key": ROUTING_KEY}, (NO_PAYLOAD,)),
    ],
)
def test_it_refuses_a_change_in_pagerdutys_own_words(
    event: object, errors: tuple[str, ...]
) -> None:
    assert refusal("pagerduty_change", event) == (
        (400, "invalid_event", errors) if errors else None
    )


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (
            {
                "summary": "Deploy v1",
                "source": "ci",
                "timestamp": "2026-11-21T11:00:00Z",
                "custom_details": {"a": 1},
            },
            Change("Deploy v1", "ci", NOON - timedelta(hours=1), (), {"a": 1}),
        ),
        (
            {"summary": "Deploy", "timestamp": "nonsense", "custom_details": "text"},
            Change("Deploy", "", NOON, (), {"text": "text"}, ("bad_timestamp",)),
        ),
        (
            {"summary": "\x00", "custom_details": None},
            Change("Untitled change from Demo", "", NOON, (), {}),
        ),
    ],
)
def test_it_reads_a_change(payload: object, expected: Change) -> None:
    found = read("pagerduty_change", {"routing_key": ROUTING_KEY, "payload": payload})

    assert found.items == (expected,)
    assert found.warnings == expected.warnings


def test_it_keeps_the_links_of_a_change_that_lead_nowhere() -> None:
    links = [
        {"href": "https://ci.example/1", "text": "build"},
        {"href": "javascript:x", "text": "evil"},
    ]

    (found,) = read(
        "pagerduty_change",
        {"routing_key": ROUTING_KEY, "payload": {"summary": "s"}, "links": links},
    ).items

    assert isinstance(found, Change)
    assert found.links == (Link("https://ci.example/1", "build"),)
    assert found.details == {"evil": "javascript:x"}
