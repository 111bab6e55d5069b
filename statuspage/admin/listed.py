"""What a page of the incident list shows of the status page, in one statement however many rows it has.

Wired as `incident_public_words` in PROVIDERS.
"""

from collections.abc import Sequence

from incidents.models import Incident
from incidents.provided import PublicWord
from statuspage.actions.reach import Heard, heard_of


def public_words(rows: Sequence[Incident]) -> dict[int, PublicWord]:
    """Return how each of these stands towards the public; those that nobody outside hears of are left out."""
    return {pk: _as_one(pages) for pk, pages in heard_of(rows).items()}


def _as_one(pages: Sequence[Heard]) -> PublicWord:
    """Return what stands on several pages as one: live while it is live on any, the earliest word owed and where."""
    told = [one for one in pages if one.is_told]
    if not told:
        word = "draft"
    else:
        word = "live" if any(one.resolved_at is None for one in told) else "ended"
    owed = [(one.due_at, one.page_name) for one in pages if one.due_at is not None]
    due_at, name = min(owed, default=(None, ""))
    return PublicWord(word, due_at, name if len(pages) > 1 else "")
