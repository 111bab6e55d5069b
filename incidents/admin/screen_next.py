"""What to do next: one primary action for this person, and the steps of the incident with their conditions."""

from collections.abc import Iterator
from dataclasses import dataclass

from incidents.actions.command import COMMANDER
from incidents.admin.contract import PublicPromise
from incidents.admin.screen_rows import Rows
from incidents.playbook import Condition, permitted, role_word, steps
from incidents.playbook.lifecycle import LIVE, VERBS, State

REASONS = (
    "The harm is over; what still fires lags behind.",
    "Agreed by everybody on the call.",
    "What remains is followed up in another incident.",
)
TRIAGE = "Declare it if people are hindered. If it was nothing, say so; resolve it when it is over."
ICONS = {
    "acknowledge": "check", "declare": "flag", "resolve": "check-ring", "mark_false_alarm": "cross",
    "monitor": "eye", "take_command": "hand", "take_over": "hand", "reopen": "undo",
}  # fmt: skip
KEYS = {"acknowledge": "a", "monitor": "m", "resolve": "r"}
_ASIDE = ("mark_false_alarm", "merge", "cancel", "start_review", "close", "reopen")


@dataclass(frozen=True, slots=True)
class Act:
    """One button: a verb to POST, or a link where `url` is set. `seen` travels with a step."""

    verb: str
    label: str
    icon: str = ""
    key: str = ""
    url: str = ""
    conditions: tuple[Condition, ...] = ()
    may_override: bool = False

    @property
    def unmet(self) -> int:
        """Return how many conditions refuse it."""
        return sum(one.blocks for one in self.conditions)

    @property
    def warnings(self) -> int:
        """Return how many conditions only warn."""
        return sum(one.warns for one in self.conditions)


@dataclass(frozen=True, slots=True)
class Next:
    """What the panel shows. `primary` is the one ink button of the screen; None for who only looks."""

    roles: str
    primary: Act | None
    mine: tuple[Act, ...]
    steps: tuple[Act, ...]
    others: tuple[Act, ...]
    sentence: str
    override: Act | None = None
    reasons: tuple[str, ...] = REASONS

    @property
    def is_plain(self) -> bool:
        """Return whether no condition stands under any step."""
        return not any(act.conditions for act in self.steps)

    @property
    def shown(self) -> set[str]:
        """Return the verbs that have a button here."""
        primary = [self.primary] if self.primary else []
        return {act.verb for act in (*primary, *self.mine, *self.steps, *self.others)}


def what_next(rows: Rows, *, override: str = "") -> Next:
    """Return what this person does next, and what the incident's next steps wait for."""
    acts = _acts(rows)
    primary = _primary(rows, acts)
    name = primary.verb if primary else ""
    leading = [acts[verb] for verb in _leading(rows) if verb in acts and verb != name]
    shown = {name, *(act.verb for act in leading), *_ASIDE}
    chosen = acts.get(override)
    return Next(
        roles=_roles(rows),
        primary=primary,
        mine=tuple(act for act in _mine(rows) if act.verb != name),
        steps=tuple(leading),
        others=tuple(act for verb, act in acts.items() if verb not in shown),
        sentence=_sentence(rows, primary),
        override=chosen if chosen and chosen.unmet and chosen.may_override else None,
    )


def _acts(rows: Rows) -> dict[str, Act]:
    """Return the verbs that are permitted now and allowed to this person."""
    state = rows.incident.state
    possible = [verb for verb in VERBS if verb in permitted(rows.book_for(verb), state)]
    allowed = [verb for verb in possible if rows.may(verb)]
    found = {verb: _act(rows, verb) for verb in allowed}
    if rows.incident.is_live and not rows.incident.is_declared and rows.may("declare"):
        found["declare"] = Act("declare", "Declare", ICONS["declare"])
    return found


def _act(rows: Rows, name: str) -> Act:
    verb = VERBS[name]
    declares = verb.declares and not rows.incident.is_declared
    label = f"{verb.label} (declares it)" if declares else verb.label
    if name == "mark_false_alarm" and not rows.incident.is_declared:
        label = "It was nothing"
    return Act(
        name,
        label,
        ICONS.get(name, f"state-{verb.target}"),
        KEYS.get(name, ""),
        conditions=rows.conditions(name),
        may_override=rows.may("override_guard"),
    )


