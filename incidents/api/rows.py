"""Incidents as JSON, field by field. A list costs the same few statements whatever its length."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from django.conf import settings
from django.db.models import Func, QuerySet, Subquery
from django.utils.module_loading import import_string

from core.actor import Actor
from core.errors import NotFound
from core.expressions import Count, Instant, JsonList, JsonMap, Marked, gathered, instant_of
from core.prepared import Prepared, many
from incidents.actions.opening import Opened
from incidents.models import (
    Alert,
    EntryRevision,
    Incident,
    Milestone,
    PlaybookVersion,
    RawEvent,
    RoleAssignment,
    RoleOffer,
    Service,
    Source,
    TimelineEntry,
)
from incidents.playbook import Playbook, permitted, severity_for

Json = dict[str, Any]


def summaries(ids: Sequence[int]) -> list[Json]:
    """Return incidents, in the order of these numbers, as a list shows them."""
    found = {told["number"]: told for told in map(_told, _FACTS.rows(ids=ids))}
    return [found[pk] for pk in ids]


def whole(number: int) -> Json:
    """Return one incident with its alerts, pages, status pages and timeline; raises NotFound."""
    found = _FACTS.rows(ids=[number])
    if not found:
        raise NotFound(f"There is no incident {number}.")
    facts = {name: value for name, value in _told(found[0]).items() if name not in _COUNTS}
    alerts = Alert.objects.filter(incident=number).select_related("key").order_by("pk")
    return {
        **facts,
        "offers": _offers(number),
        "alerts": [_alert(alert) for alert in alerts],
        "pages": _pages(number),
        "public": _public(number) if facts["declared_at"] else [],
        "timeline": [line(one) for one in TimelineEntry.objects.filter(incident=number)],
    }


def just_opened(opened: Opened) -> Json:
    """Return an incident that was opened in this very request, from what was written; nobody was paged yet."""
    [incident] = opened.incidents
    reached = [f"{_text(one.at)}={one.kind}" for one in opened.milestones]
    row = (
        incident.pk, incident.title, incident.description, incident.state,
        _text(incident.declared_at), _text(incident.opened_at), None,
        incident.rank, incident.service.slug, incident.playbook.slug, incident.playbook.checksum,
        None, None, incident.unpaged_reason, orjson.dumps(reached), None, 0, 0, len(opened.lines),
    )  # fmt: skip
    facts = {name: value for name, value in _told(row).items() if name not in _COUNTS}
    return {
        **facts,
        "offers": [],
        "alerts": [],
        "pages": [],
        "public": None,  # nobody was told yet; one statement less before the answer (B11)
        "timeline": [line(one) for one in opened.lines],
    }


def _text(at: datetime | None) -> str | None:
    """Return an instant as the databases write it."""
    return None if at is None else str(at.astimezone(UTC).replace(tzinfo=None))


_COUNTS = ("alert_count", "page_count", "timeline_count")


def _facts() -> QuerySet[Any, Any]:
    """Return the query of everything that a list tells of incidents, one row for each."""
    milestone = Marked(Instant("at"), "kind")
    held = RoleAssignment.objects.filter(to_at=None)
    return (
        Incident.objects.filter(pk__in=many("ids"))
        .order_by()
        .values_list(
            "pk", "title", "description", "state",
            Instant("declared_at"), Instant("opened_at"), Instant("ended_at"),
            "rank", "service__slug", "playbook__slug", "playbook__checksum",
            "acknowledged_by__username", Instant("acknowledged_at"), "unpaged_reason",
            _of_each(Milestone.objects.all(), JsonList(milestone)),
            _of_each(held, JsonMap("role", "user__username")),
            _of_each(Alert.objects.all(), Count("pk")),
            import_string(settings.PROVIDERS["incident_page_count"])(),
            _of_each(TimelineEntry.objects.all(), Count("pk")),
        )
    )  # fmt: skip


def _of_each(rows: QuerySet[Any], by: Func) -> Subquery:
    """Return what `by` makes of an incident's own rows."""
    return gathered(rows, "incident", by)


_FACTS = Prepared(_facts)


def _told(row: tuple[Any, ...]) -> Json:
    (
        pk, title, description, state, declared_at, opened_at, ended_at, rank, service, playbook, checksum,
        acknowledged_by, acknowledged_at, unpaged_reason, milestones, roles, alerts, pages, lines,
    ) = row  # fmt: skip
    severity, allowed = _by_playbook(checksum, rank, state)
    return {
        "number": pk,
        "label": f"INC-{pk}",
        "title": title,
        "description": description,
        "state": state,
        "declared_at": declared_at and instant_of(declared_at),
        "opened_at": instant_of(opened_at),
        "ended_at": ended_at and instant_of(ended_at),
        "severity": severity,
        "service": service,
        "playbook": playbook,
        "acknowledged_by": acknowledged_by,
        "acknowledged_at": acknowledged_at and instant_of(acknowledged_at),
        "unpaged_reason": unpaged_reason,
        "milestones": _first_of_each(milestones),
        "roles": orjson.Fragment(roles or "{}"),
        "allowed": allowed,
        "alert_count": alerts or 0,
        "page_count": pages or 0,
        "timeline_count": lines or 0,
    }


def _first_of_each(reached: str | bytes | None) -> dict[str, str]:
    """Return when each milestone was first reached, in that order; texts of instants sort as they do."""
    first: dict[str, str] = {}
    for one in sorted(orjson.loads(reached or "[]")):
        at, _sign, kind = one.partition("=")
        if kind not in first:
            first[kind] = instant_of(at)
    return first


