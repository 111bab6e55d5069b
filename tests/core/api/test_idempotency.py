"""Idempotency-Key: a POST that creates, sent twice, creates once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from core.api import idempotency
from core.models import ApiToken, KeptAnswer
from incidents.models import Incident, Source
from oncall.models import Escalation
from tests.conftest import Clock
from tests.core.api.callers import HOST, Caller, a_caller, a_token, assert_problem, shelve_playbooks
from tests.factories import NINE, AnIncident, AService, ATeam, AUser

pytestmark = pytest.mark.django_db
BODY = {"title": "Down", "service": "shop", "severity": 4}


@pytest.fixture(autouse=True)
def _scene(clock: Clock) -> None:
    shelve_playbooks()


def declare(caller: Caller, key: str, **changes: Any) -> Any:
    return caller.post("incidents/", {**BODY, **changes}, **{"Idempotency-Key": key})


def test_the_same_request_again_is_answered_as_before_and_makes_nothing(clock: Clock) -> None:
    AService(slug="shop")
    caller = a_caller()
    first = declare(caller, "a")

    clock.forward(hours=23)
    again = declare(caller, "a")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert (again["Location"], again["ETag"]) == (first["Location"], first["ETag"])
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert Incident.objects.count() == 1


def test_the_answer_is_the_old_one_although_the_incident_has_moved_on() -> None:
    AService(slug="shop")
    caller = a_caller()
    first = declare(caller, "a")

    caller.post(f"incidents/{first.json()['number']}/acknowledge/")

    assert declare(caller, "a").content == first.content


def test_the_order_of_names_in_the_body_is_no_other_request() -> None:
    AService(slug="shop")
    caller = a_caller()
    declare(caller, "a")

    turned = dict(reversed(BODY.items()))
    answer = caller.post("incidents/", turned, **{"Idempotency-Key": "a"})

    assert answer["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("change", [{"title": "Up"}, {"severity": 3}, {"page_nobody": True}])
def test_the_same_key_for_another_body_is_refused(change: dict[str, Any]) -> None:
    AService(slug="shop")
    caller = a_caller()
    declare(caller, "a")

    problem = assert_problem(declare(caller, "a", **change), 422, "idempotency_key_reused")

    assert problem["errors"][0]["header"] == "Idempotency-Key"
    assert Incident.objects.count() == 1


def test_the_same_key_for_another_address_is_refused() -> None:
    AService(slug="shop")
    caller, incident = a_caller(), AnIncident()
    declare(caller, "a")

    answer = caller.post(
        f"incidents/{incident.pk}/notes/", {"text": "x"}, **{"Idempotency-Key": "a"}
    )

    assert_problem(answer, 422, "idempotency_key_reused")


def test_a_key_is_its_caller_s_own() -> None:
    AService(slug="shop")

    for _ in range(2):
        assert declare(a_caller(), "a").status_code == 201

    assert Incident.objects.count() == 2


def test_a_lesser_token_of_the_same_person_is_not_handed_the_answer() -> None:
    AService(slug="shop")
    user = AUser()
    declare(Caller(user, a_token(user, "write")), "a")

    answer = declare(Caller(user, a_token(user, "read")), "a")

    assert_problem(answer, 403, "not_allowed")


def test_after_a_day_the_key_is_new(clock: Clock) -> None:
    AService(slug="shop")
    caller = a_caller()
    ApiToken.objects.update(expires_at=NINE + timedelta(days=9))
    declare(caller, "a")

    clock.forward(hours=24)
    answer = declare(caller, "a", title="Down again")

    assert answer.status_code == 201
    assert "Idempotency-Replayed" not in answer
    assert Incident.objects.count() == 2


def test_a_refusal_keeps_nothing_and_the_key_may_be_used_again() -> None:
    caller = a_caller()

    assert_problem(declare(caller, "a"), 422, "unknown_service")
    AService(slug="shop")

    assert declare(caller, "a").status_code == 201


def test_what_breaks_while_it_is_done_leaves_neither_incident_nor_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    AService(slug="shop")
    caller = a_caller()

    def break_off(*_: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(idempotency, "_keep", break_off)
    assert_problem(declare(caller, "a"), 503)

    assert not Incident.objects.exists()
    assert not Escalation.objects.exists()
    assert not KeptAnswer.objects.exists()


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "\u00e9", "a\tb", "\x7f"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    AService(slug="shop")

    assert_problem(declare(a_caller(), key), 422, "bad_idempotency_key")
    assert not Incident.objects.exists()


@pytest.mark.parametrize("key", ["a", "x" * 255, "!~", "a,b", '"quoted"'])
def test_a_key_may_be_any_visible_ascii(key: str) -> None:
    AService(slug="shop")
    caller = a_caller()

    assert declare(caller, key).content == declare(caller, key).content


def test_an_answer_with_a_secret_is_not_readable_in_the_database() -> None:
    team = ATeam()
    AService(slug="shop", team=team)
    caller = a_caller(manages=team)
    body = {"name": "Prometheus", "format": "alertmanager", "service": "shop"}

    first = caller.post("sources/", body, **{"Idempotency-Key": "a"})
    again = caller.post("sources/", body, **{"Idempotency-Key": "a"})

    key = first.json()["key"]
    assert again.json()["key"] == key
    assert Source.objects.count() == 1
    assert key not in str(KeptAnswer.objects.values().get())


def test_a_session_has_keys_too() -> None:
    AService(slug="shop")
    client = Client(headers={"host": HOST, "Idempotency-Key": "a"})
    client.force_login(AUser())

    answers = [
        client.post("/api/v1/incidents/", BODY, content_type="application/json") for _ in range(2)
    ]

    assert answers[0].content == answers[1].content
    assert Incident.objects.count() == 1


def test_old_answers_are_forgotten(clock: Clock) -> None:
    AService(slug="shop")
    caller = a_caller()
    declare(caller, "old")
    clock.forward(hours=12)
    declare(caller, "new")

    idempotency.forget_old(clock.forward(hours=12))

    assert [row.key for row in KeptAnswer.objects.all()] == ["new"]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one() -> None:
    AService(slug="shop")
    caller = a_caller()
    answers: list[Any] = []
    start = threading.Barrier(4)

    def send() -> None:
        try:
            start.wait(30)
            answers.append(until_done(Caller(caller.user, caller.token)))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1
    assert sorted("Idempotency-Replayed" in answer for answer in answers) == [
        False,
        True,
        True,
        True,
    ]
    assert Incident.objects.count() == 1


def until_done(caller: Caller) -> Any:
    """Send it again after a 503, as the manual says: on a busy machine a wait for the first may take too long."""
    for _ in range(9):
        answer = declare(caller, "a")
        if answer.status_code != 503:
            break
        assert answer["Retry-After"] == "5"
    return answer
