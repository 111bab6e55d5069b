"""Write pages: the row that says who is called, and one wish in the outbox per address."""

from datetime import datetime

from core.actor import ENGINE
from incidents import actions as incidents
from incidents.models import TimelineEntry
from notify import actions as notify
from notify.models import Delivery
from oncall.actions.scene import Scene
from oncall.models import ContactMethod, Escalation, Page


def page(run: Escalation, user_id: int, why: str, scene: Scene) -> Page:
    """Return an unsaved page of the run's present step."""
    return Page(
        escalation=run,
        generation=run.generation,
        cycle=run.cycle,
        step=run.step,
        user=scene.people[user_id],
        created_at=scene.at,
        why=why,
    )


def write(scene: Scene) -> None:
    """Store the scene's pages, their deliveries and their lines in the story (invariant 4: each once)."""
    Page.objects.bulk_create(scene.pages)
    wishes = [
        _wish(row, contact)
        for row in scene.pages
        if not row.unsent_reason
        for contact in scene.contacts[row.user_id]
    ]
    notify.queue(wishes, at=scene.at)
    incidents.tell_all(line(row, scene.at) for row in scene.pages)
    sent = [row.escalation.incident_id for row in scene.pages if not row.unsent_reason]
    incidents.mark_all(sent, "paged", at=scene.at)


def line(row: Page, at: datetime) -> TimelineEntry:
    """Return the unsaved line of the story that says who is paged, or why not."""
    name = row.user.display_name
    place = "fallback" if row.is_fallback else f"step {row.step + 1}"
    text = f"Paged {name}, {row.why} ({place})"
    if row.unsent_reason:
        text = f"Did not page {name}: {row.unsent_reason} ({place})"
    data = {"page": row.pk, "user": row.user_id}
    return incidents.entry(row.escalation.incident_id, "page", text, by=ENGINE, at=at, data=data)


def _wish(row: Page, contact: ContactMethod) -> notify.Wish:
    return notify.Wish(
        unique_key=f"page:{row.pk}:{contact.pk}",
        kind="page",
        object_id=row.pk,
        recipient_id=row.user_id,
        channel=contact.channel,
        address=contact.address,
        secret=contact.secret,
        priority=Delivery.Priority.PAGE,
    )
