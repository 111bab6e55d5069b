"""Chase action items until they are done: the owner, then the managers, also after everything is closed (AC-G10).

A row per item, due date and step makes each reminder happen once, whoever runs this and however often; the item's
own timer says when to look again, and after downtime only the newest step is sent.
"""

from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo

from django.db import transaction

from core.models import Membership, User
from core.people import administrators
from postmortems.actions import mailing
from postmortems.models import ActionItem, Reminder
from postmortems.models.action import UNFINISHED
from postmortems.rules import chase

KIND = "action_reminder"
BATCH = 200


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
        item.next_reminder_at = chase.following(item.due_on, rules, zone_of(item), at=at)
        item.save(update_fields=["next_reminder_at"])
        return step is not None and _send(item, item.due_on, step, at)


def _send(item: ActionItem, due_on: date, step: chase.Step, at: datetime) -> bool:
    reminder, is_new = Reminder.objects.get_or_create(
        item=item, due_on=due_on, step=step.name, defaults={"at": at}
    )
    if not is_new:
        return False
    people = _people(item, step)
    reminder.people.set(people)
    mailing.post(people, KIND, reminder.pk, f"{due_on}:{step.name}", at=at)
    return True


def _people(item: ActionItem, step: chase.Step) -> list[User]:
    """Return whom a step tells: the owner, and where it is for managers or nobody owns it, those too."""
    owner = item.owner if item.owner is not None and item.owner.is_active else None
    found = [owner] if owner else []
    if owner is None or step.tells_managers:
        found += [one for one in managers_of(item) if one != owner]
    return found or list(administrators())


def managers_of(item: ActionItem) -> list[User]:
    """Return the managers of its team; without a team those of the owner's teams, else of the service's."""
    teams = [item.team_id] if item.team_id else []
    if not teams and item.owner_id:
        teams = list(
            Membership.objects.filter(user=item.owner_id).values_list("team_id", flat=True)
        )
    return _managers(teams) or _managers([item.incident.service.team_id])


def _managers(teams: list[int]) -> list[User]:
    place = {"memberships__team__in": teams, "memberships__role": Membership.Role.MANAGER}
    return list(User.objects.filter(is_active=True, **place).order_by("pk").distinct())


def zone_of(item: ActionItem) -> tzinfo:
    """Return the zone in which an item's reminders fall: its owner's, UTC without one."""
    return ZoneInfo(item.owner.time_zone if item.owner else "UTC")
