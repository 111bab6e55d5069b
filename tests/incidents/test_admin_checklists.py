"""The checklist that a step waits for stands on the incident's screen, and one press ticks an item."""

import re

import pytest
from django.test import Client

from incidents.models import Incident
from tests.core import admin_scene as scene
from tests.factories import AnIncident, AUser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


@pytest.fixture
def incident() -> Incident:
    return AnIncident(declared=True, rank=1)


def page(browser: Client, incident: Incident) -> str:
    """Return the screen in one line of words, with its buttons' verbs."""
    html = browser.get(f"/admin/incidents/incident/{incident.pk}/").content.decode()
    return " ".join(re.sub(r"<(?!button)[^>]+>", " ", html).split())


def press(browser: Client, incident: Incident, verb: str, item: str) -> str:
    where = f"/admin/incidents/incident/{incident.pk}/press/{verb}/"
    return browser.post(where, {"item": item}, follow=True).content.decode()


def test_an_item_is_ticked_by_one_press_and_says_who_did(incident: Incident) -> None:
    browser = scene.signed_in(AUser(first_name="Rob", last_name="Ray", group="Responder"))
    before = page(browser, incident)
    assert "Before resolving 0 of 3 done" in before
    [item] = re.findall(r'value="(resolution 2)" aria-pressed="false"', before)

    assert "Ticked." in press(browser, incident, "tick", item)

    after = page(browser, incident)
    assert "Before resolving 1 of 3 done" in after
    assert "Before resolving : 1 of 3 done" in after  # the guard beside the button Resolve
    assert 'value="resolution 2" aria-pressed="true"' in after
    assert "Rob Ray, 09:00" in after
    press(browser, incident, "untick", item)
    assert "Before resolving 0 of 3 done" in page(browser, incident)


@pytest.mark.parametrize("item", ["", "resolution", "resolution 0", "resolution x", "no-such 1"])
def test_what_was_made_up_by_hand_ticks_nothing(incident: Incident, item: str) -> None:
    press(scene.signed_in(AUser()), incident, "tick", item)

    assert not incident.timeline.exists()


def test_a_viewer_reads_it_and_finds_no_button(incident: Incident) -> None:
    browser = scene.signed_in(AUser(group="Viewer"))

    assert "Before resolving 0 of 3 done" in page(browser, incident)
    assert 'data-action="tick"' not in page(browser, incident)
    press(browser, incident, "tick", "resolution 1")
    assert not incident.timeline.exists()


def test_it_stands_only_where_a_step_waits_for_it(incident: Incident) -> None:
    browser = scene.signed_in(AUser())

    for other in (AnIncident(declared=True, rank=3), AnIncident(rank=1)):
        assert "Before resolving" not in page(browser, other)
