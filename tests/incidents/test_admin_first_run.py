"""The first run: connect a monitor and see its first event arrive."""

import re

import pytest
from django.test import Client

from core.models import Team
from incidents import actions
from incidents.actions import catalog
from incidents.admin.first_run import KEPT
from incidents.models import RawEvent, Service, Source
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import IMPORT, AnIncident, AService, ASource, AUser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
HERE = "/admin/first-run/"


@pytest.fixture
def browser() -> Client:
    return scene.signed_in(AUser(group="Administrator"))


def text(browser: Client, path: str = HERE) -> str:
    return browser.get(path, follow=True).content.decode()


def test_an_empty_installation_leads_its_administrator_here_and_others_to_now(
    browser: Client,
) -> None:
    assert "Connect your first monitor" in text(browser, "/admin/")
    assert "Nothing is on fire." in text(scene.signed_in(AUser()), "/admin/")


def test_now_comes_back_with_the_first_event_or_incident(browser: Client) -> None:
    incident = AnIncident()
    assert "Connect your first monitor" not in text(browser, "/admin/")

    incident.delete()
    browser.post(HERE, {"action": "connect", "format": "generic"})
    browser.post(HERE, {"action": "test", "source": Source.objects.get().pk})
    assert "Connect your first monitor" not in text(browser, "/admin/")


def test_one_press_makes_team_service_source_and_shows_the_key(
    browser: Client, clock: Clock
) -> None:
    html = browser.post(
        HERE, {"action": "connect", "format": "generic"}, follow=True
    ).content.decode()

    key = re.search(r"/in/generic/(imk_[^/]+)/", html)
    assert key
    assert (Team.objects.get().slug, Service.objects.get().slug) == ("everybody", "everything")
    assert "Waiting for the first event" in html
    assert key[1] not in str(list(browser.session.items()))

    answer = browser.post(
        f"/in/generic/{key[1]}/", {"action": "trigger", "title": "x"}, "application/json"
    )
    assert answer.status_code == 202
    assert "It arrived" in text(browser, f"{HERE}?part=arrived")


def test_it_joins_what_is_there_and_names_the_second_source_apart(browser: Client) -> None:
    service = AService()

    for _ in range(2):
        browser.post(HERE, {"action": "connect", "format": "alertmanager"})

    assert {row.service for row in Source.objects.all()} == {service}
    assert len({row.name for row in Source.objects.all()}) == 2


def test_the_test_event_opens_an_incident_that_wakes_nobody(browser: Client, clock: Clock) -> None:
    browser.post(HERE, {"action": "connect", "format": "alertmanager"})

    browser.post(HERE, {"action": "test", "source": Source.objects.get().pk})
    actions.digest(clock.now)

    assert RawEvent.objects.get().verdict == "applied"
    assert "It arrived" in text(browser)


@pytest.mark.parametrize("sent", [
    {"action": "connect", "format": "smoke"}, {"action": "test", "source": "99"}, {"action": "test", "source": "x"}, {},
])  # fmt: skip
def test_odd_presses_are_refused_in_words_and_make_nothing(
    browser: Client, sent: dict[str, str]
) -> None:
    answer = browser.post(HERE, sent, follow=True)

    assert answer.status_code == 200
    assert not Source.objects.exists()
    assert not RawEvent.objects.exists()


def test_only_administrators_come_here(clock: Clock) -> None:
    responder = scene.signed_in(AUser())

    assert responder.get(HERE).status_code == 403
    assert responder.post(HERE, {"action": "connect", "format": "generic"}).status_code == 403


def test_what_was_refused_is_named_while_waiting(browser: Client, clock: Clock) -> None:
    source = ASource(format="generic")
    browser.post(f"/in/generic/{source.key}/", "{", "application/json")

    assert "malformed_json" in text(browser)


def test_a_source_without_a_live_key_sends_no_test_and_says_why(
    browser: Client, clock: Clock
) -> None:
    browser.post(HERE, {"action": "connect", "format": "generic"})
    source = Source.objects.get()
    catalog.revoke_key(source.keys.get().pk, by=IMPORT, at=clock.now)

    answer = browser.post(HERE, {"action": "test", "source": source.pk}, follow=True)

    assert "has no live key" in answer.content.decode()
    assert not RawEvent.objects.exists()


def test_the_key_is_forgotten_once_its_sender_has_sent_and_not_by_our_own_test(
    browser: Client,
) -> None:
    shown = browser.post(HERE, {"action": "connect", "format": "generic"}, follow=True)
    key = re.search(r"/in/generic/(imk_[^/]+)/", shown.content.decode())[1]
    browser.post(HERE, {"action": "test", "source": Source.objects.get().pk})
    assert key in text(browser)
    assert KEPT in browser.session

    event = {"action": "trigger", "title": "x"}
    browser.post(f"/in/generic/{key}/", event, "application/json")
    browser.get(f"{HERE}?part=arrived")

    assert KEPT not in browser.session
    assert key not in text(browser)
