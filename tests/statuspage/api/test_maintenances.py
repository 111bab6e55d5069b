"""REST: planned work is announced, moved, spoken of and ended by programs."""

import pytest

from statuspage.actions.maintenance_clock import move_due
from statuspage.models import Component, Maintenance
from tests.conftest import Clock
from tests.statuspage.api.test_public_incidents import calling
from tests.statuspage.scenes import a_component, a_page
from tests.statuspage.works import HOUR, THREE, TWO, planned

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
LIST = "/api/v1/status-maintenances/"


@pytest.fixture
def payments() -> Component:
    return a_component(a_page())


def plan_of(*components: Component, **fields: object) -> dict[str, object]:
    return {
        "name": "Moving the payments database",
        "scheduled_for": "2026-11-24T02:00:00Z",
        "scheduled_until": "2026-11-24T03:00:00Z",
        "components": {row.public_id: "under_maintenance" for row in components},
        "body": "Payments will pause for some minutes.",
        **fields,
    }


def test_planned_work_is_announced_once_with_the_usual_settings(payments: Component) -> None:
    call = calling()
    made = call("POST", LIST, plan_of(payments), idempotency_key="a")
    again = call("POST", LIST, plan_of(payments), idempotency_key="a")

    assert (made.status_code, again.status_code) == (201, 201)
    assert Maintenance.objects.count() == 1
    body = made.json()
    assert made["Location"].endswith(f"{LIST}{body['id']}/")
    assert (body["status"], body["begins_itself"], body["ends_itself"]) == ("scheduled", True, True)
    assert (body["remind_minutes"], body["warnings"]) == (None, [])
    assert [update["body"] for update in body["updates"]] == [
        "Payments will pause for some minutes."
    ]
    assert call("GET", LIST).json()["results"][0]["id"] == body["id"]
    assert call("GET", f"{LIST}?status=completed").json()["results"] == []


def test_what_overlaps_is_said_and_not_refused(payments: Component) -> None:
    planned(payments)
    made = calling()("POST", LIST, plan_of(payments)).json()

    assert "touches one of these components as well" in made["warnings"][0]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"scheduled_until": "2026-11-24T02:00:00Z"}, "/scheduled_until"),
        ({"scheduled_for": None}, "/scheduled_for"),
        ({"scheduled_for": "tomorrow"}, "/scheduled_for"),
        ({"components": {"nothinghere1": "under_maintenance"}}, "/components"),
        ({"components": []}, "/components"),
        ({"body": " "}, "/body"),
        ({"remind_minutes": 10**9}, "/remind_minutes"),
        ({"begins_itself": "yes"}, "/begins_itself"),
        ({"more": 1}, "/more"),
    ],
)
def test_a_wrong_field_is_named(
    payments: Component, fields: dict[str, object], pointer: str
) -> None:
    answer = calling()("POST", LIST, plan_of(payments, **fields))

    assert answer.status_code == 422
    assert pointer in [one["pointer"] for one in answer.json()["errors"]]
    assert not Maintenance.objects.exists()


def test_a_plan_is_moved_and_what_is_not_named_stays(payments: Component) -> None:
    work = planned(payments, advice="Use gift cards.", ends_itself=False)
    call = calling()
    path = f"{LIST}{work.public_id}/"
    tag = call("GET", path)["ETag"]

    moved = call(
        "PATCH",
        path,
        {"scheduled_for": "2026-11-25T02:00:00Z", "scheduled_until": "2026-11-25T03:00:00Z"},
        if_match=tag,
    )

    body = moved.json()
    assert moved.status_code == 200
    assert (body["moved_from"][:16], body["advice"]) == ("2026-11-24T02:00", "Use gift cards.")
    assert (body["ends_itself"], list(body["components"])) == (False, [payments.public_id])
    assert body["updates"][-1]["body"].startswith("Moved to Wed 25 Nov 2026, 02:00 to 03:00 UTC.")
    assert call("PATCH", path, {"name": "Else"}, if_match=tag).status_code == 412
    refused = call("PATCH", path, {"scheduled_for": None})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/scheduled_for")


def test_the_verbs_lead_through_its_life(payments: Component, clock: Clock) -> None:
    work = planned(payments, begins_itself=False)
    call = calling()
    path = f"{LIST}{work.public_id}/"
    clock.now = TWO

    assert call("GET", path).json()["waits_for"] == "begin"
    assert call("POST", f"{path}verify/", {}).status_code == 409
    assert call("POST", f"{path}begin/", {}).json()["status"] == "in_progress"
    assert call("POST", f"{path}begin/", {}).json()["update_count"] == 2
    said = call("POST", f"{path}updates/", {"body": "Half way.", "is_sent": False})
    assert (said.status_code, said.json()["updates"][-1]["is_sent"]) == (201, False)
    assert call("POST", f"{path}complete/", {"body": "Done."}).json()["status"] == "completed"
    assert call("PATCH", path, {"name": "Else"}).status_code == 409
    assert call("POST", f"{path}postpone/", {}).status_code == 404


def test_what_looks_like_ours_is_asked_about(payments: Component) -> None:
    wish = plan_of(payments, body="We move 10.0.0.7.")
    call = calling()

    refused = call("POST", LIST, wish)
    assert (refused.status_code, refused.json()["code"]) == (409, "leak_suspected")
    assert call("POST", LIST, {**wish, "despite_findings": True}).status_code == 201


def test_viewers_read_and_write_nothing_whatever_they_send(payments: Component) -> None:
    work = planned(payments)
    call = calling("Viewer")

    assert call("GET", f"{LIST}{work.public_id}/").status_code == 200
    for method, path in (
        ("POST", LIST),
        ("PATCH", f"{LIST}nothinghere1/"),
        ("POST", f"{LIST}nothinghere1/updates/"),
        ("POST", f"{LIST}{work.public_id}/cancel/"),
    ):
        assert call(method, path, {"x": 1}).status_code == 403


def test_what_is_not_there_is_not_found(payments: Component) -> None:
    call = calling()

    assert call("GET", f"{LIST}nothinghere1/").status_code == 404
    assert call("POST", f"{LIST}nothinghere1/begin/", {}).status_code == 404
    assert call("POST", LIST, plan_of(payments, page="nothinghere1")).status_code == 404


def test_the_clock_is_shown_as_nobody(payments: Component) -> None:
    work = planned(payments)
    move_due(THREE + HOUR)

    updates = calling()("GET", f"{LIST}{work.public_id}/").json()["updates"]
    assert [row["published_by"] is None for row in updates] == [False, True, True]
