"""Statuspage's own write API: what its clients send works here, and every refusal has their shape."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import LazySettings
from django.test import Client

from core.actions import make_token
from core.actor import person
from incidents.models import TimelineEntry
from statuspage.models import (
    Component,
    ComponentGroup,
    ComponentInterval,
    Mailing,
    Maintenance,
    Page,
    PublicIncident,
    PublicUpdate,
)
from tests.conftest import Clock
from tests.factories import NINE, ATeam, AUser
from tests.statuspage.scenes import a_component, a_group, a_page, an_incident, said, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
EXTRAS = (
    "backfilled", "impact_override", "postmortem_body", "postmortem_body_last_updated_at", "postmortem_ignored",
    "postmortem_published_at", "postmortem_notified_subscribers", "postmortem_notified_twitter", "scheduled_for",
    "scheduled_until", "scheduled_remind_prior", "scheduled_reminded_at", "scheduled_auto_in_progress",
    "scheduled_auto_completed", "metadata",
)  # fmt: skip


class Sender:
    """A program that was written for Statuspage."""

    def __init__(self, group: str = "Responder", scope: str = "write", **who: Any) -> None:
        user = AUser(group=group, **who)
        self.token = make_token(user, scope=scope, by=person(user), at=NINE)
        self.scheme = "OAuth"

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        told = {"authorization": f"{self.scheme} {self.token}", **headers}
        form = isinstance(body, str)
        data = body if form else json.dumps(body) if body is not None else ""
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        return Client(headers=told).generic(method, f"/v1/{path}", data, content_type=kind)


@pytest.fixture
def page() -> Page:
    """Give the default page."""
    return a_page()


@pytest.fixture
def send(page: Page) -> Sender:
    """Give a program of somebody who manages the page's team."""
    return Sender(manages=page.team)


def where(page: Page, rest: str = "incidents.json") -> str:
    return f"pages/{page.public_id}/{rest}"


def an_outage(**fields: object) -> dict[str, object]:
    return {"incident": {"name": "Card payments failing", "status": "investigating", **fields}}


# Who may


@pytest.mark.parametrize("scheme", ["OAuth", "oauth", "Bearer"])
def test_a_token_opens_by_either_word(page: Page, send: Sender, scheme: str) -> None:
    send.scheme = scheme

    answer = send("GET", "pages.json")

    assert (answer.status_code, answer.json()[0]["id"]) == (200, page.public_id)
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("header", ["", "OAuth", "OAuth nobody", "Basic eA==", "OAuth a b"])
def test_everything_else_is_401_in_their_words(page: Page, header: str) -> None:
    for method, path in (("GET", "pages.json"), ("POST", where(page)), ("GET", "pages/none.json")):
        answer = Client(headers={"authorization": header}).generic(method, f"/v1/{path}")

        assert (answer.status_code, answer.json()) == (401, {"error": "Could not authenticate"})
    assert not PublicIncident.objects.exists()


@pytest.mark.parametrize(
    ("group", "scope"), [("Viewer", "write"), ("Responder", "read"), ("Administrator", "read")]
)
def test_who_may_only_read_writes_nothing(page: Page, group: str, scope: str) -> None:
    component = a_component(page)
    reader = Sender(group, scope)
    addresses = [
        ("POST", where(page)),
        ("PATCH", where(page, "incidents/aaaaaaaaaaaa.json")),
        ("POST", where(page, "components.json")),
        ("PATCH", where(page, f"components/{component.public_id}.json")),
        ("DELETE", where(page, f"components/{component.public_id}.json")),
        ("POST", where(page, "component-groups.json")),
        ("DELETE", where(page, "component-groups/aaaaaaaaaaaa.json")),
        ("POST", "pages/aaaaaaaaaaaa/incidents.json"),
    ]

    for method, path in addresses:
        answer = reader(method, path, an_outage())
        assert answer.status_code == 403, path
        assert isinstance(answer.json()["error"], str)
    assert reader("GET", where(page)).status_code == 200
    assert not PublicIncident.objects.exists()


def test_a_responder_says_how_a_component_does_and_only_managers_change_what_it_is(
    page: Page,
) -> None:
    path = where(page, f"components/{a_component(page).public_id}.json")
    responder = Sender()

    state = responder("PATCH", path, {"component": {"status": "partial_outage"}})
    name = responder("PATCH", path, {"component": {"status": "operational", "name": "Cards"}})

    assert (state.status_code, state.json()["status"]) == (200, "partial_outage")
    assert name.status_code == 403
    assert Component.objects.get().name == "Payments"


