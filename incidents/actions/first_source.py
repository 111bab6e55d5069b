"""Connect the first monitor of a new installation: a team, a service and a source, in one press."""

from datetime import datetime

from django.db import transaction

from core.actor import Actor
from core.errors import NotPossible
from core.models import Membership, Team
from core.permissions import require
from incidents.actions.catalog import make_source
from incidents.actions.receive import Request, store
from incidents.actions.services import ServiceChange, add_service
from incidents.models import RawEvent, Service, Source
from incidents.parsers import FORMATS

TEST = b'{"action": "trigger", "title": "Test event of Watchbill", "severity": "info", "dedup_key": "first-run"}'


def connect_first(form: str, *, by: Actor, at: datetime) -> tuple[Source, str]:
    """Make a source of wire format `form` and return it with its key as plain text, this once.

    It belongs to the first service there is; where there is none, a service "Everything" of a team
    "Everybody" is made, with the actor as its manager. Raises NotAllowed, Invalid.
    """
    require(by, "core.edit_people")
    with transaction.atomic():
        service = Service.objects.order_by("pk").first() or _first_service(by, at)
        label = FORMATS[form].label if form in FORMATS else form
        taken = Source.objects.filter(name__startswith=label).count()
        name = f"{label} {taken + 1}" if taken else label
        return make_source(name, form=form, service=service, by=by, at=at)


def _first_service(by: Actor, at: datetime) -> Service:
    team = Team.objects.order_by("pk").first()
    if team is None:
        team = Team.objects.create(slug="everybody", name="Everybody")
        if by.user is not None:
            Membership.objects.create(team=team, user=by.user, role=Membership.Role.MANAGER)
    return add_service("everything", ServiceChange(name="Everything"), team=team, by=by, at=at)


def send_test_event(source: Source, *, by: Actor, at: datetime) -> int:
    """Store a harmless event as if `source` had sent it (severity info: nobody is paged); return its id.

    Raises NotAllowed, and NotPossible when every key of the source is revoked: its sender could send nothing.
    """
    require(by, "incidents.edit_source", source)
    key = source.keys.filter(revoked_at=None).first()
    if key is None:
        raise NotPossible(f"{source.name} has no live key; make one under Sources first.")
    stored = store(Request(source.pk, key.pk, "generic", TEST), at=at)
    return stored.event_id


def has_sent(source: Source) -> bool:
    """Return whether something other than our own test event has arrived from `source`."""
    return RawEvent.objects.filter(source=source).exclude(body=TEST).exists()
