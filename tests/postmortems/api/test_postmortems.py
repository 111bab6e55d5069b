"""`/api/v1/postmortems/`: a resolved incident's postmortem is found, written, reviewed and closed by API alone."""

from typing import Any

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from postmortems.models import Postmortem
from tests.core.api.callers import Caller, a_caller, a_token, assert_problem
from tests.factories import AUser, somebody
from tests.postmortems.scenes import (
    HOSTILE,
    a_postmortem,
    an_incident,
    an_item,
    in_review,
    resolved,
)


def told(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    document: dict[str, Any] = orjson.loads(answer.content)
    return document


def patch(caller: Caller, path: str, body: object, **headers: str) -> Any:
    return caller.send("PATCH", path, content=orjson.dumps(body), **headers)


def test_the_postmortem_of_an_incident_is_found_by_its_number(caller):
    postmortem = a_postmortem()
    a_postmortem()

    found = told(caller.get("postmortems/", incident=postmortem.incident_id))["results"]

    assert [(one["id"], one["incident"], one["state"]) for one in found] == [
        (postmortem.pk, postmortem.incident_id, "draft")
    ]


def test_an_incident_without_one_gives_an_empty_list(caller):
    incident = resolved(an_incident(4))

    assert told(caller.get("postmortems/", incident=incident.pk))["results"] == []


def test_one_has_everything_that_belongs_to_it(caller):
    postmortem, _reader = in_review()
    item = an_item(postmortem.incident)

    found = told(caller.get(f"postmortems/{postmortem.pk}/"))

    assert [one["key"] for one in found["sections"]][:3] == ["summary", "impact", "timeline"]
    assert found["actions"] == [item.pk]
    assert found["reviews"][0]["verdict"] is None
    assert {one["name"]: one["met"] for one in found["conditions"]}["sections"] is True
    assert found["measures"][0]["key"] == "mtta"
    assert found["allowed"] == ["ask_review", "answer", "approve", "send_back"]


def test_the_whole_way_goes_by_api(caller):
    incident = resolved(an_incident(3))
    leila = AUser(username="leila")
    reader = Caller(leila, a_token(leila))
    made = told(caller.post("postmortems/", {"incident": incident.pk}), 201)
    path = f"postmortems/{made['id']}/"

    sections = {one["key"]: one["text"] or "Written." for one in made["sections"]}
    told(patch(caller, path, {"sections": sections, "owner": "leila"}))
    told(caller.post(f"{path}add-factor/", {"text": "One value decides"}))
    refused = assert_problem(caller.post(f"{path}approve/"), 409, "illegal_transition")
    assert refused["allowed"] == ["ask_review"]

    told(caller.post(f"{path}ask-review/", {"reviewers": ["leila"]}))
    unmet = assert_problem(caller.post(f"{path}approve/"), 409, "guard_unmet")
    assert [guard["text"] for guard in unmet["guards"]] == ["Factor 1 has no action"]

    item = {
        "incident": incident.pk,
        "title": "Two values",
        "owner": "leila",
        "due_on": "2026-12-01",
        "factor": 1,
    }
    told(caller.post("action-items/", item), 201)
    told(reader.post(f"{path}answer/", {"verdict": "agrees"}))
    for verb in ("approve", "publish", "close"):
        found = told(caller.post(f"{path}{verb}/"))
    assert (found["state"], found["unfinished_count"]) == ("closed", 1)
    assert told(caller.get(f"incidents/{incident.pk}/"))["state"] == "closed"


def test_opening_it_again_answers_with_the_one_there(caller):
    postmortem = a_postmortem()

    answer = caller.post("postmortems/", {"incident": postmortem.incident_id})

    assert told(answer, 201)["id"] == postmortem.pk
    assert answer["Location"].endswith(f"/api/v1/postmortems/{postmortem.pk}/")


def test_a_second_writer_of_a_version_is_told_so(caller):
    path = f"postmortems/{a_postmortem().pk}/write/"
    order = {"section": "causes", "text": "First.", "version": 1}
    told(caller.post(path, order))

    problem = assert_problem(
        caller.post(path, {**order, "text": "Second."}), 412, "version_conflict"
    )

    assert (problem["stored"], problem["yours"]) == ("First.", "Second.")


def test_a_stale_etag_changes_nothing(caller):
    path = f"postmortems/{a_postmortem().pk}/"
    tag = caller.get(path)["ETag"]
    told(patch(caller, path, {"sections": {"causes": "First."}}, **{"If-Match": tag}))

    assert_problem(
        patch(caller, path, {"sections": {"causes": "Second."}}, **{"If-Match": tag}), 412
    )
    assert told(caller.get(path))["sections"][3]["text"] == "First."


def test_a_change_is_all_or_nothing(caller):
    postmortem = a_postmortem()

    problem = assert_problem(
        patch(
            caller,
            f"postmortems/{postmortem.pk}/",
            {"sections": {"causes": "Yes.", "po/em": "No."}},
        ),
        422,
        "unknown_section",
    )
    assert problem["errors"][0]["pointer"] == "/sections/po~1em"
    assert postmortem.sections.get(key="causes").text == ""


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"state": "closed"}, "read_only_field"),
        ({"poem": "x"}, "unknown_field"),
        ({"owner": "nobody-here"}, "unknown_user"),
        ({"owner": 7}, "wrong_type"),
        ({"sections": "x"}, "wrong_type"),
        ({"sections": {"causes": 7}}, "wrong_type"),
        ({"is_public": True}, "required"),
        ({"meeting_at": "tomorrow"}, "wrong_type"),
    ],
)
def test_a_wrong_change_is_refused_by_name(caller, body, code):
    assert_problem(patch(caller, f"postmortems/{a_postmortem().pk}/", body), 422, code)


