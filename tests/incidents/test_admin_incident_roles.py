"""Roles on an incident's screen: offered, answered, given by name."""

import re
from typing import Any

import pytest
from django.test import Client

from core.actor import person
from core.models import User
from incidents import actions
from incidents.models import Incident
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import NINE, AUser
from tests.incidents.actions.scenes import an_incident_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


LIST = "/admin/incidents/incident/"


@pytest.fixture
def rob() -> User:
    return AUser(username="rob", first_name="Rob", group="Responder")


@pytest.fixture
def browser(rob: User) -> Client:
    return scene.signed_in(rob)


def page(browser: Client, incident: Incident, query: str = "") -> str:
    reply = browser.get(f"{LIST}{incident.pk}/{query}")
    assert reply.status_code == 200
    return reply.content.decode().replace("&#x27;", "'")


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def press(browser: Client, incident: Incident, verb: str, **typed: Any) -> Any:
    return browser.post(f"{LIST}{incident.pk}/press/{verb}/", typed, follow=True)


def test_an_offer_is_answered_on_the_screen(browser: Client, rob: User) -> None:
    incident = an_incident_in("investigating")
    mara = person(AUser(first_name="Mara"))
    actions.offer_role(incident.pk, "comms", rob, by=mara, at=NINE, note="From 14:30 on")
    assert "Mara offers you the role Communications" in words(page(browser, incident))

    press(browser, incident, "accept_role", role="comms")

    assert incident.roles.get(to_at=None).user == rob


def test_an_offer_that_nobody_answers_is_marked(browser: Client, clock: Clock) -> None:
    incident = an_incident_in("investigating")
    leila = AUser(first_name="Leila")
    actions.offer_role(incident.pk, "scribe", leila, by=person(AUser()), at=NINE)
    clock.forward(minutes=6)

    assert re.search(r"offered to Leila, 09:00 , no answer", words(page(browser, incident)))


def test_a_role_is_offered_by_username(browser: Client) -> None:
    incident = an_incident_in("investigating")
    leila = AUser(username="leila")

    press(browser, incident, "offer_role", role="scribe", user="leila", note="")

    assert incident.offers.get().user == leila


def test_a_name_that_nobody_bears_is_said_and_kept(browser: Client) -> None:
    reply = press(
        browser, an_incident_in("investigating"), "assign_role", role="scribe", user="Nobody Here"
    )

    assert reply.status_code == 422
    assert "Nobody active is called “Nobody Here”" in reply.content.decode()