def test_the_sixty_first_request_within_a_minute_waits(send: Sender, clock: Clock) -> None:
    codes = [send("GET", "pages.json").status_code for _ in range(61)]
    late = send("GET", "pages.json")
    clock.forward(seconds=60)

    assert codes == [200] * 60 + [429]
    assert late["Retry-After"] == "60"
    assert send("GET", "pages.json").status_code == 200


def test_it_answers_where_staff_work_and_nowhere_else(
    send: Sender, page: Page, settings: LazySettings
) -> None:
    settings.STAFF_URL = "https://staff.northwind.example"

    elsewhere = send("GET", "pages.json", host="status.northwind.example")
    there = send("GET", "pages.json", host="staff.northwind.example")

    assert (elsewhere.status_code, there.status_code) == (400, 200)


def test_what_is_not_there_is_not_found(send: Sender, page: Page) -> None:
    for path in (
        "nothing.json",
        "pages/aaaaaaaaaaaa.json",
        "pages/%00.json",
        where(page, "incidents/aaaaaaaaaaaa.json"),
        where(page, "incidents/' OR 1.json"),
        where(page, "components/aaaaaaaaaaaa.json"),
        where(page, "component-groups/aaaaaaaaaaaa.json"),
    ):
        answer = send("GET", path)
        assert (answer.status_code, answer.json()) == (404, {"error": "Not found"}), path


def test_a_method_that_there_is_not_is_405(send: Sender, page: Page) -> None:
    answer = send("DELETE", where(page))

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")


# Incidents


def test_an_incident_is_public_at_once_and_tells_nothing_inside(send: Sender, page: Page) -> None:
    component = a_component(page)
    inside = TimelineEntry.objects.count()

    answer = send(
        "POST",
        where(page),
        an_outage(body="Cards fail.", components={component.public_id: "partial_outage"}),
    )

    told = answer.json()
    assert answer.status_code == 201
    assert (told["status"], told["impact"]) == ("investigating", "major")
    assert told["components"][0]["status"] == "partial_outage"
    assert told["incident_updates"][0]["affected_components"][0]["new_status"] == "partial_outage"
    assert b"Cards fail." in Client().get("/").content
    assert PublicIncident.objects.get().incident is None
    assert TimelineEntry.objects.count() == inside


def test_the_object_is_that_of_the_read_api_and_the_known_extras(send: Sender, page: Page) -> None:
    told = send("POST", where(page), an_outage(body="x")).json()

    [plain] = Client().get("/api/v2/incidents.json").json()["incidents"]
    assert list(told) == [*plain, *EXTRAS]
    assert list(told["incident_updates"][0]) == [
        *plain["incident_updates"][0],
        "wants_twitter_update",
        "twitter_updated_at",
    ]
    assert {key: told[key] for key in plain if key != "incident_updates"} == {
        key: value for key, value in plain.items() if key != "incident_updates"
    }


def test_a_form_says_the_same_as_json(send: Sender, page: Page) -> None:
    one, other = a_component(page), a_component(page, "Search")
    form = urlencode(
        [
            ("incident[name]", "Slow"),
            ("incident[status]", "identified"),
            ("incident[body]", "It is slow & we know why."),
            (f"incident[components][{one.public_id}]", "degraded_performance"),
            ("incident[component_ids][]", other.public_id),
            ("incident[deliver_notifications]", "false"),
        ]
    )

    told = send("POST", where(page), form).json()

    assert (told["status"], told["impact"]) == ("identified", "minor")
    assert {row["id"] for row in told["components"]} == {one.public_id, other.public_id}
    assert not Mailing.objects.exists()


def test_it_is_carried_to_its_end_by_patch_and_put(send: Sender, page: Page, clock: Clock) -> None:
    component = a_component(page)
    path = where(
        page,
        f"incidents/{send('POST', where(page), an_outage(components={component.public_id: 'major_outage'})).json()['id']}.json",
    )
    clock.forward(minutes=10)

    send("PATCH", path, {"incident": {"status": "monitoring", "body": "Better."}})
    clock.forward(minutes=10)
    over = send("PUT", path, {"incident": {"status": "resolved"}}).json()

    assert [one["status"] for one in over["incident_updates"]] == [
        "resolved",
        "monitoring",
        "investigating",
    ]
    assert over["impact"] == "critical"
    assert over["components"][0]["status"] == "operational"
    interval = ComponentInterval.objects.get()
    assert (interval.state, interval.to_at) == ("major_outage", NINE + timedelta(minutes=20))


