"""Planned work on a page that asks for a second person: announced, moved and spoken of by two, or with a reason."""

from collections.abc import Callable
from typing import Any

import pytest

from core.actor import ENGINE, Actor, person
from core.errors import Conflict, Invalid, NotAllowed, NotPossible
from notify.models import Delivery
from statuspage.actions import (
    Leak,
    SecondNeeded,
    answered_message,
    asked_message,
    decline,
    withdraw,
)
from statuspage.actions.maintenance import change, plan
from statuspage.actions.maintenance_clock import move_due
from statuspage.actions.maintenance_steps import step, tell
from statuspage.actions.maintenance_words import Word
from statuspage.actions.proposing_works import agree, propose_change, propose_plan, propose_word
from statuspage.models import Component, Maintenance, Proposal
from tests.factories import NINE, AUser, somebody
from tests.statuspage.scenes import MINUTE, a_component, a_page
from tests.statuspage.works import HOUR, THREE, TWO, a_plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
LATER = NINE + MINUTE
WHY = "Nobody else answers and the disk fails."


@pytest.fixture
def payments() -> Component:
    """Give a component of a page that asks for a second person."""
    return a_component(a_page(needs_second=True))


@pytest.fixture
def author() -> Actor:
    """Give who plans."""
    return somebody()


@pytest.fixture
def work(payments: Component) -> Maintenance:
    """Give work that was announced alone."""
    said = a_plan(payments, alone_because=WHY)
    return plan(payments.page_id, said, by=somebody(), at=NINE)


WORDS: list[Any] = [
    pytest.param(lambda row: plan(row.page_id, a_plan(), by=somebody(), at=LATER), id="announce"),
    pytest.param(
        lambda row: change(row.public_id, a_plan(name="Else"), by=somebody(), at=LATER), id="change"
    ),
    pytest.param(
        lambda row: tell(row.public_id, Word("Soon."), by=somebody(), at=LATER), id="word"
    ),
    pytest.param(
        lambda row: step(row.public_id, "begin", body="Go.", by=somebody(), at=LATER), id="step"
    ),
]


@pytest.mark.parametrize("say", WORDS)
def test_nobody_speaks_alone_without_a_reason(
    work: Maintenance, say: Callable[[Maintenance], object]
) -> None:
    with pytest.raises(SecondNeeded, match="what is said of planned work"):
        say(work)

    assert Maintenance.objects.get().updates.count() == 1


def test_a_reason_is_kept_beside_the_words(work: Maintenance) -> None:
    tell(work.public_id, Word("Soon.", alone_because=WHY), by=somebody(), at=LATER)
    step(work.public_id, "begin", body="Go.", by=somebody(), at=LATER, alone_because=WHY)

    assert list(work.updates.values_list("alone_because", flat=True)) == [WHY, WHY, WHY]
    with pytest.raises(Invalid, match="10 to 1,000"):
        tell(work.public_id, Word("Soon.", alone_because="quick"), by=somebody(), at=LATER)


def test_what_we_word_ourselves_and_what_the_clock_does_needs_nobody(
    work: Maintenance, author: Actor
) -> None:
    assert move_due(TWO) == 1
    step(work.public_id, "complete", by=author, at=TWO + MINUTE)

    assert Maintenance.objects.get().state == "completed"
    assert set(work.updates.values_list("alone_because", flat=True)) == {WHY, ""}


def test_another_person_announces_exactly_that_plan(payments: Component, author: Actor) -> None:
    said = a_plan(payments, advice="Pay by gift card.", remind_minutes=60, is_sent=False)
    asked = propose_plan(payments.page_id, said, by=author, at=NINE)
    assert not Maintenance.objects.exists()
    second = somebody()

    done = [agree(asked.pk, by=second, at=LATER) for _ in range(2)]

    row = Maintenance.objects.get()
    assert [one.work for one in done] == [row, row]
    assert (row.scheduled_for, row.scheduled_until) == (TWO, THREE)
    assert (row.name, row.advice, row.remind_minutes) == (said.name, said.advice, 60)
    assert row.touched.get().component == payments
    update = row.updates.get()
    assert (update.body, update.is_sent) == (said.body, False)
    assert update.published_by_id == second.user_id
    assert update.alone_because == ""


def test_another_person_moves_it(work: Maintenance, payments: Component, author: Actor) -> None:
    said = a_plan(payments, scheduled_until=THREE + HOUR, body="")
    asked = propose_change(work.public_id, said, by=author, at=NINE, seen=work.sequence)
    assert Maintenance.objects.get().scheduled_until == THREE

    agree(asked.pk, by=somebody(), at=LATER)

    assert Maintenance.objects.get().scheduled_until == THREE + HOUR
    assert "Now planned to end" in work.updates.latest("number").body


def test_another_person_lets_a_word_be_said(work: Maintenance, author: Actor) -> None:
    due = NINE + HOUR
    asked = propose_word(work.public_id, Word("All ready.", due), by=author, at=NINE)
    agree(asked.pk, by=somebody(), at=LATER)

    update = work.updates.latest("number")
    assert (update.body, update.next_update_by) == ("All ready.", due)


