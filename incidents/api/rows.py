"""Incidents as JSON, field by field. A list costs the same few statements whatever its length."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, QuerySet
from django.utils.module_loading import import_string

from core.errors import NotFound
from incidents.models import (
    Alert,
    Incident,
    Milestone,
    PlaybookVersion,
    RoleAssignment,
    TimelineEntry,
)
from incidents.models.incident import IncidentQuerySet
from incidents.playbook import Playbook, permitted, severity_for

Json = dict[str, Any]


def readable(rows: IncidentQuerySet) -> IncidentQuerySet:
    """Return the same rows with what `summaries` needs of others, without the playbook's document."""
    return rows.select_related("service", "acknowledged_by", "playbook").defer("playbook__document")


def summaries(rows: Sequence[Incident]) -> list[Json]:
    """Return incidents as a list shows them: facts, milestones, roles, and counts for the rest."""
    ids = [row.pk for row in rows]
    alerts, lines, pages = (
        _count(Alert.objects.all(), ids),
        _count(TimelineEntry.objects.all(), ids),
        _page_counts(ids),
    )
    return [
        {
            **facts,
            "alert_count": alerts.get(row.pk, 0),
            "page_count": pages.get(row.pk, 0),
            "timeline_count": lines.get(row.pk, 0),
        }
        for row, facts in zip(rows, _facts(rows), strict=True)
    ]


def whole(number: int) -> Json:
    """Return one incident with its alerts, pages and timeline; raises NotFound."""
    row = readable(Incident.objects.filter(pk=number)).first()
    if row is None:
        raise NotFound(f"There is no incident {number}.")
    return {
        **_facts([row])[0],
        "alerts": [_alert(alert) for alert in row.alerts.select_related("key").order_by("pk")],
        "pages": _pages(number),
        "timeline": [_line(line) for line in row.timeline.all()],
    }


def _facts(rows: Sequence[Incident]) -> list[Json]:
    ids = [row.pk for row in rows]
    milestones, roles = _milestones(ids), _roles(ids)
    return [
        {
            "number": row.pk,
            "label": row.label,
            "title": row.title,
            "description": row.description,
            "state": row.state,
            "declared_at": row.declared_at,
            "opened_at": row.opened_at,
            "ended_at": row.ended_at,
            "severity": {"rank": row.rank, "code": severity_for(_playbook(row), row.rank).code},
            "service": row.service.slug,
            "playbook": row.playbook.slug,
            "acknowledged_by": row.acknowledged_by.username if row.acknowledged_by else None,
            "acknowledged_at": row.acknowledged_at,
            "unpaged_reason": row.unpaged_reason,
            "milestones": milestones.get(row.pk, {}),
            "roles": roles.get(row.pk, {}),
            "allowed": list(permitted(_playbook(row), row.state)),
        }
        for row in rows
    ]


def _playbook(row: Incident) -> Playbook:
    return _read_playbook(row.playbook.checksum)


@lru_cache(maxsize=64)
def _read_playbook(checksum: str) -> Playbook:
    """Return a version by what it says; versions never change, so one reading serves the process."""
    version = PlaybookVersion.objects.filter(checksum=checksum).order_by("pk")[:1].get()
    return version.playbook


def _milestones(ids: Sequence[int]) -> dict[int, Json]:
    reached = Milestone.objects.filter(incident__in=ids).values("incident_id", "kind")
    found: dict[int, Json] = {}
    for row in reached.annotate(first=Min("at")).order_by("first", "kind"):
        found.setdefault(row["incident_id"], {})[row["kind"]] = row["first"]
    return found


def _roles(ids: Sequence[int]) -> dict[int, Json]:
    held = RoleAssignment.objects.filter(incident__in=ids, to_at=None)
    found: dict[int, Json] = {}
    for incident_id, role, username in held.values_list("incident_id", "role", "user__username"):
        found.setdefault(incident_id, {})[role] = username
    return found


def _count(rows: QuerySet[Any], ids: Sequence[int]) -> dict[int, int]:
    of_each = rows.filter(incident__in=ids).values_list("incident_id")
    return dict(of_each.annotate(rows=Count("pk")).order_by("incident_id"))


def _pages(number: int) -> list[Json]:
    found: list[Json] = import_string(settings.PROVIDERS["incident_pages"])(number)
    return found


def _page_counts(ids: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = import_string(settings.PROVIDERS["incident_page_counts"])(ids)
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


def _line(line: TimelineEntry) -> Json:
    return {
        "kind": line.kind,
        "at": line.happened_at,
        "recorded_at": line.recorded_at,
        "actor": {"kind": line.actor_kind, "label": line.actor_label},
        "text": line.text,
    }
