"""Guards: named predicates that a playbook attaches to verbs, asked before a step is taken. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from incidents.playbook.lifecycle import MILESTONES, VERBS
from incidents.playbook.practice import Checklist
from incidents.playbook.response import Guard
from incidents.playbook.schema import Playbook

Value = int | str | None


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known about an incident just before a step; moments are aware UTC.

    `is_declared`: it is, or the step itself declares it.
    `roles` gives each filled role's holder; `actor_user` is None for a machine. `checklists` gives
    (done, of) per key. `has_postmortem_date` is None where no postmortem is asked for.
    """

    rank: int
    is_declared: bool
    at: datetime
    actor_user: int | None = None
    roles: Mapping[str, int] = field(default_factory=dict)
    milestones: Mapping[str, datetime] = field(default_factory=dict)
    open_alerts: int = 0
    last_alert_ended_at: datetime | None = None
    checklists: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    has_postmortem_date: bool | None = None


@dataclass(frozen=True, slots=True)
class Unmet:
    """One guard that does not hold; `text` is a sentence for a screen, the rest goes to the audit."""

    name: str
    mode: Literal["block", "warn"]
    value: Value
    required: int | str
    text: str


@dataclass(frozen=True, slots=True)
class _Question:
    """One guard asked about one situation."""

    playbook: Playbook
    params: Mapping[str, int | str]
    situation: Situation

    def role(self) -> tuple[str, int | None]:
        key = str(self.params["role"])
        label = next(role.label for role in self.playbook.roles if role.key == key)
        return label, self.situation.roles.get(key)


_Answer = tuple[Value, int | str, str] | None


def unmet(playbook: Playbook, verb: str, situation: Situation) -> tuple[Unmet, ...]:
    """Return every guard on `verb` that does not hold, in the playbook's order.

    An incident in triage has no guards (design.md 5): empty unless it is declared, or the step declares it.
    """
    asked = (judge(playbook, guard, situation) for guard in guards_on(playbook, verb, situation))
    return tuple(fault for fault in asked if fault)


def guards_on(playbook: Playbook, verb: str, situation: Situation) -> tuple[Guard, ...]:
    """Return the guards that are asked of this verb, met or not, in the playbook's order."""
    if not situation.is_declared:
        return ()
    return tuple(
        guard for guard in playbook.guards if verb in guard.verbs and situation.rank in guard.ranks
    )


def checklists_asked(playbook: Playbook, rank: int) -> tuple[Checklist, ...]:
    """Return the checklists that some step waits for at this severity rank, in the playbook's order."""
    asked = {guard.params.get("checklist") for guard in playbook.guards if rank in guard.ranks}
    return tuple(one for one in playbook.checklists if one.key in asked)


def judge(playbook: Playbook, guard: Guard, situation: Situation) -> Unmet | None:
    """Return what is wrong with one guard in a situation; None when it holds."""
    answer = _PREDICATES[guard.name].judge(_Question(playbook, guard.params, situation))
    return Unmet(guard.name, guard.mode, *answer) if answer else None


def _role_filled(ask: _Question) -> _Answer:
    label, holder = ask.role()
    return (
        None if holder is not None else (None, "someone", f"{label} is empty; required: someone.")
    )


def _by_role(ask: _Question) -> _Answer:
    """Only the role's holder takes the step, never a machine (R43, AC-C4)."""
    label, holder = ask.role()
    if holder is None:
        return None, label, f"{label} is empty; only the {label} may take this step."
    if holder == ask.situation.actor_user:
        return None
    return "someone else", label, f"Only the {label} may take this step."


def _quiet_minutes(ask: _Question) -> _Answer:
    required, quiet = int(ask.params["minutes"]), _quiet_for(ask.situation)
    if quiet is None:
        return None, required, f"Not yet quiet; required: {_minutes(required)} without trouble."
    if quiet >= required:
        return None
    return quiet, required, f"Quiet for {_minutes(quiet)}; required: {required}."


