"""Calendar feeds: made, shown once, rotated, revoked; written as iCalendar (RFC 5545, RFC 7986)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from icalendar import Calendar, Event

from core.actor import Actor
from core.errors import Invalid, NotFound
from core.models import Team, User
from core.permissions import require
from core.secrets import digest, new_token
from oncall.actions.events import publish
from oncall.models import CalendarFeed, Schedule, ShiftEvent

SHOWN_BACK = timedelta(days=60)
MOST_FEEDS = 20
_SEATS = {"primary": "on call", "secondary": "backup", "shadow": "learns"}


def add_feed(
    *, schedule: Schedule | None = None, team: Team | None = None, by: Actor, at: datetime
) -> tuple[CalendarFeed, str]:
    """Make a feed of a schedule, of a team, or else of the person's own shifts; return it and its secret.

    The secret is shown this once. Raises NotAllowed, Invalid for a program or for too many feeds.
    """
    require(by, "oncall.make_feed")
    owner = by.user
    if owner is None:
        raise Invalid.field("/owner", "Only a person has a calendar feed.")
    secret = new_token("wbc_")
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)
        if CalendarFeed.objects.live().filter(owner=owner).count() >= MOST_FEEDS:
            raise Invalid.field("/owner", f"You have {MOST_FEEDS} feeds; revoke one first.")
        feed = CalendarFeed.objects.create(
            owner=owner, schedule=schedule, team=team, digest=digest(secret), created_at=at,
            person=None if schedule or team else owner,
        )  # fmt: skip
        for row in _schedules(feed):
            publish(row, at)
    return feed, secret


def rotate_feed(feed_id: int, *, by: Actor) -> tuple[CalendarFeed, str]:
    """Give a feed a new secret; the old address ends at once. Raises NotFound."""
    with transaction.atomic():
        feed = _own(feed_id, by)
        secret = new_token("wbc_")
        feed.digest = digest(secret)
        feed.save(update_fields=["digest"])
    return feed, secret


def revoke_feed(feed_id: int, *, by: Actor, at: datetime) -> None:
    """End a feed; twice changes nothing. Raises NotFound."""
    with transaction.atomic():
        feed = _own(feed_id, by)
        if feed.revoked_at is None:
            feed.revoked_at = at
            feed.save(update_fields=["revoked_at"])


def find_feed(secret: str) -> CalendarFeed | None:
    """Return the live feed of a secret with `changed_at`; None for any other. One statement."""
    rows = CalendarFeed.objects.live().with_change()
    return rows.select_related("owner", "schedule", "team").filter(digest=digest(secret)).first()


def address(secret: str) -> str:
    """Return the whole address of a feed."""
    return f"{settings.SITE_URL}/ical/{secret}.ics"


def written(feed: CalendarFeed, at: datetime) -> bytes:
    """Return the feed as iCalendar: shifts of the last 60 days and all to come, instants in UTC."""
    calendar = Calendar()
    calendar.add("prodid", "-//Watchbill//On call//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _name(feed))
    calendar.add("refresh-interval", timedelta(hours=1), {"value": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for row in feed.events(at - SHOWN_BACK):
        calendar.add_component(_event(row))
    return bytes(calendar.to_ical())


def _event(row: ShiftEvent) -> Event:
    event = Event()
    where = f", {row.layer.name}" if row.layer else ""
    event.add("uid", row.uid)
    event.add("dtstamp", row.changed_at)
    event.add("last-modified", row.changed_at)
    event.add("sequence", row.sequence)
    event.add("dtstart", row.starts_at)
    event.add("dtend", row.ends_at)
    event.add("summary", f"{row.user.display_name} {_SEATS[row.seat]}: {row.schedule.name}{where}")
    event.add("status", "CANCELLED" if row.cancelled_at else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("url", f"{settings.STAFF_URL}/admin/oncall/schedule/{row.schedule_id}/change/")
    return event


def _name(feed: CalendarFeed) -> str:
    if feed.schedule:
        return f"On call: {feed.schedule.name}"
    return f"On call: {feed.team.name}" if feed.team else f"On call: {feed.owner.display_name}"


def _schedules(feed: CalendarFeed) -> list[Schedule]:
    if feed.schedule:
        return [feed.schedule]
    rows = Schedule.objects.order_by("pk")
    return list(rows.filter(team=feed.team) if feed.team else rows)


def _own(feed_id: int, by: Actor) -> CalendarFeed:
    require(by, "oncall.make_feed")
    rows = CalendarFeed.objects.select_for_update(no_key=True, of=("self",))
    feed = rows.filter(pk=feed_id, owner=by.user).first() if by.user else None
    if feed is None:
        raise NotFound("There is no such feed of yours.")
    return feed
