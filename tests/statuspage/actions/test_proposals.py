"""Where a page asks for a second person: nobody publishes alone unseen, and a page is never silent for it."""

import threading

import pytest
from django.db import connections

from core.actor import ENGINE, Actor, person
from core.errors import Conflict, Invalid, NotAllowed, NotFound, NotPossible
from incidents.models import Incident
from statuspage.actions import (
    Leak,
    Press,
    SecondNeeded,
    approve,
    decline,
    propose,
    publish,
    save_draft,
    withdraw,
)
from statuspage.models import Component, Draft, Proposal, PublicUpdate
from tests.factories import NINE, AService, AUser, somebody
from tests.statuspage.scenes import MINUTE, a_component, a_page, an_incident, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
LATER = NINE + MINUTE
WHY = "Nobody else answers and payments fail."


@pytest.fixture
def payments() -> Component:
    """Give a component of a page that asks for a second person."""
    return a_component(a_page(needs_second=True), service=AService(name="payments"))


@pytest.fixture
def incident(payments: Component) -> Incident:
    """Give a declared incident of the service behind it."""
    return an_incident(payments.bindings.get().service)


@pytest.fixture
def author() -> Actor:
    """Give who writes."""
    return somebody()


def told(incident: Incident) -> list[str]:
    return [row.text for row in incident.timeline.filter(kind="update")]


def test_nobody_publishes_alone(incident: Incident, author: Actor) -> None:
    with pytest.raises(SecondNeeded, match="second person"):
        publish(incident.pk, said(), by=author, at=NINE)

    assert not PublicUpdate.objects.exists()


def test_the_engine_does_not_either(incident: Incident) -> None:
    with pytest.raises(SecondNeeded):
        publish(incident.pk, said(), by=ENGINE, at=NINE)


def test_another_person_publishes_exactly_those_words(
    incident: Incident, payments: Component, author: Actor
) -> None:
    words = said(
        body="Cards fail.",
        components={payments.public_id: "partial_outage"},
        next_update_by=NINE + 30 * MINUTE,
        advice="Pay by transfer.",
        started_at=NINE - MINUTE,
    )
    asked = propose(incident.pk, words, by=author, at=NINE, press=Press(notify=False))
    assert not PublicUpdate.objects.exists()

    update = approve(asked.pk, by=somebody(), at=LATER)

    public = update.incident
    assert (update.body, update.next_update_by) == ("Cards fail.", NINE + 30 * MINUTE)
    assert (public.name, public.advice, public.started_at) == (
        words.name,
        "Pay by transfer.",
        NINE - MINUTE,
    )
    assert update.changes.get().new_state == "partial_outage"
    assert not update.is_sent
    assert told(incident) == [
        "Public update 1 proposed: Cards fail.",
        f"Public update 1, Investigating, proposed by {author.label}: Cards fail.",
    ]


def test_the_author_does_not_approve_and_the_engine_neither(
    incident: Incident, author: Actor
) -> None:
    asked = propose(incident.pk, said(), by=author, at=NINE)

    for by in (author, ENGINE):
        with pytest.raises(NotPossible, match="Another person"):
            approve(asked.pk, by=by, at=LATER)

    assert not PublicUpdate.objects.exists()


def test_the_same_press_twice_asks_once_and_approves_once(
    incident: Incident, author: Actor
) -> None:
    second = somebody()
    asked = propose(incident.pk, said(), by=author, at=NINE)
    assert propose(incident.pk, said(), by=author, at=LATER).pk == asked.pk

    first = approve(asked.pk, by=second, at=LATER)

    assert approve(asked.pk, by=second, at=LATER).pk == first.pk
    assert PublicUpdate.objects.count() == 1
    assert len(told(incident)) == 2


def test_newer_words_take_the_place_of_older_ones(incident: Incident, author: Actor) -> None:
    old = propose(incident.pk, said(body="Old."), by=author, at=NINE)
    propose(incident.pk, said(body="New."), by=author, at=LATER)

    with pytest.raises(Conflict, match="withdrawn"):
        approve(old.pk, by=somebody(), at=LATER)

    assert Proposal.objects.get(state="asked").said["body"] == "New."


def test_in_an_emergency_one_publishes_alone_with_a_reason_that_stays(
    incident: Incident, author: Actor
) -> None:
    with pytest.raises(Invalid, match="10 to 1,000"):
        publish(incident.pk, said(), by=author, at=NINE, press=Press(alone_because="quick"))

    publish(incident.pk, said(), by=author, at=NINE, press=Press(alone_because=WHY))

    assert PublicUpdate.objects.count() == 1
    assert told(incident)[-1] == f"Published alone: {WHY}"


