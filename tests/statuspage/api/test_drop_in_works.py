"""Statuspage's own write API: refusals in its shape, lists by state, and maintenances."""

import pytest
from django.test import Client

from statuspage.models import (
    Mailing,
    Maintenance,
    Page,
    PublicIncident,
)
from tests.conftest import Clock
from tests.statuspage.api.drop_in import Sender, an_outage, where
from tests.statuspage.scenes import a_component, an_incident, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


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
