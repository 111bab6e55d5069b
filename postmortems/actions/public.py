"""What others may show of a postmortem: wired as the provider `public_postmortem`."""

from postmortems.models import Postmortem
from postmortems.models.postmortem import PUBLIC


def public_text(incident_id: int) -> str:
    """Return the Markdown of a published postmortem that was marked for the status page; "" for any other.

    Only what was written for the public leaves: no section, no factor, no name of ours.
    """
    found = Postmortem.objects.filter(incident=incident_id, state__in=PUBLIC, is_public=True)
    text = found.values_list("public_text", flat=True).first() or ""
    return text if text.strip() else ""
