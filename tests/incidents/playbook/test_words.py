"""Durations, labels, steps and templates: what a playbook's words mean."""

from datetime import timedelta

import pytest

from incidents.playbook import (
    Duration,
    checked,
    fill,
    label,
    permitted,
    placeholders,
    severity_for,
    steps,
)
from incidents.playbook.lifecycle import State, allowed
from tests.incidents.playbook.books import SHIPPED, book, changed

DURATIONS: list[tuple[str, timedelta | None, str]] = [
    ("0m", timedelta(0), "24x7"),
    ("immediate", timedelta(0), "24x7"),
    ("15m", timedelta(minutes=15), "24x7"),
    ("4h", timedelta(hours=4), "24x7"),
    ("48h", timedelta(hours=48), "24x7"),
    ("7d", timedelta(days=7), "24x7"),
    ("1 week", timedelta(weeks=1), "24x7"),
    ("90 days", timedelta(days=90), "24x7"),
    ("1 business day", None, "business-hours"),
    ("2 business days", None, "business-hours"),
    ("4 business hours", None, "business-hours"),
    ("same business day", None, "business-hours"),
    ("next business day", None, "business-hours"),
]


@pytest.mark.parametrize(("text", "elapsed", "calendar"), DURATIONS)
def test_a_duration_knows_its_length_and_calendar(
    text: str, elapsed: timedelta | None, calendar: str
) -> None:
    duration = Duration(text)

    assert duration == text
    assert (duration.elapsed, duration.calendar) == (elapsed, calendar)


def test_next_business_day_is_its_end_and_one_business_day_is_not() -> None:
    following, one = Duration("next business day"), Duration("1 business day")

    assert (following.amount, following.unit, following.is_to_the_end) == (1, "day", True)
    assert (one.amount, one.unit, one.is_to_the_end) == (1, "day", False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "15",
        "m",
        "-5m",
        "1.5h",
        "015m",
        "15 m",
        "15M",
        "15m ",
        "15m\n",
        "1 days",
        "2 day",
        "0 days",
        "two days",
        "1 business week day",
        "100000m",
        "٣m",
    ],
)
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        Duration(text)


def test_standard_shows_four_steps() -> None:
    shown = steps(book("standard"))

    assert [step.label for step in shown] == ["Open", "Working", "Watching", "Resolved"]
    assert shown[1].states == (
        State.ACKNOWLEDGED,
        State.INVESTIGATING,
        State.IDENTIFIED,
        State.MITIGATING,
    )


def test_imag_names_the_states_in_its_own_words() -> None:
    words = [
        label(book("imag"), state)
        for state in ("detected", "acknowledged", "investigating", "monitoring", "in_review")
    ]

    assert words == ["Detection", "Triage", "Response", "Resolution (watching)", "Postmortem"]


def test_what_is_no_state_has_no_label() -> None:
    with pytest.raises(ValueError, match="asleep"):
        label(book("imag"), "asleep")


@pytest.mark.parametrize("slug", SHIPPED)
def test_every_state_has_a_label_and_every_live_one_a_step(slug: str) -> None:
    shown = {state for step in steps(book(slug)) for state in step.states}

    assert all(label(book(slug), state) for state in State)
    assert {State.DETECTED, State.MITIGATING, State.RESOLVED} <= shown


def test_standard_has_four_severities_and_postmortems_for_the_worst_two() -> None:
    playbook = book("standard")

    assert [severity_for(playbook, rank).code for rank in (1, 2, 3, 4)] == [
        "SEV-1",
        "SEV-2",
        "SEV-3",
        "SEV-4",
    ]
    assert [need.ranks for need in playbook.postmortems.needs if need.need == "required"] == [
        (1, 2)
    ]


@pytest.mark.parametrize("state", list(State))
def test_without_a_list_of_shortcuts_the_lifecycle_alone_decides(state: State) -> None:
    assert permitted(book("standard"), state) == allowed(state)


def test_a_list_of_shortcuts_shuts_the_other_skips_out_and_nothing_else() -> None:
    shortcuts = [{"state": "acknowledged", "verb": "mitigate"}]
    strict = checked(changed(lambda doc: doc["states"].update(allowed_shortcuts=shortcuts)))

    assert permitted(strict, "acknowledged") == (
        "investigate",
        "mitigate",
        "mark_false_alarm",
        "merge",
        "cancel",
    )
    assert permitted(strict, "monitoring") == (
        "investigate",
        "mitigate",
        "resolve",
        "mark_false_alarm",
        "merge",
        "cancel",
    )
    assert permitted(strict, "resolved") == allowed("resolved")


def test_places_are_filled_in_one_pass_and_never_evaluated() -> None:
    values = {"cause": "{fix} {0.__class__}", "fix": "secret"}

    assert (
        fill("Because of {cause}. {when} {{fix}} {cause.x}", values)
        == "Because of {fix} {0.__class__}. {when} {secret} {cause.x}"
    )
    assert placeholders("{a} {b_1} {A} {0} {a.b} {a}") == {"a", "b_1"}
