"""Keep what a person has prepared to say, and let go of it again."""

from datetime import datetime

from django.db import transaction

from core.actor import Actor
from core.errors import Conflict, NotPossible
from core.permissions import require
from incidents.models import Incident
from statuspage.actions.drafting import Announcement, Pending, pending
from statuspage.actions.publishing import changed_draft, checked
from statuspage.models import Draft, Page


def save_draft(
    incident_id: int, said: Announcement, *, seen: int, by: Actor, at: datetime
) -> Draft:
    """Keep a draft, for everybody to see and edit; nothing is public.

    `seen`: the draft's version that the person knew. Raises NotFound, NotAllowed, NotPossible, Invalid, and
    Conflict with the other's words when somebody saved or published meanwhile.
    """
    with transaction.atomic():
        found = _locked(incident_id, by, at)
        said = checked(said, found.page, found.public, at)
        draft = _fresh(found, seen)
        draft.is_edited, draft.version = True, draft.version + 1
        draft.name, draft.state, draft.body = said.name, said.state, said.body
        draft.components = {key: str(state) for key, state in said.components.items()}
        draft.advice, draft.next_update_by = said.advice, said.next_update_by
        draft.edited_by, draft.edited_at = by.user, at
        draft.save()
        return draft


def discard_draft(incident_id: int, *, seen: int, by: Actor, at: datetime) -> None:
    """Drop a person's draft: what the present state proposes stands again. Raises Conflict as saving does."""
    with transaction.atomic():
        found = _locked(incident_id, by, at)
        draft = _fresh(found, seen)
        if draft.is_edited:
            draft.is_edited, draft.version = False, draft.version + 1
            draft.save(update_fields=["is_edited", "version"])


def _locked(incident_id: int, by: Actor, at: datetime) -> Pending:
    incident = Incident.objects.select_related("service", "playbook").one(incident_id)
    require(by, "statuspage.publish", incident)
    found = pending(incident, at)
    if found is None:
        raise NotPossible(f"{incident.label} has nothing to tell on a status page.")
    Page.objects.filter(pk=found.page.pk).locked().get()
    return found


def _fresh(found: Pending, seen: int) -> Draft:
    draft = Draft.objects.filter(page=found.page, incident=found.incident).first()
    if draft is None:
        draft = Draft(page=found.page, incident=found.incident)
    if draft.version != seen:
        raise Conflict(changed_draft(draft.body if draft.is_edited else ""))
    return draft
