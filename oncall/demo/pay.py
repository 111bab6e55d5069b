"""What two teams pay for being on call: a stipend a week, and a rate a day; and what was served so far."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from core.models import Team
from oncall.actions.ledger import freeze
from oncall.models import PayPlan, PayRate, Schedule

SINCE = timedelta(weeks=104)


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
