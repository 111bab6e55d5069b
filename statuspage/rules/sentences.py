"""The first wording of what the public is told at each stage; a person edits it before it is published. Pure."""

from collections.abc import Sequence

from statuspage.rules.states import Stage

# Plural and singular stand apart, so that no sentence is put together from halves of words.
_SAID = {
    Stage.INVESTIGATING: (
        "{who} is affected. We are looking into it.",
        "{who} are affected. We are looking into it.",
    ),
    Stage.IDENTIFIED: (
        "We know the cause and are working on it. {who} is still affected.",
        "We know the cause and are working on it. {who} are still affected.",
    ),
    Stage.MONITORING: (
        "A fix is in place and {who} is recovering. We keep watching.",
        "A fix is in place and {who} are recovering. We keep watching.",
    ),
    Stage.RESOLVED: (
        "It is over. {who} works normally again since {at}.",
        "It is over. {who} work normally again since {at}.",
    ),
}
# What is said where a program tells a stage and no words.
_PLAIN: dict[str, str] = {
    Stage.INVESTIGATING: "We are looking into it.",
    Stage.IDENTIFIED: "We know the cause and are working on it.",
    Stage.MONITORING: "A fix is in place. We keep watching.",
    Stage.RESOLVED: "It is over.",
    Stage.POSTMORTEM: "What was learned is out.",
}
_PROMISE = " We will write again by {at}."


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence lists them: "A", "A and B", "A, B and C"; "One of our services" of none."""
    if not names:
        return "One of our services"
    *head, last = names
    return f"{', '.join(head)} and {last}" if head else last


def plain(stage: str) -> str:
    """Return a sentence that is true of any incident at a stage; "" for what is no stage."""
    return _PLAIN.get(stage, "")


def proposed(stage: Stage, names: Sequence[str], *, over_at: str, next_update: str) -> str:
    """Return a complete sentence for a stage; "" for a postmortem, whose text is written elsewhere.

    `names`: the affected components; `over_at`: when it ended, `next_update`: the promise, both as
    text with a zone ("14:05 UTC"), or "".
    """
    if stage not in _SAID:
        return ""
    one, several = _SAID[stage]
    text = several if len(names) > 1 else one
    said = text.replace("{who}", listed(names)).replace("{at}", over_at)
    promise = _PROMISE.replace("{at}", next_update) if next_update else ""
    return said + promise
