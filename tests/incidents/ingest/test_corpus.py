"""The bad-input corpus, as far as it concerns ingest, with the answers of design.md 6. Never a 500."""

import gzip
from typing import Any

import orjson
import pytest

from core.bodies import REFUSED, BodyRefused
from incidents.actions import digest
from incidents.models import Alert, Incident, RawEvent, Rejection
from tests.conftest import Clock
from tests.factories import NINE, ASource
from tests.incidents.actions.scenes import an_alert, group
from tests.incidents.ingest.posts import GENERIC, event_for, post, to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]

TITLE = b'{"action": "trigger", "dedup_key": "k", "title": %s}'


def titled(text: bytes) -> bytes:
    return TITLE % text


# row of the corpus, body, content type, status, code or warning
REFUSED_BODIES: list[tuple[str, bytes, str, int, str]] = [
    ("1 empty", b"", "application/json", 400, "empty_body"),
    ("1 blank", b" \n", "application/json", 400, "empty_body"),
    ("2 truncated", b"{", "application/json", 400, "malformed_json"),
    ("3 list", b"[]", "application/json", 422, "object_required"),
    ("3 null", b"null", "application/json", 422, "object_required"),
    ("3 text", b'"x"', "application/json", 422, "object_required"),
    ("3 number", b"5", "application/json", 422, "object_required"),
    ("9 depth 5 000", titled(b"[" * 5000 + b"]" * 5000), "application/json", 422, "json_too_deep"),
    ("9 depth 100 000", b"[" * 100_000, "application/json", 422, "json_too_deep"),
    ("10 NaN", titled(b"NaN"), "application/json", 400, "malformed_json"),
    ("10 Infinity", titled(b"Infinity"), "application/json", 400, "malformed_json"),
    ("10 1e999", titled(b"1e999"), "application/json", 422, "number_out_of_range"),
    ("11 5 000 digits", titled(b"9" * 5000), "application/json", 422, "number_out_of_range"),
    ("11 101 digits", titled(b"9" * 101), "application/json", 422, "number_out_of_range"),
    ("13 not UTF-8", b"\xff\xfe", "application/json", 400, "bad_encoding"),
    ("14 UTF-16", titled(b'"x"').decode().encode("utf-16"), "application/json", 400, "bad_encoding"),
    ("14 UTF-16 without mark", titled(b'"x"').decode().encode("utf-16-le"), "application/json", 400, "bad_encoding"),
    ("18 XML", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', "application/xml", 415, "unsupported_media_type"),
    ("18 XML of a kind", b"<x/>", "application/soap+xml; charset=utf-8", 415, "unsupported_media_type"),
    ("415 charset", titled(b'"x"'), "application/json; charset=klingon", 415, "unsupported_charset"),
    ("22 1 001 nodes", titled(b"[" + b"1," * 1001 + b"1]"), "application/json", 422, "too_many_nodes"),
    ("22 1 001 keys", orjson.dumps({**GENERIC, "labels": {str(n): 1 for n in range(1001)}}), "application/json", 422, "too_many_nodes"),
    ("form", b"action=trigger", "application/x-www-form-urlencoded", 400, "malformed_json"),
]  # fmt: skip
ACCEPTED_BODIES: list[tuple[str, bytes, str, str]] = [
    ("4 NUL in the title", titled(rb'"a\u0000b"'), "application/json", "nul_replaced"),
    ("4 raw NUL", titled(b'"a\x00b"'), "application/json", "nul_replaced"),
    ("5 NUL nested", b'{"action": "trigger", "labels": {"a": {"b": "\\u0000"}}}', "application/json", "nul_replaced"),
    ("6 NUL in a key", b'{"action": "trigger", "labels": {"a\\u0000": "b"}}', "application/json", "nul_replaced"),
    ("7 lone surrogate", b'{"action": "trigger", "labels": {"a": "\\ud800"}}', "application/json", "surrogate_replaced"),
    ("13 bad UTF-8 inside", titled(b'"caf\xe9"'), "application/json", "encoding_repaired"),
    ("15 BOM", b"\xef\xbb\xbf" + titled(b'"x"'), "application/json", ""),
    ("17 text", titled(b'"x"'), "text/plain", ""),
    ("17 no type", titled(b'"x"'), "", ""),
    ("charset", '{"action": "trigger", "dedup_key": "k", "title": "Überlast"}'.encode("latin-1"), "application/json; charset=iso-8859-1", ""),
    ("duplicate keys", b'{"action": "trigger", "title": "a", "title": "b"}', "application/json", "duplicate_keys"),
    ("23 long title", titled(b'"' + b"x" * 10_000 + b'"'), "application/json", "truncated"),
    ("25 number", titled(b"5"), "application/json", "coerced"),
    ("25 bool", titled(b"true"), "application/json", "coerced"),
    ("25 list", titled(b"[1, 2]"), "application/json", "coerced"),
    ("25 object", titled(b'{"a": 1}'), "application/json", "coerced"),
    ("26 bidi", titled('"\u202edoc\u200f'.encode() + "e\u0301".encode() * 200 + b'"'), "application/json", ""),
    ("27 severity", orjson.dumps({**GENERIC, "severity": "CRIT1CAL"}), "application/json", "unknown_severity"),
    ("29 future", orjson.dumps({**GENERIC, "started_at": "2026-12-24T00:00:00Z"}), "application/json", "future_timestamp"),
    ("30 long key", orjson.dumps({**GENERIC, "dedup_key": "k" * 300}), "application/json", "dedup_key_hashed"),
    ("30 emoji key", orjson.dumps({**GENERIC, "dedup_key": " \U0001f525 "}), "application/json", ""),
    ("45 labels", orjson.dumps({**GENERIC, "labels": {**{f"l{n}": "x" for n in range(200)}, "__proto__": "a", "a.b\"'": "y" * 65_536}}), "application/json", "labels_dropped"),
    ("46 links", orjson.dumps({**GENERIC, "links": [{"href": "javascript:alert(1)"}, {"href": "data:text/html,x"}]}), "application/json", ""),
    ("33 unknown key", b'{"action": "resolve", "dedup_key": "nobody"}', "application/json", ""),
    ("only an action", b'{"action": "trigger"}', "application/json", "title_missing"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "content_type", "status", "code"),
                         [row[1:] for row in REFUSED_BODIES], ids=[row[0] for row in REFUSED_BODIES])  # fmt: skip
def test_what_can_not_be_read_is_refused_and_kept(
    body: bytes, content_type: str, status: int, code: str
) -> None:
    source = ASource(format="generic")

    answer = post(to(source), body, content_type=content_type)

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert (problem["code"], problem["status"]) == (code, status)
    assert {"type", "title", "status", "code", "detail", "request_id"} <= set(problem)
    assert not RawEvent.objects.exists()
    kept = Rejection.objects.get()
    assert (kept.source, kept.status, kept.code) == (source, status, code)
    assert body.startswith(bytes(kept.body))


@pytest.mark.parametrize(("body", "content_type", "warning"),
                         [row[1:] for row in ACCEPTED_BODIES], ids=[row[0] for row in ACCEPTED_BODIES])  # fmt: skip
def test_what_can_be_mended_is_taken_and_digested(
    body: bytes, content_type: str, warning: str
) -> None:
    source = ASource(format="generic")

    answer = post(to(source), body, content_type=content_type)

    assert answer.status_code == 202, answer.content
    found = answer.json()
    assert (found["duplicate"], found["id"]) == (False, RawEvent.objects.get().pk)
    assert any(warning in each for each in found["warnings"]) if warning else True
    digest(NINE)
    assert RawEvent.objects.get().verdict in ("applied", "orphan_resolve")
    assert Alert.objects.count() == Incident.objects.count() == (b"nobody" not in body)


@pytest.mark.parametrize(
    "body", [row[1] for row in REFUSED_BODIES], ids=[row[0] for row in REFUSED_BODIES]
)
@pytest.mark.parametrize("path", ["/v2/enqueue", "/v2/enqueue/", "/v2/change/enqueue"])
def test_pagerduty_doors_answer_every_bad_body_400_in_pagerdutys_shape(
    path: str, body: bytes
) -> None:
    answer = post(path, body)

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/json")
    problem = answer.json()
    assert (problem["status"], problem["message"]) == ("invalid event", "Event object is invalid")
    assert problem["errors"]
    assert not RawEvent.objects.exists()


@pytest.mark.parametrize(("refused", "status"), [
    (BodyRefused("413 Content Too Large", "body_too_large", "At most x"), 413),
    (BodyRefused("415 Unsupported Media Type", "unsupported_encoding", "Send plain"), 400),
    (BodyRefused("400 Bad Request", "bad_gzip", "Not gzip"), 400),
])  # fmt: skip
def test_a_body_that_the_wrapper_refused_has_pagerdutys_shape_too(
    refused: BodyRefused, status: int
) -> None:
    answer = post("/v2/enqueue", b"", **{REFUSED: refused})

    assert answer.status_code == status
    assert answer.json()["errors"] == [str(refused)]


def test_a_kept_rejection_is_short_and_only_the_latest_hundred_stay() -> None:
    source = ASource(format="generic")

    for number in range(103):
        post(to(source), b"%d" % number + b"x" * 5000)

    kept = source.rejections.order_by("pk")
    assert kept.count() == 100
    assert bytes(kept[0].body).startswith(b"3x")
    assert {len(bytes(row.body)) for row in kept} == {4096}


def test_a_parser_that_fails_refuses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    source = ASource(format="generic")
    with monkeypatch.context() as broken:
        broken.setattr("incidents.parsers.generic.text.line", None)
        answer = post(to(source), GENERIC)

    assert answer.status_code == 202
    assert RawEvent.objects.get().verdict == "pending"


def test_an_alertmanager_batch_with_one_bad_alert_is_taken_with_a_warning() -> None:
    body = group(*[an_alert("firing", fingerprint=f"{n:016x}") for n in range(1000)])
    body["alerts"][3] = 7
    source = ASource()

    answer = post(to(source), body)

    assert answer.status_code == 202
    assert answer.json()["warnings"] == ["item 3: object_required"]
    digest(NINE)
    assert source.alerts.count() == 999


@pytest.mark.parametrize(("body", "code"), [
    ({}, "not_alertmanager"), ({"alerts": {}}, "not_alertmanager"),
    ({"alerts": ["x"]}, "object_required"), (group(an_alert("firing", **{str(n): "x" for n in range(1001)})), "too_many_nodes"),
])  # fmt: skip
def test_a_body_that_is_no_alertmanagers(body: dict[str, Any], code: str) -> None:
    answer = post(to(ASource()), body)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    "field", ["startsAt", "endsAt", "fingerprint", "status", "labels", "annotations"]
)
@pytest.mark.parametrize(
    "value",
    [None, 5, "", "2026", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", [], {}, "x" * 400],
)
def test_absurd_fields_never_lose_an_alert(field: str, value: object, clock: Clock) -> None:
    source = ASource()

    answer = post(to(source), group({**an_alert("firing"), field: value}))

    assert answer.status_code == 202
    digest(clock.now)
    assert RawEvent.objects.get().verdict == "applied"
    assert source.alerts.open().get().incident.is_live


# --- Repeated deliveries ---


@pytest.mark.parametrize(
    "header", ["HTTP_IDEMPOTENCY_KEY", "HTTP_WEBHOOK_ID", "HTTP_X_DELIVERY_ID"]
)
@pytest.mark.django_db(transaction=True)
def test_the_same_delivery_twice_is_stored_once(header: str) -> None:
    source = ASource(format="generic")

    first = post(to(source), {"action": "trigger"}, **{header: "abc"})
    again = post(to(source), {"action": "trigger"}, **{header: "abc"})

    assert (first.status_code, again.status_code) == (202, 202)
    assert (first.json()["duplicate"], again.json()["duplicate"]) == (False, True)
    assert first.json()["id"] == again.json()["id"]
    assert first.json()["dedup_key"] == again.json()["dedup_key"] == RawEvent.objects.get().made_key


@pytest.mark.django_db(transaction=True)
def test_a_delivery_id_used_for_another_body_loses_no_event() -> None:
    source = ASource(format="generic")
    other = {"action": "trigger", "dedup_key": "another"}

    post(to(source), {"action": "trigger", "dedup_key": "one"}, HTTP_X_DELIVERY_ID="always")
    answer = post(to(source), other, HTTP_X_DELIVERY_ID="always")

    assert answer.status_code == 202
    assert answer.json()["duplicate"] is False
    assert answer.json()["dedup_key"] == "another"
    assert RawEvent.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_pagerduty_delivery_twice_gets_the_same_made_key() -> None:
    source = ASource(format="pagerduty")

    answers = [post("/v2/enqueue", event_for(source), HTTP_IDEMPOTENCY_KEY="abc") for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert RawEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_delivery_ids_belong_to_their_source_and_are_bounded() -> None:
    for source in (ASource(format="generic"), ASource(format="generic")):
        for value in ("abc", "x" * 300, "  "):
            assert post(to(source), GENERIC, HTTP_IDEMPOTENCY_KEY=value).status_code == 202

    assert RawEvent.objects.count() == 6


def test_without_a_delivery_id_the_same_event_twice_is_two_events() -> None:
    source = ASource(format="generic")
    for _ in range(2):
        post(to(source), GENERIC)
    digest(NINE)

    assert list(RawEvent.objects.order_by("pk").values_list("verdict", flat=True)) == [
        "applied",
        "duplicate",
    ]


@pytest.mark.parametrize("action", ["resolve", "acknowledge"])
def test_a_generic_event_without_a_key_to_end_is_refused(action: str) -> None:
    assert post(to(ASource(format="generic")), {"action": action}).status_code == 422


def test_a_gzip_that_reaches_the_view_undone_is_no_json() -> None:
    """Without the wrapper of core.bodies nothing is inflated; it must not be taken for text."""
    answer = post(to(ASource(format="generic")), gzip.compress(b"{}"))

    assert answer.status_code == 400
