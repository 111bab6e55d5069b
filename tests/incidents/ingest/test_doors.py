"""Keys, methods, disabled sources, statements: who may post, and what it costs (design.md 6)."""

from typing import Any

import pytest
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from core import clock as core_clock
from core.bodies import limit_for
from incidents.actions import digest
from incidents.actions.catalog import new_key, revoke_key, switch_source
from incidents.ingest import keys
from incidents.models import Alert, RawEvent
from incidents.parsers import FORMATS
from tests.factories import IMPORT, NINE, ASource
from tests.incidents.actions.scenes import an_alert, group
from tests.incidents.ingest.posts import GENERIC, event_for, post, to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]

WRONG = ["x", "x" * 32, "x" * 10_240, "%00", "%ff%fe", "caf%C3%A9"]


def stable(answer: HttpResponse) -> dict[str, Any]:
    return {name: value for name, value in answer.json().items() if name != "request_id"}


@pytest.mark.parametrize("path", ["/in/generic/{}/", "/in/generic/{}"])
def test_a_key_in_the_path(path: str) -> None:
    source = ASource(format="generic")

    assert post(path.format(source.key), GENERIC).status_code == 202


@pytest.mark.parametrize("path", ["/in/generic/", "/in/generic"])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_key_in_the_header(path: str, scheme: str) -> None:
    source = ASource(format="generic")

    answer = post(path, GENERIC, HTTP_AUTHORIZATION=f"{scheme} {source.key}")

    assert (answer.status_code, source.events.count()) == (202, 1)


@pytest.mark.parametrize("path", ["/v2/enqueue", "/v2/enqueue/"])
def test_a_key_in_a_pagerduty_body(path: str) -> None:
    source = ASource(format="pagerduty")

    answer = post(path, event_for(source, dedup_key="d"))

    assert answer.status_code == 202
    assert answer.json() == {"status": "success", "message": "Event processed", "dedup_key": "d"}


def test_a_pagerduty_change_event() -> None:
    source = ASource(format="pagerduty")

    answer = post("/v2/change/enqueue", event_for(source, event_action=None))

    assert (answer.status_code, answer.json()) == (
        202, {"status": "success", "message": "Change event processed"},
    )  # fmt: skip
    assert RawEvent.objects.get().kind == "pagerduty_change"


def test_a_made_dedup_key_is_the_one_that_resolves() -> None:
    source = ASource(format="pagerduty")
    made = post("/v2/enqueue", event_for(source)).json()["dedup_key"]
    digest(NINE)

    post("/v2/enqueue", event_for(source, event_action="resolve", dedup_key=made))
    digest(NINE)

    assert Alert.objects.get().state == "resolved"


def test_every_wrong_key_has_one_answer() -> None:
    other = ASource(format="alertmanager")
    gone = ASource(format="generic")
    revoke_key(gone.keys.get().pk, by=IMPORT, at=NINE)
    in_path = [post(f"/in/generic/{key}/", GENERIC) for key in [*WRONG, other.key, gone.key]]
    in_header = [
        post("/in/generic/", GENERIC, HTTP_AUTHORIZATION=f"Bearer {key}")
        for key in ["x", "x" * 10_240, other.key, gone.key]
    ] + [
        post("/in/generic/", GENERIC),
        post("/in/generic/", GENERIC, HTTP_AUTHORIZATION=f"Basic {gone.key}"),
    ]

    assert {answer.status_code for answer in in_path} == {404}
    assert {answer.status_code for answer in in_header} == {401}
    assert {answer["WWW-Authenticate"] for answer in in_header} == {'Bearer realm="watchbill"'}
    for answers in (in_path, in_header):
        assert all(stable(answer) == stable(answers[0]) for answer in answers)
    assert not RawEvent.objects.exists()


@pytest.mark.parametrize("key", ["x" * 32, None])
def test_a_wrong_key_in_a_pagerduty_body_is_400_in_its_shape(key: str | None) -> None:
    other = ASource(format="generic", key="y" * 32)
    answer = post("/v2/enqueue", {**event_for(other), "routing_key": key or other.key})

    assert answer.status_code == 400
    assert answer.json()["errors"] == ["Invalid routing key"]


@pytest.mark.parametrize("extra", [
    {"HTTP_AUTHORIZATION": "Bearer KEY,Bearer other"},
    {"HTTP_AUTHORIZATION": "Bearer KEY, Bearer KEY"},
    {"HTTP_AUTHORIZATION": "Bearer KEY KEY"},
    {"HTTP_AUTHORIZATION": "Bearer KEY", "QUERY_STRING": "token=KEY"},
    {"HTTP_AUTHORIZATION": "Bearer KEY", "QUERY_STRING": "key=KEY"},
])  # fmt: skip
def test_credentials_that_are_given_twice_are_refused(extra: dict[str, str]) -> None:
    source = ASource(format="generic")

    answer = post(
        "/in/generic/", GENERIC, **{k: v.replace("KEY", source.key) for k, v in extra.items()}
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "ambiguous_credentials")