def test_what_waits_is_stale_once_something_is_said(incident: Incident, author: Actor) -> None:
    asked = propose(incident.pk, said(body="Proposed."), by=author, at=NINE)
    alone = Press(alone_because=WHY)
    publish(incident.pk, said(body="Said meanwhile."), by=somebody(), at=LATER, press=alone)

    with pytest.raises(Conflict, match="Said meanwhile"):
        approve(asked.pk, by=somebody(), at=LATER)

    assert PublicUpdate.objects.count() == 1


def test_a_promise_that_has_passed_while_it_waited_is_not_made(
    incident: Incident, author: Actor
) -> None:
    promising = said(next_update_by=NINE + MINUTE)
    asked = propose(incident.pk, promising, by=author, at=NINE)

    with pytest.raises(NotPossible, match="09:01 UTC, which has passed"):
        approve(asked.pk, by=somebody(), at=NINE + 2 * MINUTE)

    asked.refresh_from_db(fields=["said"])
    assert Proposal.objects.get().state == "asked"


def test_declining_needs_a_word_and_another_person(incident: Incident, author: Actor) -> None:
    asked, second = propose(incident.pk, said(), by=author, at=NINE), somebody()

    with pytest.raises(Invalid, match="word"):
        decline(asked.pk, " ", by=second, at=LATER)
    with pytest.raises(NotPossible, match="withdraw"):
        decline(asked.pk, "Not so.", by=author, at=LATER)
    decline(asked.pk, "Name the cause.", by=second, at=LATER)

    with pytest.raises(Conflict, match="declined by"):
        approve(asked.pk, by=second, at=LATER)
    assert told(incident)[-1] == "Proposed update declined: Name the cause."
    assert not PublicUpdate.objects.exists()


def test_only_the_author_withdraws(incident: Incident, author: Actor) -> None:
    asked = propose(incident.pk, said(), by=author, at=NINE)

    with pytest.raises(NotPossible, match="decline it"):
        withdraw(asked.pk, by=somebody(), at=LATER)
    withdraw(asked.pk, by=author, at=LATER)
    withdraw(asked.pk, by=author, at=LATER)

    with pytest.raises(Conflict, match="withdrawn by"):
        approve(asked.pk, by=somebody(), at=LATER)


def test_a_viewer_neither_asks_nor_answers(incident: Incident, author: Actor) -> None:
    asked, viewer = propose(incident.pk, said(), by=author, at=NINE), person(AUser(group="Viewer"))

    with pytest.raises(NotAllowed):
        propose(incident.pk, said(), by=viewer, at=NINE)
    for answer in (approve, withdraw):
        with pytest.raises(NotAllowed):
            answer(asked.pk, by=viewer, at=LATER)
    with pytest.raises(NotAllowed):
        decline(asked.pk, "No.", by=viewer, at=LATER)
    with pytest.raises(NotFound):
        approve(4711, by=author, at=LATER)


def test_what_looks_like_ours_is_answered_by_its_author(incident: Incident, author: Actor) -> None:
    with pytest.raises(Leak):
        propose(incident.pk, said(body="See INC-7."), by=author, at=NINE)
    asked = propose(
        incident.pk, said(body="See INC-7."), by=author, at=NINE, press=Press(despite_findings=True)
    )

    assert approve(asked.pk, by=somebody(), at=LATER).body == "See INC-7."


def test_approving_uses_up_the_draft_it_was_made_of_and_no_later_one(
    incident: Incident, author: Actor
) -> None:
    save_draft(incident.pk, said(body="Kept."), seen=0, by=author, at=NINE)
    asked = propose(incident.pk, said(body="Kept."), by=author, at=NINE, press=Press(draft_seen=1))
    save_draft(incident.pk, said(body="The next word."), seen=1, by=author, at=LATER)

    approve(asked.pk, by=somebody(), at=LATER)

    assert Draft.objects.get().is_edited


def test_a_page_that_asks_for_nobody_takes_no_proposal(author: Actor) -> None:
    open_page = a_component(a_page(), service=AService(name="search"))

    with pytest.raises(NotPossible, match="publish it"):
        propose(an_incident(open_page.bindings.get().service).pk, said(), by=author, at=NINE)


@pytest.mark.django_db(transaction=True)
def test_two_who_approve_at_once_publish_once(incident: Incident, author: Actor) -> None:
    asked = propose(incident.pk, said(), by=author, at=NINE)
    people, outcomes = [somebody(), somebody()], []

    def press(number: int) -> None:
        try:
            approve(asked.pk, by=people[number], at=LATER)
            outcomes.append("published")
        except Conflict:
            outcomes.append("conflict")
        finally:
            connections.close_all()

    presses = [threading.Thread(target=press, args=(number,)) for number in (0, 1)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()

    assert sorted(outcomes) == ["conflict", "published"]
    assert PublicUpdate.objects.count() == 1
