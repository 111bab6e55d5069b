"""Generic JSON: only `action` is required, everything odd is taken with a warning."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from incidents.parsers.base import Link
from tests.incidents.parsers.shared import CONTEXT, NOON, read, refusal, signal

FULL = {
    "action": "trigger",
    "dedup_key": "checkout/latency",
    "title": "Checkout is slow",
    "severity": "critical",
    "service": "checkout",
    "description": "p99\nabove 2 s",
    "labels": {"region": "eu", "shard": 3},
    "links": [{"href": "https://g.example/d", "text": "dashboard"}, "https://rb.example/"],
    "started_at": "2026-11-21T11:00:00+01:00",
}


def test_it_reads_all_that_it_documents() -> None:
    found = signal("generic", FULL)

    assert (found.action, found.key, found.group, found.episode) == (
        "trigger",
        "checkout/latency",
        "checkout/latency",
        None,
    )
    assert (found.title, found.description) == ("Checkout is slow", "p99\nabove 2 s")
    assert (found.severity, found.severity_raw, found.severity_mapped) == (
        "critical",
        "critical",
        True,
    )
    assert (found.service_hint, found.labels) == ("checkout", {"region": "eu", "shard": "3"})
    assert found.links == (
        Link("https://g.example/d", "dashboard"),
        Link("https://rb.example/", "https://rb.example/"),
    )
    assert found.started_at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert found.warnings == ()


def test_it_pages_for_a_bare_trigger() -> None:
    found = read("generic", {"action": "trigger"})

    (only,) = found.items
    assert only == signal("generic", {"action": "trigger"})
    assert found.warnings == ("title_missing", "severity_missing")
    bare = signal("generic", {"action": "trigger"})
    assert (bare.key, bare.title, bare.severity) == (
        "made-key",
        "Untitled alert from Demo",
        "error",
    )
    assert (bare.severity_mapped, bare.started_at) == (True, None)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ([], (422, "object_required", ("",))),
        ({}, (422, "invalid_action", ("/action",))),
        ({"action": "close"}, (422, "invalid_action", ("/action",))),
        ({"action": None}, (422, "invalid_action", ("/action",))),
        ({"action": ["trigger"]}, (422, "invalid_action", ("/action",))),
        ({"action": "resolve"}, (422, "dedup_key_required", ("/dedup_key",))),
        ({"action": "acknowledge", "dedup_key": ""}, (422, "dedup_key_required", ("/dedup_key",))),
        (
            {"action": "acknowledge", "dedup_key": None},
            (422, "dedup_key_required", ("/dedup_key",)),
        ),
        ({"action": "resolve", "dedup_key": 0}, None),
        (
            {"action": "trigger", "labels": {str(n): n for n in range(1_001)}},
            (422, "too_many_nodes", ("",)),
        ),
        ({"action": "trigger"}, None),
    ],
)
def test_it_refuses_only_what_nobody_could_act_on(document: object, expected: object) -> None:
    assert refusal("generic", document) == expected


@pytest.mark.parametrize(
    ("title", "shown", "warnings"),
    [
        (503, "503", ("coerced",)),
        (True, "true", ("coerced",)),
        (["a", "b"], '["a", "b"]', ("coerced",)),
        ({"a": "ü"}, '{"a": "ü"}', ("coerced",)),
        (10**30, "1" + "0" * 30, ("coerced",)),
        (None, "Untitled alert from Demo", ("title_missing",)),
        (" \n ", "Untitled alert from Demo", ("title_missing",)),
        ("\u202e", "Untitled alert from Demo", ("title_missing",)),
        ("x" * 10_000, "x" * 1_023 + "…", ("truncated",)),
        ("two\r\nlines\tand a tab", "two lines and a tab", ()),
        ("\u202eevil\u202c \x1b[31mred\x00", "evil [31mred", ()),
        ("עברית", "עברית", ()),
        ("👩\u200d🚒 fire", "👩\u200d🚒 fire", ()),
        ("e" + "\u0301" * 200, "e" + "\u0301" * 200, ()),
    ],
)
def test_it_always_has_a_title_fit_for_one_line(
    title: object, shown: str, warnings: tuple[str, ...]
) -> None:
    found = signal("generic", {**FULL, "title": title})

    assert (found.title, found.warnings) == (shown, warnings)


@pytest.mark.parametrize(
    ("severity", "level", "is_mapped", "warnings"),
    [
        ("P1", "critical", True, ()),
        ("warn", "warning", True, ()),
        (None, "error", True, ("severity_missing",)),
        ("", "error", True, ("severity_missing",)),
        ("CRIT1CAL", "error", False, ("unknown_severity",)),
        (2, "error", False, ("unknown_severity",)),
        ({}, "error", False, ("unknown_severity",)),
    ],
)
def test_it_never_reads_an_odd_severity_as_less(
    severity: object, level: str, is_mapped: bool, warnings: tuple[str, ...]
) -> None:
    found = signal("generic", {**FULL, "severity": severity})

    assert (found.severity, found.severity_mapped, found.warnings) == (level, is_mapped, warnings)


@pytest.mark.parametrize(
    ("started_at", "moment", "warnings"),
    [
        ("", None, ()),
        ("2026-11-21T11:59:00", NOON - timedelta(minutes=1), ()),
        ("2026-11-21T12:04:59Z", NOON + timedelta(minutes=4, seconds=59), ()),
        ("2026-12-01T12:00:00Z", NOON + timedelta(minutes=5), ("future_timestamp",)),
        ("9999-12-31T23:59:59Z", NOON + timedelta(minutes=5), ("future_timestamp",)),
        ("9999-12-31T23:59:59-10:00", NOON, ("bad_timestamp",)),
        ("99999-01-01T00:00:00Z", NOON, ("bad_timestamp",)),
        ("0001-01-01T00:00:00Z", NOON, ("bad_timestamp",)),
        ("1066-10-14", NOON, ("bad_timestamp",)),
        ("yesterday", NOON, ("bad_timestamp",)),
        (1795233487, NOON, ("bad_timestamp",)),
        (["2026"], NOON, ("bad_timestamp",)),
    ],
)
def test_it_takes_the_arrival_for_a_bad_time(
    started_at: object, moment: datetime | None, warnings: tuple[str, ...]
) -> None:
    found = signal("generic", {**FULL, "started_at": started_at})

    assert (found.started_at, found.warnings) == (moment, warnings)


@pytest.mark.parametrize("key", ["Key", "key", "key ", " key", "k" * 255, "🔥"])
def test_it_keeps_the_dedup_key_exact(key: str) -> None:
    found = signal("generic", {**FULL, "dedup_key": key})

    assert (found.key, found.warnings) == (key, ())


def test_it_hashes_a_dedup_key_that_is_too_long() -> None:
    one, other = (signal("generic", {**FULL, "dedup_key": "k" * 300 + end}) for end in ("a", "b"))

    assert one.key != other.key
    assert one.warnings == other.warnings == ("dedup_key_hashed",)


@pytest.mark.parametrize(
    ("labels", "shown", "warnings"),
    [
        (None, {}, ()),
        (["a"], {"labels": '["a"]'}, ("coerced",)),
        ("text", {"labels": "text"}, ()),
        ({"__proto__": "x", 'a."b"': None}, {"__proto__": "x", 'a."b"': ""}, ()),
        ({"k" * 200: "v"}, {"k" * 127 + "…": "v"}, ("truncated",)),
    ],
)
def test_it_takes_labels_of_any_shape(
    labels: object, shown: object, warnings: tuple[str, ...]
) -> None:
    found = signal("generic", {**FULL, "labels": labels})

    assert (found.labels, found.warnings) == (shown, warnings)


def test_it_bounds_labels() -> None:
    labels = {f"l{n}": "v" * 65_536 for n in range(200)}

    found = signal("generic", {**FULL, "labels": labels})

    assert len(found.labels) == 64
    assert {len(value.encode()) for value in found.labels.values()} == {4_096}
    assert found.warnings == ("truncated", "labels_dropped")


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "http://",
        "ftp://x/",
        "https://a b/",
        "http://x/\u202e",
    ],
)
def test_it_shows_a_link_that_must_not_be_followed(href: str) -> None:
    found = signal("generic", {**FULL, "links": [{"href": href, "text": "region"}]})

    assert found.links == ()
    assert "region 2" in found.labels


def test_it_drops_text_links_where_there_is_no_room() -> None:
    labels = {f"l{n}": "v" for n in range(64)}

    found = signal("generic", {**FULL, "labels": labels, "links": ["javascript:x"]})

    assert (len(found.labels), found.warnings) == (64, ("labels_dropped",))


@pytest.mark.parametrize("links", [None, {}, 5, "", [None, [], {}], {"url": "https://x.example"}])
def test_it_takes_links_of_any_shape(links: object) -> None:
    assert len(signal("generic", {**FULL, "links": links}).links) <= 1


@pytest.mark.parametrize(
    ("service", "hint"), [("checkout", "checkout"), (None, "eu"), ("", "eu"), (7, "7")]
)
def test_it_prefers_the_named_service_to_the_label(service: object, hint: str) -> None:
    context = replace(CONTEXT, service_label="region")

    assert signal("generic", {**FULL, "service": service}, context).service_hint == hint


def test_it_reads_an_end_without_asking_for_more() -> None:
    found = signal("generic", {"action": "resolve", "dedup_key": "k"})

    assert (found.action, found.title, found.severity, found.warnings) == (
        "resolve",
        "",
        "none",
        (),
    )
