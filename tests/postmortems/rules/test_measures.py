"""Figures are pairs of milestones, computed; the guides' own examples come out (AC-A1, AC-A6, AC-A8 to AC-A10)."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from incidents.playbook import load
from postmortems.rules.measures import measures
from postmortems.rules.words import span

IMAG = load((Path(settings.BASE_DIR) / "playbooks/imag.yaml").read_text(encoding="utf-8"))


def at(text: str) -> datetime:
    return datetime.combine(date(2025, 1, 15), time.fromisoformat(text), UTC)


def lengths(**reached: str) -> dict[str, timedelta | None]:
    moments = {kind: [(at(one), False) for one in text.split()] for kind, text in reached.items()}
    return {one.key: one.length for one in measures(IMAG, 2, moments)}


def test_the_example_of_the_guide_comes_out():
    found = lengths(
        alerted="14:00:00", commander_assigned="14:02:00", acknowledged="14:02:00", identified="14:10:00",
        mitigation_started="14:15:00", restored="14:45:00", resolved="15:45:00",
    )  # fmt: skip

    assert (found["triage"], found["identify"]) == (timedelta(minutes=2), timedelta(minutes=10))
    assert (found["mitigate"], found["restore"]) == (timedelta(minutes=15), timedelta(minutes=45))
    assert found["mttr"] == timedelta(minutes=105)


def test_what_is_missing_or_the_wrong_way_round_is_not_measured():
    found = lengths(alerted="14:10:00", acknowledged="14:00:00", resolved="15:00:00")

    assert found["response"] is None
    assert found["identify"] is None


def test_beginnings_count_from_the_first_and_ends_to_the_last():
    found = lengths(alerted="14:00:00 15:00:00", resolved="14:30:00 15:30:00")

    assert found["mttr"] == timedelta(minutes=90)


def test_a_target_says_whether_it_was_met():
    reached = {"alerted": [(at("14:00:00"), False)], "acknowledged": [(at("14:59:59"), False)]}
    too_late = {"alerted": [(at("14:00:00"), False)], "acknowledged": [(at("15:00:00"), True)]}

    assert measures(IMAG, 2, reached)[0].is_met is True
    assert measures(IMAG, 2, too_late)[0].is_met is False


def test_what_rests_on_an_inferred_milestone_says_so():
    reached = {"alerted": [(at("14:00:00"), False)], "acknowledged": [(at("15:00:00"), True)]}

    assert measures(IMAG, 2, reached)[0].is_inferred


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (45, "45 s"),
        (445, "7 min 25 s"),
        (3480, "58 min"),
        (4320, "1 h 12 min"),
        (176_400, "2 d 1 h"),
    ],
)
def test_a_length_is_said_in_its_two_largest_units(seconds, text):
    assert span(timedelta(seconds=seconds)) == text