def test_a_name_alone_says_no_further_word(send: Sender, page: Page) -> None:
    made = send("POST", where(page), an_outage()).json()

    told = send(
        "PATCH",
        where(page, f"incidents/{made['id']}.json"),
        {"incident": {"name": "Cards", "impact_override": "critical", "metadata": {"a": 1}}},
    ).json()
    back = send(
        "PATCH", where(page, f"incidents/{made['id']}.json"), {"incident": {"impact_override": ""}}
    ).json()

    assert (told["name"], told["impact"], told["impact_override"]) == (
        "Cards",
        "critical",
        "critical",
    )
    assert (back["impact"], back["impact_override"]) == ("none", None)
    assert PublicUpdate.objects.count() == 1


def test_a_backfilled_incident_is_of_its_day_and_sent_to_nobody(send: Sender, page: Page) -> None:
    component = a_component(page)

    told = send(
        "POST",
        where(page),
        an_outage(
            backfilled=True,
            backfill_date="2026-10-02",
            body="It was.",
            component_ids=[component.public_id],
        ),
    ).json()

    assert (told["status"], told["backfilled"]) == ("resolved", True)
    assert told["started_at"] == told["resolved_at"] == "2026-10-02T00:00:00.000Z"
    assert told["incident_updates"][0]["display_at"] == "2026-10-02T00:00:00.000Z"
    assert not Mailing.objects.exists()
    assert not ComponentInterval.objects.exists()
    assert send("POST", where(page), an_outage(backfilled=True)).status_code == 422
    assert send("POST", where(page), an_outage(backfill_date="2027-10-02")).status_code == 422


def test_subscribers_are_told_unless_the_sender_says_no(send: Sender, page: Page) -> None:
    made = send("POST", where(page), an_outage()).json()
    send(
        "PATCH",
        where(page, f"incidents/{made['id']}.json"),
        {"incident": {"body": "Quiet.", "deliver_notifications": False}},
    )

    assert [one.kind for one in Mailing.objects.all()] == ["update"]
    assert list(PublicUpdate.objects.values_list("is_sent", flat=True)) == [True, False]


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "255"),
        ({"name": 7}, "name"),
        ({"status": "broken"}, "status"),
        ({"status": "postmortem"}, "postmortem"),
        ({"impact_override": "huge"}, "impact_override"),
        ({"components": {"nobody": "major_outage"}}, "nobody"),
        ({"components": ["a"]}, "components"),
        ({"components": {"a": 1}}, "components"),
        ({"component_ids": ["nobody"]}, "nobody"),
        ({"component_ids": "a"}, "component_ids"),
        ({"body": "x" * 20_001}, "body"),
        ({"deliver_notifications": "perhaps"}, "deliver_notifications"),
        ({"backfill_date": "yesterday"}, "backfill_date"),
        ({"status": "", "scheduled_for": "9999-12-31T23:59:59-12:00"}, "scheduled_for"),
        ({"status": "", "scheduled_for": "soon"}, "scheduled_for"),
        ({"scheduled_for": "2026-11-24T02:00:00Z"}, "investigating"),
        ({"status": "scheduled"}, "scheduled_for"),
    ],
)
def test_a_wrong_value_is_422_with_a_sentence(
    send: Sender, page: Page, fields: dict[str, object], word: str
) -> None:
    answer = send("POST", where(page), an_outage(**fields))

    assert answer.status_code == 422, answer.content
    [sentence, *_more] = answer.json()["error"]
    assert word in sentence
    assert not PublicIncident.objects.exists()
    assert not Maintenance.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"incident": null}', 422),
        (b'{"incident": "x"}', 422),
        (b"[" * 100_000, 422),
        (b'{"incident": {"name": "a\\u0000b", "body": "\\ud800"}}', 201),
    ],
)
def test_no_body_breaks_it(send: Sender, page: Page, body: bytes, status: int) -> None:
    answer = Client(headers={"authorization": f"OAuth {send.token}"}).post(
        f"/v1/{where(page)}", body, content_type="application/json"
    )

    assert answer.status_code == status, answer.content
    assert "error" in answer.json() or status == 201


