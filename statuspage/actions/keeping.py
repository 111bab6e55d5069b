"""Keep what a person has prepared to say, and let go of it again."""

from datetime import datetime

from django.db import transaction

from core.actor import Actor
from core.errors import Conflict
from statuspage.actions.checking import checked
from statuspage.actions.drafting import Announcement, Pending
from statuspage.actions.publishing import changed_draft, locked
from statuspage.models import Draft


def save_draft(
    incident_id: int, said: Announcement, *, seen: int, by: Actor, at: datetime, page: str = ""
) -> Draft:
    """Keep a draft for one page, for everybody to see and edit; nothing is public.

    `seen`: the draft's version that the person knew. `page`: as for `publish`. Raises NotFound, NotAllowed, NotPossible, Invalid, and
    Conflict with the other's words when somebody saved or published meanwhile.
    """
    with transaction.atomic():
        found = locked(incident_id, by, at, page)
        said = checked(said, found.page, found.public, at)
        draft = _fresh(found, seen)
        draft.is_edited, draft.version = True, draft.version + 1
        draft.name, draft.state, draft.body = said.name, said.state, said.body
        draft.components = {key: str(state) for key, state in said.components.items()}
        draft.advice, draft.next_update_by = said.advice, said.next_update_by
        draft.edited_by, draft.edited_at = by.user, at
        draft.save()
        return draft


def discard_draft(incident_id: int, *, seen: int, by: Actor, at: datetime, page: str = "") -> None:
    """Drop a person's draft: what the present state proposes stands again. Raises Conflict as saving does."""
    with transaction.atomic():
        found = locked(incident_id, by, at, page)
        draft = _fresh(found, seen)
        if draft.is_edited:
            draft.is_edited, draft.version = False, draft.version + 1
            draft.save(update_fields=["is_edited", "version"])


def _fresh(found: Pending, seen: int) -> Draft:
    draft = Draft.objects.filter(page=found.page, incident=found.incident).first()
    if draft is None:
        draft = Draft(page=found.page, incident=found.incident)
    if draft.version != seen:
        raise Conflict(changed_draft(draft.body if draft.is_edited else ""))
    return draft
