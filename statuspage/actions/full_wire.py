"""Incidents and maintenances with what Statuspage's write API and its webhooks add (areas/statuspage.md 2.8, 2.10)."""

from statuspage.actions.picture import Told
from statuspage.actions.wire import Document, Wire
from statuspage.actions.works import Planned
from statuspage.models import Maintenance, PublicIncident
from statuspage.rules.states import Stage


class FullWire(Wire):
    """Writes the longer documents; the read API v2 never has these keys."""

    def full_incident(self, told: Told) -> Document:
        """Return an incident with its postmortem, and empty places for what only maintenances have."""
        row: PublicIncident = told.row
        lesson = next(
            (one for one in reversed(told.updates) if one.state == Stage.POSTMORTEM), None
        )
        said_at = self.moment(lesson.display_at) if lesson else None
        return {
            **_with_updates(self.incident(told)),
            "backfilled": row.is_backfilled,
            "impact_override": row.impact_override or None,
            "postmortem_body": lesson.body if lesson else None,
            "postmortem_body_last_updated_at": said_at,
            "postmortem_ignored": False,
            "postmortem_published_at": said_at,
            "postmortem_notified_subscribers": bool(lesson and lesson.is_sent),
            "postmortem_notified_twitter": False,
            "scheduled_for": None,
            "scheduled_until": None,
            "scheduled_remind_prior": False,
            "scheduled_reminded_at": None,
            "scheduled_auto_in_progress": False,
            "scheduled_auto_completed": False,
            "metadata": {},
        }

    def full_maintenance(self, one: Planned) -> Document:
        """Return a maintenance with how it is moved and reminded of."""
        row: Maintenance = one.row
        return {
            **_with_updates(self.maintenance(one)),
            "backfilled": False,
            "impact_override": None,
            "postmortem_body": None,
            "postmortem_body_last_updated_at": None,
            "postmortem_ignored": False,
            "postmortem_published_at": None,
            "postmortem_notified_subscribers": False,
            "postmortem_notified_twitter": False,
            "scheduled_for": self.moment(row.scheduled_for),
            "scheduled_until": self.moment(row.scheduled_until),
            "scheduled_remind_prior": row.remind_minutes is not None,
            "scheduled_reminded_at": self.moment(row.reminded_at),
            "scheduled_auto_in_progress": row.begins_itself,
            "scheduled_auto_completed": row.ends_itself,
            "metadata": {},
        }


def _with_updates(document: Document) -> Document:
    updates = [
        {**one, "wants_twitter_update": False, "twitter_updated_at": None}
        for one in document["incident_updates"]
    ]
    return {**document, "incident_updates": updates}
