"""One pager in a test: the real engine and rows, the frozen clock, mail kept instead of sent."""

import re
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.test import Client

from core.actor import Actor
from core.models import User
from incidents.actions import opening
from incidents.models import Incident, TimelineEntry
from notify.models import KeptMail
from oncall.engine import Engine
from oncall.models import Escalation
from tests.conftest import Clock
from tests.factories import IMPORT, AnIncident, APolicy, AResponder, AService


def a_person(name: str, **fields: Any) -> User:
    """Return somebody who can be paged by mail."""
    return AResponder(user__username=name, **fields).user


def settle(engine: Engine) -> None:
    """Tick until nothing is due, also after what the last tick closed, and every send is recorded."""
    idle = 0
    for _ in range(1000):
        worked = engine.tick()
        if any(desk.busy for desk in engine.desks.values()):
            engine.woken.wait(0.05)  # a sender sets it when it is through
            engine.woken.clear()
            idle = 0
            continue
        idle = 0 if worked else idle + 1
        if idle == 2:
            return
    raise AssertionError("the engine does not come to rest")


@dataclass
class Pager:
    """Opens incidents, lets time pass, says who got what."""

    engine: Engine
    clock: Clock

    def opens(self, by: Actor = IMPORT, **fields: Any) -> Incident:
        """Open an incident as an alert would, and let the engine come to rest."""
        fields.setdefault("service", None)
        fields["service"] = fields["service"] or AService()
        incident = AnIncident.build(**fields)
        with transaction.atomic():
            opening.open_all([incident], by=by, at=self.clock.now)
        self.settle()
        return incident

    def settle(self) -> None:
        """Do all that is due now."""
        settle(self.engine)

    def forward(self, **span: float) -> None:
        """Let time pass at once, then do all that is due."""
        self.clock.forward(**span)
        self.settle()

    def minutes(self, count: int) -> None:
        """Let time pass minute by minute."""
        for _ in range(count):
            self.forward(minutes=1)

    def paged(self, kind: str = "page") -> list[str]:
        """Return the names of those whose messages of that kind left, in order."""
        kept = KeptMail.objects.filter(delivery__kind=kind).order_by("pk")
        return [mail.to.split("@")[0] for mail in kept]

    def link(self, name: str, number: int = -1) -> str:
        """Return the path of the reply link in somebody's latest page (or their n-th)."""
        kept = KeptMail.objects.filter(delivery__kind="page", to__startswith=f"{name}@")
        return re.search(r"/r/[^/\s]+/", list(kept.order_by("pk"))[number].text).group()

    def presses(self, name: str, action: str, number: int = -1, **fields: Any) -> Any:
        """Press a button of somebody's reply page and return the answer."""
        return Client().post(self.link(name, number), {"action": action, **fields})


def run_of(incident: Incident) -> Escalation:
    """Return the incident's latest run."""
    return Escalation.objects.filter(incident=incident).latest("generation")


def told(incident: Incident, kind: str) -> list[str]:
    """Return the lines of that kind in the incident's story, oldest first."""
    rows = TimelineEntry.objects.filter(incident=incident, kind=kind).order_by("pk")
    return list(rows.values_list("text", flat=True))


def policy(*steps: tuple[int, list[Any]], **fields: Any) -> Any:
    """Make the default policy: (wait in seconds, [people or schedules]) per step."""
    return APolicy(steps=list(steps), default=True, **fields)
