"""`python -m bench.shelf COUNT`: fill the incident list, and make who reads it; prints a token and two addresses."""

import json
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.apps import apps
from django.db.models import Model

from bench import ready
from core import actor, clock
from core.actions import make_token
from core.models import User
from incidents.models import (
    Alert,
    AlertKey,
    Incident,
    Milestone,
    PlaybookVersion,
    RoleAssignment,
    Service,
    Source,
    TimelineEntry,
)
from incidents.playbook.lifecycle import State
from oncall.models import Escalation, Page

PAGE = 50
KINDS = ("detected", "declared", "paged", "acknowledged")


def caller(at: datetime, username: str) -> str:
    """Return the token of a new responder, who may write."""
    user = User.objects.create(username=username)
    user.groups.add(apps.get_model("auth", "Group").objects.get(name="Responder"))
    return make_token(user, scope="write", by=actor.person(user), at=at)


def fill(count: int, at: datetime) -> None:
    """Store declared, acknowledged incidents, each with milestones, two roles, alert, line and page."""
    services, people = list(Service.objects.all()), list(User.objects.order_by("pk")[:4])
    playbook = PlaybookVersion.objects.filter(slug="standard").latest("number")
    rows = [
        Incident(
            title=f"shelf {n}", service=services[n % len(services)], rank=1 + n % 4, playbook=playbook,
            opened_at=at, declared_at=at, acknowledged_at=at, acknowledged_by=people[n % 4],
            state=State.ACKNOWLEDGED, description="Cards are refused in some shops.",
        )
        for n in range(count)
    ]  # fmt: skip
    made = Incident.objects.bulk_create(rows, batch_size=1000)
    _bulk(
        Milestone(incident=one, kind=kind, at=at, recorded_at=at) for one in made for kind in KINDS
    )
    roles = ("commander", "scribe")
    _bulk(
        RoleAssignment(incident=one, role=role, user=people[one.pk % 4], from_at=at)
        for one in made
        for role in roles
    )
    _bulk(
        TimelineEntry(
            incident=one, kind="state", text="Declared", happened_at=at, recorded_at=at,
            actor_kind="engine", actor_label="Watchbill",
        )
        for one in made
    )  # fmt: skip
    _alerts(made, at)
    _pages(made, people, at)


def _alerts(made: list[Incident], at: datetime) -> None:
    source = Source.objects.filter(format="generic")[0]
    keys = [AlertKey(source=source, key=f"shelf {one.pk}") for one in made]
    AlertKey.objects.bulk_create(keys, batch_size=1000)
    _bulk(
        Alert(
            key=key, source=source, incident=one, title="down", severity="critical",
            started_at=at, first_received_at=at, last_received_at=at,
        )
        for key, one in zip(keys, made, strict=True)
    )  # fmt: skip


def _pages(made: list[Incident], people: list[User], at: datetime) -> None:
    runs = [
        Escalation(
            incident=one, generation=1, steps=[], started_at=at, state="stopped", stopped_at=at,
            stop_reason="somebody has it",
        )
        for one in made
    ]  # fmt: skip
    Escalation.objects.bulk_create(runs, batch_size=1000)
    _bulk(
        Page(
            escalation=run,
            generation=1,
            cycle=0,
            step=0,
            user=people[0],
            created_at=at,
            why="on call",
        )
        for run in runs
    )


def _bulk(rows: Iterable[Model]) -> None:
    made = list(rows)
    type(made[0])._default_manager.bulk_create(made, batch_size=1000)  # noqa: SLF001


def main(words: list[str]) -> None:
    """Fill and print {"token", "first", "deep"}: the list, and its page 1,000 (or the last full one)."""
    at = clock.now() - timedelta(days=1)
    fill(int(words[0]), at)
    token = caller(at, "bench-reader")
    newest = Incident.objects.latest("pk").pk
    place = newest - min(1000 * PAGE, int(words[0]) - 2 * PAGE)
    cursor = urlsafe_b64encode(f"b{place}".encode()).decode().rstrip("=")
    first = "/api/v1/incidents/"
    print(json.dumps({"token": token, "first": first, "deep": f"{first}?cursor={cursor}"}))


if __name__ == "__main__":
    with ready.metered():
        main(sys.argv[1:])
