"""Which severity? From a sender's word, from a person's answers, from a measured value. Pure."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from incidents.playbook.schema import Playbook
from incidents.playbook.severity import Modifier, Question

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What the answers lead to: a rank, or None with the key of the question to ask `next`.

    `asked` lists the keys of the questions and modifiers whose answers were used, in order.
    """

    rank: int | None
    reason: str
    asked: tuple[str, ...]
    next: str = ""


def severity_of(playbook: Playbook, word: str) -> tuple[int | None, bool]:
    """Return (rank, was the word known). Rank None: store it, open nothing (design.md 5)."""
    words = playbook.severity_words
    ranks = {name.strip().casefold(): rank for name, rank in words.words.items()}
    wanted = word.strip().casefold()
    if wanted in ranks:
        return ranks[wanted], True
    return words.words[words.unknown], False


def decide(playbook: Playbook, answers: Mapping[str, bool]) -> Decision:
    """Walk the decision tree (R6, R7). An unanswered question ends the walk without a rank; an
    unanswered modifier counts as no. Answers to questions that are never reached change nothing.
    """
    asked: list[str] = []
    for question in playbook.decision.questions:
        if question.key not in answers:
            return Decision(None, f"Not answered yet: {question.text}", tuple(asked), question.key)
        asked.append(question.key)
        rank = question.if_yes if answers[question.key] else question.if_no
        if rank is not None:
            return _modified(playbook, rank, answers, (question, tuple(asked)))
    raise ValueError("the last question of a checked playbook always gives a rank")


def _modified(
    playbook: Playbook,
    rank: int,
    answers: Mapping[str, bool],
    decided: tuple[Question, tuple[str, ...]],
) -> Decision:
    question, asked = decided
    reason = f"{question.text} {'Yes' if answers[question.key] else 'No'}."
    for modifier in playbook.decision.modifiers:
        if answers.get(modifier.key):
            rank = _shifted(rank, modifier)
            reason += f" {modifier.text} Yes."
            asked = (*asked, modifier.key)
    return Decision(rank, reason, asked)


def _shifted(rank: int, modifier: Modifier) -> int:
    return min(4, max(1, rank + modifier.shift))


def suggest(playbook: Playbook, metric: str, value: float) -> int | None:
    """Return the worst rank whose threshold `value` passes, None if it passes none (R8, C24)."""
    passed = [
        rule.rank
        for rule in playbook.thresholds
        if rule.metric == metric and _COMPARE[rule.operator](value, rule.value)
    ]
    return min(passed, default=None)
