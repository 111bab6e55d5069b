"""Decisions, hypotheses, pins and corrections: written by people, one action each, nothing lost."""

from typing import Any

import pytest

from incidents.models import EntryRevision, Incident, TimelineEntry
from tests.conftest import Clock
from tests.core.api.callers import Caller, a_caller, assert_problem
from tests.factories import AnIncident
from tests.incidents.api.test_read import tell

pytestmark = pytest.mark.django_db


def write(caller: Caller, incident: Incident, kind: str, **body: Any) -> dict[str, Any]:
    answer = caller.post(f"incidents/{incident.pk}/{kind}/", body)
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    assert answer["Location"].endswith(place(incident, found))
    return found


def place(incident: Incident, entry: dict[str, Any], mark: str = "") -> str:
    return f"incidents/{incident.pk}/timeline/{entry['id']}/{mark}"


def test_a_decision_says_what_was_chosen_why_and_what_was_not(caller: Caller) -> None:
    incident = AnIncident()

    found = write(
        caller, incident, "decisions", text=" Roll back ", reason="It was healthy", alternatives="Wait"
    )  # fmt: skip

    assert (found["kind"], found["text"]) == ("decision", "Roll back")
    assert (found["reason"], found["alternatives"]) == ("It was healthy", "Wait")
    assert found["actor"] == {"kind": "person", "label": "Rita Rask"}
    [listed] = caller.get(f"incidents/{incident.pk}/decisions/").json()["results"]
    assert {**listed, "revisions": []} == found
    assert caller.get(f"incidents/{incident.pk}/").json()["timeline"] == [listed]


def test_a_hypothesis_is_open_until_somebody_judges_it(caller: Caller, clock: Clock) -> None:
    incident = AnIncident()
    found = write(caller, incident, "hypotheses", text="The certificate has run out")
    assert (found["standing"], found["reason"]) == ("open", None)

    for mark, standing in [
        ("reject", "rejected"),
        ("reconsider", "open"),
        ("confirm", "confirmed"),
    ]:
        clock.forward(minutes=1)
        answer = caller.post(place(incident, found, f"{mark}/"))
        assert (answer.status_code, answer.json()["standing"]) == (200, standing)

    assert [former["standing"] for former in answer.json()["revisions"]] == [
        "open",
        "rejected",
        "open",
    ]


@pytest.mark.parametrize("mark", ["confirm", "pin"])
def test_a_mark_made_again_changes_nothing(caller: Caller, clock: Clock, mark: str) -> None:
    incident = AnIncident()
    entry = write(caller, incident, "hypotheses", text="Disk")
    first = caller.post(place(incident, entry, f"{mark}/"))

    clock.forward(minutes=1)
    again = caller.post(place(incident, entry, f"{mark}/"))

    assert again.content == first.content


def test_a_pin_goes_on_and_off(caller: Caller) -> None:
    incident = AnIncident()
    entry = write(caller, incident, "notes", text="The provider confirmed it")

    pinned = caller.post(place(incident, entry, "pin/")).json()
    off = caller.post(place(incident, entry, "unpin/")).json()

    assert pinned["pinned_at"] == "2026-11-23T09:00:00.000000Z"
    assert off["pinned_at"] is None


def test_a_correction_keeps_what_stood_there(caller: Caller, clock: Clock) -> None:
    incident = AnIncident()
    entry = write(caller, incident, "notes", text="Rolled back to 4.1")

    clock.forward(minutes=5)
    answer = caller.patch(
        place(incident, entry), {"text": "Rolled back to 4.0", "happened_at": "2026-11-23T08:55:00Z"}
    )  # fmt: skip

    found = answer.json()
    assert (found["text"], found["at"]) == ("Rolled back to 4.0", "2026-11-23T08:55:00.000000Z")
    assert found["edits"] == 1
    [former] = found["revisions"]
    assert (former["text"], former["happened_at"]) == (
        "Rolled back to 4.1",
        "2026-11-23T09:00:00.000000Z",
    )


def test_a_correction_may_leave_the_words_or_the_time(caller: Caller) -> None:
    incident = AnIncident()
    entry = write(caller, incident, "notes", text="Back", happened_at="2026-11-23T08:30:00Z")

    moved = caller.patch(place(incident, entry), {"happened_at": "2026-11-23T08:31:00Z"}).json()
    worded = caller.patch(place(incident, entry), {"text": "Back up"}).json()

    assert (moved["text"], moved["at"][11:16]) == ("Back", "08:31")
    assert (worded["text"], worded["at"][11:16]) == ("Back up", "08:31")


