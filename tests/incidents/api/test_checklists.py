"""The checklists of an incident over the API: what a step waits for, ticked by whoever may write."""

from typing import Any

import pytest

from incidents.models import Incident
from tests.core.api.callers import Caller, a_caller, assert_problem
from tests.factories import AnIncident

pytestmark = pytest.mark.django_db


def items(answer: Any) -> list[dict[str, Any]]:
    """Return the items of the first checklist."""
    assert answer.status_code == 200, answer.content
    first = answer.json()["checklists"][0]
    assert (first["checklist"], first["title"]) == ("resolution", "Before resolving")
    found: list[dict[str, Any]] = first["items"]
    return found


def where(incident: Incident) -> str:
    return f"incidents/{incident.pk}/checklists/"


def test_an_item_is_ticked_and_taken_back(caller: Caller) -> None:
    incident = AnIncident(declared=True)
    order = {"checklist": "resolution", "item": 2}

    ticked = items(caller.post(where(incident), order))
    assert [one["is_done"] for one in ticked] == [False, True, False]
    assert ticked[1]["done_by"] == "Rita Rask"
    assert ticked[1]["done_at"].startswith("2026-11-23T09:00:00")
    assert items(caller.get(where(incident))) == ticked

    back = items(caller.post(where(incident), {**order, "taken_back": True}))
    assert not any(one["is_done"] for one in back)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"checklist": "resolution"}, 422),
        ({"checklist": "resolution", "item": 0}, 422),
        ({"checklist": "resolution", "item": 1, "done": True}, 422),
        ({"checklist": "resolution", "item": 9}, 404),
        ({"checklist": "no-such", "item": 1}, 404),
    ],
)
def test_a_wrong_order_is_named(caller: Caller, body: dict[str, Any], status: int) -> None:
    incident = AnIncident(declared=True)

    assert_problem(caller.post(where(incident), body), status)

    assert not incident.timeline.exists()


def test_a_viewer_looks_and_ticks_nothing() -> None:
    incident, viewer = AnIncident(declared=True), a_caller("Viewer")

    assert len(items(viewer.get(where(incident)))) == 3
    answer = viewer.post(where(incident), {"checklist": "resolution", "item": 1})
    assert_problem(answer, 403)
    assert_problem(viewer.get("incidents/99/checklists/"), 404)
