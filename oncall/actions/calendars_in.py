"""Foreign calendars read in: as absences of a person, or as the turns of a layer (RFC 5545; hostile until proven otherwise)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import recurring_ical_events
from django.db import transaction
from icalendar import Calendar

from core.actor import Actor
from core.errors import Invalid
from core.models import User
from core.permissions import require
from oncall import rota
from oncall.actions.absences import Away, add_absence, cancel_absence
from oncall.actions.ledger import locked
from oncall.actions.overrides import EDIT, add_override, cancel_override
from oncall.actions.wish import Wish
from oncall.models import Layer, Override, Unavailability

LARGEST = 1024 * 1024
AHEAD = timedelta(days=190)
MOST_EVENTS, MOST_SERIES, MOST_FOUND = 5000, 200, 2000
_CALM = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
_FAST = ("BYHOUR", "BYMINUTE", "BYSECOND")


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of a calendar, recurrences expanded: instants in UTC, and everybody whom it could mean."""

    starts_at: datetime
    ends_at: datetime
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a calendar: how many entries are new, stay and went, and names that nobody bears."""

    added: int
    kept: int
    cancelled: int
    unknown: tuple[str, ...] = ()


def read_calendar(content: bytes, zone: str, start: datetime, end: datetime) -> list[Entry]:
    """Return the events that meet [start, end); days without a time are whole days of `zone`.

    Raises Invalid for what is too large, no calendar, or recurs too often.
    """
    if len(content) > LARGEST:
        raise _bad(f"A calendar has at most {LARGEST // 1024} KiB.")
    try:
        calendar = Calendar.from_ical(content)
        events = list(calendar.walk("VEVENT"))
        _refuse_floods(events)
        found = recurring_ical_events.of(calendar, skip_bad_series=True).between(start, end)
    except Invalid:
        raise
    except (
        Exception
    ) as error:  # the parser's own errors are many, and all mean that the text is none of ours
        raise _bad("This is no calendar that can be read (iCalendar, RFC 5545).") from error
    if len(found) > MOST_FOUND:
        raise _bad(f"It has more than {MOST_FOUND} events within half a year.")
    entries = [entry for event in found if (entry := _entry(event, zone)) is not None]
    return sorted(set(entries), key=lambda one: (one.starts_at, one.ends_at, one.names))


def take_absences(
    user: User, content: bytes, *, mode: str = "flag", by: Actor, at: datetime
) -> Taken:
    """Let a calendar say when a person is away in the next half year; what it no longer has is taken back.

    Raises NotAllowed, Invalid; then nothing is changed.
    """
    spans = {
        (max(one.starts_at, at), one.ends_at)
        for one in read_calendar(content, user.time_zone, at, at + AHEAD)
    }
    with transaction.atomic():
        rows = Unavailability.objects.standing().filter(user=user, source="ical", ends_at__gt=at)
        known = {(max(row.starts_at, at), row.ends_at): row for row in rows}
        for span in sorted(spans - known.keys()):
            away = Away(user, *span, mode=mode, note="from a calendar", source="ical")
            add_absence(away, by=by, at=at)
        gone = [row for span, row in known.items() if span not in spans]
        for row in gone:
            cancel_absence(row.pk, by=by, at=at)
    return Taken(len(spans - known.keys()), len(spans & known.keys()), len(gone))


def take_turns(layer: Layer, content: bytes, *, by: Actor, at: datetime) -> Taken:
    """Let a calendar say who holds a layer in the next half year: its people by e-mail, username or name.

    Names that nobody active bears are told and leave the layer as it is. Raises NotAllowed, Invalid.
    """
    with transaction.atomic():
        schedule = locked(layer.schedule_id, at)
        require(by, EDIT, schedule)
        entries = read_calendar(content, schedule.time_zone, at, at + AHEAD)
        people = _people()
        wanted = {
            (user.pk, max(one.starts_at, at), one.ends_at): user
            for one in entries
            if (user := _meant(one, people)) is not None
        }
        rows = Override.objects.filter(
            layer=layer, source=Override.Source.ICAL, cancelled_at=None, ends_at__gt=at
        )
        known = {(row.user_id, max(row.starts_at, at), row.ends_at): row for row in rows}
        gone = [row for key, row in known.items() if key not in wanted]
        for row in gone:
            cancel_override(row.pk, by=by, at=at)
        for key in sorted(wanted.keys() - known.keys(), key=lambda one: one[1:]):
            wish = Wish(
                "cover", key[1], key[2], user=wanted[key], layer=layer, reason="from a calendar",
                source=Override.Source.ICAL,
            )  # fmt: skip
            add_override(schedule, wish, by=by, at=at)
    unknown = sorted({one.names[0] for one in entries if _meant(one, people) is None})
    kept = len(wanted.keys() & known.keys())
    return Taken(len(wanted) - kept, kept, len(gone), tuple(unknown))


def _bad(text: str) -> Invalid:
    return Invalid.field("/calendar", text)


def _refuse_floods(events: Sequence[Any]) -> None:
    rules = [event["RRULE"] for event in events if "RRULE" in event]
    rules = [rule for one in rules for rule in (one if isinstance(one, list) else [one])]
    if len(events) > MOST_EVENTS or len(rules) > MOST_SERIES:
        raise _bad(f"It has more than {MOST_EVENTS} events, or {MOST_SERIES} that recur.")
    for rule in rules:
        often = {str(word).upper() for word in rule.get("FREQ", [])} - _CALM
        if often or any(name in rule for name in _FAST):
            raise _bad("An event recurs more often than daily; shifts don't.")


def _entry(event: Any, zone: str) -> Entry | None:
    starts, ends = _instant(event["DTSTART"].dt, zone), _instant(event["DTEND"].dt, zone)
    cancelled = str(event.get("STATUS", "")).upper() == "CANCELLED"
    if ends <= starts or cancelled:
        return None
    listed = event.get("ATTENDEE", [])
    attendees = listed if isinstance(listed, list) else [listed]
    mails = [str(one).lower().removeprefix("mailto:").strip() for one in attendees]
    return Entry(starts, ends, (*mails, " ".join(str(event.get("SUMMARY", "")).split())[:200]))


def _instant(value: date | datetime, zone: str) -> datetime:
    if not isinstance(value, datetime):
        return rota.to_utc(datetime.combine(value, datetime.min.time()), zone)
    return value.astimezone(UTC) if value.tzinfo else rota.to_utc(value, zone)


def _people() -> dict[str, User]:
    """Return active people by everything that they may be called, in lower case; an ambiguous name is nobody's."""
    found: dict[str, User | None] = {}
    for user in User.objects.filter(is_active=True):
        for name in {user.username.lower(), user.email.lower(), user.display_name.lower()} - {""}:
            found[name] = None if name in found else user
    return {name: user for name, user in found.items() if user is not None}


def _meant(entry: Entry, people: dict[str, User]) -> User | None:
    return next((people[name.lower()] for name in entry.names if name.lower() in people), None)