@lru_cache(maxsize=512)
def _by_playbook(checksum: str, rank: int, state: str) -> tuple[Json, list[str]]:
    """Return what a version says of a rank and a state; versions never change, so one reading serves the process."""
    playbook = _read_playbook(checksum)
    severity = {"rank": rank, "code": severity_for(playbook, rank).code}
    return severity, list(permitted(playbook, state))


@lru_cache(maxsize=64)
def _read_playbook(checksum: str) -> Playbook:
    version = PlaybookVersion.objects.filter(checksum=checksum).order_by("pk")[:1].get()
    return version.playbook


def _pages(number: int) -> list[Json]:
    found: list[Json] = import_string(settings.PROVIDERS["incident_pages"])(number)
    return found


def _public(number: int) -> list[Json]:
    incident = Incident.objects.select_related("playbook").get(pk=number)
    found: list[Json] = import_string(settings.PROVIDERS["incident_public"])(incident)
    return found


def _alert(alert: Alert) -> Json:
    return {
        "id": alert.pk,
        "key": alert.key.key,
        "state": alert.state,
        "title": alert.title,
        "severity": alert.severity,
        "started_at": alert.started_at,
        "ended_at": alert.ended_at,
        "count": alert.count,
        "labels": alert.labels,
        "links": alert.links,
    }


def whole_alert(alert: Alert) -> Json:
    """Return an alert as it is told by itself."""
    return {
        **_alert(alert),
        "description": alert.description,
        "source": alert.source.name,
        "incident": alert.incident_id,
        "first_received_at": alert.first_received_at,
        "last_received_at": alert.last_received_at,
    }


def lines(number: int) -> QuerySet[TimelineEntry]:
    """Return the timeline of an incident; raises NotFound."""
    if not Incident.objects.filter(pk=number).exists():
        raise NotFound(f"There is no incident {number}.")
    return TimelineEntry.objects.filter(incident=number)


def latest_note(number: int, by: Actor) -> TimelineEntry:
    """Return the note that the actor has just written."""
    mine = TimelineEntry.objects.filter(incident=number, kind="note", actor_user=by.user_id)
    return mine.order_by("-pk")[:1].get()


def entry(number: int, entry_id: int) -> TimelineEntry:
    """Return one entry of an incident's timeline; raises NotFound."""
    found = TimelineEntry.objects.filter(incident=number, pk=entry_id).first()
    if found is None:
        raise NotFound(f"Incident {number} has no entry {entry_id}.")
    return found


def line(line: TimelineEntry) -> Json:
    """Return one line of a timeline."""
    is_decision = line.kind == "decision"
    return {
        "id": line.pk,
        "kind": line.kind,
        "at": line.happened_at,
        "recorded_at": line.recorded_at,
        "actor": {"kind": line.actor_kind, "label": line.actor_label},
        "text": line.text,
        "reason": line.data.get("reason", "") if is_decision else None,
        "alternatives": line.data.get("alternatives", "") if is_decision else None,
        "standing": line.standing or None,
        "pinned_at": line.pinned_at,
        "edits": line.edits,
    }


def whole_line(number: int, entry_id: int) -> Json:
    """Return one line with what it said before; raises NotFound."""
    found = entry(number, entry_id)
    return {**line(found), "revisions": [_revision(one) for one in found.revisions.all()]}


def _revision(former: EntryRevision) -> Json:
    return {
        "at": former.at,
        "actor": {"kind": former.actor_kind, "label": former.actor_label},
        "text": former.text,
        "happened_at": former.happened_at,
        "standing": former.standing or None,
    }


def _offers(number: int) -> list[Json]:
    names = ("role", "user__username", "offered_by__username", "offered_at", "note")
    found = RoleOffer.objects.filter(incident=number, state=RoleOffer.State.OPEN).order_by("pk")
    keys = ("role", "user", "offered_by", "offered_at", "note")
    return [dict(zip(keys, row, strict=True)) for row in found.values_list(*names)]


def event(event: RawEvent) -> Json:
    """Return an event without its body."""
    return {
        "id": event.pk,
        "source": event.source.name,
        "kind": event.kind,
        "received_at": event.received_at,
        "processed_at": event.processed_at,
        "verdict": event.verdict,
        "items": event.items,
        "error": event.error,
    }


def service(service: Service) -> Json:
    """Return a service with the slugs of what it needs."""
    return {
        "slug": service.slug,
        "name": service.name,
        "team": service.team.slug,
        "tier": service.tier,
        "depends_on": sorted(needed.slug for needed in service.depends_on.all()),
        "playbook": service.playbook_slug,
        "description": service.description,
        "runbook_url": service.runbook_url,
    }


def source(source: Source) -> Json:
    """Return a source with the beginnings of its keys."""
    return {
        "id": source.pk,
        "name": source.name,
        "format": source.format,
        "service": source.service.slug,
        "enabled": source.disabled_at is None,
        "created_at": source.created_at,
        "last_event_at": source.last_event_at,
        "keys": [
            {
                "id": key.pk,
                "prefix": key.prefix,
                "created_at": key.created_at,
                "revoked_at": key.revoked_at,
                "last_used_at": key.last_used_at,
            }
            for key in sorted(source.keys.all(), key=lambda key: -key.pk)
        ],
    }