@pytest.mark.parametrize(
    "form",
    [
        "",
        "incident=x",
        "incident[name]=a&incident[name][b]=c&incident[components][]=d",
        "incident[component_ids][]=&incident[name]=x",
        "[a]=1&&=&incident[[[=2",
        "&".join(f"incident[x{number}]=1" for number in range(3000)),
        "incident[name]=%00%ff%fe",
    ],
)
def test_no_form_breaks_it(send: Sender, page: Page, form: str) -> None:
    assert send("POST", where(page), form).status_code in (201, 400, 413, 422)


def test_the_lists_are_by_state_and_by_page(send: Sender, page: Page, clock: Clock) -> None:
    for name in ("One", "Two", "Three"):
        clock.forward(minutes=1)
        send("POST", where(page), an_outage(name=name))
    newest = send("GET", where(page)).json()
    send(
        "PATCH",
        where(page, f"incidents/{newest[0]['id']}.json"),
        {"incident": {"status": "resolved"}},
    )

    def names(rest: str) -> list[str]:
        return [one["name"] for one in send("GET", where(page, rest)).json()]

    assert names("incidents.json") == ["Three", "Two", "One"]
    assert names("incidents.json?limit=1&page=2") == ["Two"]
    assert names("incidents.json?q=thr") == ["Three"]
    assert names("incidents/unresolved.json") == ["Two", "One"]
    assert names("incidents/scheduled.json") == []
    for query in ("limit=0", "limit=x", "page=-1", "page=٣"):
        assert send("GET", where(page, f"incidents.json?{query}")).status_code == 422


def test_what_people_told_of_an_incident_of_ours_hears_it(
    page: Page, send: Sender, shipped: object
) -> None:
    component = a_component(page, service=None)
    incident = an_incident()
    component.bindings.create(service=incident.service)
    public = tell(incident).incident

    send(
        "PATCH",
        where(page, f"incidents/{public.public_id}.json"),
        {"incident": {"status": "identified", "body": "Found."}},
    )

    assert incident.timeline.filter(text__contains="Found.").exists()
    assert said().body


# Maintenances


def planned(**fields: object) -> dict[str, object]:
    return an_outage(
        status="scheduled",
        name="New disks",
        body="We change disks.",
        scheduled_for="2026-11-24T02:00:00Z",
        scheduled_until="2026-11-24T03:00:00Z",
        **fields,
    )


def test_a_scheduled_incident_is_a_maintenance(send: Sender, page: Page) -> None:
    component = a_component(page)

    answer = send(
        "POST",
        where(page),
        planned(
            component_ids=[component.public_id],
            scheduled_remind_prior=True,
            scheduled_auto_in_progress=True,
        ),
    )

    told = answer.json()
    assert answer.status_code == 201, told
    assert (told["status"], told["impact"]) == ("scheduled", "maintenance")
    assert told["scheduled_for"] == "2026-11-24T02:00:00.000Z"
    assert (told["scheduled_remind_prior"], told["scheduled_auto_in_progress"]) == (True, True)
    assert told["scheduled_auto_completed"] is False
    for rest in ("incidents.json", "incidents/scheduled.json", "incidents/upcoming.json"):
        assert [one["id"] for one in send("GET", where(page, rest)).json()] == [told["id"]]
    assert Maintenance.objects.get().touched.get().state == "under_maintenance"


def test_a_maintenance_is_moved_begun_and_completed(send: Sender, page: Page, clock: Clock) -> None:
    component = a_component(page)
    made = send("POST", where(page), planned(component_ids=[component.public_id])).json()
    path = where(page, f"incidents/{made['id']}.json")

    moved = send("PATCH", path, {"incident": {"scheduled_until": "2026-11-24T04:00:00Z"}}).json()
    clock.forward(hours=17)
    begun = send("PATCH", path, {"incident": {"status": "in_progress", "body": "Now."}}).json()
    active = send("GET", where(page, "incidents/active_maintenance.json")).json()
    over = send("PATCH", path, {"incident": {"status": "completed"}}).json()
    again = send("PATCH", path, {"incident": {"status": "in_progress"}})

    assert moved["scheduled_until"] == "2026-11-24T04:00:00.000Z"
    assert begun["components"][0]["status"] == "under_maintenance"
    assert [one["id"] for one in active] == [made["id"]]
    assert (over["status"], over["components"][0]["status"]) == ("completed", "operational")
    assert again.status_code == 422


def test_a_quiet_maintenance_is_sent_to_nobody(send: Sender, page: Page) -> None:
    assert send("POST", where(page), planned(deliver_notifications=False)).status_code == 201
    assert not Mailing.objects.exists()


# Components and groups


