"""One verb for many incidents: each is done or refused by itself (corpus row 67)."""

from typing import Any

import pytest

from incidents.models import Incident
from incidents.playbook.lifecycle import State
from tests.core.api.callers import Caller, a_caller, assert_problem
from tests.factories import AnIncident

pytestmark = pytest.mark.django_db


def send(caller: Caller, verb: str, numbers: Any, **more: Any) -> Any:
    return caller.post("incidents/bulk/", {"verb": verb, "incidents": numbers, **more})


def test_each_is_done_or_refused_by_itself_in_the_order_sent(caller: Caller) -> None:
    fresh, over = AnIncident(), AnIncident(resolved=True)

    results = send(caller, "acknowledge", [over.pk, 999, fresh.pk]).json()["results"]

    assert [(row["incident"], row["status"], row["code"]) for row in results] == [
        (over.pk, 409, "illegal_transition"),
        (999, 404, "not_found"),
        (fresh.pk, 200, None),
    ]
    assert Incident.objects.get(pk=fresh.pk).state == State.ACKNOWLEDGED


def test_a_number_given_twice_is_done_once(caller: Caller) -> None:
    incident = AnIncident()

    results = send(caller, "note", [incident.pk] * 3, note="Looking").json()["results"]

    assert [row["incident"] for row in results] == [incident.pk]
    assert incident.timeline.filter(kind="note").count() == 1


def test_a_verb_takes_its_own_fields(caller: Caller) -> None:
    one, other, into = AnIncident(), AnIncident(), AnIncident()

    results = send(caller, "merge", [one.pk, other.pk], into=into.pk).json()["results"]

    assert [row["status"] for row in results] == [200, 200]
    assert Incident.objects.filter(merged_into=into).count() == 2


def test_200_are_taken_and_more_are_413(caller: Caller) -> None:
    incident = AnIncident()

    full = send(caller, "acknowledge", [incident.pk, *range(10_000, 10_199)])

    assert len(full.json()["results"]) == 200
    for count in (201, 10_000):
        assert_problem(send(caller, "acknowledge", [1] * count), 413, "too_many_items")


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"verb": "explode", "incidents": [1]}, "/verb", "unknown_verb"),
        ({"verb": "mark_false_alarm", "incidents": [1]}, "/verb", "unknown_verb"),
        ({"incidents": [1]}, "/verb", "required"),
        ({"verb": "acknowledge"}, "/incidents", "required"),
        ({"verb": "acknowledge", "incidents": 1}, "/incidents", "wrong_type"),
        ({"verb": "acknowledge", "incidents": ["1"]}, "/incidents", "wrong_type"),
        ({"verb": "acknowledge", "incidents": [True]}, "/incidents", "wrong_type"),
        ({"verb": "acknowledge", "incidents": [0]}, "/incidents", "out_of_range"),
        ({"verb": "acknowledge", "incidents": [2**63]}, "/incidents", "out_of_range"),
        ({"verb": "merge", "incidents": [1]}, "/into", "required"),
        ({"verb": "acknowledge", "incidents": [1], "into": 2}, "/into", "unknown_field"),
    ],
)
def test_a_wrong_order_is_refused_as_a_whole(
    caller: Caller, body: dict[str, Any], pointer: str, code: str
) -> None:
    problem = assert_problem(caller.post("incidents/bulk/", body), 422, code)

    assert problem["errors"][0]["pointer"] == pointer


def test_a_list_of_none_is_done_at_once(caller: Caller) -> None:
    assert send(caller, "acknowledge", []).json() == {"results": []}


def test_each_asks_for_the_right() -> None:
    incident = AnIncident()

    results = send(a_caller("Viewer"), "acknowledge", [incident.pk]).json()["results"]

    assert [(row["status"], row["code"]) for row in results] == [(403, "not_allowed")]
    assert Incident.objects.get().state == State.DETECTED
