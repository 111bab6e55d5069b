"""Red marks of the status page: a static copy that is late, a word that stands over the page."""

from datetime import datetime

from django.conf import settings
from django.db.models import Q

from statuspage.actions import copied_files, overriding
from statuspage.actions.exporting import LATE, exported_pages
from statuspage.models import Export, Page


def red_marks(at: datetime) -> list[str]:
    """Return a sentence for each static copy that is late, and for each page that is overridden on this machine."""
    return [*_late(at), *_overridden()]


def _late(at: datetime) -> list[str]:
    to = settings.STATUSPAGE_EXPORT_TO
    if not to:
        return []
    rows = list(Export.objects.filter(Q(to=to) | Q(page=None)).select_related("page"))
    kept = [row for row in rows if row.page is not None]
    if not kept and exported_pages():
        return [f"Nothing was exported to {to} yet. The tasks part does it once a minute."]
    late = [
        _why_late(row) for row in kept if row.succeeded_at is None or at - row.succeeded_at > LATE
    ]
    left = [row for row in rows if row.page is None and row.error]
    return late + [
        f"What {row.to} holds of a deleted page is still public. {row.error}" for row in left
    ]


def _why_late(row: Export) -> str:
    latest = f"{row.succeeded_at:%d %b %H:%M} UTC" if row.succeeded_at else "never"
    why = row.error or "Look whether the tasks part runs."
    return f"The static copy of {row.page} in {row.to} is late; it was written: {latest}. {why}"


def _overridden() -> list[str]:
    there = [path.stem for path in copied_files.place().glob(f"*{overriding.SUFFIX}")]
    if not there:
        return []
    marks = []
    for page in Page.objects.filter(public_id__in=there):
        told = overriding.standing(page.public_id)
        if told is not None and told.at >= page.updated_at:
            marks.append(
                f"{page.name} is overridden by hand since {told.at:%d %b %H:%M} UTC. Publish something on it, "
                f"or run: manage.py statuspage_override --page {page.public_id} --clear"
            )
    return marks
