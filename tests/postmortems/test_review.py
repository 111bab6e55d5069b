"""From draft to closed: every state and every verb, conditions in the same words, the incident taken along."""

from collections.abc import Callable

import pytest

from core.actor import person
from core.errors import GuardUnmet, IllegalTransition, Invalid, NotAllowed, NotPossible
from incidents import actions as incidents
from incidents.models import Incident
from notify.models import Delivery
from postmortems.actions import items, review, writing
from postmortems.actions.asking import review_message, review_unwanted
from postmortems.actions.reading import Reading
from postmortems.models import Postmortem
from tests.factories import AService, AUser, somebody
from tests.postmortems.scenes import (
    HOSTILE,
    a_postmortem,
    an_item,
    in_review,
    minutes,
    own_playbook,
    write_all,
)

STATES = ("draft", "in_review", "approved", "published", "closed")
WAY: tuple[Callable[[int], object], ...] = (
    lambda pk: review.ask_review(pk, [AUser()], by=somebody(), at=minutes(100)),
    lambda pk: review.approve(pk, by=somebody(), at=minutes(110)),
    lambda pk: review.publish(pk, by=somebody(), at=minutes(120)),
    lambda pk: review.close(pk, by=somebody(), at=minutes(130)),
)
VERBS: dict[str, tuple[Callable[[int], object], tuple[str, ...], str]] = {
    "ask_review": (WAY[0], ("draft", "in_review"), "in_review"),
    "approve": (WAY[1], ("in_review",), "approved"),
    "publish": (WAY[2], ("approved",), "published"),
    "close": (WAY[3], ("published",), "closed"),
    "send_back": (
        lambda pk: review.send_back(
            pk, reason="one cause is missing", by=somebody(), at=minutes(140)
        ),
        STATES[1:],
        "draft",
    ),
}


def one_in(state: str) -> Postmortem:
    postmortem = a_postmortem()
    write_all(postmortem)
    for step in WAY[: STATES.index(state)]:
        step(postmortem.pk)
    return again(postmortem)


def again(postmortem: Postmortem) -> Postmortem:
    return Postmortem.objects.get(pk=postmortem.pk)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", VERBS)
def test_every_state_and_every_verb(state, verb):
    act, sources, target = VERBS[verb]
    postmortem = one_in(state)

    if state in sources:
        act(postmortem.pk)
        assert again(postmortem).state == target
    else:
        with pytest.raises(IllegalTransition) as refusal:
            act(postmortem.pk)
        assert refusal.value.extra["allowed"] == list(review.allowed(state))
        assert again(postmortem).state == state


def test_the_incident_goes_along_into_review_and_to_its_end():
    postmortem = one_in("in_review")
    assert Incident.objects.get(pk=postmortem.incident_id).state == "in_review"

    for step in WAY[1:]:
        step(postmortem.pk)
    assert Incident.objects.get(pk=postmortem.incident_id).state == "closed"


def test_an_incident_that_was_closed_by_hand_stays_closed():
    postmortem = a_postmortem()
    write_all(postmortem)
    incidents.move(postmortem.incident_id, "close", by=somebody(), at=minutes(70))

    for step in WAY:
        step(postmortem.pk)
    assert again(postmortem).state == "closed"


def test_nothing_goes_to_review_while_the_incident_is_open_again():
    postmortem = a_postmortem()
    incidents.move(
        postmortem.incident_id, "reopen", by=somebody(), at=minutes(70), reason="it is back again"
    )

    with pytest.raises(NotPossible):
        WAY[0](postmortem.pk)


def test_every_step_is_a_line_of_the_incidents_story():
    postmortem = one_in("closed")

    told = postmortem.incident.timeline.filter(kind="postmortem").values_list("text", flat=True)
    assert [text.split(":")[1].split()[-1] for text in told] == [
        "opened",
        "it",
        "approved",
        "published",
        "closed",
    ]


@pytest.mark.parametrize("verb", ["approve", "publish", "close"])
def test_a_viewer_moves_nothing(verb):
    with pytest.raises(NotAllowed):
        getattr(review, verb)(a_postmortem().pk, by=somebody("Viewer"), at=minutes(100))


def unmet(postmortem: Postmortem) -> dict[str, str]:
    return {one.key: one.text for one in Reading(again(postmortem)).conditions if not one.is_met}


