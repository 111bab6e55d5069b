"""Writing: sections with their version, factors, sentences that stay, the text for the public."""

import pytest
from django.db import IntegrityError

from core.errors import Conflict, Invalid, NotAllowed, NotFound, NotPossible
from postmortems.actions import public_text, review, writing
from postmortems.actions.reading import Reading
from postmortems.models import KeptPhrase, Postmortem
from tests.factories import AUser, somebody
from tests.postmortems.scenes import a_postmortem, an_item, in_review, minutes

BLAME = "Jonas forgot to check the worker count. Then it broke."
RULE = "{person} forgot"
PLACE = writing.Place("causes", RULE, "Jonas forgot to check the worker count.")


def save(postmortem: Postmortem, key: str, text: str, version: int = 1) -> None:
    writing.save_section(postmortem.pk, key, text, version=version, by=somebody(), at=minutes(70))


def blamed() -> Postmortem:
    AUser(first_name="Jonas", last_name="Brandt")
    postmortem = a_postmortem()
    save(postmortem, "causes", BLAME)
    return postmortem


def test_a_saved_section_counts_its_version_and_says_who():
    postmortem, by = a_postmortem(), somebody()

    section = writing.save_section(
        postmortem.pk, "causes", "Two things came together.", version=1, by=by, at=minutes(70)
    )

    assert (section.text, section.version) == ("Two things came together.", 2)
    assert (section.edited_by, section.edited_at) == (by.user, minutes(70))


def test_saving_the_same_text_again_changes_nothing():
    postmortem = a_postmortem()
    save(postmortem, "causes", "Same.")
    save(postmortem, "causes", "Same.\r\n", version=1)

    assert postmortem.sections.get(key="causes").version == 2


def test_the_second_writer_gets_both_texts_and_nothing_is_lost():
    postmortem = a_postmortem()
    save(postmortem, "causes", "First.")

    with pytest.raises(Conflict) as refusal:
        save(postmortem, "causes", "Second.")

    assert refusal.value.extra["stored"] == "First."
    assert refusal.value.extra["yours"] == "Second."
    assert refusal.value.extra["version"] == 2
    assert postmortem.sections.get(key="causes").text == "First."


def test_another_section_is_no_conflict():
    postmortem = a_postmortem()
    save(postmortem, "causes", "First.")
    save(postmortem, "well", "Second.")

    assert postmortem.sections.get(key="well").text == "Second."


def test_there_are_only_the_playbooks_sections():
    with pytest.raises(NotFound):
        save(a_postmortem(), "poem", "Ode.")


def test_a_section_has_its_limit():
    with pytest.raises(Invalid):
        save(a_postmortem(), "causes", "x" * 100_001)


def test_a_viewer_writes_nothing():
    with pytest.raises(NotAllowed):
        writing.save_section(
            a_postmortem().pk, "causes", "No.", version=1, by=somebody("Viewer"), at=minutes(70)
        )


def test_what_is_approved_stands_until_it_is_sent_back():
    postmortem, _reader = in_review()
    review.approve(postmortem.pk, by=somebody(), at=minutes(110))

    with pytest.raises(NotPossible):
        save(postmortem, "causes", "Too late.", version=2)

    review.send_back(
        postmortem.pk, reason="one more cause was found", by=somebody(), at=minutes(111)
    )
    save(postmortem, "causes", "In time.", version=2)
    assert postmortem.sections.get(key="causes").text == "In time."


def test_factors_are_numbered_without_holes():
    postmortem = a_postmortem()
    for text in ("One", "Two", "Three"):
        writing.add_factor(postmortem.pk, text, by=somebody(), at=minutes(70))
    writing.remove_factor(postmortem.pk, 2, by=somebody(), at=minutes(71))
    writing.change_factor(postmortem.pk, 2, "Third", by=somebody(), at=minutes(72))

    assert [(one.position, one.text) for one in postmortem.factors.all()] == [
        (1, "One"),
        (2, "Third"),
    ]


def test_a_factor_with_an_action_stays():
    postmortem = a_postmortem()
    writing.add_factor(postmortem.pk, "One", by=somebody(), at=minutes(70))
    an_item(postmortem.incident, factor=1)

    with pytest.raises(NotPossible):
        writing.remove_factor(postmortem.pk, 1, by=somebody(), at=minutes(71))


