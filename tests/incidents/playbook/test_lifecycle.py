"""The lifecycle's table, every state against every verb (design.md 5)."""

import pytest

from incidents.playbook.lifecycle import LIVE, VERBS, State, allowed

TABLE = {
    "acknowledge": ("detected", "acknowledged"),
    "investigate": ("detected acknowledged identified mitigating monitoring", "investigating"),
    "identify": ("detected acknowledged investigating", "identified"),
    "mitigate": ("detected acknowledged investigating identified monitoring", "mitigating"),
    "monitor": ("acknowledged investigating identified mitigating", "monitoring"),
    "resolve": ("detected acknowledged investigating identified mitigating monitoring", "resolved"),
    "start_review": ("resolved", "in_review"),
    "close": ("resolved in_review", "closed"),
    "reopen": ("resolved in_review closed", "investigating"),
    "mark_false_alarm": (
        "detected acknowledged investigating identified mitigating monitoring",
        "false_alarm",
    ),
    "merge": ("detected acknowledged investigating identified mitigating monitoring", "merged"),
    "cancel": ("detected acknowledged investigating identified mitigating monitoring", "cancelled"),
}


def test_there_are_these_verbs_and_no_other() -> None:
    assert tuple(VERBS) == tuple(TABLE)


@pytest.mark.parametrize("verb", TABLE)
def test_a_verb_leads_from_these_states_to_that_one(verb: str) -> None:
    sources, target = TABLE[verb]

    assert set(VERBS[verb].sources) == set(sources.split())
    assert VERBS[verb].target == target


@pytest.mark.parametrize("state", list(State))
def test_a_state_permits_what_the_table_says(state: State) -> None:
    assert allowed(state) == tuple(
        verb for verb, (sources, _) in TABLE.items() if state in sources.split()
    )


def test_only_reopening_needs_a_reason() -> None:
    assert [verb.name for verb in VERBS.values() if verb.needs_reason] == ["reopen"]


def test_working_on_an_incident_declares_it_and_answering_or_ending_it_does_not() -> None:
    quiet = {verb.name for verb in VERBS.values() if not verb.declares}

    assert quiet == {"acknowledge", "resolve", "mark_false_alarm", "merge", "cancel"}


def test_six_states_are_live() -> None:
    assert [state.value for state in LIVE] == [
        "detected",
        "acknowledged",
        "investigating",
        "identified",
        "mitigating",
        "monitoring",
    ]