def test_the_refusal_says_what_the_screen_said():
    postmortem, reader = in_review()
    AUser(first_name="Jonas", last_name="Brandt")
    for key, text in (("causes", "Jonas forgot it."), ("badly", "")):
        version = postmortem.sections.get(key=key).version
        writing.save_section(
            postmortem.pk, key, text, version=version, by=somebody(), at=minutes(101)
        )
    writing.add_factor(postmortem.pk, "One value decides", by=somebody(), at=minutes(102))
    review.answer(
        postmortem.pk, "asks_changes", comment="Name the value", by=person(reader), at=minutes(103)
    )

    shown = unmet(postmortem)
    with pytest.raises(GuardUnmet) as refusal:
        review.approve(postmortem.pk, by=somebody(), at=minutes(110))

    assert shown == {
        "sections": "Not written yet: What went badly",
        "blame": "1 blame finding is open",
        "factors": "Factor 1 has no action",
        "reviews": "Leila Haddad asks for changes",
    }
    assert {guard["name"]: guard["text"] for guard in refusal.value.extra["guards"]} == shown
    assert all(text in str(refusal.value) for text in shown.values())


def test_every_action_needs_what_the_playbook_asks_for():
    postmortem, _reader = in_review(service=AService(playbook_slug="imag"))
    item = an_item(postmortem.incident)

    assert unmet(postmortem)["actions"] == f"{item.label} has no measure"


def test_what_wont_be_done_neither_lacks_nor_answers_anything():
    postmortem, _reader = in_review()
    writing.add_factor(postmortem.pk, "One value decides", by=somebody(), at=minutes(102))
    item = an_item(postmortem.incident, factor=1)
    assert "factors" not in unmet(postmortem)

    items.move(item.pk, "drop", reason="the part is gone by now", by=somebody(), at=minutes(103))
    assert unmet(postmortem)["factors"] == "Factor 1 has no action"


def test_warnings_do_not_hold_approval_back():
    postmortem, _reader = in_review()
    version = postmortem.sections.get(key="causes").version
    writing.save_section(
        postmortem.pk, "causes", "Human error.", version=version, by=somebody(), at=minutes(101)
    )

    assert set(unmet(postmortem)) == {"wording", "silent"}
    assert review.approve(postmortem.pk, by=somebody(), at=minutes(110)).state == "approved"


def test_only_who_was_asked_gives_a_verdict():
    postmortem, _reader = in_review()

    with pytest.raises(NotPossible):
        review.answer(postmortem.pk, "agrees", by=somebody(), at=minutes(105))


def test_asking_for_changes_says_which():
    postmortem, reader = in_review()

    with pytest.raises(Invalid):
        review.answer(postmortem.pk, "asks_changes", by=person(reader), at=minutes(105))


def test_a_new_round_asks_everybody_anew():
    postmortem, reader = in_review()
    review.answer(postmortem.pk, "agrees", by=person(reader), at=minutes(105))
    review.send_back(postmortem.pk, reason="one cause is missing", by=somebody(), at=minutes(106))

    assert postmortem.reviews.get().verdict == ""


def test_reviewers_are_told_by_mail_but_not_who_asked():
    postmortem, leila, mara = a_postmortem(title=HOSTILE), AUser(), AUser()
    review.ask_review(postmortem.pk, [leila, mara], by=person(mara), at=minutes(100))

    mail = Delivery.objects.get(kind="review_asked")
    message = review_message(mail, minutes(101))
    assert mail.recipient == leila
    assert f"/admin/postmortems/postmortem/{postmortem.pk}/change/" in message.text
    assert "<script>" not in (message.html or "")
    assert review_unwanted(mail, minutes(101)) == ""

    review.answer(postmortem.pk, "agrees", by=person(leila), at=minutes(102))
    assert review_unwanted(mail, minutes(103)) == "the review is over"


def test_nobody_is_asked_twice_for_nothing():
    with pytest.raises(Invalid):
        review.ask_review(a_postmortem().pk, [], by=somebody(), at=minutes(100))
    with pytest.raises(Invalid):
        review.ask_review(
            a_postmortem().pk, [AUser(is_active=False)], by=somebody(), at=minutes(100)
        )


def test_an_own_playbook_without_language_rules_finds_nothing():
    own_playbook("plain", lambda document: document.update(language=[]))
    AUser(first_name="Jonas", last_name="Brandt")
    postmortem = a_postmortem(service=AService(playbook_slug="plain"))
    writing.save_section(
        postmortem.pk, "causes", "Jonas forgot it.", version=1, by=somebody(), at=minutes(70)
    )

    assert "blame" not in unmet(postmortem)
