"""Every guard is shown before the press, met or not, with the same verdict that the press would get."""

from datetime import timedelta
from typing import Any

import pytest

from incidents.playbook import Situation, conditions, unmet
from incidents.playbook.conditions import _PRESENT, _TITLES
from incidents.playbook.guards import _PREDICATES
from incidents.playbook.lifecycle import VERBS
from tests.factories import NINE
from tests.incidents.playbook.books import SHIPPED, book

SITUATIONS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "firing": {"open_alerts": 2},
    "quiet": {
        "roles": {"commander": 1, "tech_lead": 1, "comms": 2, "scribe": 2},
        "milestones": {"restored": NINE - timedelta(hours=2)},
        "has_postmortem_date": True,
        "actor_user": 1,
    },
}


def situation(name: str, rank: int = 1, *, is_declared: bool = True) -> Situation:
    return Situation(rank=rank, is_declared=is_declared, at=NINE, **SITUATIONS[name])


@pytest.mark.parametrize("slug", SHIPPED)
@pytest.mark.parametrize("name", SITUATIONS)
def test_what_is_shown_is_what_would_be_refused(slug: str, name: str) -> None:
    for verb in VERBS:
        for rank in (1, 2, 3, 4):
            shown = conditions(book(slug), verb, situation(name, rank))
            refused = unmet(book(slug), verb, situation(name, rank))
            assert [one.name for one in shown if not one.is_met] == [one.name for one in refused]
            assert [one.mode for one in shown if one.blocks or one.warns] == [
                one.mode for one in refused
            ]


def test_a_line_names_the_condition_and_how_it_stands() -> None:
    lines = {
        one.name: (one.title, one.present)
        for one in conditions(book("standard"), "resolve", situation("firing"))
    }

    assert lines == {
        "alerts_ended": ("No firing alert", "2 still fire"),
        "role_filled": ("Commander is assigned", "nobody yet"),
        "quiet_minutes": ("Quiet for 10 min", "it is not quiet yet"),
        "checklist_complete": ("Before resolving", "0 of 3 done"),
    }


def test_in_triage_there_are_no_conditions() -> None:
    assert conditions(book("imag"), "resolve", situation("nothing", is_declared=False)) == ()


def test_every_predicate_has_its_words() -> None:
    assert set(_TITLES) == set(_PRESENT) == set(_PREDICATES)
