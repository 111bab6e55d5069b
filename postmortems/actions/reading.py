"""What can be said of a postmortem: its findings, its figures, and what stands before its approval."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from core.models import User
from incidents.models import TimelineEntry
from incidents.playbook import Playbook
from postmortems.actions import filling
from postmortems.models import ActionItem, Factor, Postmortem, Review, Section
from postmortems.rules import language
from postmortems.rules.language import Finding
from postmortems.rules.measures import Measure
from postmortems.rules.words import plural

UNLINTED = ("timeline", "roles")  # who did what when is a fact there, not blame (AC-G5)
FACTOR_KEYS = ("causes", "factors", "contributing_factors")
MOST_FINDINGS = 200  # of one section at a time: nobody reads more, and those behind them follow
_SHORTEST_PART = 3  # letters: a shorter part of a name is too often a word


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that approval asks for. `is_block`: without it approval is refused; else it only warns."""

    key: str
    is_met: bool
    text: str
    is_block: bool = True


class Reading:
    """One postmortem with all that belongs to it, each part read once, when it is first asked for."""

    def __init__(self, postmortem: Postmortem) -> None:
        self.postmortem = postmortem
        self.playbook: Playbook = postmortem.playbook.playbook

    @cached_property
    def sections(self) -> list[Section]:
        """Return the sections in order, with the sentences that somebody keeps."""
        return list(self.postmortem.sections.prefetch_related("kept").select_related("edited_by"))

    @cached_property
    def factors(self) -> list[Factor]:
        """Return the contributing factors in order."""
        return list(self.postmortem.factors.all())

    @cached_property
    def reviews(self) -> list[Review]:
        """Return who was asked, in order."""
        return list(self.postmortem.reviews.select_related("reviewer"))

    @cached_property
    def actions(self) -> list[ActionItem]:
        """Return the action items, the oldest first."""
        rows = list(self.postmortem.actions.select_related("owner", "team").order_by("pk"))
        for row in rows:
            row.incident = self.postmortem.incident
        return rows

    @cached_property
    def findings(self) -> dict[int, list[Finding]]:
        """Return what the language rules find, by section, without what somebody keeps; the first of very many."""
        rules = self.playbook.language
        if not rules:
            return {}
        names = names_of_people()
        return {
            section.pk: [
                found
                for found in language.findings(section.text, rules, names)
                if (found.rule, found.quote)
                not in {(one.rule, one.quote) for one in section.kept.all()}
            ][:MOST_FINDINGS]
            for section in self.sections
            if section.filled_from not in UNLINTED
        }

    @cached_property
    def measures(self) -> list[Measure]:
        """Return the incident's figures."""
        return filling.measured(self.postmortem.incident)

    @cached_property
    def newer_lines(self) -> list[TimelineEntry]:
        """Return what the incident's timeline tells since the timeline section was filled."""
        section = next((one for one in self.sections if one.filled_from == "timeline"), None)
        if section is None or not self.postmortem.is_writable:
            return []
        return filling.newer_lines(self.postmortem.incident, section.taken)

    def actions_of(self, factor: Factor) -> list[ActionItem]:
        """Return the action items that answer a factor; what won't be done answers nothing."""
        return [
            one for one in self.actions if one.factor_id == factor.pk and one.state != "wont_do"
        ]

    def is_written(self, section: Section) -> bool:
        """Return whether a section says something: by its text, its factors or its action items."""
        if section.text.strip():
            return True
        if section.key in FACTOR_KEYS:
            return bool(self.factors)
        return section.filled_from == "actions" and bool(self.actions)

    @property
    def conditions(self) -> list[Condition]:
        """Return everything that approval looks at, blocks first; the same words on screen and in a refusal."""
        return [
            self._sections_written(),
            self._no_blame(),
            self._actions_complete(),
            self._factors_answered(),
            self._nobody_objects(),
            *self._warnings(),
        ]

    @property
    def unmet(self) -> list[Condition]:
        """Return the conditions that refuse approval now."""
        return [one for one in self.conditions if one.is_block and not one.is_met]

    def _sections_written(self) -> Condition:
        empty = [s.title for s in self.sections if s.is_required and not self.is_written(s)]
        text = f"Not written yet: {', '.join(empty)}" if empty else "All required sections written"
        return Condition("sections", not empty, text)

    def _no_blame(self) -> Condition:
        count = self._count("error")
        is_are = "is" if count == 1 else "are"
        text = (
            f"{plural(count, 'blame finding')} {is_are} open"
            if count
            else "No blame finding is open"
        )
        return Condition("blame", not count, text)

    def _actions_complete(self) -> Condition:
        asked = self.playbook.actions.must_have
        live = [one for one in self.actions if one.state != "wont_do"]
        lacking = [
            f"{one.label} has no {word}"
            for one in live
            if (word := " and no ".join(missing(one, asked)))
        ]
        words = " and ".join(_WORDS[name] for name in asked) or "what it needs"
        return Condition("actions", not lacking, "; ".join(lacking) or f"Every action has {words}")

    def _factors_answered(self) -> Condition:
        alone = [str(f.position) for f in self.factors if not self.actions_of(f)]
        if not alone:
            return Condition("factors", True, "Every factor has an action")
        many = len(alone) > 1
        text = f"Factor{'s' * many} {', '.join(alone)} {'have' if many else 'has'} no action"
        return Condition("factors", False, text)

    def _nobody_objects(self) -> Condition:
        who = [r.reviewer.display_name for r in self.reviews if r.verdict == "asks_changes"]
        asks = "asks" if len(who) == 1 else "ask"
        text = f"{' and '.join(who)} {asks} for changes" if who else "No reviewer asks for changes"
        return Condition("reviews", not who, text)

    def _warnings(self) -> Iterable[Condition]:
        words = self._count("warning")
        if words:
            yield Condition(
                "wording", False, f"{plural(words, 'phrase')} to look at", is_block=False
            )
        silent = sum(not one.verdict for one in self.reviews)
        if silent:
            asked = f"{silent} of {plural(len(self.reviews), 'reviewer')} have not answered"
            yield Condition("silent", False, asked, is_block=False)
        if self.newer_lines:
            lines = plural(len(self.newer_lines), "newer line")
            yield Condition("timeline", False, f"The timeline has {lines}", is_block=False)

    def _count(self, level: str) -> int:
        return sum(one.level == level for found in self.findings.values() for one in found)


_WORDS = {"owner": "an owner", "due": "a date", "measure": "a measure", "priority": "a priority"}


def missing(item: ActionItem, must_have: Iterable[str]) -> list[str]:
    """Return what an action item lacks of what the playbook asks for, as words."""
    present = {
        "owner": item.owner_id is not None,
        "due": item.due_on is not None,
        "measure": bool(item.measure.strip()),
        "priority": bool(item.priority),
    }
    words = {"owner": "owner", "due": "due date", "measure": "measure", "priority": "priority"}
    return [words[name] for name in must_have if not present[name]]


def names_of_people() -> frozenset[str]:
    """Return everybody's name in lower case, whole and in parts, as the language rules look for them."""
    found: set[str] = set()
    for first, last in User.objects.values_list("first_name", "last_name"):
        whole = f"{first} {last}".strip().lower()
        found |= {whole, *(part for part in whole.split() if len(part) >= _SHORTEST_PART)}
    return frozenset(found - {""})
