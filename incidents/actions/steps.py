"""The one transition path: permission, guards, step, record, publish (design.md 2.4).

`take` moves many locked incidents by one verb with the same few statements as one; `move` is the
use case behind every button, link, API verb and rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from core import facts
from core.actor import Actor
from core.errors import GuardUnmet, IllegalTransition, Invalid, NotFound, NotPossible
from core.permissions import may, require
from incidents.actions import guards, merging, playbooks, remarks, story
from incidents.models import Alert, AlertKey, Incident, Milestone, TimelineEntry, TransitionLog
from incidents.playbook import label as state_label
from incidents.playbook import permitted
from incidents.playbook.lifecycle import LIVE, VERBS, WORKED, State, Verb

SHORTEST_REASON = 10
_CHANGED = [
    "state",
    "acknowledged_at",
    "acknowledged_by",
    "declared_at",
    "ended_at",
    "merged_into",
    "step",
    "playbook",
    "group_key",
]
_ENDING = {State.RESOLVED, State.FALSE_ALARM, State.MERGED, State.CANCELLED}


@dataclass(slots=True)
class _Written:
    """What one batch of steps has to store."""

    lines: list[TimelineEntry] = field(default_factory=list)
    marks: list[Milestone] = field(default_factory=list)
    logs: list[TransitionLog] = field(default_factory=list)
    facts: dict[str, list[int]] = field(default_factory=dict)

    def fact(self, name: str, incident: Incident) -> None:
        self.facts.setdefault(name, []).append(incident.pk)


@dataclass(frozen=True, slots=True)
class Request:
    """One verb as asked for: by whom, when, why, and for merge into what.

    `seen`: how many steps the person knew who pressed; None where nobody looked first.
    """

    verb: Verb
    by: Actor
    at: datetime
    reason: str = ""
    into: Incident | None = None
    seen: int | None = None


def move(  # noqa: PLR0913  a step has these parts
    incident_id: int,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    into: int | None = None,
    seen: int | None = None,
) -> Incident:
    """Move one incident by `verb` (a key of VERBS) and return it.

    The same verb repeated by the same person changes nothing. `seen`: the number of steps taken when
    the person looked; somebody else's step since then wins. Raises NotFound, NotAllowed,
    IllegalTransition (with the verbs that are allowed), NotPossible (code `overtaken`), GuardUnmet
    (with every unmet guard), Invalid.
    """
    if verb not in VERBS:
        raise NotFound(f"There is no verb {verb}; the verbs are {', '.join(VERBS)}.")
    with transaction.atomic():
        found = {row.pk: row for row in _locked({incident_id, *merging.chain(into)})}
        if incident_id not in found:
            raise NotFound(f"There is no incident {incident_id}.")
        target = merging.target(found, incident_id, into) if verb == "merge" else None
        reason = remarks.words(reason, "/reason", "Say why", needed=False)
        request = Request(VERBS[verb], by, at, reason, target, seen)
        take([found[incident_id]], request)
        return found[incident_id]


def _locked(ids: set[int]) -> list[Incident]:
    rows = Incident.objects.filter(pk__in=ids).select_related("playbook", "service")
    return list(rows.locked())


def take(incidents: Sequence[Incident], request: Request) -> list[Incident]:
    """Move locked incidents by one verb inside the caller's transaction; return those that changed."""
    written = _Written()
    changed = [incident for incident in incidents if _step(incident, request, written)]
    if not changed:
        return []
    if len(changed) == 1:
        changed[0].save(update_fields=_CHANGED)
    else:
        Incident.objects.bulk_update(changed, _CHANGED)
    TransitionLog.objects.bulk_create(written.logs)
    story.save(written.lines, written.marks)
    if request.verb.target in _ENDING:
        _settle_alerts(changed, request)
    for name, ids in written.facts.items():
        facts.publish(name, ids, at=request.at)
    if request.into is not None:
        merging.hand_on(changed, request.into, by=request.by, at=request.at)
    return changed


def _step(incident: Incident, request: Request, written: _Written) -> bool:
    verb, by = request.verb, request.by
    require(by, f"incidents.{verb.name}", incident)
    if _is_repeat(incident, request):
        return False
    if verb.declares and not incident.is_declared:
        incident.playbook = playbooks.present(incident.service.playbook_slug)
    possible = permitted(incident.playbook.playbook, incident.state)
    if verb.name not in possible:
        raise IllegalTransition(_refusal(incident, verb), allowed=possible)
    if request.seen is not None and request.seen != incident.step:
        text = f"{_latest_deed(incident)} Nothing else was done; look, and press again."
        raise NotPossible(text.strip(), code="overtaken", extra={"allowed": list(possible)})
    if verb.needs_reason and len(request.reason) < SHORTEST_REASON:
        raise Invalid.field(
            "/reason", f"{verb.label} needs a reason of at least {SHORTEST_REASON} characters."
        )
    overridden = _check_guards(incident, request)
    _apply(incident, request, written, overridden)
    return True


def _is_repeat(incident: Incident, request: Request) -> bool:
    if incident.state != request.verb.target or request.by.user_id is None:
        return False
    if request.verb.name == "acknowledge":
        return incident.acknowledged_by_id == request.by.user_id
    if request.into is not None and request.into.pk != incident.merged_into_id:
        return False
    latest = incident.transitions.order_by("number").last()
    return latest is not None and (latest.verb, latest.actor_user_id) == (
        request.verb.name,
        request.by.user_id,
    )


def _refusal(incident: Incident, verb: Verb) -> str:
    if verb.name == "acknowledge" and incident.state == State.ACKNOWLEDGED:
        holder = incident.acknowledged_by
        return f"{holder.display_name if holder else 'Somebody'} has {incident.label} already."
    word = verb.name.replace("_", " ")
    text = f"{incident.label} is {incident.state.replace('_', ' ')}; it can't {word} from there."
    return f"{text} {_latest_deed(incident)}".strip()


