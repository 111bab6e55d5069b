"""An incident's timeline by the page, and notes that tell of earlier moments."""

from datetime import timedelta
from typing import Any

import pytest

from incidents.models import TimelineEntry
from tests.core.api.callers import Caller, a_caller, assert_problem
from tests.factories import NINE, AnIncident
from tests.incidents.api.test_read import tell

pytestmark = pytest.mark.django_db


def test_the_timeline_comes_by_the_page_the_latest_recorded_first(caller: Caller) -> None:
    incident, other = AnIncident(), AnIncident()
    tell(other, "elsewhere")
    for text in ("one", "two", "three"):
        tell(incident, text)

    page = caller.get(f"incidents/{incident.pk}/timeline/", page_size=2).json()
    oldest = caller.get(f"incidents/{incident.pk}/timeline/", ordering="id").json()

    assert [line["text"] for line in page["results"]] == ["three", "two"]
    assert page["next"]
    assert [line["text"] for line in oldest["results"]] == ["one", "two", "three"]


def test_lines_of_one_kind_are_chosen_by_it(caller: Caller) -> None:
    incident = AnIncident()
    tell(incident, "Looking")
    caller.post(f"incidents/{incident.pk}/acknowledge/")

    def kinds(**query: str) -> set[str]:
        rows = caller.get(f"incidents/{incident.pk}/timeline/", **query).json()["results"]
        return {row["kind"] for row in rows}

    assert kinds(kind="note") == {"note"}
    assert kinds() == {"note", "state"}
    assert kinds(kind="tea") == set()
    assert_problem(caller.get(f"incidents/{incident.pk}/timeline/", kind="no te"), 422, "invalid")


def test_a_note_may_tell_of_an_earlier_moment(caller: Caller) -> None:
    incident = AnIncident()
    path = f"incidents/{incident.pk}/notes/"

    answer = caller.post(
        path, {"text": " Rolled back ", "happened_at": "2026-11-23T09:30:00+01:00"}
    )

    found = answer.json()
    assert answer.status_code == 201
    assert answer["Location"].endswith(f"incidents/{incident.pk}/timeline/{found['id']}/")
    assert caller.get(answer["Location"].partition("/api/v1/")[2]).json() == found
    assert (found["text"], found["at"]) == ("Rolled back", "2026-11-23T08:30:00.000000Z")
    assert found["recorded_at"] == "2026-11-23T09:00:00.000000Z"
    assert found.pop("revisions") == []
    assert caller.get(path).json()["results"] == [found]


def test_the_same_note_twice_is_two_notes_and_with_one_key_it_is_one(caller: Caller) -> None:
    incident = AnIncident()
    path, body = f"incidents/{incident.pk}/notes/", {"text": "Still down"}

    for key in ("a", "a", "b"):
        assert caller.post(path, body, **{"Idempotency-Key": key}).status_code == 201

    assert TimelineEntry.objects.filter(kind="note").count() == 2


LATER = (NINE + timedelta(seconds=1)).isoformat()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/text"),
        ({"text": " "}, "/text"),
        ({"text": "x" * 20_001}, "/text"),
        ({"text": "x", "happened_at": LATER}, "/happened_at"),
        ({"text": "x", "happened_at": "2020-01-01T00:00:00Z"}, "/happened_at"),
        ({"text": "x", "happened_at": "2026-11-23T09:00:00"}, "/happened_at"),
        ({"text": "x", "happened_at": "yesterday"}, "/happened_at"),
        ({"text": "x", "happened_at": "2026-13-41T09:00:00Z"}, "/happened_at"),
        ({"text": "x", "happened_at": "0001-01-01T00:00:00+23:59"}, "/happened_at"),
        ({"text": "x", "happened_at": 1_700_000_000}, "/happened_at"),
        ({"text": "x", "kind": "state"}, "/kind"),
    ],
)
def test_a_wrong_note_is_refused_with_a_pointer(
    caller: Caller, body: dict[str, Any], pointer: str
) -> None:
    incident = AnIncident()

    problem = assert_problem(caller.post(f"incidents/{incident.pk}/notes/", body), 422)

    assert problem["errors"][0]["pointer"] == pointer
    assert not TimelineEntry.objects.exists()


@pytest.mark.parametrize("path", ["timeline/", "notes/"])
def test_the_story_of_no_incident_is_404(caller: Caller, path: str) -> None:
    for number in ("77", "0", "1e3", str(2**63), "%00"):
        assert_problem(caller.get(f"incidents/{number}/{path}"), 404, "not_found")
    assert_problem(caller.post("incidents/77/notes/", {"text": "x"}), 404, "not_found")


def test_who_may_only_look_writes_nothing() -> None:
    incident = AnIncident()

    for caller in (a_caller("Viewer"), a_caller("Responder", "read")):
        answer = caller.post(f"incidents/{incident.pk}/notes/", {"text": "x"})

        assert_problem(answer, 403, "not_allowed")
    assert not TimelineEntry.objects.exists()


@pytest.mark.parametrize("rows", [3, 30])
def test_a_page_of_the_timeline_costs_the_same_however_long(
    caller: Caller, django_assert_num_queries: Any, rows: int
) -> None:
    incident = AnIncident()
    for number in range(rows):
        tell(incident, f"line {number}")

    with django_assert_num_queries(3):  # the caller, the incident, the lines
        caller.get(f"incidents/{incident.pk}/timeline/")
