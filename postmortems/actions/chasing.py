"""Chase action items until they are done: the owner, then the managers, also after everything is closed (AC-G10).

A row per item, due date and step makes each reminder happen once, whoever runs this and however often; the item's
own timer says when to look again, and after downtime only the newest step is sent.
"""

import logging
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.db import transaction

from core.models import Membership, User
from core.people import administrators
from postmortems.actions import mailing
from postmortems.models import ActionItem, Reminder
from postmortems.models.action import UNFINISHED
from postmortems.rules import chase

logger = logging.getLogger(__name__)

KIND = "action_reminder"
BATCH = 200
AGAIN = timedelta(hours=1)  # when to look again for somebody who can be told


def set_timer(item: ActionItem, at: datetime) -> None:
    """Set when to look at an unsaved change of an item next; never where it is finished or has no date."""
    item.next_reminder_at = None
    if item.state in UNFINISHED and item.due_on is not None:
        rules = item.incident.playbook.playbook.actions
        item.next_reminder_at = chase.first_look(item.due_on, rules, zone_of(item), at=at)


def remind(at: datetime) -> int:
    """Send every reminder that is due at `at`; return how many. Safe with several runners, and when run twice."""
    due = ActionItem.objects.filter(next_reminder_at__lte=at).order_by("next_reminder_at", "pk")
    return sum(_remind_one(pk, at) for pk in list(due.values_list("pk", flat=True)[:BATCH]))


def _remind_one(item_id: int, at: datetime) -> bool:
    with transaction.atomic():
        rows = ActionItem.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        item = (
            rows.select_related("incident__playbook", "incident__service", "owner", "team")
            .filter(pk=item_id, next_reminder_at__lte=at)
            .first()
        )
        if item is None or item.due_on is None:
            return False
        rules = item.incident.playbook.playbook.actions
        step = chase.latest(item.due_on, rules, zone_of(item), at=at)
        people = _people(item, step) if step is not None else []
        following = chase.following(item.due_on, rules, zone_of(item), at=at)
        is_mute = step is not None and not people
        item.next_reminder_at = min(following, at + AGAIN) if is_mute else following
        item.save(update_fields=["next_reminder_at"])
        if is_mute:
            logger.error("%s: nobody who answers for it has a mail address", item.label)
        if step is None or is_mute:
            return False
        reminder, is_new = Reminder.objects.get_or_create(
            item=item, due_on=item.due_on, step=step.name, defaults={"at": at}
        )
        if is_new:
            _send(reminder, people, at)
        return is_new


def _send(reminder: Reminder, people: list[User], at: datetime) -> None:
    reminder.people.set(people)
    mailing.post(people, KIND, reminder.pk, f"{reminder.due_on}:{reminder.step}", at=at)


def _people(item: ActionItem, step: chase.Step) -> list[User]:
    """Return whom a step tells: the owner, and where it is for managers or no owner can be told, those too.

    Only people with an address count. Without any of them it is for the Administrators; empty: nobody can be told.
    """
    owner = item.owner if item.owner is not None and mailing.can_be_told(item.owner) else None
    found = [owner] if owner else []
    if owner is None or step.tells_managers:
        found += [one for one in managers_of(item) if one != owner]
    return found or [one for one in administrators() if mailing.can_be_told(one)]


def managers_of(item: ActionItem) -> list[User]:
    """Return the managers of its team who can be told; without a team those of the owner's teams, else of the service's."""
    teams = [item.team_id] if item.team_id else []
    if not teams and item.owner_id:
        teams = list(
            Membership.objects.filter(user=item.owner_id).values_list("team_id", flat=True)
        )
    return _managers(teams) or _managers([item.incident.service.team_id])


def _managers(teams: list[int]) -> list[User]:
    place = {"memberships__team__in": teams, "memberships__role": Membership.Role.MANAGER}
    found = User.objects.filter(is_active=True, **place).order_by("pk").distinct()
    return [one for one in found if mailing.can_be_told(one)]


def zone_of(item: ActionItem) -> tzinfo:
    """Return the zone in which an item's reminders fall: its owner's, UTC without one."""
    return ZoneInfo(item.owner.time_zone if item.owner else "UTC")
