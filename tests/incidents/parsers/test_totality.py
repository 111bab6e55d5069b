"""Every parser takes every JSON document: `check` may refuse it, `parse` never fails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.parsers import FORMATS, KINDS
from incidents.parsers.base import Change, Rejected, Signal
from tests.incidents.parsers.shared import CONTEXT, ROUTING_KEY, json_values

odd_alert = st.fixed_dictionaries(
    {},
    optional={
        name: json_values
        | st.dictionaries(st.sampled_from(["severity", "alertname", "summary"]), json_values)
        for name in (
            "status",
            "labels",
            "annotations",
            "startsAt",
            "endsAt",
            "generatorURL",
            "fingerprint",
        )
    },
)
odd_event = st.fixed_dictionaries(
    {
        "action": st.sampled_from(["trigger", "resolve"]),
        "event_action": st.sampled_from(["trigger", "resolve"]),
    },
    optional={
        "routing_key": st.just(ROUTING_KEY),
        "payload": json_values
        | st.dictionaries(st.sampled_from(["summary", "source", "timestamp"]), json_values),
        **dict.fromkeys(
            (
                "dedup_key",
                "title",
                "severity",
                "service",
                "labels",
                "links",
                "client",
                "started_at",
            ),
            json_values,
        ),
    },
)
odd_body = st.fixed_dictionaries(
    {"alerts": st.lists(odd_alert | json_values, max_size=3)},
    optional=dict.fromkeys(
        ("status", "groupLabels", "externalURL", "truncatedAlerts"), json_values
    ),
)


def assert_fits(item: object) -> None:
    """Check the bounds that the database relies on."""
    if isinstance(item, Signal):
        assert 0 < len(item.key) <= 255
        assert len(item.episode or "") <= 40
        assert len(item.title) <= 1_024
        assert item.title or item.action != "trigger"
        assert len(item.severity_raw) <= 128
        assert len(item.group) <= 320
        assert len(item.labels) <= 64
        assert all(link.href.lower().startswith(("http://", "https://")) for link in item.links)
    if isinstance(item, Change):
        assert 0 < len(item.summary) <= 1_024
        assert len(item.source) <= 255


@pytest.mark.parametrize("kind", KINDS)
@given(document=json_values | odd_event | odd_body)
def test_it_reads_or_refuses_whatever_comes(kind: str, document: object) -> None:
    form = KINDS[kind]

    try:
        form.check(document)
    except Rejected:
        form.parse(document, CONTEXT)
        return
    for item in form.parse(document, CONTEXT).items:
        assert_fits(item)


@pytest.mark.parametrize("kind", KINDS)
@given(document=odd_event | odd_body)
def test_it_reads_the_same_document_the_same_way(kind: str, document: object) -> None:
    form = KINDS[kind]

    assert form.parse(document, CONTEXT) == form.parse(document, CONTEXT)


def test_a_format_is_known_by_its_name() -> None:
    assert list(FORMATS) == ["alertmanager", "pagerduty", "generic"]
    assert all(form.name == name and form.label for name, form in KINDS.items())


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        ("alertmanager", 16 << 20),
        ("pagerduty", 512 << 10),
        ("pagerduty_change", 512 << 10),
        ("generic", 512 << 10),
    ],
)
def test_a_format_bounds_its_body(kind: str, limit: int) -> None:
    assert KINDS[kind].body_limit == limit
