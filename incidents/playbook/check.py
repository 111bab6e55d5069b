"""Does a playbook of the right shape make sense? Every problem, each with its path. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from incidents.playbook.guards import guard_problems
from incidents.playbook.lifecycle import LIVE, MILESTONES, VERBS, State
from incidents.playbook.schema import Playbook
from incidents.playbook.severity import RANKS
from incidents.playbook.templates import placeholders

CHANNEL_TOKENS = frozenset({"date", "time", "seq", "id", "slug", "severity"})


def problems(playbook: Playbook) -> Iterator[str]:
    """Yield one sentence per thing that does not hold together."""
    for check in _CHECKS:
        yield from check(playbook)


def _severities(playbook: Playbook) -> Iterator[str]:
    found = Counter(severity.rank for severity in playbook.severities)
    for rank in RANKS:
        if found[rank] != 1:
            yield f"severities: rank {rank} must occur once, occurs {found[rank]} times"
    yield from _once("severities", "code", (severity.code for severity in playbook.severities))
    for index, severity in enumerate(playbook.severities):
        if (severity.all_hands.rule == "unresolved") != (severity.all_hands.after is not None):
            yield f'severities[{index}].all_hands.after: is given with the rule "unresolved" and only then'


def _words(playbook: Playbook) -> Iterator[str]:
    words = playbook.severity_words
    yield from _once(
        "severity_words.words", "word", (word.strip().casefold() for word in words.words)
    )
    if words.words.get(words.unknown) is None:
        yield f"severity_words.unknown: {words.unknown!r} must be a word that has a rank"


def _states(playbook: Playbook) -> Iterator[str]:
    states = playbook.states
    for state in State:
        if state not in states.labels:
            yield f"states.labels.{state}: is missing"
    held = Counter(state for phase in states.phases for state in phase.states)
    for state in (*LIVE, State.RESOLVED):
        if held[state] != 1:
            yield f"states.phases: {state} must belong to one phase, belongs to {held[state]}"
    if not any(phase.in_stepper for phase in states.phases):
        yield "states.phases: at least one must have in_stepper"
    for index, shortcut in enumerate(states.allowed_shortcuts or ()):
        path = f"states.allowed_shortcuts[{index}]"
        verb = VERBS.get(shortcut.verb)
        if verb is None or shortcut.state not in verb.sources:
            yield f"{path}: {shortcut.verb} is no step from {shortcut.state}"


def _decision(playbook: Playbook) -> Iterator[str]:
    tree = playbook.decision
    keys = [question.key for question in tree.questions]
    keys += [modifier.key for modifier in tree.modifiers]
    yield from _once("decision", "key", keys)
    if not tree.questions:
        yield "decision.questions: needs at least one"
    for index, question in enumerate(tree.questions):
        is_last = index + 1 == len(tree.questions)
        is_final = None not in (question.if_yes, question.if_no)
        if is_last and not is_final:
            yield f"decision.questions[{index}]: the last needs a rank for both answers"
        if is_final and not is_last:
            yield f"decision.questions[{index}]: gives a rank either way, so the next is never asked"


def _roles(playbook: Playbook) -> Iterator[str]:
    yield from _once("roles", "key", (role.key for role in playbook.roles))
    known = {role.key for role in playbook.roles}
    for path, role in _mentioned_roles(playbook):
        if role not in known:
            yield f"{path}: the playbook has no role {role}"


def _mentioned_roles(playbook: Playbook) -> Iterator[tuple[str, str]]:
    for index, need in enumerate(playbook.role_requirements):
        yield f"role_requirements[{index}].role", need.role
        for place, role in enumerate(need.may_combine_with):
            yield f"role_requirements[{index}].may_combine_with[{place}]", role
    for index, cadence in enumerate(playbook.cadences):
        yield f"cadences[{index}].owner_role", cadence.owner_role
    for index, drill in enumerate(playbook.drills):
        for place, name in enumerate(drill.rotate_roles):
            yield f"drills[{index}].rotate_roles[{place}]", name
        if drill.standby_role:
            yield f"drills[{index}].standby_role", drill.standby_role
    yield "postmortems.owner_role", playbook.postmortems.owner_role
    if playbook.postmortems.meeting:
        yield "postmortems.meeting.facilitator", playbook.postmortems.meeting.facilitator


def _guards(playbook: Playbook) -> Iterator[str]:
    for index, guard in enumerate(playbook.guards):
        for problem in guard_problems(playbook, guard):
            yield f"guards[{index}].{problem}"


def _ranks(playbook: Playbook) -> Iterator[str]:
    for path, ranks in _rank_lists(playbook):
        if not ranks or len(set(ranks)) != len(ranks):
            yield f"{path}: needs at least one rank, each once"


def _rank_lists(playbook: Playbook) -> Iterator[tuple[str, tuple[int, ...]]]:
    groups: dict[str, Iterable[tuple[int, ...]]] = {
        "role_requirements": (need.ranks for need in playbook.role_requirements),
        "guards": (guard.ranks for guard in playbook.guards),
        "cadences": (cadence.ranks for cadence in playbook.cadences),
        "escalation.levels": (level.ranks for level in playbook.escalation.levels),
        "escalation.methods": (rule.ranks for rule in playbook.escalation.methods),
        "postmortems.needs": (need.ranks for need in playbook.postmortems.needs),
        "postmortems.deadlines": (deadline.ranks for deadline in playbook.postmortems.deadlines),
    }
    for name, rows in groups.items():
        yield from ((f"{name}[{index}].ranks", ranks) for index, ranks in enumerate(rows))


def _messages(playbook: Playbook) -> Iterator[str]:
    for index, message in enumerate(playbook.messages):
        used = placeholders(f"{message.title} {message.body}")
        for name in sorted(used - set(message.fields)):
            yield f"messages[{index}].fields: {name} is used but not listed"
        for name in sorted(set(message.fields) - used):
            yield f"messages[{index}].fields: {name} is listed but not used"
    for key, text in (
        ("channel", playbook.naming.channel),
        ("display_id", playbook.naming.display_id),
    ):
        for name in sorted(placeholders(text) - CHANNEL_TOKENS):
            yield f"naming.{key}: no token {name}; known are {', '.join(sorted(CHANNEL_TOKENS))}"


def _metrics(playbook: Playbook) -> Iterator[str]:
    for index, metric in enumerate(playbook.metrics):
        for end, name in (("start", metric.start), ("end", metric.end)):
            if name not in MILESTONES:
                yield f"metrics[{index}].{end}: no milestone {name}"
        if metric.start == metric.end:
            yield f"metrics[{index}].end: must differ from the start"


def _cadences(playbook: Playbook) -> Iterator[str]:
    for index, cadence in enumerate(playbook.cadences):
        if cadence.at_most is not None and cadence.every is None:
            yield f"cadences[{index}].every: is missing beside at_most"


def _escalation(playbook: Playbook) -> Iterator[str]:
    if not playbook.escalation.levels:
        yield "escalation.levels: needs at least one"
    for index, level in enumerate(playbook.escalation.levels):
        if not level.methods:
            yield f"escalation.levels[{index}].methods: needs at least one"


def _practice(playbook: Playbook) -> Iterator[str]:
    for index, drill in enumerate(playbook.drills):
        if drill.participants_max is not None and drill.participants_max < drill.participants_min:
            yield f"drills[{index}].participants_max: is less than participants_min"
    meeting = playbook.postmortems.meeting
    if meeting is not None and meeting.minutes_max < meeting.minutes_min:
        yield "postmortems.meeting.minutes_max: is less than minutes_min"


def _runbooks(playbook: Playbook) -> Iterator[str]:
    measured = {rule.metric for rule in playbook.thresholds}
    for index, runbook in enumerate(playbook.runbooks):
        if runbook.metric and runbook.metric not in measured:
            yield f"runbooks[{index}].metric: no threshold is given for {runbook.metric}"


def _keys(playbook: Playbook) -> Iterator[str]:
    groups: dict[str, Iterable[str]] = {
        "detection": (kind.key for kind in playbook.detection),
        "contacts": (kind.key for kind in playbook.contacts),
        "messages": (message.key for message in playbook.messages),
        "metrics": (metric.key for metric in playbook.metrics),
        "checklists": (checklist.key for checklist in playbook.checklists),
        "runbooks": (runbook.key for runbook in playbook.runbooks),
        "drills": (drill.key for drill in playbook.drills),
        "reviews": (review.key for review in playbook.reviews),
        "postmortems.sections": (section.key for section in playbook.postmortems.sections),
        "actions.kinds": (kind.key for kind in playbook.actions.kinds),
        "actions.horizons": (horizon.key for horizon in playbook.actions.horizons),
    }
    for path, keys in groups.items():
        yield from _once(path, "key", keys)


def _once(path: str, what: str, values: Iterable[str]) -> Iterator[str]:
    for value, times in Counter(values).items():
        if times > 1:
            yield f"{path}: {what} {value!r} occurs {times} times"


_CHECKS: tuple[Callable[[Playbook], Iterator[str]], ...] = (
    _severities,
    _words,
    _states,
    _decision,
    _roles,
    _guards,
    _ranks,
    _messages,
    _metrics,
    _cadences,
    _escalation,
    _practice,
    _runbooks,
    _keys,
)
