"""What an incident's own document says of the status pages: which tell of it, or would.

Wired as `incident_public` in PROVIDERS: the kernel does not know the status page.
"""

from typing import Any

from incidents.models import Incident
from statuspage.actions.reach import heard_of


def pages_of(incident: Incident) -> list[dict[str, Any]]:
    """Return the pages of a declared incident in one statement, the default one first."""
    return [
        {
            "page": one.page,
            "name": one.page_name,
            "public_incident": one.public_id or None,
            "status": one.state or None,
            "due_at": one.due_at,
        }
        for one in heard_of([incident]).get(incident.pk, ())
    ]
