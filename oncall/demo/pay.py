"""What two teams pay for being on call: a stipend a week, and a rate a day; what was served so far, and a month paid."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from core.actor import person
from core.models import Membership, Team, User
from incidents import actions as incidents
from incidents.models import Incident, RoleAssignment
from oncall.actions.ledger import freeze
from oncall.actions.paid import mark_paid
from oncall.actions.report import Report, report
from oncall.actions.report_rows import last_month
from oncall.models import PayPlan, PayRate, Schedule

SINCE = timedelta(weeks=104)
OVER = timedelta(days=2)  # by then a month is over everywhere
FORGOTTEN = "{name} was the expert on this one; it was not noted then, and the month is paid."


def write_ledger(schedules: Iterable[Schedule], at: datetime) -> None:
    """Let the schedules have served for two years, as if they had been made then."""
    ids = [row.pk for row in schedules]
    Schedule.objects.filter(pk__in=ids).update(created_at=at - SINCE, served_to=None)
    freeze(at, ids)


def add_plans(teams: Mapping[str, Team], at: datetime) -> None:
    """Give Payments a plan by the week, as the comprehensive guide has it, and Platform one by the day, as IMAG."""
    first = at.date().replace(day=1, month=1)
    weekly = PayPlan.objects.create(
        team=teams["payments"], starts_on=first, currency="EUR", time_off=Decimal(1), least_minutes=30,
        bonus_1=Decimal(150), bonus_2=Decimal(75),
    )  # fmt: skip
    daily = PayPlan.objects.create(
        team=teams["platform"], starts_on=first, currency="EUR", time_off=Decimal("1.5"), bonus_1=Decimal(100),
        bonus_2=Decimal(100),
    )  # fmt: skip
    PayRate.objects.bulk_create(
        [
            PayRate(plan=weekly, seat="primary", per="week", amount=Decimal(500)),
            PayRate(plan=weekly, seat="secondary", per="week", amount=Decimal(200)),
            PayRate(plan=weekly, seat="primary", per="week", amount=Decimal(8), gives="time_off"),
            PayRate(plan=daily, seat="primary", per="day", amount=Decimal(60)),
            PayRate(
                plan=daily, seat="primary", per="day", amount=Decimal(45), hour_class="weekend"
            ),
        ]
    )


def pay_a_month(team: Team, at: datetime) -> None:
    """Let the team's manager have marked the latest month as paid; since then somebody's part in it was noted."""
    members = Membership.objects.filter(team=team).order_by("pk").select_related("user")
    manager = next(one.user for one in members if one.role == Membership.Role.MANAGER)
    period = last_month((at - OVER).date())
    found = report(period, by=person(manager), team=team)
    mark_paid(team, period, by=person(manager), at=min(at, found.ends_at + OVER))
    _note_late(found, [one.user for one in members if one.user != manager], at)


def _note_late(found: Report, people: Iterable[User], at: datetime) -> None:
    """Give one of these people a part in the first incident that the report has a bonus for."""
    statements = [one for account in found.people for one in account.statements or ()]
    earned = sorted({bonus.incident.number for one in statements for bonus in one.bonuses})
    for incident in Incident.objects.filter(pk__in=earned[:1]).select_related("playbook"):
        parts = found.rows.parts
        late = next((one for one in people if incident.pk not in parts.get(one.pk, ())), None)
        if late is None:  # everybody had a part in it already
            return
        role, begun = incident.playbook.playbook.roles[-1].key, incident.declared_at or at
        RoleAssignment.objects.create(
            incident=incident, role=role, user=late, from_at=begun, to_at=incident.ended_at
        )
        said = FORGOTTEN.format(name=late.display_name)
        incidents.note(incident.pk, said, by=person(late), at=at)
