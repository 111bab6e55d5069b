"""The proof of paging on the incident's screen: per person what was sent, what came back, what they did."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from core.actor import person, reply
from core.models import User
from incidents import actions
from incidents.models import Incident
from notify.models import Delivery
from oncall.actions import advance
from oncall.admin.panels import paging_now
from oncall.api.chase import chased
from oncall.models import Escalation, Page
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import APolicy, AResponder, AService, AUser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]


@pytest.fixture
def anna() -> User:
    return AResponder(user__first_name="Anna").user


@pytest.fixture
def browser() -> Client:
    return scene.signed_in(AUser())


@pytest.fixture
def incident(clock: Clock, anna: User) -> Incident:
    """Return an incident whose first step has paged Anna; Bob follows."""
    bob = AResponder(user__first_name="Bob").user
    APolicy(default=True, steps=[(300, [anna]), (300, [bob])])
    made = actions.declare(
        title="Down", service=AService(), rank=1, by=person(AUser()), at=clock.now
    )
    advance(clock.now)
    return made


def proof(browser: Client, incident: Incident) -> str:
    html = browser.get(f"/admin/incidents/incident/{incident.pk}/").content.decode()
    panel = html.split('id="proof"', 1)[1].split("</section>", 1)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", panel).split())


def sent(after_s: int, **fields: object) -> None:
    row = Delivery.objects.get(kind="page")
    row.state, row.sent_at = Delivery.State.SENT, row.not_before + timedelta(seconds=after_s)
    row.proof = str(fields.get("proof", ""))
    row.save()


def test_a_message_that_nobody_vouches_for_says_no_proof(
    browser: Client, incident: Incident
) -> None:
    sent(1)

    assert "Anna , email 09:00:01 no proof no" in proof(browser, incident)


def test_the_provider_s_word_is_the_proof(browser: Client, incident: Incident) -> None:
    sent(1, proof="250 queued as 4F2")

    assert "250 queued as 4F2" in proof(browser, incident)


@pytest.mark.parametrize(("after_s", "late"), [(5, False), (9, True)])
def test_what_left_late_says_by_how_much(
    browser: Client, incident: Incident, after_s: int, late: bool
) -> None:
    sent(after_s)

    assert (f"{after_s} s late" in proof(browser, incident)) is late


def test_who_answered_is_shown_with_when(
    browser: Client, incident: Incident, anna: User, clock: Clock
) -> None:
    sent(1)
    actions.move(incident.pk, "acknowledge", by=reply(anna), at=clock.forward(minutes=2))

    assert "acknowledge 09:02:00" in proof(browser, incident)


def test_what_somebody_did_before_they_were_paged_is_no_answer(
    browser: Client, incident: Incident, anna: User, clock: Clock
) -> None:
    actions.move(incident.pk, "acknowledge", by=person(anna), at=clock.now - timedelta(minutes=1))

    assert "acknowledge" not in proof(browser, incident)


def test_who_is_woken_now_and_who_follows_when(incident: Incident, clock: Clock) -> None:
    now = paging_now(incident, clock.now)

    assert now is not None
    assert (now.people, now.next_person) == (("Anna",), "Bob")
    assert now.next_at == clock.now + timedelta(minutes=5)


def test_a_snooze_says_who_is_paged_again(incident: Incident, anna: User, clock: Clock) -> None:
    Escalation.objects.filter(incident=incident).update(snoozed_by=anna)

    now = paging_now(incident, clock.now)

    assert now is not None
    assert now.next_person == "Anna"


def test_when_nothing_runs_nobody_is_woken(incident: Incident, anna: User, clock: Clock) -> None:
    actions.move(incident.pk, "acknowledge", by=person(anna), at=clock.now)

    assert paging_now(incident, clock.now) is None


def test_a_viewer_sees_who_was_paged_and_what_came_of_it_but_not_what_the_other_side_said(
    incident: Incident,
) -> None:
    sent(1, proof="250 queued as 4F2 at mail.shop.example")

    said = proof(scene.signed_in(AUser(group="Viewer")), incident)

    assert "Anna , email 09:00:01 sent no" in said
    assert "4F2" not in said
    assert "Log" not in said


def test_the_way_of_an_event_tells_outcomes_not_what_the_other_side_said(
    incident: Incident,
) -> None:
    sent(1, proof="250 queued as 4F2 at mail.shop.example")

    run = Escalation.objects.get()
    [message] = chased(incident.pk, run.started_at).sent

    assert message.said == "sent"


def test_the_screen_of_one_page_tells_a_viewer_the_outcome_and_others_the_proof(
    browser: Client, incident: Incident
) -> None:
    sent(1, proof="250 queued as 4F2 at mail.shop.example")
    path = f"/admin/oncall/page/{Page.objects.get().pk}/change/"

    viewer = scene.signed_in(AUser(group="Viewer")).get(path).content.decode()
    responder = browser.get(path).content.decode()

    assert "4F2" not in viewer
    assert "/admin/notify/delivery/" not in viewer
    assert ">sent<" in viewer
    assert "250 queued as 4F2" in responder
    assert "/admin/notify/delivery/" in responder
