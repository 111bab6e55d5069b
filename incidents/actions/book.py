"""What one batch of one source knows, and what it has to store (performance 4.1).

The caller holds the source's lock, so nobody else applies events of these keys meanwhile; incidents
are locked before their keys and alerts are read, so a person's decision is never overwritten.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from core.actor import Actor
from core.actor import source as source_actor
from incidents.actions import command, opening, playbooks, steps, story
from incidents.models import (
    Alert,
    AlertKey,
    ChangeEvent,
    Incident,
    PlaybookVersion,
    Service,
    Source,
)
from incidents.parsers.base import Signal
from incidents.playbook.lifecycle import LIVE, VERBS, State

UNREADABLE = "unreadable"  # the group of the one incident that says that a source can't be read
_KEY_FIELDS = ["last_sequence", "closed_episode", "resolved_at"]
_ALERT_FIELDS = [
    "state", "count", "last_received_at", "ended_at", "held_until", "severity", "severity_raw",
    "is_unmapped", "title", "incident", "labels",
]  # fmt: skip


@dataclass(slots=True, eq=False)
class Touched:
    """What the batch does to one incident."""

    incident: Incident
    is_new: bool = False
    joined: int = 0
    raised_from: int | None = None
    is_answered: bool = False
    has_ended_alert: bool = False


class Book:
    """Rows read, rows to write. Use: load, let the ledger apply, write."""

    def __init__(self, source: Source, at: datetime) -> None:
        self.source, self.at = source, at
        self.actor: Actor = source_actor(source.pk, source.name)
        self.keys: dict[str, AlertKey] = {}
        self.alerts: dict[str, Alert] = {}  # by key: the open episode, or one that ended just now
        self.live: dict[tuple[int, str], Incident] = {}
        self.new_alerts: list[Alert] = []
        self.changed_alerts: dict[int, Alert] = {}
        self.changes: list[ChangeEvent] = []
        self._incidents: dict[int, Incident] = {}
        self._touched: dict[int, Touched] = {}
        self._services: dict[str, Service] = {}
        self._present: dict[str, PlaybookVersion] = {}

    def load(self, signals: Iterable[Signal]) -> None:
        """Read what is known of these signals' keys and groups; lock the incidents involved."""
        signals = list(signals)
        names = sorted({signal.key for signal in signals})
        known = AlertKey.objects.filter(source=self.source, key__in=names)
        ids = list(known.values_list("pk", flat=True))
        held = self.at - timedelta(seconds=self.source.hold_down_s)
        recent = Q(state=Alert.State.FIRING) | Q(ended_at__gte=held)
        self._read(Q(key__in=ids) & recent, {signal.group for signal in signals})
        fresh = AlertKey.objects.filter(pk__in=ids)  # by now a person may have ended a hold-down
        self.keys = {row.key: row for row in fresh}
        hints = {signal.service_hint for signal in signals if signal.service_hint}
        self._services = (
            {row.slug: row for row in Service.objects.filter(slug__in=hints)} if hints else {}
        )

    def load_held(self) -> list[Alert]:
        """Read the alerts of this source whose hold-down is over; return them."""
        over = Q(source=self.source, held_until__lte=self.at)
        groups = set(Alert.objects.filter(over).values_list("group_key", flat=True))
        self._read(over, groups)
        return list(self.alerts.values())

    def _read(self, which: Q, groups: set[str]) -> None:
        of_alerts = Alert.objects.filter(which, incident__isnull=False)
        mine = set(
            of_alerts.values_list("incident_id", flat=True)
        )  # in a subquery: reads every row
        grouped = Q(
            source=self.source, state__in=[*LIVE, State.MERGED], group_key__in={*groups, UNREADABLE}
        )
        self._keep(Q(pk__in=mine) | grouped)
        for row in list(self._incidents.values()):
            self._offer(row)
        for alert in Alert.objects.filter(which).order_by("pk").select_related("key"):
            if alert.incident_id in self._incidents:
                alert.incident = self._incidents[alert.incident_id]
            self.alerts[alert.key.key] = alert

    def _keep(self, which: Q) -> None:
        """Read and lock incidents, and those that they were merged into, as far as it goes."""
        rows = Incident.objects.filter(which).select_related("playbook", "service").locked()
        found = {row.pk: row for row in rows}
        self._incidents |= found
        ahead = {row.merged_into_id for row in found.values()} - {None, *self._incidents}
        if ahead:
            self._keep(Q(pk__in=ahead))

    def _offer(self, row: Incident) -> None:
        """Remember where the row's group goes: to itself while live, to its survivor once merged (I8)."""
        survivor = row
        while survivor.merged_into_id is not None:
            survivor = self._incidents[survivor.merged_into_id]
        if not survivor.is_live or not row.group_key:
            return
        place = (row.service_id, row.group_key)
        if survivor is row or place not in self.live:
            self.live[place] = survivor

    def key(self, name: str) -> AlertKey:
        """Return the key's row, new where it was never seen."""
        if name not in self.keys:
            self.keys[name] = AlertKey(source=self.source, key=name)
        return self.keys[name]

    def open_alert(self, key: str) -> Alert | None:
        """Return the key's firing episode."""
        alert = self.alerts.get(key)
        return alert if alert is not None and alert.state == Alert.State.FIRING else None

    def service(self, hint: str) -> Service:
        """Return the service that a hint names, else the source's own."""
        return self._services.get(hint, self.source.service)

    def playbook(self, service: Service) -> PlaybookVersion:
        """Return the playbook in force for a service; read once per batch."""
        slug = service.playbook_slug
        if slug not in self._present:
            self._present[slug] = playbooks.present(slug)
        return self._present[slug]

    def touch(self, incident: Incident) -> Touched:
        """Return the note of what happens to an incident in this batch."""
        return self._touched.setdefault(id(incident), Touched(incident))

    def open_incident(
        self, service: Service, rank: int, title: str, description: str, group: str
    ) -> Incident:
        """Return a new incident in triage, stored when the batch is."""
        incident = Incident(
            title=title,
            description=description,
            service=service,
            rank=rank,
            source=self.source,
            group_key=group,
            playbook=self.playbook(service),
            opened_at=self.at,
        )
        self.live[(service.pk, group)] = incident
        self.touch(incident).is_new = True
        return incident

    def change(self, alert: Alert) -> None:
        """Remember that a stored alert changed."""
        if alert.pk:
            self.changed_alerts[alert.pk] = alert

    def write(self) -> None:
        """Store everything inside the caller's transaction."""
        rows = sorted(self.keys.values(), key=lambda row: row.key)
        AlertKey.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["source", "key"], update_fields=_KEY_FIELDS
        )
        touched = list(self._touched.values())
        opening.open_all([t.incident for t in touched if t.is_new], by=self.actor, at=self.at)
        Alert.objects.bulk_create(
            list(self.changed_alerts.values()),
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=_ALERT_FIELDS,
        )
        Alert.objects.bulk_create(self.new_alerts)
        ChangeEvent.objects.bulk_create(self.changes)
        self._write_news([t for t in touched if not t.is_new])
        self._write_moves(touched)

    def _write_news(self, touched: list[Touched]) -> None:
        lines = [
            story.line(
                t.incident,
                "alert",
                f"{t.joined} more alert{'s' * (t.joined > 1)} joined",
                by=self.actor,
                at=self.at,
            )
            for t in touched
            if t.joined
        ]
        story.save(lines)
        for t in touched:
            if t.raised_from is not None:
                t.incident.save(update_fields=["rank"])
                command.tell_severity(
                    t.incident, t.raised_from, "an alert says so", by=self.actor, at=self.at
                )
        command.wake([t.incident for t in touched if t.joined], self.at)

    def _write_moves(self, touched: list[Touched]) -> None:
        answered = [
            t.incident for t in touched if t.is_answered and t.incident.state == State.DETECTED
        ]
        steps.take(answered, steps.Request(VERBS["acknowledge"], self.actor, self.at))
        over = self._without_alerts(
            [t.incident for t in touched if t.has_ended_alert and t.incident.is_live]
        )
        clear = [row for row in over if not row.is_declared]
        steps.take(clear, steps.Request(VERBS["resolve"], self.actor, self.at))
        text = "All alerts have ended. A person resolves what was declared."
        story.save(
            [
                story.line(row, "alert", text, by=self.actor, at=self.at)
                for row in over
                if row.is_declared
            ]
        )

    def _without_alerts(self, incidents: list[Incident]) -> list[Incident]:
        ids = [row.pk for row in incidents]
        if not ids:
            return []
        firing = set(
            Alert.objects.open().filter(incident__in=ids).values_list("incident_id", flat=True)
        )
        return [row for row in incidents if row.pk not in firing]
