"""A proposal is not silent: who may approve is told once, its author once, and nobody is paged for it."""

import pytest

from core.actor import Actor
from core.models import Membership, User
from incidents.models import Incident, RoleAssignment
from notify.models import Delivery
from statuspage.actions import (
    Press,
    answered_message,
    approve,
    asked_message,
    asked_unwanted,
    decline,
    propose,
    publish,
    withdraw,
)
from statuspage.models import Component, Proposal
from tests.factories import NINE, AResponder, AService, AUser, somebody
from tests.statuspage.scenes import MINUTE, a_component, a_page, an_incident, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
LATER = NINE + MINUTE
ASKED, ANSWERED = "approval_asked", "approval_answered"


@pytest.fixture
def payments() -> Component:
    """Give a component of a page that asks for a second person."""
    return a_component(a_page(needs_second=True), service=AService(name="payments"))


@pytest.fixture
def incident(payments: Component) -> Incident:
    """Give a declared incident of the service behind it."""
    return an_incident(payments.bindings.get().service, title="Cards fail")


@pytest.fixture
def author() -> Actor:
    """Give who writes; a member of the page's team too."""
    return somebody(first_name="Ana", last_name="", email="ana@n.example")


def member(payments: Component, **fields: object) -> User:
    user: User = AUser(**fields)
    role = Membership.Role.MEMBER
    Membership.objects.create(team=payments.page.team, user=user, role=role)
    return user


def told(kind: str) -> list[str]:
    return sorted(Delivery.objects.filter(kind=kind).values_list("address", flat=True))


def test_the_team_and_who_works_on_it_are_asked_once_and_the_author_is_not(
    incident: Incident, payments: Component, author: Actor
) -> None:
    member(payments, email="bea@n.example")
    member(payments, email="vic@n.example", group="Viewer")
    AUser(email="far@n.example")
    commander = AUser(email="com@n.example")
    RoleAssignment.objects.create(incident=incident, role="commander", user=commander, from_at=NINE)
    assert author.user is not None
    Membership.objects.create(team=payments.page.team, user=author.user, role="member")

    for at in (NINE, LATER):
        propose(incident.pk, said(), by=author, at=at)

    assert told(ASKED) == ["bea@n.example", "com@n.example"]


def test_where_the_team_has_nobody_everybody_who_may_is_asked(
    incident: Incident, author: Actor
) -> None:
    AUser(email="far@n.example")
    AUser(email="viewer@n.example", group="Viewer")
    AUser(email="gone@n.example", is_active=False)

    propose(incident.pk, said(), by=author, at=NINE)

    assert told(ASKED) == ["far@n.example"]


def test_it_is_a_notice_by_every_usable_way_and_never_a_page(
    incident: Incident, payments: Component, author: Actor
) -> None:
    bea = member(payments, email="bea@n.example")
    AResponder(user=bea, contact="bea@phone.example")

    propose(incident.pk, said(), by=author, at=NINE)

    [row] = Delivery.objects.filter(recipient=bea)
    assert (row.kind, row.address) == (ASKED, "bea@phone.example")
    assert row.priority == Delivery.Priority.NOTICE


def test_what_they_read_are_the_words_and_where_to_answer(
    incident: Incident, payments: Component, author: Actor
) -> None:
    member(payments, email="bea@n.example")
    words = said(body="Cards fail.", next_update_by=NINE + 30 * MINUTE)
    propose(incident.pk, words, by=author, at=NINE)

    sent = asked_message(Delivery.objects.get(kind=ASKED), NINE)

    assert sent.subject == (
        f"Approve a public update of {incident.label}, Cards fail on Northwind Books"
    )
    for words_of_it in ("Ana proposed", "Cards fail.", "Next update by 09:30 UTC."):
        assert words_of_it in sent.text
    address = f"/admin/statuspage/publish/{incident.pk}/?page={payments.page.public_id}"
    assert address in sent.text


def test_who_proposes_anew_asks_anew_and_the_old_question_is_called_off(
    incident: Incident, payments: Component, author: Actor
) -> None:
    member(payments, email="bea@n.example")
    propose(incident.pk, said(body="Old."), by=author, at=NINE)
    propose(incident.pk, said(body="New."), by=author, at=LATER)

    old, new = Delivery.objects.filter(kind=ASKED).order_by("pk")
    assert asked_unwanted(old, LATER) == "it was withdrawn meanwhile"
    assert asked_unwanted(new, LATER) == ""
    assert told(ANSWERED) == []
    Proposal.objects.all().delete()
    assert asked_unwanted(new, LATER) == "the proposal is gone"


def answered(row: Proposal) -> tuple[str, str]:
    sent = answered_message(Delivery.objects.get(kind=ANSWERED, object_id=row.pk), LATER)
    return sent.subject, sent.text


def test_its_author_hears_once_that_it_was_approved(incident: Incident, author: Actor) -> None:
    asked, second = propose(incident.pk, said(), by=author, at=NINE), somebody()
    for _ in range(2):
        approve(asked.pk, by=second, at=LATER)

    assert told(ANSWERED) == ["ana@n.example"]
    subject, text = answered(asked)
    assert subject == f"Approved: a public update of {incident.label}, Cards fail"
    assert "approved it at 09:01 UTC. It is public." in text


def test_its_author_hears_why_it_was_declined(incident: Incident, author: Actor) -> None:
    asked = propose(incident.pk, said(), by=author, at=NINE)
    decline(asked.pk, "Name the cause.", by=somebody(), at=LATER)

    subject, text = answered(asked)
    assert subject.startswith("Declined: ")
    assert "Name the cause." in text
    assert told(ANSWERED) == ["ana@n.example"]


@pytest.mark.parametrize("overtaking", ["published alone", "proposed"])
def test_its_author_hears_that_somebody_else_was_faster(
    incident: Incident, author: Actor, overtaking: str
) -> None:
    asked, other = propose(incident.pk, said(), by=author, at=NINE), somebody()
    if overtaking == "proposed":
        propose(incident.pk, said(body="Other words."), by=other, at=LATER)
    else:
        alone = Press(alone_because="Nobody else answers.")
        publish(incident.pk, said(body="Now."), by=other, at=LATER, press=alone)

    subject, text = answered(asked)
    assert subject.startswith("Overtaken: ")
    assert "Nothing of yours is public." in text


def test_who_takes_it_back_is_told_nothing(incident: Incident, author: Actor) -> None:
    withdraw(propose(incident.pk, said(), by=author, at=NINE).pk, by=author, at=LATER)

    assert told(ANSWERED) == []