def test_a_correction_of_something_newer_is_refused(caller: Caller) -> None:
    incident = AnIncident()
    entry = write(caller, incident, "notes", text="One")
    read = caller.get(place(incident, entry))["ETag"]
    caller.patch(place(incident, entry), {"text": "Two"})

    answers = [
        caller.patch(place(incident, entry), {"text": "Three"}, **{"If-Match": read}),
        caller.send("POST", place(incident, entry, "pin/"), **{"If-Match": read}),
    ]

    for answer in answers:
        assert_problem(answer, 412, "version_conflict")
    assert TimelineEntry.objects.get().text == "Two"
    assert TimelineEntry.objects.get().pinned_at is None


def test_what_a_machine_or_a_verb_wrote_cannot_be_corrected_or_judged(caller: Caller) -> None:
    incident = AnIncident()
    caller.post(f"incidents/{incident.pk}/acknowledge/")
    entry = TimelineEntry.objects.filter(kind="state").values("id")[0]

    assert_problem(caller.patch(place(incident, entry), {"text": "No"}), 409, "not_possible")
    assert_problem(caller.post(place(incident, entry, "confirm/")), 409, "not_possible")
    assert not EntryRevision.objects.exists()


def test_an_entry_is_found_under_its_own_incident_only(caller: Caller) -> None:
    incident, other = AnIncident(), AnIncident()
    tell(incident, "Here")
    entry = {"id": TimelineEntry.objects.get().pk}

    assert caller.get(place(incident, entry)).status_code == 200
    assert_problem(caller.get(place(other, entry)), 404, "not_found")
    assert_problem(caller.patch(place(other, entry), {"text": "x"}), 404, "not_found")
    assert_problem(caller.post(place(other, entry, "pin/")), 404, "not_found")
    assert_problem(caller.post(place(incident, entry, "burn/")), 404, "not_found")
    for odd in ("0", "1e3", str(2**63), "%00"):
        assert_problem(caller.get(f"incidents/{incident.pk}/timeline/{odd}/"), 404, "not_found")


@pytest.mark.parametrize(
    ("kind", "body", "pointer"),
    [
        ("decisions", {}, "/text"),
        ("decisions", {"text": " "}, "/text"),
        ("decisions", {"text": "x" * 501}, "/text"),
        ("decisions", {"text": "x", "reason": "y" * 20_001}, "/reason"),
        ("decisions", {"text": "x", "happened_at": "2026-11-23T09:00:01Z"}, "/happened_at"),
        ("decisions", {"text": "x", "chosen": "y"}, "/chosen"),
        ("hypotheses", {"text": 1}, "/text"),
        ("hypotheses", {"text": "x", "standing": "confirmed"}, "/standing"),
        ("hypotheses", {"text": "x", "happened_at": "2020-01-01T00:00:00Z"}, "/happened_at"),
    ],
)
def test_a_wrong_remark_is_refused_with_a_pointer(
    caller: Caller, kind: str, body: dict[str, Any], pointer: str
) -> None:
    incident = AnIncident()

    problem = assert_problem(caller.post(f"incidents/{incident.pk}/{kind}/", body), 422)

    assert problem["errors"][0]["pointer"] == pointer
    assert not TimelineEntry.objects.exists()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"text": ""}, "required"),
        ({"text": None}, "required"),
        ({"standing": "open"}, "read_only_field"),
        ({"edits": 0}, "read_only_field"),
        ({"tea": 1}, "unknown_field"),
    ],
)
def test_a_wrong_correction_is_refused(caller: Caller, body: dict[str, Any], code: str) -> None:
    incident = AnIncident()
    entry = write(caller, incident, "notes", text="One")

    problem = assert_problem(caller.patch(place(incident, entry), body), 422)

    assert problem["errors"][0]["code"] == code
    assert TimelineEntry.objects.get().text == "One"


def test_the_same_key_writes_one(caller: Caller) -> None:
    incident = AnIncident()

    for kind in ("decisions", "hypotheses"):
        for _ in range(2):
            headers = {"Idempotency-Key": kind}
            caller.post(f"incidents/{incident.pk}/{kind}/", {"text": "Disk"}, **headers)

    assert TimelineEntry.objects.count() == 2


def test_who_may_only_look_writes_judges_and_corrects_nothing(caller: Caller) -> None:
    incident = AnIncident()
    entry = write(caller, incident, "hypotheses", text="Disk")
    before = TimelineEntry.objects.values().get()

    for looker in (a_caller("Viewer"), a_caller("Responder", "read")):
        for kind in ("notes", "decisions", "hypotheses"):
            answer = looker.post(f"incidents/{incident.pk}/{kind}/", {"text": "x"})
            assert_problem(answer, 403, "not_allowed")
        for mark in ("confirm", "reject", "reconsider", "pin", "unpin"):
            assert_problem(looker.post(place(incident, entry, f"{mark}/")), 403, "not_allowed")
        assert_problem(looker.patch(place(incident, entry), {"text": "x"}), 403, "not_allowed")
        assert looker.get(place(incident, entry)).status_code == 200

    assert TimelineEntry.objects.values().get() == before
