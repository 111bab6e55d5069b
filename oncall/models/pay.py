"""Pay plans: what a team pays for being on call and for incidents at night (R132, R134); and what it has paid."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from core.models import Team, User
from oncall.rota import pay

NO_LESS = MinValueValidator(Decimal())
LONGEST_LEAST = 240


class PayPlan(models.Model):
    """What a team pays from the local day `starts_on` on, until its next plan begins. Amounts are in `currency`."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="pay_plans")
    starts_on = models.DateField(
        "from",
        help_text="It holds until the team's next plan begins. To change what is paid, add a plan from a later day: "
        "an edit here changes the figures of past months too.",
    )
    currency = models.CharField(
        max_length=3,
        validators=[RegexValidator(r"^[A-Z]{3}\Z", "Write three capital letters, as in EUR.")],
        help_text="Three letters (ISO 4217), as in EUR.",
    )
    time_off = models.DecimalField(
        "time off for incident work",
        max_digits=4,
        decimal_places=2,
        default=Decimal(),
        validators=[NO_LESS],
        help_text="Hours off for each hour worked on incidents outside business hours: 1 gives as much, 0 nothing.",
    )
    least_minutes = models.PositiveSmallIntegerField(
        "least minutes of such work",
        default=0,
        validators=[MaxValueValidator(LONGEST_LEAST)],
        help_text="What a shorter call counts as, so that getting up at night is never worth nothing.",
    )
    bonus_1 = models.DecimalField(
        "bonus, worst severity",
        max_digits=12,
        decimal_places=4,
        default=Decimal(),
        validators=[NO_LESS],
        help_text="For each declared incident, to each person who took a step of it or held a role in it.",
    )
    bonus_2 = models.DecimalField(
        "bonus, second severity",
        max_digits=12,
        decimal_places=4,
        default=Decimal(),
        validators=[NO_LESS],
    )

    class Meta:
        ordering = ["team__name", "-starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "starts_on"],
                name="oncall_pay_plan_once_a_day",
                violation_error_message="The team has a plan from that day already; open that one.",
            ),
            models.CheckConstraint(
                condition=Q(time_off__gte=0, bonus_1__gte=0, bonus_2__gte=0),
                name="oncall_pay_plan_takes_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team} from {self.starts_on.day} {self.starts_on:%b %Y}"


class PayRate(models.Model):
    """`amount` for each hour, day or week in a seat, of all time or of one class of hours."""

    class Seat(models.TextChoices):
        PRIMARY = "primary"
        SECONDARY = "secondary"

    class Per(models.TextChoices):
        HOUR = "hour"
        DAY = "day"
        WEEK = "week"

    class HourClass(models.TextChoices):
        ANY = "", "all hours"
        BUSINESS = "business"
        EVENING = "evening"
        NIGHT = "night"
        WEEKEND = "weekend"
        HOLIDAY = "holiday"

    class Gives(models.TextChoices):
        MONEY = "money"
        TIME_OFF = "time_off", "hours off"

    plan = models.ForeignKey(PayPlan, on_delete=models.CASCADE, related_name="rates")
    seat = models.CharField(max_length=9, choices=Seat, default=Seat.PRIMARY)
    per = models.CharField(max_length=4, choices=Per, default=Per.DAY)
    hour_class = models.CharField(
        "of", max_length=8, choices=HourClass, default=HourClass.ANY, blank=True
    )
    gives = models.CharField(max_length=8, choices=Gives, default=Gives.MONEY)
    amount = models.DecimalField(max_digits=12, decimal_places=4, validators=[NO_LESS])

    class Meta:
        ordering = ["pk"]
        verbose_name = "rate"
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "seat", "per", "hour_class", "gives"], name="oncall_pay_rate_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    amount__gte=0,
                    seat__in=["primary", "secondary"],
                    per__in=["hour", "day", "week"],
                    hour_class__in=["", "business", "evening", "night", "weekend", "holiday"],
                    gives__in=["money", "time_off"],
                ),
                name="oncall_pay_rate_is_known",
            ),
        ]

    def __str__(self) -> str:
        unit = "hours off" if self.gives == self.Gives.TIME_OFF else self.plan.currency
        per = f"{self.hour_class} {self.per}".strip()
        return f"{self.get_seat_display()}, per {per}: {self.amount.normalize():f} {unit}"


class PaidPeriod(models.Model):
    """What a team paid for a period: every figure as it was when somebody marked it as paid. Never changed.

    `first`, `last`: local days of each person, both included. `figures`: [user id, currency, what, amount as a text,
    minutes off]. Of several of one period the latest counts.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="paid_periods")
    first = models.DateField()
    last = models.DateField()
    figures = models.JSONField()
    paid_at = models.DateTimeField()
    paid_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["team", "first", "last"], name="oncall_paid_by_period")]
        constraints = [
            models.CheckConstraint(
                condition=Q(last__gte=F("first")), name="oncall_paid_for_some_days"
            )
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.first} to {self.last}"


def pay_plans() -> dict[int, list[pay.PayPlan]]:
    """Return the plans of each team as values, the earliest first; two statements."""
    rows = PayPlan.objects.order_by("starts_on")
    found: dict[int, list[pay.PayPlan]] = defaultdict(list)
    for row in rows.prefetch_related("rates"):
        found[row.team_id].append(_value(row))
    return dict(found)


def _value(row: PayPlan) -> pay.PayPlan:
    listed: Any = row.rates.all()  # constraints keep their words to those of the value
    rates = tuple(
        pay.PayRate(rate.pk, rate.seat, rate.per, rate.amount, rate.hour_class or None, rate.gives)
        for rate in listed
    )
    bonuses = {rank: amount for rank, amount in ((1, row.bonus_1), (2, row.bonus_2)) if amount}
    return pay.PayPlan(
        row.pk, row.starts_on, row.currency, rates, row.time_off, row.least_minutes, bonuses
    )
