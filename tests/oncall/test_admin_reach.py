"""Whether somebody can be woken, said first; and the way to one's own contacts."""

from typing import Any

import pytest
from django.test import Client

from core.models import User
from oncall.models import ContactMethod, Layer, Responder, RotationSlot, RotationVersion
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import NINE, AResponder, ASchedule, AService, ATeam, AUser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


def text(reply: Any) -> str:
    html: str = reply.content.decode()
    return html


def said(responder: Responder, reader: User | None = None) -> str:
    page = f"/admin/oncall/responder/{responder.pk}/change/"
    return str(scene.signed_in(reader or responder.user).get(page).context["headline"])


def test_the_page_begins_with_the_proof_that_a_person_can_be_woken(clock: Clock) -> None:
    responder = AResponder(user=AUser(first_name="Ines"))
    responder.contacts.update(last_ok_at=NINE)
    clock.forward(days=1)

    assert (
        said(responder)
        == f"Ines can be woken by e-mail, proven {NINE:%a} {NINE.day} {NINE:%b %H:%M} UTC."
    )


def test_a_contact_without_a_message_that_arrived_is_no_proof(settings: Any) -> None:
    settings.EMAIL_URL = "smtp://mail.example:25"

    assert "no message has arrived there yet: send a test page" in said(AResponder())


def test_what_is_missing_is_named() -> None:
    empty, unconfirmed, silenced, off = (
        AResponder(contact=""), AResponder(), AResponder(), AResponder(is_active=False),
    )  # fmt: skip
    unconfirmed.contacts.update(verified_at=None)
    silenced.contacts.update(disabled_at=NINE)

    found = [said(one).partition(": ")[2] for one in (empty, unconfirmed, silenced, off)]

    assert found == [
        "add a contact and confirm it.",
        "confirm a contact.",
        "switch a contact on.",
        "paging this person is switched off.",
    ]


def test_everybody_finds_their_own_contacts_from_their_page() -> None:
    for group in ("Viewer", "Responder"):
        user = AUser(group=group)
        page = text(scene.signed_in(user).get(f"/admin/core/user/{user.pk}/change/"))

        assert "You are never paged" in page
        assert 'href="/admin/contacts/"' in page


def test_a_viewer_adds_a_first_contact_and_is_led_to_confirm_it() -> None:
    user = AUser(group="Viewer")
    browser = scene.signed_in(user)

    assert browser.get("/admin/contacts/").status_code == 200
    assert not Responder.objects.exists()
    reply = browser.post("/admin/contacts/", {"channel": "email", "address": "v@shop.example"})

    contact = ContactMethod.objects.get()
    page = f"/admin/oncall/responder/{contact.responder_id}/change/"
    assert (contact.responder.user, reply["Location"]) == (user, page)
    assert browser.get("/admin/contacts/")["Location"] == page
    assert f'data-action="confirm-{contact.pk}"' in text(browser.get(page))


@pytest.mark.parametrize("address", ["", "no address", "x" * 501])
def test_a_wrong_first_contact_is_refused_in_words(address: str) -> None:
    browser = scene.signed_in(AUser())

    reply = browser.post("/admin/contacts/", {"channel": "email", "address": address})

    assert reply.status_code == 422
    assert "field-error" in text(reply)
    assert not ContactMethod.objects.exists()


def test_the_contacts_of_others_are_seen_and_not_offered() -> None:
    responder = AResponder(contact="anna.long@shop.example")

    page = text(scene.signed_in(AUser()).get(f"/admin/core/user/{responder.user_id}/change/"))

    assert "can be woken by e-mail" in page
    assert "anna.long@" not in page
    assert 'href="/admin/contacts/"' not in page


# Readiness of a service


def ready(browser: Client, service: Any) -> dict[str, bool]:
    page = browser.get(f"/admin/incidents/service/{service.pk}/change/")
    panel = next(panel for panel in page.context["panels"] if panel.key == "ready")
    return {step.what: step.is_done for step in panel.data}


def test_a_service_without_anything_says_what_is_missing() -> None:
    service = AService(runbook_url="")
    browser = scene.signed_in(AUser())

    assert set(ready(browser, service).values()) == {False}
    page = browser.get(f"/admin/incidents/service/{service.pk}/change/")
    assert page.context["headline"] == "No open incident, and 5 settings are incomplete."


def test_a_service_with_policy_duty_contacts_and_runbook_lacks_the_status_page_alone() -> None:
    from_team = ATeam()
    responder = AResponder()
    schedule = ASchedule(team=from_team, people=[responder.user])
    scene.APolicy(team=from_team, default=True, steps=[(60, [schedule])])
    service = AService(team=from_team, runbook_url="https://runbooks.example/shop")

    found = ready(scene.signed_in(AUser()), service)

    assert [what for what, is_done in found.items() if not is_done] == ["Not on the status page"]


def test_a_responder_without_a_confirmed_contact_is_named() -> None:
    from_team = ATeam()
    lost = AUser(first_name="Jonas")
    schedule = ASchedule(team=from_team, people=[AResponder().user, lost])
    scene.APolicy(team=from_team, default=True, steps=[(60, [schedule])])

    found = ready(scene.signed_in(AUser()), AService(team=from_team))

    assert found["Jonas can't be reached"] is False


def test_who_was_to_serve_by_a_version_that_was_taken_back_is_not_asked_for() -> None:
    from_team = ATeam()
    schedule = ASchedule(team=from_team, people=[AResponder().user])
    scene.APolicy(team=from_team, default=True, steps=[(60, [schedule])])
    layer = Layer.objects.create(schedule=schedule, name="Never")
    gone = RotationVersion.objects.create(
        layer=layer, anchor_local="2026-01-05T09:00", withdrawn_at=NINE
    )
    RotationSlot.objects.create(version=gone, position=0, user=AUser(first_name="Jonas"))

    found = ready(scene.signed_in(AUser()), AService(team=from_team))

    assert found["Every responder can be reached"] is True