def test_components_are_made_changed_and_taken_off(send: Sender, page: Page) -> None:
    group = a_group(page, "Shop")
    made = send(
        "POST",
        where(page, "components.json"),
        {
            "component": {
                "name": "Cards",
                "description": "Pay",
                "group_id": group.public_id,
                "status": "degraded_performance",
                "showcase": False,
                "start_date": "2026-01-01",
                "unknown": 1,
            }
        },
    )
    told = made.json()
    path = where(page, f"components/{told['id']}.json")
    changed = send("PATCH", path, {"component": {"name": "Card payments", "group_id": ""}}).json()

    assert made.status_code == 201
    assert (told["status"], told["group_id"], told["start_date"]) == (
        "degraded_performance",
        group.public_id,
        "2026-01-01",
    )
    assert (changed["name"], changed["group_id"], changed["description"]) == (
        "Card payments",
        None,
        "Pay",
    )
    assert send("DELETE", path).status_code == 204
    assert send("GET", path).status_code == 404
    assert Client().get("/api/v2/components.json").json()["components"][0]["group"] is True


def test_a_component_that_history_names_leaves_the_page_and_keeps_its_ledger(
    send: Sender, page: Page
) -> None:
    component = a_component(page)
    told = send(
        "POST", where(page), an_outage(components={component.public_id: "major_outage"})
    ).json()

    assert send("DELETE", where(page, f"components/{component.public_id}.json")).status_code == 204
    again = send("POST", where(page, "components.json"), {"component": {"name": "Payments"}})

    component.refresh_from_db()
    assert component.retired_at == NINE
    assert component.intervals.get().to_at == NINE
    assert again.status_code == 201
    kept = send("GET", where(page, f"incidents/{told['id']}.json")).json()
    assert kept["incident_updates"][0]["affected_components"][0]["name"] == "Payments"
    assert (
        send(
            "POST", where(page), an_outage(components={component.public_id: "major_outage"})
        ).status_code
        == 422
    )


def test_groups_hold_the_components_that_they_name(send: Sender, page: Page) -> None:
    one, other = a_component(page), a_component(page, "Search")
    made = send(
        "POST",
        where(page, "component-groups.json"),
        {"component_group": {"name": "Shop", "description": "All", "components": [one.public_id]}},
    )
    path = where(page, f"component-groups/{made.json()['id']}.json")
    changed = send("PUT", path, {"component_group": {"components": [other.public_id]}}).json()

    assert (made.status_code, made.json()["components"]) == (201, [one.public_id])
    assert changed["components"] == [other.public_id]
    assert changed["description"] == "All"
    assert send("DELETE", path).status_code == 200
    assert not ComponentGroup.objects.exists()
    assert Component.objects.count() == 2


def test_a_name_is_on_a_page_once(send: Sender, page: Page) -> None:
    a_component(page)
    a_group(page, "Shop")

    for path, body in (
        ("components.json", {"component": {"name": "Payments"}}),
        ("components.json", {"component": {"name": "Shop"}}),
        ("component-groups.json", {"component_group": {"name": "Payments"}}),
        ("components.json", {"component": {"name": ""}}),
        ("components.json", {"component": {}}),
        ("components.json", {"component": {"name": "x", "status": "full_outage"}}),
        ("components.json", {"component": {"name": "x", "group_id": "nobody"}}),
        ("components.json", {"component": {"name": "x", "start_date": "2030-01-01"}}),
        ("component-groups.json", {"component_group": {"name": "x", "components": ["nobody"]}}),
    ):
        assert send("POST", where(page, path), body).status_code == 422, body
    assert Component.objects.count() + ComponentGroup.objects.count() == 2


def test_what_is_of_another_page_is_out_of_reach(send: Sender, page: Page) -> None:
    other = a_page(slug="other", name="Other", is_default=False, team=ATeam())
    component, group = a_component(other), a_group(other, "Shop")

    assert send("PATCH", where(page, f"components/{component.public_id}.json"), {"component": {"status": "major_outage"}}).status_code == 404  # fmt: skip
    assert send("PATCH", where(other, f"components/{component.public_id}.json"), {"component": {"name": "x"}}).status_code == 403  # fmt: skip
    assert (
        send("DELETE", where(page, f"component-groups/{group.public_id}.json")).status_code == 404
    )
    assert send("DELETE", where(other, f"component-groups/{group.public_id}.json")).status_code == 403  # fmt: skip
    assert Component.objects.get().name == "Payments"