def _quiet_for(situation: Situation) -> int | None:
    """Return whole minutes since the later of restoration and the last alert's end (R58, AC-C2)."""
    moments = [situation.milestones.get("restored"), situation.last_alert_ended_at]
    known = [moment for moment in moments if moment is not None]
    if situation.open_alerts or not known:
        return None
    return max(0, (situation.at - max(known)) // timedelta(minutes=1))


def _alerts_ended(ask: _Question) -> _Answer:
    count = ask.situation.open_alerts
    if not count:
        return None
    return (
        count,
        0,
        f"{count} {'alert is' if count == 1 else 'alerts are'} still firing; required: none.",
    )


def _milestone_set(ask: _Question) -> _Answer:
    name = str(ask.params["milestone"])
    if name in ask.situation.milestones:
        return None
    words = name.replace("_", " ").capitalize()
    return None, "a time", f"{words} has no time yet; required: a time."


def _checklist_complete(ask: _Question) -> _Answer:
    key = str(ask.params["checklist"])
    checklist = next(one for one in ask.playbook.checklists if one.key == key)
    done, of = ask.situation.checklists.get(key, (0, len(checklist.items)))
    if done >= of:
        return None
    return done, of, f"{checklist.title}: {done} of {of} done; required: all {of}."


def _postmortem_scheduled(ask: _Question) -> _Answer:
    if ask.situation.has_postmortem_date is not False:
        return None
    return None, "a date", "The postmortem has no date; required: a date."


@dataclass(frozen=True, slots=True)
class _Predicate:
    judge: Callable[[_Question], _Answer]
    param: str = ""


_PREDICATES = {
    "role_filled": _Predicate(_role_filled, "role"),
    "by_role": _Predicate(_by_role, "role"),
    "quiet_minutes": _Predicate(_quiet_minutes, "minutes"),
    "alerts_ended": _Predicate(_alerts_ended),
    "milestone_set": _Predicate(_milestone_set, "milestone"),
    "checklist_complete": _Predicate(_checklist_complete, "checklist"),
    "postmortem_scheduled": _Predicate(_postmortem_scheduled),
}


def guard_problems(playbook: Playbook, guard: Guard) -> Iterator[str]:
    """Yield what is wrong with one guard, as sentences that start with the path inside it."""
    for index, verb in enumerate(guard.verbs):
        if verb not in VERBS:
            yield f"verbs[{index}]: no verb {verb}; known are {', '.join(VERBS)}"
    if not guard.verbs:
        yield "verbs: needs at least one"
    predicate = _PREDICATES.get(guard.name)
    if predicate is None:
        yield f"name: no predicate {guard.name}; known are {', '.join(_PREDICATES)}"
    else:
        yield from _param_problems(playbook, predicate.param, guard.params)


def _param_problems(
    playbook: Playbook, param: str, given: Mapping[str, int | str]
) -> Iterator[str]:
    yield from (f"params.{name}: unknown key" for name in given if name != param)
    if param and param not in given:
        yield f"params.{param}: is missing"
    elif param == "minutes":
        yield from _minutes_problems(given[param])
    elif param and given[param] not in _choices(playbook)[param]:
        yield f"params.{param}: the playbook has no {param} {given[param]}"


def _minutes_problems(value: int | str) -> Iterator[str]:
    if not isinstance(value, int) or not 1 <= value <= 10_080:
        yield "params.minutes: expected a number from 1 to 10080 (a week)"


def _choices(playbook: Playbook) -> dict[str, tuple[str, ...]]:
    return {
        "role": tuple(role.key for role in playbook.roles),
        "milestone": MILESTONES,
        "checklist": tuple(checklist.key for checklist in playbook.checklists),
    }


def _minutes(count: int) -> str:
    return "1 minute" if count == 1 else f"{count} minutes"
