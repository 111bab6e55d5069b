"""Statuspage's own write API: incidents, as its clients post and change them."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client

from incidents.models import TimelineEntry
from statuspage.models import (
    ComponentInterval,
    Mailing,
    Page,
    PublicIncident,
    PublicUpdate,
)
from tests.conftest import Clock
from tests.factories import NINE
from tests.statuspage.api.drop_in import Sender, an_outage, where
from tests.statuspage.scenes import a_component

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
EXTRAS = (
    "backfilled", "impact_override", "postmortem_body", "postmortem_body_last_updated_at", "postmortem_ignored",
    "postmortem_published_at", "postmortem_notified_subscribers", "postmortem_notified_twitter", "scheduled_for",
    "scheduled_until", "scheduled_remind_prior", "scheduled_reminded_at", "scheduled_auto_in_progress",
    "scheduled_auto_completed", "metadata",
)  # fmt: skip


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
