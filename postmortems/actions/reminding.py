"""What a reminder says, written at the moment of sending, and whether it is still wanted."""

from datetime import datetime

from core.models import Membership, User
from notify.channels import Message
from notify.models import Delivery
from postmortems.actions import mailing
from postmortems.actions.chasing import zone_of
from postmortems.letters import Letter
from postmortems.models import ActionItem, Reminder
from postmortems.models.action import UNFINISHED
from postmortems.rules import chase
from postmortems.rules.words import day, long_day, plural


def reminder_unwanted(delivery: Delivery, at: datetime) -> str:
    """Return why a reminder must not leave any more, or "": done, moved, or handed on meanwhile."""
    rows = Reminder.objects.select_related("item__incident__playbook", "item__owner")
    reminder = rows.filter(pk=delivery.object_id).first()
    if reminder is None:
        return "the reminder is gone"
    item = reminder.item
    if item.state not in UNFINISHED:
        return "it is finished"
    if item.due_on != reminder.due_on:
        return "its date was moved"
    return _wrong_person(reminder, delivery.recipient)


def _wrong_person(reminder: Reminder, person: User | None) -> str:
    if person is None or not person.is_active:
        return "the person has left"
    owner = reminder.item.owner
    is_for_owner = reminder.step in (chase.SOON, chase.OWNER)
    is_for_other = owner is not None and owner != person and mailing.can_be_told(owner)
    return "somebody else has it now" if is_for_owner and is_for_other else ""


def reminder_message(delivery: Delivery, at: datetime) -> Message:
    """Return a reminder: what is due, why it matters, where to move the date or the owner, which one it is."""
    reminder = Reminder.objects.select_related(
        "item__incident__service",
        "item__incident__playbook",
        "item__owner",
        "item__team",
        "item__factor",
    ).get(pk=delivery.object_id)
    item, person = reminder.item, mailing.recipient(delivery)
    late_days = (at.date() - reminder.due_on).days
    letter = Letter(
        subject=f"Due {day(reminder.due_on)}: {item.title}",
        to=f"To {person.display_name}",
        label=f"{plural(late_days, 'day')} late"
        if late_days > 0
        else f"Due {day(reminder.due_on)}",
        heading=item.title,
        paragraphs=_why(item),
        rows=_facts(item),
        button=("Move the date or the owner", mailing.staff_url(f"actionitem/{item.pk}/change/")),
        footer=[_which(reminder, item), _reason(item, person)],
        tone="bad" if late_days > 0 else "warn",
    )
    return mailing.message(
        delivery, letter, event="action.reminder", thread=f"action-{item.pk}", at=at
    )


def _why(item: ActionItem) -> list[str]:
    incident = item.incident
    came = long_day(incident.opened_at.date())
    first = f"It comes from {incident.label}, {incident.title}, on {came}."
    if item.factor is not None:
        return [f"{first} It answers this factor: {item.factor.text}"]
    return [f"{first} Until it is done, {incident.service.name} can fail the same way again."]


def _facts(item: ActionItem) -> list[tuple[str, str]]:
    owner = item.owner.display_name if item.owner else ""
    team = item.team.name if item.team else ""
    first = item.original_due_on
    moved = (
        f", first {day(first)}, moved {plural(item.times_moved, 'time')}"
        if item.times_moved and first
        else ""
    )
    due = f"{long_day(item.due_on)}{moved}" if item.due_on else ""
    return [
        ("Action", item.label),
        ("Owner", owner or f"{team or 'nobody'}: it needs a named person"),
        ("Due", due),
        ("Stands", item.state_word),
    ]


def _which(reminder: Reminder, item: ActionItem) -> str:
    number = item.reminders.filter(due_on=reminder.due_on, pk__lte=reminder.pk).count()
    rules, zone = item.incident.playbook.playbook.actions, zone_of(item)
    after = chase.following(reminder.due_on, rules, zone, at=reminder.at)
    follows = {
        chase.SOON: f"While it is open the next follows on {day(after)}.",
        chase.OWNER: f"While it is open the managers are told too on {day(after)}.",
    }
    each_week = f"While it is open one more follows each week, the next on {day(after)}."
    return f"This is reminder {number} for this date. {follows.get(reminder.step, each_week)}"


def _reason(item: ActionItem, person: User) -> str:
    if item.owner_id == person.pk:
        return "You get this because the action is yours."
    if person.memberships.filter(role=Membership.Role.MANAGER).exists():
        return "You get this because you manage the team that answers for it."
    return "You get this because nobody nearer to it can be told by mail."
