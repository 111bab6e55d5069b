"""Why did this (not) page? The eight stages of one alert in one event, and the one that stopped it (staff.md 7.10)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from core.templatetags.house import plural, wall
from incidents.actions.digest import BATCH_EVENTS
from incidents.models import Alert, Incident, RawEvent
from incidents.models.event import Verdict
from incidents.parsers import KINDS
from incidents.playbook import severity_for
from incidents.provided import Chased, Sent, provided

STAGES = (
    "Received", "Read", "Identity", "Severity", "Held back", "Incident", "Escalation", "Pages",
)  # fmt: skip
CHANGE = "pagerduty_change"
_IDENTITY = {
    Verdict.DUPLICATE: "The same was sent before, so it changes nothing.",
    Verdict.STALE: "It is older than what is known of this alert, so it changes nothing.",
    Verdict.ORPHAN_RESOLVE: "It ends an alert that is not open, so there is nothing to end.",
    Verdict.IGNORED: "It holds nothing that asks for action.",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: `state` is passed, stopped or unreached; `lines` follow the sentence."""

    number: int
    name: str
    state: str
    text: str
    at: datetime | None = None
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """The whole answer: a title that says it, the stages, the alert and incident it led to.

    `is_meant`: what it says wakes nobody by its nature, so that nothing is wrong where nobody was paged.
    """

    title: str
    paged: bool | None
    stages: tuple[Stage, ...]
    alert: Alert | None = None
    incident: Incident | None = None
    is_meant: bool = False

    @property
    def stopped(self) -> Stage | None:
        """Return the stage that stopped it."""
        return next((stage for stage in self.stages if stage.state == "stopped"), None)


@dataclass(slots=True)
class _Walk:
    """Goes from stage to stage until one stops it."""

    stages: list[Stage] = field(default_factory=list)
    is_stopped: bool = False

    def passed(self, text: str, at: datetime | None = None, *lines: str) -> None:
        self._add("unreached" if self.is_stopped else "passed", text, at, lines)

    def stop(self, text: str, *lines: str) -> None:
        self._add("stopped", text, None, lines)
        self.is_stopped = True

    def _add(self, state: str, text: str, at: datetime | None, lines: tuple[str, ...]) -> None:
        number = len(self.stages) + 1
        self.stages.append(Stage(number, STAGES[number - 1], state, text, at, lines))

    def rest(self) -> tuple[Stage, ...]:
        """Return all eight; what was not reached says so."""
        while len(self.stages) < len(STAGES):
            self._add("unreached", "not reached", None, ())
        return tuple(self.stages)


def trace(event: RawEvent, place: int) -> Trace:
    """Return the stages of the item at `place` (0 is the first) of an event; reads a handful of rows."""
    walk = _Walk()
    size = len(event.body)
    walk.passed(
        f"{size:,} bytes by {event.source.name}, stored before the answer 202.", event.received_at
    )
    if event.verdict == Verdict.PENDING:
        walk.stop("The engine has not taken it yet.")
        return Trace("Not decided yet: the engine has not taken it", None, walk.rest())
    items = [item for item in event.items if isinstance(item, dict)]
    item = items[place] if place < len(items) else {}
    if event.kind == CHANGE and not _is_unread(item):
        _read(walk, event, item, items)
        walk.stop("A change is kept for whoever looks for a cause, and pages nobody.")
        return Trace("No page: a change pages nobody", False, walk.rest(), is_meant=True)
    incident = _row(Incident.objects.select_related("service", "playbook"), item.get("incident"))
    alert = _row(Alert.objects.select_related("key", "source"), item.get("alert"))
    origin = _origin(event, items[:place], incident)
    chase = _chase(incident, event)
    _read(walk, event, item, items)
    _identity(walk, item, alert)
    _severity(walk, item, alert, incident)
    _held(walk, item, alert)
    _incident(walk, item, incident, origin)
    _escalation(walk, item, incident, origin, chase)
    _pages(walk, chase)
    stages = walk.rest()
    title, paged = _title(item, stages, chase)
    is_meant = paged is False and item.get("action") == "resolve"
    return Trace(title, paged, stages, alert, incident, is_meant)


def _row(rows: Any, pk: object) -> Any:
    return rows.filter(pk=pk).first() if isinstance(pk, int) else None


def _chase(incident: Incident | None, event: RawEvent) -> Chased | None:
    ask = provided("incident_chase")
    found: Chased | None = ask(incident.pk, event.processed_at) if ask and incident else None
    return found


def _is_unread(item: dict[str, Any]) -> bool:
    return item.get("verdict") == Verdict.QUARANTINED


def _read(walk: _Walk, event: RawEvent, item: dict[str, Any], items: list[dict[str, Any]]) -> None:
    form = KINDS.get(event.kind)
    name = form.label if form else event.kind
    if _is_unread(item):
        lines = ("An incident says so in a fixed text: nothing that arrives is silent.",)
        walk.stop(
            f"It could not be read as {name}: {event.error or item.get('reason') or ''}", *lines
        )
    elif not items:
        walk.stop(f"Read as {name}: it holds nothing to act on.")
    else:
        bad = sum(_is_unread(one) for one in items)
        others = [f"{bad} of them could not be read."] if bad else []
        walk.passed(f"As {name}: {plural(len(items), 'item,items')}.", event.processed_at, *others)