def _leading(rows: Rows) -> list[str]:
    """Return the verbs that stand as buttons: what ends the question in triage, the next step when declared."""
    incident = rows.incident
    if not incident.is_live:
        return []
    if not incident.is_declared:
        first = ["acknowledge"] if incident.state == State.DETECTED else []
        return [*first, "declare", "resolve", "mark_false_alarm"]
    ahead = _step_ahead(rows)
    first = ["acknowledge"] if incident.state == State.DETECTED else []
    return list(dict.fromkeys([*first, *([ahead] if ahead else []), "resolve"]))


def _step_ahead(rows: Rows) -> str:
    """Return the verb that leads into the next step of the playbook's stepper, "" at its end."""
    shown = steps(rows.book)
    state = rows.incident.state
    place = next((n for n, step in enumerate(shown) if state in step.states), len(shown))
    possible = permitted(rows.book, state)
    for step in shown[place + 1 :]:
        for verb in possible:
            if VERBS[verb].target in step.states and VERBS[verb].target in (*LIVE, State.RESOLVED):
                return verb
    return ""


def _primary(rows: Rows, acts: dict[str, Act]) -> Act | None:
    """Return what this person should do first: nobody has it, an owed word, nobody leads, the next step."""
    if not rows.incident.is_live:
        return _publish(rows.promise) if rows.promise and rows.may("note") else None
    if not acts:
        return None
    candidates = [*_due_first(rows), *(acts[verb] for verb in _leading(rows) if verb in acts)]
    return next((act for act in candidates if not act.unmet), None)


def _due_first(rows: Rows) -> Iterator[Act]:
    incident = rows.incident
    if incident.state == State.DETECTED:
        return
    if "comms" in rows.mine and rows.promise is not None and rows.promise.due_at is not None:
        yield _publish(rows.promise)
    if _lacks_commander(rows) and rows.may("assign_role"):
        yield Act("take_command", "Take command", ICONS["take_command"])


def _publish(promise: PublicPromise) -> Act:
    return Act("publish", promise.label, "horn", "u", url=promise.url)


def _lacks_commander(rows: Rows) -> bool:
    needed = any(
        one.role == COMMANDER and one.need == "required" and rows.incident.rank in one.ranks
        for one in rows.book.role_requirements
    )
    return rows.incident.is_declared and needed and COMMANDER not in rows.holders


def _mine(rows: Rows) -> Iterator[Act]:
    """Yield what the person may do about their own part."""
    incident = rows.incident
    if not incident.is_live:
        return
    if incident.is_declared and COMMANDER not in rows.mine and rows.may("assign_role"):
        yield Act("take_command", "Take command", ICONS["take_command"])
    held, is_held = incident.acknowledged_by_id, incident.state != State.DETECTED
    if is_held and not incident.is_declared and held != rows.by.user_id and rows.may("take_over"):
        yield Act("take_over", "Take it over", ICONS["take_over"])


def _roles(rows: Rows) -> str:
    return " and ".join(role_word(rows.book, key) for key in rows.mine)


def _sentence(rows: Rows, primary: Act | None) -> str:
    incident = rows.incident
    if not incident.is_live:
        return f"{_ending(rows)} {rows.promise.sentence if rows.promise else ''}".strip()
    if incident.state == State.DETECTED:
        return _waking(rows)
    if not incident.is_declared:
        return TRIAGE
    return _working(rows, primary)


def _working(rows: Rows, primary: Act | None) -> str:
    if primary is not None and primary.verb == "publish" and rows.promise is not None:
        due = rows.promise.due_at
        promised = f"Promised by {due:%H:%M} UTC. " if due else ""
        return f"{promised}{rows.promise.sentence}".strip()
    if _lacks_commander(rows):
        return "Nobody commands it yet."
    phases = [phase for phase in rows.book.states.phases if rows.incident.state in phase.states]
    return ". ".join(phases[0].todo) + "." if phases and phases[0].todo else ""


def _waking(rows: Rows) -> str:
    if rows.incident.unpaged_reason:
        return f"Nobody has it, and nobody is paged: {rows.incident.unpaged_reason}."
    paging = rows.paging
    if paging is None:
        return "Nobody has it."
    people = ", ".join(paging.people) or "nobody yet"
    then = f", then {paging.next_person}" if paging.next_person else ""
    return f"Nobody has it. Paging {people}{then}{'' if paging.next_at else '.'}"


def _ending(rows: Rows) -> str:
    incident = rows.incident
    latest = rows.transitions[-1] if rows.transitions else None
    word = rows.word(incident.state)
    if incident.merged_into is not None:
        return f"Merged into {incident.merged_into.label}, which goes on."
    if latest is None or incident.ended_at is None:
        return f"{word}."
    by = (
        "by itself: every alert ended"
        if latest.actor_kind == "source"
        else f"by {latest.actor_label}"
    )
    return f"{word}, {by}."
