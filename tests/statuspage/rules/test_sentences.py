"""The first wording at each stage reads as a sentence."""

import pytest

from statuspage.rules.sentences import proposed
from statuspage.rules.states import Stage

AGAIN = " We will write again by 15:15 UTC."


@pytest.mark.parametrize(
    ("stage", "names", "text"),
    [
        (
            Stage.INVESTIGATING,
            ["Payments"],
            "Payments is affected. We are looking into it." + AGAIN,
        ),
        (
            Stage.INVESTIGATING,
            [],
            "One of our services is affected. We are looking into it." + AGAIN,
        ),
        (
            Stage.IDENTIFIED,
            ["Payments", "Checkout"],
            "We know the cause and are working on it. Payments and Checkout are still affected."
            + AGAIN,
        ),
        (
            Stage.MONITORING,
            ["A", "B", "C"],
            "A fix is in place and A, B and C are recovering. We keep watching." + AGAIN,
        ),
    ],
)
def test_open_stages_say_who_is_hit_and_when_more_is_said(
    stage: Stage, names: list[str], text: str
) -> None:
    assert proposed(stage, names, over_at="", next_update="15:15 UTC") == text


def test_the_closing_sentence_says_since_when_and_promises_nothing() -> None:
    text = proposed(Stage.RESOLVED, ["Payments"], over_at="16:00 UTC", next_update="")

    assert text == "It is over. Payments works normally again since 16:00 UTC."


def test_a_postmortem_is_not_made_up() -> None:
    assert proposed(Stage.POSTMORTEM, ["Payments"], over_at="", next_update="") == ""