def _identity(walk: _Walk, item: dict[str, Any], alert: Alert | None) -> None:
    verdict, reason = item.get("verdict", ""), str(item.get("reason") or "")
    key = f"Key {item.get('key', '')}"
    if verdict in _IDENTITY and not walk.is_stopped:
        walk.stop(f"{_IDENTITY[verdict]}", *(line for line in (f"{key}.", reason) if line))
    elif item.get("action") == "resolve":
        walk.passed(f"{key}: it ends the alert.")
    else:
        receipts = plural(alert.count, "receipt,receipts") if alert else "1 receipt"
        walk.passed(f"{key}: {receipts} of this episode so far.")


def _severity(
    walk: _Walk, item: dict[str, Any], alert: Alert | None, incident: Incident | None
) -> None:
    if alert is None:
        walk.passed("not known")
        return
    word = alert.severity_raw or alert.severity
    mark = (
        " The word is not in the playbook, so it counts as an error." if alert.is_unmapped else ""
    )
    means = ""
    if incident is not None:
        level = severity_for(incident.playbook.playbook, incident.rank)
        means = f" The incident is {level.code} under the playbook {incident.playbook.slug}."
    walk.passed(f"The sender's word is “{word}”.{means}{mark}")


def _held(walk: _Walk, item: dict[str, Any], alert: Alert | None) -> None:
    if item.get("verdict") == Verdict.SUPPRESSED and not walk.is_stopped:
        walk.stop(f"It is kept, and pages nobody: {item.get('reason') or 'it is suppressed'}.")
    elif alert is not None and alert.held_until is not None and not walk.is_stopped:
        walk.stop(
            f"It came back right after its end. It is held until {wall(alert.held_until, seconds=True)} UTC."
        )
    else:
        walk.passed("Nothing held it back.")


class _Origin(Enum):
    """Who opened the incident: this item, another of its event, an earlier event of the batch, or none of these."""

    ITEM, EVENT, BATCH, OTHER = range(4)


def _origin(event: RawEvent, before: list[dict[str, Any]], incident: Incident | None) -> _Origin:
    """Say who opened it; what is digested together has one instant, so the first that names the incident did."""
    if incident is None or (incident.source_id, incident.opened_at) != (
        event.source_id,
        event.processed_at,
    ):
        return _Origin.OTHER
    earlier = RawEvent.objects.filter(source=event.source_id, pk__lt=event.pk).order_by("-pk")
    batch = RawEvent.objects.filter(
        pk__in=earlier.values("pk")[:BATCH_EVENTS], processed_at=event.processed_at
    )
    if any(_names(items, incident) for items in batch.values_list("items", flat=True)):
        return _Origin.BATCH
    return _Origin.EVENT if _names(before, incident) else _Origin.ITEM


def _names(items: list[Any], incident: Incident) -> bool:
    return any(isinstance(item, dict) and item.get("incident") == incident.pk for item in items)


def _incident(
    walk: _Walk, item: dict[str, Any], incident: Incident | None, origin: _Origin
) -> None:
    if incident is None:
        if not walk.is_stopped:
            walk.stop("It belongs to no incident.")
        return
    verb = "It opened" if origin is _Origin.ITEM else "It joined"
    if item.get("action") == "resolve":
        verb = "It ended an alert of"
    at = incident.opened_at if verb == "It opened" else None
    walk.passed(f"{verb} {incident.label} {incident.title}.", at)


def _escalation(
    walk: _Walk,
    item: dict[str, Any],
    incident: Incident | None,
    origin: _Origin,
    chase: Chased | None,
) -> None:
    if incident is None or walk.is_stopped:
        return
    if item.get("action") == "resolve":
        walk.stop("An end pages nobody.")
    elif chase is None:
        walk.stop(f"None was started: {incident.unpaged_reason or 'no reason was recorded'}.")
    elif origin is _Origin.BATCH:
        walk.stop("It woke nobody more: an event before it, of the same instant, began the paging.")
    elif chase.woke:
        walk.passed(chase.said, chase.started_at)
    else:
        walk.stop(chase.said)


def _pages(walk: _Walk, chase: Chased | None) -> None:
    if chase is None or walk.is_stopped:
        return
    lines = tuple(_sent_lines(chase))
    if chase.left:
        number = plural(len(chase.sent), "message,messages")
        walk.passed(f"{len(chase.left)} of {number} left.", chase.left[0].at, *lines)
    elif chase.waits:
        walk.passed("No message has left yet.", None, *lines)
    else:
        walk.stop("No message left." if chase.sent else "No message was written.", *lines)


def _sent_lines(chase: Chased) -> Iterator[str]:
    for one in chase.sent:
        yield f"{wall(one.at, seconds=True)} {one.person}, {one.channel}: {one.said}"
    yield from chase.unpaged


def _title(
    item: dict[str, Any], stages: tuple[Stage, ...], chase: Chased | None
) -> tuple[str, bool | None]:
    """Return the answer in a line, and whether it paged; None while that is not decided."""
    stopped = next((stage for stage in stages if stage.state == "stopped"), None)
    is_unread = _is_unread(item)
    start = "It could not be read; an incident says so. " if is_unread else ""
    if chase is not None and chase.woke and (stopped is None or is_unread):
        if chase.left:
            return f"{start}It paged {_people(chase.left)}", True
        if chase.waits:
            whom = _people(tuple(one for one in chase.sent if one.waits))
            return (
                f"{start}Not paged yet: {f'the message to {whom} waits' if whom else 'it is due'}",
                None,
            )
    if is_unread:
        reason = chase.said if chase and not chase.woke else "No message left"
    else:
        reason = stopped.text if stopped else "nothing was sent"
    return f"{start}No page: {reason[0].lower()}{reason[1:].rstrip('.')}", False


def _people(sent: Sequence[Sent]) -> str:
    names = list(dict.fromkeys(one.person for one in sent))
    return f"{', '.join(names[:3])}{' and others' if len(names) > 3 else ''}"
