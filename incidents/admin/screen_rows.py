"""What the incident's screen reads: each thing once, and only when a part of the screen asks for it."""

from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.db.models import Count, F, Max, Q
from django.http import HttpRequest
from django.utils.module_loading import import_string

from core.actor import Actor
from core.admin.panel import Panel
from core.admin.rights import who
from core.permissions import may
from incidents.actions import checks, playbooks
from incidents.actions.guards import Known, situated
from incidents.admin.contract import Outside, Paging, PublicPromise
from incidents.admin.screen_found import Found
from incidents.lists.books import books_of
from incidents.models import Alert, RoleAssignment, RoleOffer
from incidents.playbook import (
    Condition,
    Playbook,
    Severity,
    checklists_asked,
    conditions,
    label,
    role_word,
    severity_for,
)
from incidents.playbook.lifecycle import VERBS, State
from incidents.playbook.practice import Checklist

ALERTS = 60


class Rows:
    """One incident as one person sees it at `at` (UTC)."""

    def __init__(self, request: HttpRequest, found: Found, at: datetime) -> None:
        self.request, self.at = request, at
        self.incident = found.incident
        self.milestones = found.milestones
        self.transitions = found.transitions
        self.roles = found.roles
        self.offers = {row.role: row for row in found.offers}
        self.by: Actor = who(request)

    @cached_property
    def book(self) -> Playbook:
        """Return the playbook that it follows."""
        return self.incident.playbook.playbook

    @cached_property
    def severity(self) -> Severity:
        """Return the playbook's level."""
        return severity_for(self.book, self.incident.rank)

    def may(self, verb: str) -> bool:
        """Return whether the person may do `verb` here; the name without this app's prefix."""
        return may(self.by, f"incidents.{verb}", self.incident)

    def word(self, state: str) -> str:
        """Return the playbook's word for a state."""
        return label(self.book, state)

    @cached_property
    def holders(self) -> dict[str, RoleAssignment]:
        """Return who holds which role now."""
        return {row.role: row for row in self.roles if row.to_at is None}

    @cached_property
    def mine(self) -> list[str]:
        """Return the keys of the roles that the person holds."""
        return [key for key, row in self.holders.items() if row.user_id == self.by.user_id]

    @property
    def offered_to_me(self) -> list[tuple[str, RoleOffer]]:
        """Return the roles held out to the person, each with the playbook's word for it."""
        mine = [one for one in self.offers.values() if one.user_id == self.by.user_id]
        return [(role_word(self.book, one.role), one) for one in mine]

    def first(self, kind: str) -> datetime | None:
        """Return when a milestone was first reached (UTC)."""
        return next((mark.at for mark in self.milestones if mark.kind == kind), None)

    @cached_property
    def alerts(self) -> list[Alert]:
        """Return the alerts, the firing first, then the latest ended; at most ALERTS."""
        rows = self.incident.alerts.select_related("source")
        return list(rows.order_by(F("ended_at").desc(nulls_first=True), "-pk")[:ALERTS])

    @cached_property
    def alert_counts(self) -> tuple[int, int]:
        """Return how many alerts fire and how many have ended; counted in the database only where many are."""
        if len(self.alerts) < ALERTS:
            firing = sum(alert.state == Alert.State.FIRING for alert in self.alerts)
            return firing, len(self.alerts) - firing
        is_firing = Q(state=Alert.State.FIRING)
        found = self.incident.alerts.aggregate(
            firing=Count("pk", filter=is_firing), ended=Count("pk", filter=~is_firing)
        )
        return found["firing"], found["ended"]

    @cached_property
    def _known(self) -> Known:
        ended = [alert.ended_at for alert in self.alerts if alert.ended_at is not None]
        latest = max(ended, default=None)
        if latest is None and self.alert_counts[1]:
            latest = self.incident.alerts.aggregate(at=Max("ended_at"))["at"]
        return Known(
            holders={key: row.user_id for key, row in self.holders.items()},
            milestones={mark.kind: mark.at for mark in self.milestones},
            firing=self.alert_counts[0],
            last_alert_ended_at=latest,
            checklists=checks.progress(self.book, self.ticks),
        )

    @property
    def checklists(self) -> tuple[Checklist, ...]:
        """Return the checklists that a step of this incident waits for."""
        incident = self.incident
        is_asked = incident.is_declared and incident.is_live
        return checklists_asked(self.book, incident.rank) if is_asked else ()

    @cached_property
    def ticks(self) -> checks.Ticks:
        """Return which of their items are done."""
        return checks.ticked(self.incident) if self.checklists else {}

    @cached_property
    def _book_to_pin(self) -> Playbook:
        version = playbooks.present(self.incident.service.playbook_slug)
        return books_of([(version.pk, version.checksum)])[version.pk]

    def book_for(self, verb: str) -> Playbook:
        """Return the playbook that judges a verb: one that declares pins the service's present one."""
        declares = VERBS[verb].declares and not self.incident.is_declared
        return self._book_to_pin if declares else self.book

    def conditions(self, verb: str) -> tuple[Condition, ...]:
        """Return every guard on a verb as it stands now for this person."""
        situation = situated(self.incident, VERBS[verb], self._known, by=self.by, at=self.at)
        return conditions(self.book_for(verb), verb, situation)

    @cached_property
    def paging(self) -> Paging | None:
        """Return who is being woken, while nobody has it."""
        path = settings.PROVIDERS.get("incident_paging")
        if path is None or self.incident.state != State.DETECTED:
            return None
        found: Paging | None = import_string(path)(self.incident, self.at)
        return found

    @cached_property
    def outside(self) -> Outside:
        """Return what the public knows, and what is owed to it."""
        path = settings.PROVIDERS.get("incident_outside")
        if path is None:
            return Outside()
        found: Outside = import_string(path)(self.request, self.incident, self.at)
        return found

    @property
    def promise(self) -> PublicPromise | None:
        """Return what is owed to the public next."""
        return self.outside.promise

    @cached_property
    def panels(self) -> list[Panel]:
        """Return what the apps above show."""
        names = settings.PANELS["incident"]
        found = [import_string(name)(self.request, self.incident) for name in names]
        return [panel for panel in [self.outside.panel, *found] if panel is not None]
