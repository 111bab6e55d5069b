"""What others may show of a postmortem: wired as the provider `public_postmortem`."""

from datetime import datetime
from typing import TypedDict

from postmortems.models import Postmortem
from postmortems.models.postmortem import PUBLIC
from postmortems.prose import to_html


class PublicText(TypedDict):
    """The text for the status page, in Markdown and as safe HTML, and since when it is out (aware, UTC)."""

    markdown: str
    html: str
    published_at: datetime


def public_text(incident_id: int) -> PublicText | None:
    """Return the text of a published postmortem that was marked for the status page; None for any other.

    Only what was written for the public leaves: no section, no factor, no name of ours.
    """
    found = Postmortem.objects.filter(incident=incident_id, state__in=PUBLIC, is_public=True)
    row = found.values_list("public_text", "published_at").first()
    if row is None or row[1] is None or not row[0].strip():
        return None
    return {"markdown": row[0], "html": to_html(row[0]), "published_at": row[1]}
