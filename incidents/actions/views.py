"""Views of the list that people keep: each person their own, at most twenty."""

from datetime import datetime
from urllib.parse import parse_qs

from django.db import transaction

from core.actor import Actor
from core.errors import Invalid, NotFound, NotPossible
from core.models import User
from core.permissions import require
from incidents.lists.wanted import read
from incidents.models import SavedView

MOST = 20
LONGEST_NAME, LONGEST_QUERY = 40, 1000
FILTERS = 50


def save_view(name: str, query: str, *, by: Actor, at: datetime) -> SavedView:
    """Keep the filters of `query` (a query string) under a name; one kept under it before is replaced.

    Raises NotAllowed, Invalid (no name, too long, too many filters), NotPossible (twenty are kept already).
    """
    require(by, "incidents.save_view")
    name = " ".join(name.replace("\0", "").split())
    if not name or len(name) > LONGEST_NAME:
        raise Invalid.field("/name", f"Name it in 1 to {LONGEST_NAME} characters.", "required")
    kept = _filters(query)
    with transaction.atomic():
        owner = User.objects.select_for_update(no_key=True).get(pk=by.user_id or 0)
        views = SavedView.objects.filter(user=owner)
        if views.exclude(name=name).count() >= MOST:
            raise NotPossible(f"You keep {MOST} views already; forget one first.")
        fresh = {"query": kept, "created_at": at}
        return views.update_or_create(user=owner, name=name, defaults=fresh)[0]


def _filters(query: str) -> str:
    """Return the filters of a query string as the list writes them, none that it does not know."""
    try:
        asked = parse_qs(query, max_num_fields=FILTERS)
    except ValueError as error:
        raise Invalid.field(
            "/query", f"A view holds at most {FILTERS} filters.", "too_long"
        ) from error
    kept = read(asked.items()).wanted.query
    if len(kept) > LONGEST_QUERY:
        raise Invalid.field(
            "/query", "This view is too long to be kept; search for fewer words.", "too_long"
        )
    return kept


def forget_view(view_id: int, *, by: Actor) -> str:
    """Forget one of the actor's own views and return its name. Raises NotAllowed, NotFound."""
    require(by, "incidents.save_view")
    found = SavedView.objects.filter(pk=view_id, user=by.user_id).first()
    if found is None:
        raise NotFound("You keep no such view.")
    found.delete()
    return found.name
