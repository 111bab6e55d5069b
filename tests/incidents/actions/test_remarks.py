"""Decisions, hypotheses, pins and corrections: what people write stays, and so does what it said first."""

from datetime import timedelta

import pytest

from core.actor import ENGINE
from core.errors import Conflict, Invalid, NotAllowed, NotFound, NotPossible
from incidents.actions import Wording, correct, decide, judge, note, pin, reword, suppose
from incidents.models import Incident, TimelineEntry
from tests.factories import NINE, AnIncident, somebody
from tests.incidents.actions.scenes import after

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]


def a_note(incident: Incident, text: str = "Deploy began") -> TimelineEntry:
    note(incident.pk, text, by=somebody(), at=NINE)
    return incident.timeline.get(kind="note")


def test_a_decision_keeps_what_was_not_chosen_and_why() -> None:
    entry = decide(
        AnIncident().pk, " Roll back ", reason="It is rehearsed.", alternatives="Raise the pool",
        by=somebody(), at=NINE, happened_at=NINE - timedelta(minutes=5),
    )  # fmt: skip

    kept = TimelineEntry.objects.get(pk=entry.pk)
    assert (kept.kind, kept.text) == ("decision", "Roll back")
    assert kept.data == {"reason": "It is rehearsed.", "alternatives": "Raise the pool"}
    assert (kept.happened_at, kept.recorded_at) == (NINE - timedelta(minutes=5), NINE)


def test_a_hypothesis_is_open_until_somebody_judges_it_and_remembers_when() -> None:
    incident, ana = AnIncident(), somebody()
    entry = suppose(incident.pk, "The deploy did it", by=somebody(), at=NINE)
    assert entry.standing == "open"

    for _ in range(2):
        judge(incident.pk, entry.pk, "confirmed", by=ana, at=after(minutes=8))

    kept = incident.timeline.get()
    assert (kept.standing, kept.stands_since, kept.edits) == ("confirmed", after(minutes=8), 0)
    former = kept.revisions.get()
    assert (former.standing, former.actor_user_id) == ("open", ana.user_id)


def test_only_a_hypothesis_is_judged_and_only_so() -> None:
    incident = AnIncident()
    entry = a_note(incident)
    with pytest.raises(NotPossible):
        judge(incident.pk, entry.pk, "confirmed", by=somebody(), at=NINE)
    with pytest.raises(Invalid):
        judge(incident.pk, entry.pk, "perhaps", by=somebody(), at=NINE)


def test_who_pinned_first_stays_until_the_pin_is_taken_off() -> None:
    incident, ana = AnIncident(), somebody()
    entry = a_note(incident)

    pin(incident.pk, entry.pk, on=True, by=ana, at=NINE)
    pin(incident.pk, entry.pk, on=True, by=somebody(), at=after(minutes=1))
    kept = incident.timeline.get()
    assert (kept.pinned_at, kept.pinned_by_id) == (NINE, ana.user_id)

    pin(incident.pk, entry.pk, on=False, by=somebody(), at=after(minutes=2))
    kept = incident.timeline.get()
    assert (kept.pinned_at, kept.pinned_by_id) == (None, None)


def test_a_machine_pins_nothing() -> None:
    incident = AnIncident()
    with pytest.raises(NotPossible):
        pin(incident.pk, a_note(incident).pk, on=True, by=ENGINE, at=NINE)


def test_a_correction_keeps_the_first_text_and_its_time() -> None:
    incident, ana = AnIncident(), somebody()
    entry = a_note(incident)

    earlier = NINE - timedelta(minutes=3)
    correct(
        incident.pk, entry.pk, text="Deploy ended", seen=0, happened_at=earlier, by=ana, at=NINE
    )

    kept = incident.timeline.get()
    assert (kept.text, kept.happened_at, kept.recorded_at, kept.edits) == (
        "Deploy ended",
        earlier,
        NINE,
        1,
    )
    first = kept.revisions.get()
    assert (first.text, first.happened_at, first.actor_user_id) == (
        "Deploy began",
        NINE,
        ana.user_id,
    )


def test_a_judgement_is_no_newer_text_and_both_changes_are_kept() -> None:
    incident = AnIncident()
    entry = suppose(incident.pk, "The deploy", by=somebody(), at=NINE)
    judge(incident.pk, entry.pk, "rejected", by=somebody(), at=NINE)

    correct(incident.pk, entry.pk, text="The deploy of 08:52", seen=0, by=somebody(), at=NINE)

    kept = incident.timeline.get()
    assert (kept.text, kept.standing, kept.edits) == ("The deploy of 08:52", "rejected", 1)
    assert [row.number for row in entry.revisions.all()] == [1, 2]


