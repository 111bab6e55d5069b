"""`/api/v1/action-items/`: added, listed by filters, changed with their history, moved."""

from datetime import date, timedelta

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from postmortems.models import ActionItem
from tests.core.api.callers import a_caller, assert_problem
from tests.factories import NINE, ATeam, AUser
from tests.postmortems.api.test_postmortems import patch, told
from tests.postmortems.scenes import HOSTILE, an_incident, an_item

NEW = {"title": "Alert on the age of the queue", "owner": "leila", "due_on": "2026-12-01"}


def add(caller, **fields):
    AUser(username="leila")
    return caller.post("action-items/", {"incident": an_incident().pk, **NEW, **fields})


def test_an_item_is_added_and_shown(caller):
    answer = add(caller, kind="monitoring", measure="An alert in the drill")

    made = told(answer, 201)
    assert (made["owner"], made["due_on"], made["original_due_on"]) == (
        "leila",
        "2026-12-01",
        "2026-12-01",
    )
    assert (made["state"], made["overdue"], made["times_moved"]) == ("open", False, 0)
    assert made["label"] == f"ACT-{made['id']}"
    assert answer["Location"].endswith(f"/api/v1/action-items/{made['id']}/")
    assert told(caller.get(f"action-items/{made['id']}/")) == made


def test_the_same_key_adds_it_once(caller):
    AUser(username="leila")
    body = orjson.dumps({"incident": an_incident().pk, **NEW})
    for _ in range(2):
        answer = caller.send("POST", "action-items/", content=body, **{"Idempotency-Key": "k1"})
        assert answer.status_code == 201

    assert ActionItem.objects.count() == 1


def test_a_moved_date_is_counted_and_kept(caller):
    made = told(add(caller), 201)

    changed = told(
        patch(
            caller,
            f"action-items/{made['id']}/",
            {"due_on": "2026-12-08", "reason": "waits for data"},
        )
    )

    assert (changed["due_on"], changed["original_due_on"], changed["times_moved"]) == (
        "2026-12-08",
        "2026-12-01",
        1,
    )
    line = changed["history"][-1]
    assert (line["field"], line["before"], line["after"], line["reason"]) == (
        "due_on", "2026-12-01", "2026-12-08", "waits for data",
    )  # fmt: skip
    assert line["actor"] == "Rita Rask"


def test_a_state_moves_by_its_verb_or_by_a_patch(caller):
    made = told(add(caller), 201)
    path = f"action-items/{made['id']}/"

    assert told(caller.post(f"{path}start/"))["state"] == "in_progress"
    assert_problem(patch(caller, path, {"state": "done"}), 422)
    done = told(patch(caller, path, {"state": "done", "evidence": "change 4471"}))
    assert (done["state"], done["evidence"], done["done_at"] is not None) == (
        "done",
        "change 4471",
        True,
    )

    assert_problem(caller.post(f"{path}block/", {"reason": "no"}), 409, "illegal_transition")
    assert told(caller.post(f"{path}reopen/", {"reason": "it came back"}))["state"] == "open"


def test_a_patch_that_is_half_wrong_changes_nothing(caller):
    made = told(add(caller), 201)

    assert_problem(
        patch(caller, f"action-items/{made['id']}/", {"title": "Other", "state": "done"}), 422
    )
    assert told(caller.get(f"action-items/{made['id']}/"))["title"] == NEW["title"]


def test_what_a_patch_leaves_out_stays_and_null_takes_away(caller):
    team = ATeam()
    made = told(add(caller, team=team.slug, measure="An alert"), 201)

    changed = told(patch(caller, f"action-items/{made['id']}/", {"owner": None}))

    assert (changed["owner"], changed["team"], changed["measure"]) == (None, team.slug, "An alert")


