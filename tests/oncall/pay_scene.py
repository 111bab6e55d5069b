"""Two people of the Web team in October 2026, what they served, what they are paid for it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from core.models import Team, User
from incidents.models import Incident, TimelineEntry
from oncall.models import PayPlan, PayRate, Schedule, ServedShift
from tests.factories import ASchedule

OCTOBER = {"from": "2026-10-01", "to": "2026-10-31"}
END = datetime(2026, 11, 20, tzinfo=UTC)


def at(written: str) -> datetime:
    """Read "10-05 09:00" as an instant of 2026 (UTC)."""
    return datetime.strptime(f"2026-{written}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def a_ledger(team: Team, slug: str = "shop", **fields: Any) -> Schedule:
    """Return a schedule whose ledger is written, and empty."""
    made: Schedule = ASchedule(slug=slug, name=slug.title(), team=team, served_to=END, **fields)
    return made


def served(schedule: Schedule, user: User, start: str, end: str, seat: str = "primary") -> ServedShift:  # fmt: skip
    """Write into the ledger that somebody served."""
    return ServedShift.objects.create(
        schedule=schedule, user=user, seat=seat, source="rotation", starts_at=at(start), ends_at=at(end)
    )  # fmt: skip


def a_plan(team: Team, *rates: dict[str, Any], **fields: Any) -> PayPlan:
    """Return a pay plan of the team since early 2026; rates are by the day for the primary unless they say otherwise."""
    plan = PayPlan.objects.create(
        **{"team": team, "starts_on": date(2026, 1, 1), "currency": "EUR", **fields}
    )
    for rate in rates:
        PayRate.objects.create(plan=plan, **{"amount": Decimal(80), **rate})
    return plan


def did(incident: Incident, user: User, *moments: str, kind: str = "note") -> None:
    """Let somebody write on an incident's timeline at these instants."""
    for moment in moments:
        TimelineEntry.objects.create(
            incident=incident, kind=kind, text="Looked", happened_at=at(moment), recorded_at=at(moment),
            actor_kind="person", actor_user=user, actor_label=user.username,
        )  # fmt: skip


def minutes(**hours: float) -> dict[str, timedelta]:
    """Return hours by class."""
    return {name: timedelta(hours=many) for name, many in hours.items()}