def test_a_plan_that_was_changed_since_and_a_word_that_was_overtaken_are_stale(
    work: Maintenance, payments: Component, author: Actor
) -> None:
    moved = a_plan(payments, scheduled_until=THREE + HOUR)
    asked = propose_change(work.public_id, moved, by=author, at=NINE)
    longer = a_plan(payments, scheduled_until=THREE + 2 * HOUR, alone_because=WHY)
    change(work.public_id, longer, by=somebody(), at=LATER)
    with pytest.raises(Conflict, match="meanwhile"):
        agree(asked.pk, by=somebody(), at=LATER)

    word = propose_word(work.public_id, Word("Ready."), by=author, at=LATER)
    tell(work.public_id, Word("Not ready.", alone_because=WHY), by=somebody(), at=LATER)
    with pytest.raises(Conflict, match="since it was proposed"):
        agree(word.pk, by=somebody(), at=LATER)
    assert Maintenance.objects.get().scheduled_until == THREE + 2 * HOUR


def test_a_word_is_not_stale_because_the_clock_began_it(work: Maintenance, author: Actor) -> None:
    word = propose_word(work.public_id, Word("Half done."), by=author, at=NINE)
    move_due(TWO)

    agree(word.pk, by=somebody(), at=TWO + MINUTE)

    assert work.updates.latest("number").body == "Half done."


def test_times_that_have_passed_meanwhile_are_not_announced(
    payments: Component, author: Actor
) -> None:
    asked = propose_plan(payments.page_id, a_plan(payments), by=author, at=NINE)

    with pytest.raises(Invalid, match="has passed"):
        agree(asked.pk, by=somebody(), at=THREE + MINUTE)

    assert Proposal.objects.get().state == "asked"
    assert not Maintenance.objects.exists()


def test_the_author_and_the_engine_do_not_agree_and_a_viewer_may_not(
    payments: Component, author: Actor
) -> None:
    asked = propose_plan(payments.page_id, a_plan(payments), by=author, at=NINE)

    for by in (author, ENGINE):
        with pytest.raises(NotPossible, match="Another person"):
            agree(asked.pk, by=by, at=LATER)
    with pytest.raises(NotAllowed):
        agree(asked.pk, by=person(AUser(group="Viewer")), at=LATER)
    with pytest.raises(NotAllowed):
        propose_plan(payments.page_id, a_plan(), by=person(AUser(group="Viewer")), at=NINE)


def test_the_same_press_asks_once_and_newer_words_on_a_work_take_the_place_of_older(
    work: Maintenance, payments: Component, author: Actor
) -> None:
    plans = [propose_plan(payments.page_id, a_plan(), by=author, at=NINE) for _ in range(2)]
    words = [propose_word(work.public_id, Word(body), by=author, at=NINE) for body in ("A.", "B.")]

    assert plans[0].pk == plans[1].pk
    states = [Proposal.objects.get(pk=one.pk).state for one in words]
    assert states == ["withdrawn", "asked"]


def test_it_is_declined_or_taken_back_like_any_other(payments: Component, author: Actor) -> None:
    first = propose_plan(payments.page_id, a_plan(), by=author, at=NINE)
    decline(first.pk, "At night, please.", by=somebody(), at=LATER)
    second = propose_plan(payments.page_id, a_plan(), by=author, at=LATER)
    withdraw(second.pk, by=author, at=LATER)

    with pytest.raises(Conflict):
        agree(first.pk, by=somebody(), at=LATER)
    assert not Maintenance.objects.exists()


def test_who_may_approve_and_its_author_are_told(payments: Component) -> None:
    ana = person(AUser(email="ana@n.example"))
    AUser(email="bea@n.example")
    asked = propose_plan(payments.page_id, a_plan(), by=ana, at=NINE)
    question = Delivery.objects.get(kind="approval_asked")
    agree(asked.pk, by=somebody(), at=LATER)
    answer = Delivery.objects.get(kind="approval_answered")

    assert (question.address, answer.address) == ("bea@n.example", "ana@n.example")
    sent = asked_message(question, NINE)
    assert sent.subject == ("Approve planned work, Moving the payments database on Northwind Books")
    assert f"/admin/statuspage/proposal/{asked.pk}/change/" in sent.text
    assert "It is public." in answered_message(answer, LATER).text


def test_what_looks_like_ours_is_asked_about_before_it_is_proposed(
    payments: Component, author: Actor
) -> None:
    with pytest.raises(Leak):
        propose_plan(payments.page_id, a_plan(body="See INC-7."), by=author, at=NINE)


def test_a_page_that_asks_for_nobody_takes_no_proposal(author: Actor) -> None:
    open_page = a_page(name="Open", slug="open", is_default=False)

    with pytest.raises(NotPossible, match="announce it"):
        propose_plan(open_page.pk, a_plan(), by=author, at=NINE)