def _latest_deed(incident: Incident) -> str:
    """Return who took the latest step and when (UTC), as a sentence; "" when none was taken."""
    latest = incident.transitions.order_by("number").last()
    if latest is None:
        return ""
    word = state_label(incident.playbook.playbook, latest.to_state)
    return f"{latest.actor_label} set it to {word} at {latest.at:%H:%M:%S} UTC."


def _check_guards(incident: Incident, request: Request) -> list[dict[str, object]]:
    """Raise GuardUnmet unless every block is met or overridden; return what is overridden or warned."""
    unmet = guards.unmet(incident, request.verb, by=request.by, at=request.at)
    blocks = [guard for guard in unmet if guard["mode"] == "block"]
    if not blocks:
        return unmet
    override = may(request.by, "incidents.override_guard", incident)
    if override and len(request.reason) >= SHORTEST_REASON:
        return unmet
    hint = f" Give a reason of at least {SHORTEST_REASON} characters to go on." if override else ""
    texts = " ".join(str(guard["text"]) for guard in blocks)
    raise GuardUnmet(f"{request.verb.label} must wait: {texts}{hint}", extra={"guards": unmet})


def _apply(
    incident: Incident, request: Request, written: _Written, overridden: list[dict[str, object]]
) -> None:
    verb, by, at = request.verb, request.by, request.at
    before, holder = incident.state, incident.acknowledged_by_id
    if verb.declares and incident.declared_at is None:
        declare_in_place(incident, by=by, at=at, lines=written.lines, marks=written.marks)
        written.fact("incident.declared", incident)
    if verb.name == "merge":
        incident.merged_into = request.into
    if verb.name == "reopen" and _is_succeeded(incident):
        incident.group_key = ""  # new alerts go on joining the incident that has followed it
    getattr(incident, verb.name)(by=by, at=at)
    incident.step += 1
    written.logs.append(_log(incident, before, request, overridden))
    line = _line(incident, before, request, overridden)
    if verb.name == "reopen":
        line.data["former_holder"] = holder
    written.lines.append(line)
    written.marks.extend(_milestones(incident, verb, at))
    for name in _facts(before, incident.state, verb):
        written.fact(name, incident)


def _is_succeeded(incident: Incident) -> bool:
    """Return whether a later incident is open for the same alerts."""
    same = Incident.objects.open().filter(
        source=incident.source_id, service=incident.service_id, group_key=incident.group_key
    )
    return bool(incident.group_key) and same.exists()


def declare_in_place(
    incident: Incident,
    *,
    by: Actor,
    at: datetime,
    lines: list[TimelineEntry],
    marks: list[Milestone],
) -> None:
    """Promote an incident in triage, in memory; the caller stores it and publishes `incident.declared`."""
    incident.declared_at = at
    lines.append(story.line(incident, "state", "Declared", by=by, at=at))
    marks.append(story.milestone(incident, "declared", at))


def _log(
    incident: Incident, before: str, request: Request, overridden: list[dict[str, object]]
) -> TransitionLog:
    return TransitionLog(
        incident=incident,
        number=incident.step,
        verb=request.verb.name,
        from_state=before,
        to_state=incident.state,
        at=request.at,
        reason=request.reason,
        overridden=overridden,
        **story.deed(request.by),
    )


def _line(
    incident: Incident, before: str, request: Request, overridden: list[dict[str, object]]
) -> TimelineEntry:
    label = state_label(incident.playbook.playbook, incident.state)
    text = f"{label}: {request.reason}" if request.reason else label
    if request.into is not None:
        text = f"Merged into {request.into.label}"
    data = {"verb": request.verb.name, "from": before, "to": incident.state, "guards": overridden}
    return story.line(incident, "state", text, by=request.by, at=request.at, data=data)


def _milestones(incident: Incident, verb: Verb, at: datetime) -> list[Milestone]:
    """Return the milestone that the step marks, and the earlier ones that it skipped, inferred.

    In triage nothing was promised: only the restoration is inferred there.
    """
    implied = [kind for kind in verb.implies if incident.is_declared or kind == "restored"]
    known = (
        set(incident.milestones.values_list("kind", flat=True))
        if implied and incident.is_declared
        else set()
    )
    inferred = [
        story.milestone(incident, kind, at, is_inferred=True)
        for kind in implied
        if kind not in known
    ]
    own = [story.milestone(incident, verb.marks, at)] if verb.marks else []
    return inferred + own


def _facts(before: str, after: str, verb: Verb) -> list[str]:
    found = []
    if before == State.DETECTED and after in WORKED:
        found.append("incident.acknowledged")
    if before in LIVE and after not in LIVE:
        found.append("incident.ended")
    if verb.name == "reopen":
        found.append("incident.reopened")
    if after == State.RESOLVED:
        found.append("incident.resolved")
    return found


def _settle_alerts(incidents: Sequence[Incident], request: Request) -> None:
    """Move the alerts of a merged incident along; end those whose format names no episodes.

    An unnamed alert must end with its incident, and no hold-down may outlive it, so that its next trigger pages. A named
    episode (Alertmanager) needs nothing: its repeats carry the same start and stay quiet (I8).
    """
    alerts = Alert.objects.filter(incident__in=[incident.pk for incident in incidents])
    if request.into is not None:
        alerts.update(incident=request.into)
    else:
        unnamed = alerts.open().filter(episode="")
        AlertKey.objects.filter(pk__in=unnamed.values("key")).update(resolved_at=None)
        unnamed.update(state=Alert.State.RESOLVED, ended_at=request.at, held_until=None)
