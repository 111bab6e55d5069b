"""What fills a postmortem before anyone types: Markdown made from the incident's own rows (R230, AC-G3)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet

from incidents.models import Incident, Milestone, RoleAssignment, TimelineEntry
from incidents.playbook import role_word, severity_for
from incidents.playbook.lifecycle import State
from incidents.rules.telling import COMMANDER, KEY
from postmortems.actions.shelf import LINE
from postmortems.rules.measures import Measure, measures
from postmortems.rules.words import inert, long_day, moment, plural, span

MOST_LINES = 200
RELATED_WITHIN, MOST_RELATED = timedelta(days=365), 10
_OURS = ("start_review", "close")  # steps that the postmortem itself takes
_TOLD = Q(kind__in=KEY - {LINE}) | Q(kind="role", data__role=COMMANDER)
_SAID = {"decision": "Decision: ", "hypothesis": "Hypothesis: "}
_NOT_RELATED = (State.FALSE_ALARM, State.MERGED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Filled:
    """A section's text, and the timeline entries that it was made of."""

    text: str
    taken: Sequence[int] = ()


def filled(incident: Incident, source: str) -> Filled:
    """Return what `source` (a section's `filled_from`) says of the incident; nothing for ""."""
    maker = _MAKERS.get(source)
    return maker(incident) if maker else Filled("")


def key_lines(incident: Incident) -> list[TimelineEntry]:
    """Return the lines that tell the story, in its order: the pinned ones, or without any the key ones."""
    lines = list(incident.timeline.filter(_TOLD | Q(pinned_at__isnull=False)))
    pinned = [line for line in lines if line.pinned_at is not None]
    return pinned or [line for line in lines if line.data.get("verb") not in _OURS]


def newer_lines(incident: Incident, taken: Iterable[int]) -> list[TimelineEntry]:
    """Return the key lines that are not in a section yet."""
    known = set(taken)
    return [line for line in key_lines(incident) if line.pk not in known]


def as_list(lines: Sequence[TimelineEntry]) -> str:
    """Return timeline lines as a Markdown list in UTC; over several days each line carries its date."""
    days = {line.happened_at.astimezone(UTC).date() for line in lines}
    shown = "\n".join(_line(line, with_date=len(days) > 1) for line in lines[:MOST_LINES])
    rest = len(lines) - MOST_LINES
    return f"{shown}\n- {plural(rest, 'more line')} on the incident" if rest > 0 else shown


def measured(incident: Incident) -> list[Measure]:
    """Return the incident's figures by its playbook, from its milestones."""
    reached: dict[str, list[tuple[datetime, bool]]] = {}
    rows = Milestone.objects.filter(incident=incident).values_list("kind", "at", "is_inferred")
    for kind, at, is_inferred in rows:
        reached.setdefault(kind, []).append((at, is_inferred))
    return measures(incident.playbook.playbook, incident.rank, reached)


def came_back_within(incident: Incident, length: timedelta) -> bool:
    """Return whether the same failure ended less than `length` before this incident opened (C20).

    The same failure: the same alerts of the same source and service, or for what a person
    declared the same title of the same service.
    """
    since = incident.opened_at - length
    past = _same_failure(incident).filter(ended_at__gt=since, ended_at__lte=incident.opened_at)
    return past.exists()


def _same_failure(incident: Incident) -> QuerySet[Incident]:
    past = Incident.objects.filter(service=incident.service, declared_at__isnull=False)
    past = past.exclude(pk=incident.pk).exclude(state__in=_NOT_RELATED)
    if incident.group_key:
        return past.filter(source=incident.source, group_key=incident.group_key)
    return past.filter(title__iexact=incident.title)


def _code(incident: Incident) -> str:
    return severity_for(incident.playbook.playbook, incident.rank).code


def _summary(incident: Incident) -> Filled:
    head = f"{_code(incident)} on {inert(incident.service.name)}: {inert(incident.title)}."
    about = inert(incident.description)
    text = f"{head}\n\n{about}" if about else head
    if incident.ended_at is not None:
        lasted = span(incident.ended_at - incident.opened_at)
        text += f"\n\nOpened {moment(incident.opened_at)}, resolved {lasted} later."
    return Filled(text)


def _metrics(incident: Incident) -> Filled:
    rows = [
        f"- {one.name}: {span(one.length)}{' (inferred)' if one.is_inferred else ''}"
        for one in measured(incident)
        if one.length is not None
    ]
    begun = incident.milestones.filter(kind="impact_started").order_by("at").first()
    if begun is not None and incident.ended_at is not None:
        rows.insert(0, f"- From {moment(begun.at)} to {moment(incident.ended_at)}")
    return Filled("\n".join(rows))


def _timeline(incident: Incident) -> Filled:
    lines = key_lines(incident)
    return Filled(as_list(lines), [line.pk for line in lines])


def _line(line: TimelineEntry, *, with_date: bool) -> str:
    at = line.happened_at.astimezone(UTC)
    when = f"{long_day(at.date())} {at:%H:%M}" if with_date else f"{at:%H:%M}"
    who = f" ({inert(line.actor_label)})" if line.actor_kind in ("person", "reply") else ""
    return f"- **{when}** {_SAID.get(line.kind, '')}{inert(line.text)}{who}"


def _related(incident: Incident) -> Filled:
    since = incident.opened_at - RELATED_WITHIN
    past = _same_failure(incident).filter(opened_at__gte=since, opened_at__lt=incident.opened_at)
    rows = [
        f"- {long_day(row.opened_at.astimezone(UTC).date())}: {row.label} {inert(row.title)}, {_code(row)}"
        for row in past.select_related("playbook").order_by("-pk")[:MOST_RELATED]
    ]
    return Filled("\n".join(rows))


def _roles(incident: Incident) -> Filled:
    book = incident.playbook.playbook
    held = RoleAssignment.objects.filter(incident=incident).select_related("user")
    people = dict.fromkeys(
        f"- {role_word(book, one.role)}: {inert(one.user.display_name)}" for one in held
    )
    head = f"{incident.label}, {long_day(incident.opened_at.astimezone(UTC).date())}, {_code(incident)}"
    return Filled("\n".join([head, "", *people]) if people else head)


_MAKERS: dict[str, Callable[[Incident], Filled]] = {
    "incident": _summary,
    "metrics": _metrics,
    "timeline": _timeline,
    "related": _related,
    "roles": _roles,
}
