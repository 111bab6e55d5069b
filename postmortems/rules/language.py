"""Find words that blame, by the playbook's own rules (R218, R219). Pure, and the same on every run."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from incidents.playbook.learning import LanguageRule

PERSON = "{person}"
ANYBODY = frozenset(
    {"he", "she", "they", "somebody", "someone", "the engineer", "the operator", "the developer"}
)
LONGEST_NAME = 4  # words
LONGEST_QUOTE = 1000  # characters; of a longer sentence its middle is quoted, around the phrase
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_WORD = re.compile(r"[\w'.-]*[\w']", re.UNICODE)
_SPACE = re.compile(r"\s+")
_TO = re.compile(r"\s*to\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """A phrase in a text: `start` and `end` are its place, `quote` the sentence that it stands in."""

    rule: str
    level: Literal["error", "warning"]
    why: str
    instead: tuple[str, ...]
    phrase: str
    quote: str
    start: int
    end: int


def findings(text: str, rules: Sequence[LanguageRule], names: AbstractSet[str]) -> list[Finding]:
    """Return what the rules find in `text`, in its order; where two meet the longer phrase stands.

    `names`: names of people in lower case, in whole and in parts. A rule with `{person}` finds a name
    or a word such as "somebody" right before its phrase.
    """
    plain, sentences = text.replace("\u2019", "'"), _Sentences(text)
    found = sorted(
        (one for rule in rules for one in _of_rule(plain, sentences, rule, names)),
        key=lambda one: (one.start, -one.end),
    )
    kept: list[Finding] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _of_rule(
    plain: str, sentences: "_Sentences", rule: LanguageRule, names: AbstractSet[str]
) -> Iterator[Finding]:
    before, has_person, rest = rule.avoid.partition(PERSON)
    phrase = (rest if has_person else before).strip()
    if not phrase or (has_person and before.strip()):
        return  # only "{person} something" and plain phrases are rules that can be looked for
    for hit in re.finditer(_loose(phrase), plain, re.IGNORECASE):
        start = _name_before(plain, hit.start(), names) if has_person else hit.start()
        if start is not None:
            yield Finding(
                rule.avoid,
                rule.level,
                rule.why,
                rule.instead,
                sentences.text[start : hit.end()],
                sentences.around(start),
                start,
                hit.end(),
            )


def _loose(phrase: str) -> str:
    words = [re.escape(word) for word in phrase.replace("\u2019", "'").split()]
    return r"(?<!\w)" + r"\s+".join(words) + r"(?!\w)"


def _name_before(text: str, end: int, names: AbstractSet[str]) -> int | None:
    """Return where the longest name that ends right before `end` begins; None without one."""
    window = max(0, end - 200)
    words = list(_WORD.finditer(text, window, end))[-LONGEST_NAME:]
    if not words or text[words[-1].end() : end].strip():
        return None
    for word in words:
        said = _SPACE.sub(" ", text[word.start() : words[-1].end()]).lower()
        if said in names or said in ANYBODY:
            return word.start()
    return None


class _Sentences:
    """Where the sentences of a text begin and end, found once."""

    def __init__(self, text: str) -> None:
        cuts = list(_SENTENCE_END.finditer(text))
        self.text = text
        self._starts = [0, *(cut.end() for cut in cuts)]
        self._ends = [*(cut.start() for cut in cuts), len(text)]

    def around(self, place: int) -> str:
        """Return the sentence that holds the character at `place`; of a long one what is near it."""
        number = max(0, bisect_right(self._starts, place) - 1)
        start, end = self._starts[number], self._ends[number]
        if end - start > LONGEST_QUOTE:
            start = max(start, place - LONGEST_QUOTE // 2)
            end = min(end, start + LONGEST_QUOTE)
        return self.text[start:end].strip()


def rewritten(text: str, finding: Finding, instead: str) -> str:
    """Return the text with the phrase replaced by one of the rule's own proposals.

    "Jonas forgot to look" with "Nothing reminded us to ..." reads "Nothing reminded us to look".
    """
    proposal = instead.removesuffix("...").rstrip(" …")
    after = text[finding.end :]
    if proposal.lower().endswith(" to"):
        after = _TO.sub("", after, count=1) if _TO.match(after) else after
    lead = text[: finding.start]
    if not _begins(lead):
        proposal = proposal[:1].lower() + proposal[1:]
    return f"{lead}{proposal}{after}"


def _begins(lead: str) -> bool:
    """Return whether a sentence begins after this text."""
    said = lead.rstrip()
    return not said or said[-1] in ".!?:" or "\n" in lead[len(said) :]
