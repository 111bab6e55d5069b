"""What the reply page says at night is true: whose zone, since when, and who is next."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core.models import User
from incidents.models import Alert, AlertKey, Incident
from tests.factories import ASource
from tests.pager import Pager, a_person, policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident(pager: Pager) -> Incident:
    """Ana is paged, then bob; five minutes each."""
    people = {name: a_person(name) for name in ("ana", "bob")}
    policy(*[(300, [one]) for one in people.values()])
    pager.people = people
    return pager.opens()


def text(answer: Any) -> str:
    return answer.content.decode()


def test_who_has_it_is_shown_whom_they_can_hand_it_to(pager: Pager, incident: Incident) -> None:
    shown = pager.presses("ana", "acknowledge")

    assert f"I cannot take it: page {pager.people['bob'].display_name}" in text(shown)


def test_a_press_is_answered_once_and_in_the_persons_own_zone(
    pager: Pager, incident: Incident
) -> None:
    User.objects.filter(pk=pager.people["ana"].pk).update(time_zone="Asia/Kolkata")

    acknowledged = text(pager.presses("ana", "acknowledge"))

    assert "IST. Nobody else will be paged." in acknowledged
    assert "UTC" not in acknowledged


def test_since_is_when_the_sender_saw_it_begin(pager: Pager, incident: Incident) -> None:
    opened, origin = incident.opened_at, ASource()
    began = opened - timedelta(minutes=7)
    for name, at in (("first", began), ("second", opened)):
        key = AlertKey.objects.create(source=origin, key=name)
        Alert.objects.create(
            key=key, source=origin, incident=incident, title=name, severity="critical",
            started_at=at, first_received_at=opened, last_received_at=opened,
        )  # fmt: skip

    shown = text(Client().get(pager.link("ana")))

    assert f'datetime="{began:%Y-%m-%dT%H:%MZ}"' in shown
    assert "7\u00a0min so far" in shown


def test_a_pass_names_the_next_person_before_their_page_has_left(
    pager: Pager, incident: Incident
) -> None:
    passed = text(pager.presses("ana", "pass"))

    assert f"Passed on to {pager.people['bob'].display_name}." in passed
    assert "Not acknowledged yet" in passed
