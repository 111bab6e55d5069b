"""Incidents that are over, and what was learned from them."""

from datetime import datetime, timedelta
from typing import Any

from core.actor import Actor
from core.late import run_late
from core.models import User
from incidents import actions as incidents
from incidents.models import Incident, PlaybookVersion
from incidents.playbook import checked, checksum, dump
from postmortems.actions import items, review, writing
from postmortems.models import ActionItem, Postmortem
from tests.factories import NINE, AService, AUser, somebody

HOSTILE = (
    '<script>alert("x")</script> [x](javascript:alert(1)) ![y](http://evil.example/p.png) \u202egnp'
)


def minutes(count: float) -> datetime:
    """Return the instant so many minutes after nine."""
    return NINE + timedelta(minutes=count)


def commander(**fields: Any) -> User:
    """Return a responder with a name of her own."""
    return AUser(**{"first_name": "Mara", "last_name": "Lindqvist", **fields})


def an_incident(
    rank: int = 2, *, by: Actor | None = None, at: datetime = NINE, **fields: Any
) -> Incident:
    """Declare an incident (title, service, description may be given)."""
    values = {"title": "Sign-in codes arrive late", **fields}
    values.setdefault("service", AService())
    return incidents.declare(rank=rank, by=by or somebody(), at=at, **values)


def resolved(
    incident: Incident, *, by: Actor | None = None, at: datetime | None = None
) -> Incident:
    """Resolve it, and let what was promised run."""
    at = at or minutes(60)
    by = by or somebody("Administrator")  # who may override what the stricter playbooks ask for
    moved = incidents.move(incident.pk, "resolve", by=by, at=at, reason="it is over for the test")
    run_late(at)
    return moved


def a_postmortem(rank: int = 2, **fields: Any) -> Postmortem:
    """Return the draft that a resolved incident got."""
    return Postmortem.objects.get(incident=resolved(an_incident(rank, **fields)))


def write_all(postmortem: Postmortem, *, by: Actor | None = None) -> None:
    """Write something into every section."""
    for section in postmortem.sections.all():
        text = section.text or f"What we know of {section.key}."
        writing.save_section(
            postmortem.pk, section.key, f"{text} Checked.", version=section.version,
            by=by or somebody(), at=minutes(90),
        )  # fmt: skip


def in_review(rank: int = 2, **fields: Any) -> tuple[Postmortem, User]:
    """Return a written postmortem in review, and its one reviewer."""
    postmortem, reader = a_postmortem(rank, **fields), AUser(first_name="Leila", last_name="Haddad")
    write_all(postmortem)
    review.ask_review(postmortem.pk, [reader], by=somebody(), at=minutes(100))
    return Postmortem.objects.get(pk=postmortem.pk), reader


def an_item(incident: Incident | None = None, *, at: datetime = NINE, **values: Any) -> ActionItem:
    """Add an action item that is due in a week, owned by somebody."""
    incident = incident or an_incident()
    if "owner" not in values and "team" not in values:
        values["owner"] = AUser()
    given = {
        "title": "Alert on the age of the queue",
        "due_on": NINE.date() + timedelta(days=7),
        **values,
    }
    return items.create(incident.pk, given, by=somebody(), at=at)


def own_playbook(slug: str, change: Any) -> PlaybookVersion:
    """Store `standard` as `change` (a function on its document) leaves it, under another slug."""
    document = dict(PlaybookVersion.objects.get(slug="standard").document)
    document["slug"] = slug
    change(document)
    made = checked(document)
    return PlaybookVersion.objects.create(
        slug=slug,
        number=1,
        name=slug,
        document=dump(made),
        checksum=checksum(made),
        created_at=NINE,
    )