@pytest.mark.parametrize("text", ["", "  ", "x" * 1001])
def test_a_factor_says_something_and_not_too_much(text):
    with pytest.raises(Invalid):
        writing.add_factor(a_postmortem().pk, text, by=somebody(), at=minutes(70))


def findings(postmortem: Postmortem) -> list[str]:
    found = Reading(Postmortem.objects.get(pk=postmortem.pk)).findings
    return [one.phrase for section in found.values() for one in section]


def test_blame_is_found_by_the_names_of_the_people_here():
    assert findings(blamed()) == ["Jonas forgot"]


def test_who_did_what_in_the_timeline_is_no_blame():
    AUser(first_name="Jonas", last_name="Brandt")
    postmortem = a_postmortem()
    save(postmortem, "timeline", BLAME)

    assert findings(postmortem) == []


def test_a_sentence_may_stay_with_a_reason_until_it_changes():
    postmortem = blamed()
    writing.keep_phrase(
        postmortem.pk,
        PLACE,
        reason="Jonas asked for it himself",
        by=somebody(),
        at=minutes(71),
    )
    save(postmortem, "causes", f"It was a Friday. {BLAME}", version=2)
    assert findings(postmortem) == []

    save(postmortem, "causes", "Jonas forgot everything.", version=3)
    assert findings(postmortem) == ["Jonas forgot"]


def test_a_second_press_keeps_a_sentence_once():
    postmortem = blamed()
    for minute, reason in ((71, "Jonas asked for it himself"), (72, "the very same again")):
        writing.keep_phrase(postmortem.pk, PLACE, reason=reason, by=somebody(), at=minutes(minute))

    assert KeptPhrase.objects.get().reason == "Jonas asked for it himself"


def test_the_database_holds_a_kept_sentence_once():
    kept = writing.keep_phrase(
        blamed().pk, PLACE, reason="Jonas asked for it himself", by=somebody(), at=minutes(71)
    )
    kept.pk = None

    with pytest.raises(IntegrityError):
        kept.save(force_insert=True)


def test_without_a_reason_it_does_not_stay():
    with pytest.raises(Invalid):
        writing.keep_phrase(blamed().pk, PLACE, reason="because", by=somebody(), at=minutes(71))


def test_the_proposal_takes_the_place_of_the_phrase():
    postmortem = blamed()
    writing.use_sentence(
        postmortem.pk,
        PLACE,
        instead="Nothing reminded us to ...",
        by=somebody(),
        at=minutes(71),
    )

    assert postmortem.sections.get(key="causes").text == (
        "Nothing reminded us to check the worker count. Then it broke."
    )


def test_a_finding_that_is_gone_can_not_be_used():
    postmortem = blamed()
    save(postmortem, "causes", "All is well.", version=2)

    with pytest.raises(NotFound):
        writing.use_sentence(
            postmortem.pk,
            PLACE,
            instead="Nothing reminded us to ...",
            by=somebody(),
            at=minutes(71),
        )


def change(postmortem: Postmortem, **facts: object) -> Postmortem:
    return writing.change_facts(postmortem.pk, facts, by=somebody(), at=minutes(75))


def test_its_owner_may_be_another_but_nobody_who_has_left():
    postmortem, leila = a_postmortem(), AUser()

    assert change(postmortem, owner=leila).owner == leila
    with pytest.raises(Invalid):
        change(postmortem, owner=AUser(is_active=False))


def test_nothing_reaches_the_public_before_it_is_published_and_marked():
    postmortem, _reader = in_review()
    change(postmortem, is_public=True, public_text="We are sorry.")
    review.approve(postmortem.pk, by=somebody(), at=minutes(110))
    assert public_text(postmortem.incident_id) == ""

    review.publish(postmortem.pk, by=somebody(), at=minutes(120))
    assert public_text(postmortem.incident_id) == "We are sorry."

    change(postmortem, is_public=False)
    assert public_text(postmortem.incident_id) == ""


def test_an_empty_text_is_not_shown_to_the_public():
    with pytest.raises(Invalid):
        change(a_postmortem(), is_public=True)