def test_a_correction_over_a_newer_text_is_refused_and_says_the_newer() -> None:
    incident = AnIncident()
    entry = a_note(incident)
    correct(incident.pk, entry.pk, text="Deploy ended", seen=0, by=somebody(), at=NINE)

    with pytest.raises(Conflict, match="Deploy ended"):
        correct(incident.pk, entry.pk, text="Mine", seen=0, by=somebody(), at=NINE)

    assert incident.timeline.get().text == "Deploy ended"


def test_saving_the_same_text_is_no_correction() -> None:
    incident = AnIncident()
    entry = a_note(incident)
    incident.timeline.update(happened_at=NINE - timedelta(microseconds=5))
    entry = incident.timeline.get()

    for moment in (None, entry.happened_at, entry.happened_at.replace(microsecond=0)):
        correct(
            incident.pk, entry.pk, text=entry.text, seen=0, happened_at=moment, by=somebody(), at=after(minutes=1)
        )  # fmt: skip

    assert incident.timeline.get().edits == 0
    assert not entry.revisions.exists()


def test_what_a_machine_or_a_verb_wrote_is_not_corrected() -> None:
    incident = AnIncident()
    entry = TimelineEntry.objects.create(
        incident=incident, kind="state", text="Declared", happened_at=NINE, recorded_at=NINE,
        actor_kind="engine", actor_label="Watchbill",
    )  # fmt: skip
    with pytest.raises(NotPossible):
        correct(incident.pk, entry.pk, text="Never", seen=0, by=somebody(), at=NINE)


def test_an_entry_is_found_under_its_own_incident_only() -> None:
    entry, other = a_note(AnIncident()), AnIncident()
    with pytest.raises(NotFound):
        pin(other.pk, entry.pk, on=True, by=somebody(), at=NINE)


@pytest.mark.parametrize("ahead", [timedelta(seconds=1), timedelta(days=-91)])
def test_the_time_of_what_happened_is_neither_future_nor_another_age(ahead: timedelta) -> None:
    incident = AnIncident()
    for attempt in (
        lambda: note(incident.pk, "x", by=somebody(), at=NINE, happened_at=NINE + ahead),
        lambda: suppose(incident.pk, "x", by=somebody(), at=NINE, happened_at=NINE + ahead),
        lambda: decide(incident.pk, "x", by=somebody(), at=NINE, happened_at=NINE + ahead),
    ):
        with pytest.raises(Invalid):
            attempt()

    assert not incident.timeline.exists()


@pytest.mark.parametrize("text", ["", "   ", "x" * 20_001])
def test_empty_and_endless_texts_are_refused(text: str) -> None:
    incident = AnIncident()
    for attempt in (
        lambda: suppose(incident.pk, text, by=somebody(), at=NINE),
        lambda: decide(incident.pk, text, by=somebody(), at=NINE),
    ):
        with pytest.raises(Invalid):
            attempt()


def test_a_new_title_leaves_the_old_one_on_the_timeline() -> None:
    incident = AnIncident(title="Checkout is failing")

    reword(incident.pk, Wording("  Card   payments fail ", "62 %"), by=somebody(), at=NINE)

    now = Incident.objects.get(pk=incident.pk)
    assert (now.title, now.description) == ("Card payments fail", "62 %")
    assert "Checkout is failing" in incident.timeline.get(kind="edit").text


def test_a_title_over_somebodys_newer_one_is_refused_and_an_empty_one_too() -> None:
    incident = AnIncident(title="A")
    seen = Wording("A", "")
    reword(incident.pk, Wording("B", ""), by=somebody(), at=NINE, before=seen)

    with pytest.raises(Conflict, match="“B”"):
        reword(incident.pk, Wording("C", ""), by=somebody(), at=NINE, before=seen)
    with pytest.raises(Invalid):
        reword(incident.pk, Wording(" ", ""), by=somebody(), at=NINE)

    assert Incident.objects.get(pk=incident.pk).title == "B"


def test_the_same_wording_again_writes_nothing() -> None:
    incident = AnIncident(title="A")
    reword(incident.pk, Wording("A", ""), by=somebody(), at=NINE)
    assert not incident.timeline.exists()


def test_a_viewer_writes_nothing() -> None:
    incident, viewer = AnIncident(), somebody("Viewer")
    entry = a_note(incident)
    for attempt in (
        lambda: decide(incident.pk, "x", by=viewer, at=NINE),
        lambda: suppose(incident.pk, "x", by=viewer, at=NINE),
        lambda: pin(incident.pk, entry.pk, on=True, by=viewer, at=NINE),
        lambda: judge(incident.pk, entry.pk, "open", by=viewer, at=NINE),
        lambda: correct(incident.pk, entry.pk, text="y", seen=0, by=viewer, at=NINE),
        lambda: reword(incident.pk, Wording("y", ""), by=viewer, at=NINE),
    ):
        with pytest.raises(NotAllowed):
            attempt()

    assert incident.timeline.count() == 1
