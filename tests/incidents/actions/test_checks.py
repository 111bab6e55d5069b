"""Checklists: what a step waits for can be ticked, and every tick says who and when."""

import pytest

from core.errors import NotAllowed, NotFound, NotPossible
from incidents.actions import move, tick
from incidents.actions.checks import progress, ticked
from incidents.actions.guards import unmet
from incidents.models import Incident
from incidents.playbook.lifecycle import VERBS
from tests.factories import NINE, AnIncident, somebody
from tests.incidents.actions.scenes import after

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]

LIST = "resolution"  # of `standard`: three items, asked of a rank 1 before it is resolved


@pytest.fixture
def incident() -> Incident:
    return AnIncident(declared=True, rank=1)


def waits(incident: Incident) -> list[object]:
    """Return what the checklist's guard says of resolving now."""
    found = unmet(incident, VERBS["resolve"], by=somebody(), at=NINE)
    return [guard["value"] for guard in found if guard["name"] == "checklist_complete"]


def test_the_guard_counts_what_is_ticked_and_is_met_by_all_of_it(incident: Incident) -> None:
    assert waits(incident) == [0]

    for place in (1, 2):
        tick(incident.pk, LIST, place, on=True, by=somebody(), at=NINE)
    assert waits(incident) == [2]

    tick(incident.pk, LIST, 3, on=True, by=somebody(), at=NINE)
    assert waits(incident) == []


def test_a_tick_is_a_line_of_the_timeline_with_who_and_when(incident: Incident) -> None:
    ana = somebody(first_name="Ana", last_name="Ray")

    tick(incident.pk, LIST, 1, on=True, by=ana, at=after(minutes=3))

    line = incident.timeline.get()
    assert line.text == "Before resolving: The figures are back to normal"
    assert (line.actor_label, line.happened_at) == ("Ana Ray", after(minutes=3))
    assert ticked(incident) == {(LIST, 1): line}


def test_a_tick_can_be_taken_back_and_both_stay_on_the_timeline(incident: Incident) -> None:
    tick(incident.pk, LIST, 1, on=True, by=somebody(), at=NINE)
    tick(incident.pk, LIST, 1, on=False, by=somebody(), at=after(minutes=1))

    assert progress(incident.playbook.playbook, ticked(incident))[LIST] == (0, 3)
    assert [line.text for line in incident.timeline.all()] == [
        "Before resolving: The figures are back to normal",
        "Not done after all: The figures are back to normal",
    ]


@pytest.mark.parametrize("on", [True, False])
def test_the_same_again_changes_nothing(incident: Incident, on: bool) -> None:
    tick(incident.pk, LIST, 1, on=True, by=somebody(), at=NINE)
    tick(incident.pk, LIST, 1, on=on, by=somebody(), at=NINE)
    lines = incident.timeline.count()

    assert tick(incident.pk, LIST, 1, on=on, by=somebody(), at=after(minutes=1)) is None
    assert incident.timeline.count() == lines


@pytest.mark.parametrize(("checklist", "place"), [("no-such", 1), (LIST, 0), (LIST, 4)])
def test_only_what_the_playbook_lists_is_ticked(
    incident: Incident, checklist: str, place: int
) -> None:
    with pytest.raises(NotFound):
        tick(incident.pk, checklist, place, on=True, by=somebody(), at=NINE)


def test_in_triage_and_after_the_end_nothing_is_ticked(incident: Incident) -> None:
    move(incident.pk, "resolve", by=somebody(), at=NINE)

    for one in (incident, AnIncident(rank=1)):
        with pytest.raises(NotPossible):
            tick(one.pk, LIST, 1, on=True, by=somebody(), at=NINE)


def test_a_viewer_ticks_nothing(incident: Incident) -> None:
    with pytest.raises(NotAllowed):
        tick(incident.pk, LIST, 1, on=True, by=somebody("Viewer"), at=NINE)
