"""Offering a role waits for an answer; taking it, or being given it, does not."""

import pytest

from core.actor import person
from core.errors import Invalid, NotAllowed, NotPossible
from incidents.actions import (
    accept_role,
    assign_role,
    decline_role,
    move,
    offer_role,
    take_command,
)
from incidents.models import Incident, RoleOffer
from notify.models import Delivery
from oncall.actions import offer_message
from tests.factories import NINE, AnIncident, AResponder, AUser, somebody
from tests.incidents.actions.scenes import after, an_incident_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]


@pytest.fixture
def incident() -> Incident:
    return an_incident_in("investigating")


def test_the_role_changes_hands_when_it_is_accepted_not_before(incident: Incident) -> None:
    jane, bob = somebody(), somebody()
    take_command(incident.pk, by=jane, at=NINE)

    offer_role(incident.pk, "commander", bob.user, by=jane, at=after(minutes=40))
    assert incident.roles.get(to_at=None).user == jane.user
    accept_role(incident.pk, "commander", by=bob, at=after(minutes=43))

    held = list(incident.roles.values_list("user_id", "from_at", "to_at"))
    assert held == [
        (jane.user_id, NINE, after(minutes=43)),
        (bob.user_id, after(minutes=43), None),
    ]
    assert RoleOffer.objects.get().state == "accepted"


def test_declining_leaves_everything_as_it_was(incident: Incident) -> None:
    jane, bob = somebody(), somebody()
    offer_role(incident.pk, "scribe", bob.user, by=jane, at=NINE)

    decline_role(incident.pk, "scribe", by=bob, at=after(minutes=1))

    assert not incident.roles.exists()
    assert RoleOffer.objects.get().state == "declined"
    assert "declined" in incident.timeline.latest("pk").text


def test_who_offered_may_take_it_back(incident: Incident) -> None:
    jane, bob = somebody(), somebody()
    offer_role(incident.pk, "scribe", bob.user, by=jane, at=NINE)

    decline_role(incident.pk, "scribe", by=jane, at=after(minutes=1))

    assert RoleOffer.objects.get().state == "withdrawn"
    with pytest.raises(NotPossible):
        accept_role(incident.pk, "scribe", by=bob, at=after(minutes=2))


def test_nobody_accepts_what_was_offered_to_another(incident: Incident) -> None:
    offer_role(incident.pk, "scribe", AUser(), by=somebody(), at=NINE)

    with pytest.raises(NotAllowed):
        accept_role(incident.pk, "scribe", by=somebody(), at=NINE)


def test_a_new_offer_takes_the_place_of_the_old_and_the_same_one_changes_nothing(
    incident: Incident,
) -> None:
    jane, bob, leila = somebody(), AUser(), AUser()
    for user in (bob, bob, leila):
        offer_role(incident.pk, "scribe", user, by=jane, at=NINE)

    states = RoleOffer.objects.order_by("pk").values_list("user_id", "state")
    assert list(states) == [(bob.pk, "withdrawn"), (leila.pk, "open")]
    assert incident.timeline.filter(kind="offer").count() == 2


def test_giving_the_role_ends_the_offer(incident: Incident) -> None:
    jane = somebody()
    offer_role(incident.pk, "scribe", AUser(), by=jane, at=NINE)

    assign_role(incident.pk, "scribe", AUser(), by=jane, at=NINE)

    assert RoleOffer.objects.get().state == "withdrawn"


def test_offers_that_make_no_sense_are_refused(incident: Incident) -> None:
    jane, gone = somebody(), AUser(is_active=False)
    take_command(incident.pk, by=jane, at=NINE)
    for user, role in (
        (jane.user, "scribe"), (gone, "scribe"), (AUser(group="Viewer"), "scribe"), (AUser(), "pope"),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            offer_role(incident.pk, role, user, by=jane, at=NINE)
    with pytest.raises(Invalid):
        offer_role(incident.pk, "commander", jane.user, by=somebody(), at=NINE)

    assert not RoleOffer.objects.exists()


@pytest.mark.parametrize("group", ["Viewer", "Responder"])
def test_who_may_only_look_or_not_even_sign_in_is_given_no_role(
    incident: Incident, group: str
) -> None:
    user = AUser(group=group, is_staff=group == "Viewer")

    with pytest.raises(Invalid, match="may only look"):
        assign_role(incident.pk, "scribe", user, by=somebody(), at=NINE)

    assert not incident.roles.exists()


def test_what_is_over_changes_no_role_and_lets_an_offer_be_put_away(incident: Incident) -> None:
    bob = somebody()
    offer_role(incident.pk, "scribe", bob.user, by=somebody(), at=NINE)
    move(incident.pk, "resolve", by=somebody(), at=NINE)

    with pytest.raises(NotPossible, match="is over"):
        accept_role(incident.pk, "scribe", by=bob, at=after(minutes=1))
    decline_role(incident.pk, "scribe", by=bob, at=after(minutes=2))

    assert not incident.roles.exists()
    assert RoleOffer.objects.get().state == "declined"


def test_an_offer_to_who_has_left_can_be_withdrawn(incident: Incident) -> None:
    jane, bob = somebody(), AUser()
    offer_role(incident.pk, "scribe", bob, by=jane, at=NINE)
    bob.is_active = False
    bob.save()

    decline_role(incident.pk, "scribe", by=jane, at=after(minutes=1))

    assert RoleOffer.objects.get().state == "withdrawn"


@pytest.mark.parametrize("where", ["triage", "over"])
def test_what_is_in_triage_or_over_offers_no_role(where: str) -> None:
    there = AnIncident() if where == "triage" else an_incident_in("resolved")
    with pytest.raises(NotPossible):
        offer_role(there.pk, "scribe", AUser(), by=somebody(), at=NINE)


def test_a_viewer_offers_nothing(incident: Incident) -> None:
    with pytest.raises(NotAllowed):
        offer_role(incident.pk, "scribe", AUser(), by=somebody("Viewer"), at=NINE)


def test_both_are_told(incident: Incident) -> None:
    jane, bob = AResponder(user__first_name="Jane").user, AResponder(user__first_name="Bob").user
    from_jane, from_bob = person(jane), person(bob)
    offer_role(incident.pk, "scribe", bob, note="Read on from 14:30", by=from_jane, at=NINE)
    [asked] = Delivery.objects.filter(kind="role_offer")
    message = offer_message(asked, NINE)
    assert asked.recipient == bob
    assert message.subject == f"Jane offers you Scribe of {incident.label}"
    assert "Read on from 14:30" in message.text

    accept_role(incident.pk, "scribe", by=from_bob, at=after(minutes=1))

    answer = Delivery.objects.filter(kind="role_offer").latest("pk")
    assert answer.recipient == jane
    assert "Bob accepted: Scribe" in offer_message(answer, NINE).subject
