"""Answers that come late, twice, or while the database is away."""

from typing import Any

import pytest
from django.test import Client

from core.actor import person, source
from incidents import actions as incidents
from incidents.models import Incident
from oncall.models import Escalation
from tests.factories import NINE, ASource, somebody
from tests.pager import Pager, a_person, policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident(pager: Pager) -> Incident:
    """Ana is paged, then bob, then eve; five minutes each."""
    people = {name: a_person(name) for name in ("ana", "bob", "eve")}
    policy(*[(300, [one]) for one in people.values()])
    pager.people = people
    return pager.opens()


def text(answer: Any) -> str:
    return answer.content.decode()


def test_a_link_works_while_its_schedule_is_broken(
    pager: Pager, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oncall.rota.who", lambda *_: 1 / 0)

    assert Client().get(pager.link("ana")).status_code == 200
    assert pager.presses("ana", "acknowledge").status_code == 200


def test_what_cleared_itself_is_told_to_those_whose_page_left_and_to_nobody_else(
    pager: Pager, incident: Incident
) -> None:
    pager.forward(minutes=5)
    sender = ASource()

    incidents.move(incident.pk, "resolve", by=source(sender.pk, sender.name), at=pager.clock.now)
    pager.settle()

    assert pager.paged("cleared") == ["ana", "bob"]
    assert "cleared itself" in text(Client().get(pager.link("ana")))


def test_what_a_person_ends_is_told_to_nobody(pager: Pager, incident: Incident) -> None:
    pager.forward(minutes=5)

    incidents.move(incident.pk, "resolve", by=somebody(), at=pager.clock.now)
    pager.settle()

    assert pager.paged("cleared") == []


def test_taking_command_is_told_to_both(pager: Pager, incident: Incident) -> None:
    ana, bob = pager.people["ana"], pager.people["bob"]
    incidents.declare_incident(incident.pk, by=person(ana), at=NINE)
    incidents.take_command(incident.pk, by=person(ana), at=NINE)
    pager.settle()

    later = pager.clock.forward(minutes=1)
    incidents.take_command(incident.pk, by=person(bob), at=later)
    pager.settle()

    assert pager.paged("command") == ["ana", "bob", "ana"]


def test_what_only_a_machine_has_pages_anew_when_it_gets_worse_and_can_be_taken(
    pager: Pager, incident: Incident
) -> None:
    sender = ASource()
    machine = source(sender.pk, sender.name)
    incidents.move(incident.pk, "acknowledge", by=machine, at=pager.clock.now)
    before = pager.paged()

    incidents.change_severity(incident.pk, 1, reason="worse", by=somebody(), at=pager.clock.now)
    pager.settle()
    assert pager.paged() == [*before, "ana"]
    assert pager.presses("ana", "acknowledge").status_code == 200

    incident.refresh_from_db(fields=["acknowledged_by"])
    assert incident.acknowledged_by == pager.people["ana"]
    pager.forward(minutes=30)
    assert pager.paged() == [*before, "ana"]


def test_a_merge_never_makes_it_quieter(pager: Pager, incident: Incident) -> None:
    quiet = pager.opens(rank=4)
    before = pager.paged()

    incidents.move(incident.pk, "merge", by=somebody(), at=pager.clock.now, into=quiet.pk)
    pager.settle()

    survivor = Incident.objects.get(pk=quiet.pk)
    assert (survivor.rank, survivor.unpaged_reason) == (incident.rank, "")
    assert pager.paged() == [*before, "ana"]


def test_a_merge_into_what_was_not_paged_pages_and_leaves_no_reason_why_it_does_not(
    pager: Pager, incident: Incident
) -> None:
    quiet = pager.opens()
    Escalation.objects.filter(incident=quiet).delete()
    Incident.objects.filter(pk=quiet.pk).update(unpaged_reason="muted by a rule")
    before = pager.paged()

    incidents.move(incident.pk, "merge", by=somebody(), at=pager.clock.now, into=quiet.pk)
    pager.settle()

    assert Incident.objects.get(pk=quiet.pk).unpaged_reason == ""
    assert pager.paged() == [*before, "ana"]
