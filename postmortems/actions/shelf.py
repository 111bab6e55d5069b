"""Take one postmortem in hand, and put it back changed: locks in one order, one version, one line of history."""

from datetime import datetime

from core.actor import Actor
from core.errors import NotFound, NotPossible
from core.permissions import require
from incidents import actions as incidents
from incidents.models import Incident
from postmortems.models import Postmortem

LINE = "postmortem"  # the kind of our lines on the incident's timeline


def take(postmortem_id: int, verb: str, *, by: Actor, to_write: bool = False) -> Postmortem:
    """Return a postmortem, its incident and it locked in this order inside the caller's transaction.

    Raises NotFound, NotAllowed, and with `to_write` NotPossible when its texts stand by now.
    """
    known = Postmortem.objects.filter(pk=postmortem_id).values_list("incident_id", flat=True)
    incident = (
        Incident.objects.filter(pk__in=list(known))
        .select_related("playbook", "service", "source")
        .locked()
        .first()
    )
    found = Postmortem.objects.filter(pk=postmortem_id).select_related("playbook", "owner")
    postmortem = found.locked().first()
    if incident is None or postmortem is None:
        raise NotFound(f"There is no postmortem {postmortem_id}.")
    postmortem.incident = incident
    require(by, verb, postmortem)
    if to_write and not postmortem.is_writable:
        raise NotPossible(
            f"{postmortem} is {postmortem.state_word.lower()}; send it back to draft to change it."
        )
    return postmortem


def put_back(postmortem: Postmortem, *fields: str) -> None:
    """Store the named fields of a locked postmortem, counted as one more change of it."""
    postmortem.version += 1
    postmortem.save(update_fields=["version", *fields])


def tell(postmortem: Postmortem, text: str, *, by: Actor, at: datetime) -> None:
    """Keep on the incident's timeline what was done with its postmortem."""
    incidents.tell(postmortem.incident_id, LINE, f"Postmortem: {text}", by=by, at=at)


def back_to_draft(postmortem: Postmortem, reason: str, *, by: Actor, at: datetime) -> None:
    """Send a locked postmortem back; what its reviewers said was about another text."""
    postmortem.send_back(at=at)
    put_back(postmortem, "state", "published_at", "closed_at")
    postmortem.reviews.update(verdict="", answered_at=None)
    tell(postmortem, f"back to draft: {reason}", by=by, at=at)
