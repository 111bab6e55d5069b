"""What a screen says of every guard on a verb before it is pressed: the condition, and how it stands. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from incidents.playbook.guards import Situation, Unmet, guards_on, judge
from incidents.playbook.response import Guard
from incidents.playbook.schema import Playbook


@dataclass(frozen=True, slots=True)
class Condition:
    """One guard as a line: "Quiet for 30 min: 0 of 30". `present` is "" where nothing more is to say.

    `checklist`: the key of the one that it asks for.
    """

    name: str
    mode: Literal["block", "warn"]
    title: str
    present: str
    is_met: bool
    checklist: str = ""

    @property
    def blocks(self) -> bool:
        """Return whether it refuses the step as things stand."""
        return not self.is_met and self.mode == "block"

    @property
    def warns(self) -> bool:
        """Return whether it only warns as things stand."""
        return not self.is_met and self.mode == "warn"


def conditions(playbook: Playbook, verb: str, situation: Situation) -> tuple[Condition, ...]:
    """Return every guard on `verb` with its present state, in the playbook's order; () in triage, unless the verb declares."""
    asked = guards_on(playbook, verb, situation)
    return tuple(_condition(playbook, guard, judge(playbook, guard, situation)) for guard in asked)


def _condition(playbook: Playbook, guard: Guard, fault: Unmet | None) -> Condition:
    title = _TITLES[guard.name](playbook, guard)
    present = "" if fault is None else _PRESENT[guard.name](fault)
    asked = str(guard.params.get("checklist", ""))
    return Condition(guard.name, guard.mode, title, present, fault is None, asked)


def _role(playbook: Playbook, guard: Guard) -> str:
    return next(role.label for role in playbook.roles if role.key == guard.params["role"])


def _checklist(playbook: Playbook, guard: Guard) -> str:
    key = guard.params["checklist"]
    return next(one.title for one in playbook.checklists if one.key == key)


def _milestone(playbook: Playbook, guard: Guard) -> str:
    return f"{str(guard.params['milestone']).replace('_', ' ').capitalize()} has a time"


def _of(fault: Unmet) -> str:
    return f"{fault.value} of {fault.required} done"


def _quiet(fault: Unmet) -> str:
    return "it is not quiet yet" if fault.value is None else f"{fault.value} of {fault.required}"


def _firing(fault: Unmet) -> str:
    return f"{fault.value} still {'fires' if fault.value == 1 else 'fire'}"


def _person(fault: Unmet) -> str:
    return "nobody yet" if fault.value is None else "you are not"


_TITLES: dict[str, Callable[[Playbook, Guard], str]] = {
    "role_filled": lambda book, guard: f"{_role(book, guard)} is assigned",
    "by_role": lambda book, guard: f"{_role(book, guard)} takes this step",
    "quiet_minutes": lambda _, guard: f"Quiet for {guard.params['minutes']} min",
    "alerts_ended": lambda *_: "No firing alert",
    "milestone_set": _milestone,
    "checklist_complete": _checklist,
    "postmortem_scheduled": lambda *_: "Postmortem has a date",
}
_PRESENT: dict[str, Callable[[Unmet], str]] = {
    "role_filled": _person,
    "by_role": _person,
    "quiet_minutes": _quiet,
    "alerts_ended": _firing,
    "milestone_set": lambda _: "no time yet",
    "checklist_complete": _of,
    "postmortem_scheduled": lambda _: "no date yet",
}
