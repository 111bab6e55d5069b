"""Severity from a sender's word, from answers and from a measured value."""

from itertools import product

import pytest

from incidents.playbook import checked, decide, severity_of, suggest
from tests.incidents.playbook.books import SHIPPED, book, changed

WORDS: list[tuple[str, int | None, bool]] = [
    ("critical", 1, True),
    ("CRITICAL", 1, True),
    ("  Critical\n", 1, True),
    ("page", 1, True),
    ("disaster", 1, True),
    ("P1", 1, True),
    ("DOWN", 1, True),
    ("FAILURE", 1, True),
    ("error", 2, True),
    ("high", 2, True),
    ("major", 2, True),
    ("P2", 2, True),
    ("warning", 3, True),
    ("warn", 3, True),
    ("average", 3, True),
    ("minor", 3, True),
    ("P3", 3, True),
    ("info", 4, True),
    ("information", 4, True),
    ("not classified", 4, True),
    ("P4", 4, True),
    ("P5", 4, True),
    ("OK", 4, True),
    ("SEV-2", 2, True),
    ("none", None, True),
    ("None", None, True),
    ("", 2, False),
    ("purple", 2, False),
    ("unknown", 2, False),
    ("5", 2, False),
]


@pytest.mark.parametrize("slug", SHIPPED)
@pytest.mark.parametrize(("word", "rank", "mapped"), WORDS)
def test_a_senders_word_has_a_rank_and_an_unknown_word_is_loud(
    slug: str, word: str, rank: int | None, mapped: bool
) -> None:
    assert severity_of(book(slug), word) == (rank, mapped)


def test_the_rank_of_an_unknown_word_is_the_playbooks_choice() -> None:
    careful = checked(changed(lambda doc: doc["severity_words"].update(unknown="critical")))

    assert severity_of(careful, "purple") == (1, False)


def test_a_decision_says_why() -> None:
    decision = decide(book("imag"), {"unavailable": False, "breach": True, "internal_only": True})

    assert decision.rank == 2
    assert (
        decision.reason
        == "Was security breached, or data lost? Yes. Are only internal systems affected? Yes."
    )
    assert decision.asked == ("unavailable", "breach", "internal_only")
    assert decision.next == ""


def test_an_unanswered_question_is_asked_and_never_guessed() -> None:
    decision = decide(book("imag"), {"unavailable": False, "core": True})

    assert decision.rank is None
    assert decision.next == "breach"
    assert decision.asked == ("unavailable",)
    assert decision.reason == "Not answered yet: Was security breached, or data lost?"


@pytest.mark.parametrize("slug", SHIPPED)
def test_every_complete_set_of_answers_has_a_rank(slug: str) -> None:
    tree = book(slug).decision
    keys = [question.key for question in tree.questions] + [
        modifier.key for modifier in tree.modifiers
    ]

    ranks = {
        decide(book(slug), dict(zip(keys, answers, strict=True))).rank
        for answers in product([True, False], repeat=len(keys))
    }

    assert ranks == {1, 2, 3, 4}


def test_a_modifier_upwards_stops_at_rank_one() -> None:
    graver = checked(changed(lambda doc: doc["decision"]["modifiers"][0].update(shift=-2)))

    assert decide(graver, {"unavailable": False, "breach": True, "internal_only": True}).rank == 1


def test_thresholds_know_their_metric_and_both_directions() -> None:
    rule = {"metric": "availability", "operator": "<", "value": 99, "unit": "percent", "rank": 1}
    mild = {"metric": "availability", "operator": "<=", "value": 99.9, "unit": "percent", "rank": 3}
    playbook = checked(changed(lambda doc: doc["thresholds"].extend([mild, rule])))

    assert [suggest(playbook, "availability", value) for value in (98.9, 99, 99.9, 99.95)] == [
        1,
        3,
        3,
        None,
    ]
    assert suggest(playbook, "temperature", 1000) is None