def test_a_disabled_source_is_gone_counted_and_back_when_it_is_switched_on() -> None:
    source, duty = ASource(format="generic"), ASource(format="pagerduty")
    for each in (source, duty):
        switch_source(each.pk, on=False, by=IMPORT, at=NINE)
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {source.key}"}

    answers = [post(to(source), GENERIC), post("/in/generic/", GENERIC, **bearer)]
    in_body = post("/v2/enqueue", event_for(duty))

    assert [(a.status_code, a.json()["code"]) for a in answers] == [
        (410, "integration_disabled")
    ] * 2
    assert (in_body.status_code, in_body.json()["status"]) == (410, "invalid event")
    assert (source.rejections.count(), duty.rejections.count()) == (2, 1)
    assert not RawEvent.objects.exists()
    switch_source(source.pk, on=True, by=IMPORT, at=NINE)
    keys.forget()
    assert post(to(source), GENERIC).status_code == 202


def test_a_rotated_key_still_resolves_what_the_old_one_fired() -> None:
    source = ASource(format="generic")
    post(to(source), GENERIC)
    fresh = new_key(source.pk, by=IMPORT, at=NINE)
    revoke_key(source.keys.order_by("pk")[0].pk, by=IMPORT, at=NINE)
    keys.forget()

    assert post(to(source), GENERIC).status_code == 404
    assert post(f"/in/generic/{fresh}/", {**GENERIC, "action": "resolve"}).status_code == 202
    digest(NINE)

    assert Alert.objects.get().state == "resolved"


def test_a_revoked_key_works_for_a_second_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    source, instant = ASource(format="generic"), [100.0]
    monkeypatch.setattr("incidents.ingest.keys.time.monotonic", lambda: instant[0])
    assert post(to(source), GENERIC).status_code == 202
    revoke_key(source.keys.get().pk, by=IMPORT, at=NINE)

    instant[0] += 1.0

    assert post(to(source), GENERIC).status_code == 404


def test_strangers_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("incidents.ingest.keys._MOST", 10)

    for number in range(50):
        keys.find(f"guess {number}")

    assert len(keys._memory) <= 12


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_only_post_is_taken(method: str) -> None:
    source = ASource(format="generic")
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {source.key}"}

    answers = [
        post(to(source), b"", method=method),
        post("/in/generic/x/", b"", method=method),
        post("/in/generic/", b"", method=method, **bearer),
        post("/in/generic/", b"", method=method),
        post("/v2/enqueue", b"", method=method),
        post("/v2/change/enqueue", b"", method=method),
    ]

    assert {(answer.status_code, answer["Allow"]) for answer in answers} == {(405, "POST")}
    assert not RawEvent.objects.exists()


@pytest.mark.parametrize(
    "path", ["/in/", "/in/x/y/z/", "/in/nagios/key/", "/v2/alerts", "/v2/", "/in/GENERIC/k/"]
)
def test_what_is_no_door_is_not_found(path: str) -> None:
    assert post(path, GENERIC).status_code == 404


@pytest.mark.parametrize("form", FORMATS)
def test_the_wrapper_and_the_formats_agree_on_the_size_of_a_body(form: str) -> None:
    assert limit_for(f"/in/{form}/key/") == FORMATS[form].body_limit
    assert limit_for(f"/in/{form}/") == FORMATS[form].body_limit


def test_pagerdutys_own_paths_take_what_its_format_takes() -> None:
    assert (
        limit_for("/v2/enqueue")
        == limit_for("/v2/change/enqueue/")
        == FORMATS["pagerduty"].body_limit
    )


@pytest.mark.parametrize("form", FORMATS)
def test_an_accepted_request_costs_two_statements_and_one_once_the_key_is_known(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = ASource(format=form)
    body = {
        "generic": GENERIC,
        "pagerduty": event_for(source),
        "alertmanager": group(an_alert("firing")),
    }[form]
    path = "/v2/enqueue" if form == "pagerduty" else to(source)
    monkeypatch.setattr(
        core_clock, "_state", core_clock._State()
    )  # the clock too must be asked anew

    spent = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            assert post(path, body).status_code == 202
        spent.append([query["sql"].split()[0] for query in seen])

    assert spent == [["SELECT", "INSERT"], ["INSERT"]]


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, InternalError])
@pytest.mark.parametrize(
    "place", ["incidents.ingest.keys._read", "incidents.models.RawEvent.objects.create"]
)
def test_when_it_can_not_be_stored_the_sender_is_told_to_come_again(
    error: type[DatabaseError], place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = ASource(format="generic")

    def away(*_: object, **__: object) -> None:
        raise error("the server is gone")

    monkeypatch.setattr(place, away)
    answer = post(to(source), GENERIC)

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json()["code"] == "temporarily_unavailable"
    assert answer["Content-Type"] == "application/problem+json"