@pytest.fixture
def shelf():
    """Return one late item of Leila, and one of a team that is due today."""
    leila, today = AUser(username="leila"), NINE.date()
    late = an_item(owner=leila, due_on=today - timedelta(days=2))
    to_come = an_item(team=ATeam(slug="platform"), due_on=today)
    return late, to_come


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [1, 0]),
        ({"owner": "leila"}, [0]),
        ({"team": "platform"}, [1]),
        ({"overdue": "true"}, [0]),
        ({"overdue": "false"}, [1]),
        ({"state": "open"}, [1, 0]),
        ({"state": "done"}, []),
        ({"state": "open", "overdue": "true", "owner": "leila"}, [0]),
    ],
)
def test_filters_narrow_the_list(caller, shelf, query, found):
    rows = told(caller.get("action-items/", **query))["results"]

    assert [one["id"] for one in rows] == [shelf[place].pk for place in found]


def test_items_of_an_incident_and_of_a_postmortem(caller, shelf):
    late, _to_come = shelf

    rows = told(caller.get("action-items/", incident=late.incident_id))["results"]
    assert [one["id"] for one in rows] == [late.pk]
    assert told(caller.get("action-items/", postmortem=1))["results"] == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"title": ""}, "required"),
        ({"title": None}, "required"),
        ({"owner": None}, "required"),
        ({"due_on": None}, "required"),
        ({"due_on": "soon"}, "invalid"),
        ({"due_on": "20261201"}, "invalid"),
        ({"due_on": "2026-W49-2"}, "invalid"),
        ({"due_on": "2026-02-30"}, "invalid"),
        ({"due_on": 20261201}, "wrong_type"),
        ({"owner": "nobody-here"}, "unknown_user"),
        ({"team": "nobody-here"}, "unknown_team"),
        ({"kind": "magic"}, "invalid"),
        ({"factor": 1}, "invalid"),
        ({"factor": "1"}, "wrong_type"),
        ({"incident": "x"}, "wrong_type"),
        ({"state": "done"}, "read_only_field"),
        ({"number": 3}, "unknown_field"),
    ],
)
def test_a_wrong_item_is_refused_by_name(caller, fields, code):
    assert_problem(add(caller, **fields), 422, code)
    assert not ActionItem.objects.exists()


def test_an_item_needs_an_incident_that_is_there(caller):
    assert_problem(add(caller, incident=99999), 404)


@pytest.mark.parametrize(
    ("name", "value"), [("overdue", "yes"), ("owner", "no"), ("state", "late"), ("due", "1")]
)
def test_a_wrong_filter_is_refused(caller, name, value):
    assert_problem(caller.get("action-items/", **{name: value}), 422)


def test_a_reader_reads_and_changes_nothing():
    item = an_item()
    for reader in (a_caller(group="Viewer"), a_caller(scope="read")):
        told(reader.get(f"action-items/{item.pk}/"))
        assert_problem(patch(reader, f"action-items/{item.pk}/", {"title": "No"}), 403)
        assert_problem(reader.post(f"action-items/{item.pk}/start/"), 403)
        assert_problem(
            reader.post("action-items/", {"incident": item.incident_id, "title": "No"}), 403
        )


def test_deleting_is_no_method_here(caller):
    assert_problem(caller.send("DELETE", f"action-items/{an_item().pk}/"), 405)


def test_hostile_text_comes_back_as_it_went_in(caller):
    made = told(add(caller, evidence=HOSTILE, detail=HOSTILE), 201)

    assert (made["evidence"], made["detail"]) == (HOSTILE, HOSTILE)


def test_a_list_costs_the_same_whatever_its_length(caller):
    incident = an_incident()

    def cost(count: int) -> int:
        for number in range(count):
            an_item(incident, due_on=date(2026, 12, 1), title=f"Item {number}")
        with CaptureQueriesContext(connection) as queries:
            told(caller.get("action-items/"))
        return len(queries)

    few, many = cost(3), cost(27)

    assert few == many
    assert many <= 2
