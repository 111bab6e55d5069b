"""Pay plans: set by the managers of a team, read by whoever is paid by them."""

from typing import Any

from django.contrib import admin
from django.db.models import DateField, OuterRef, Subquery
from django.http import HttpRequest

from core.admin.base import GuardedAdmin
from core.admin.inlines import GuardedTable
from oncall.models import PayPlan, PayRate
from oncall.rota.pay import DAY


class Rates(GuardedTable[PayRate, PayPlan]):
    """What is paid for which time."""

    model = PayRate
    fields = ("seat", "per", "hour_class", "gives", "amount")


@admin.register(PayPlan)
class PayPlanAdmin(GuardedAdmin[PayPlan]):
    """Managers of its team edit a plan; every Responder may read by what they are paid."""

    view_verb = "oncall.view_pay"
    edit_verb = "oncall.edit_pay_plan"
    fields = ("team", "starts_on", "currency", "time_off", "least_minutes", "bonus_1", "bonus_2")
    list_display = ("team", "starts_on", "until", "currency", "rate_count")
    list_display_links = ("team", "starts_on")
    list_select_related = ("team",)
    list_filter = ("team",)
    inlines = (Rates,)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Read the rates with the plans, and when each is followed by another."""
        later = PayPlan.objects.filter(
            team=OuterRef("team"), starts_on__gt=OuterRef("starts_on")
        ).order_by("starts_on")
        following = Subquery(later.values("starts_on")[:1], output_field=DateField())
        rows = super().get_queryset(request).prefetch_related("rates")
        return rows.annotate(followed_on=following)

    def headline(self, request: HttpRequest) -> str:
        """Say what a plan is for."""
        return "What each team pays for being on call; until a team has a plan, nothing of pay is shown."

    @admin.display(description="until")
    def until(self, plan: Any) -> str:
        """Return its last day."""
        if plan.followed_on is None:
            return "further notice"
        last = plan.followed_on - DAY
        return f"{last.day} {last:%b %Y}"

    @admin.display(description="rates")
    def rate_count(self, plan: PayPlan) -> str:
        """Return how many rates it has; without one nobody is paid for time on call."""
        return str(len(plan.rates.all())) if plan.rates.all() else "none: time on call is unpaid"