@pytest.mark.parametrize(
    ("verb", "body", "status", "code"),
    [
        ("dance", {}, 404, "not_found"),
        ("send-back", {"reason": "too short"}, 422, "required"),
        ("ask-review", {"reviewers": []}, 422, "required"),
        ("ask-review", {"reviewers": ["nobody-here"]}, 422, "unknown_user"),
        ("answer", {"verdict": "maybe"}, 422, "invalid"),
        ("remove-factor", {"number": 9}, 404, "not_found"),
        ("approve", {"really": True}, 422, "unknown_field"),
        ("write", {"section": "causes", "text": "x"}, 422, "required"),
    ],
)
def test_a_wrong_order_is_refused(caller, verb, body, status, code):
    assert_problem(caller.post(f"postmortems/{a_postmortem().pk}/{verb}/", body), status, code)


@pytest.mark.parametrize("path", ["postmortems/0/", "postmortems/99999/", "postmortems/x/"])
def test_what_is_not_there_is_not_found(caller, path):
    assert_problem(caller.get(path), 404)


@pytest.mark.parametrize(
    ("name", "value"), [("incident", "x"), ("state", "odd"), ("owner", "no"), ("colour", "1")]
)
def test_a_wrong_filter_is_refused(caller, name, value):
    assert_problem(caller.get("postmortems/", **{name: value}), 422)


def test_a_reader_reads_and_changes_nothing():
    postmortem = a_postmortem()
    for reader in (a_caller(group="Viewer"), a_caller(scope="read")):
        told(reader.get(f"postmortems/{postmortem.pk}/"))
        assert_problem(patch(reader, f"postmortems/{postmortem.pk}/", {"owner": None}), 403)
        assert_problem(
            reader.post(
                f"postmortems/{postmortem.pk}/ask-review/", {"reviewers": [reader.user.username]}
            ),
            403,
        )


def test_hostile_text_comes_back_as_it_went_in(caller):
    path = f"postmortems/{a_postmortem(title=HOSTILE).pk}/"

    told(patch(caller, path, {"sections": {"causes": HOSTILE}}))

    assert told(caller.get(path))["sections"][3]["text"] == HOSTILE


def test_a_list_costs_the_same_whatever_its_length(caller):
    def cost(count: int) -> int:
        for _ in range(count):
            incident = an_incident(2, by=somebody())
            Postmortem.objects.create(
                incident=incident, playbook=incident.playbook, opened_at=incident.opened_at
            )
        with CaptureQueriesContext(connection) as queries:
            told(caller.get("postmortems/"))
        return len(queries)

    few, many = cost(3), cost(27)

    assert few == many
    assert many <= 2
