"""A playbook's words for what a screen shows. Pure."""

from dataclasses import dataclass

from incidents.playbook.lifecycle import LIVE, VERBS, State, allowed
from incidents.playbook.schema import Playbook
from incidents.playbook.severity import Severity

_ORDER = (*LIVE, State.RESOLVED)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the stepper, and the canonical states that it stands for."""

    label: str
    states: tuple[State, ...]


def steps(playbook: Playbook) -> tuple[Step, ...]:
    """Return the steps that the stepper shows, in order."""
    return tuple(
        Step(phase.label, phase.states) for phase in playbook.states.phases if phase.in_stepper
    )


def label(playbook: Playbook, state: str) -> str:
    """Return the team's word for a canonical state; ValueError for no state."""
    return playbook.states.labels[State(state)]


def role_word(playbook: Playbook, key: str) -> str:
    """Return the team's word for a role; the key itself for one that the playbook does not name."""
    return next((role.label for role in playbook.roles if role.key == key), key)


def severity_for(playbook: Playbook, rank: int) -> Severity:
    """Return the level of a rank from 1 to 4."""
    return next(one for one in playbook.severities if one.rank == rank)


def permitted(playbook: Playbook, state: str) -> tuple[str, ...]:
    """Return the verbs that lifecycle and playbook permit from `state`, in the table's order.

    Only forward skips can be shut out, by `allowed_shortcuts`; steps back and side exits stay.
    """
    shortcuts = playbook.states.allowed_shortcuts
    if shortcuts is None:
        return allowed(state)
    listed = {shortcut.verb for shortcut in shortcuts if shortcut.state == state}
    return tuple(verb for verb in allowed(state) if verb in listed or not _is_skip(state, verb))


def _is_skip(state: str, verb: str) -> bool:
    target = VERBS[verb].target
    if target not in _ORDER or state not in _ORDER:
        return False
    return _ORDER.index(target) - _ORDER.index(State(state)) > 1
