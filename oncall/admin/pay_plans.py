"""Pay plans: set by the managers of a team, read by whoever is paid by them."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import DateField, DecimalField, OuterRef, Subquery
from django.http import HttpRequest

from core.admin.base import GuardedAdmin
from core.admin.inlines import GuardedStack
from oncall.actions.report_lines import short
from oncall.admin.pay_words import day_words
from oncall.models import PayPlan, PayRate
from oncall.rota.pay import DAY


class Amount(forms.DecimalField):
    """An amount, shown without the noughts that its column adds."""

    def prepare_value(self, value: Any) -> Any:
        """Return it as people write it."""
        return short(value) if isinstance(value, Decimal) else value


class Rates(GuardedStack[PayRate, PayPlan]):
    """What is paid for which time."""

    model = PayRate
    fields = (("amount", "gives", "per"), ("hour_class", "seat"))
    formfield_overrides = {DecimalField: {"form_class": Amount}}


@admin.register(PayPlan)
class PayPlanAdmin(GuardedAdmin[PayPlan]):
    """Managers of its team edit a plan; every Responder may read by what they are paid."""

    view_verb = "oncall.view_pay"
    edit_verb = "oncall.edit_pay_plan"
    fieldsets = (
        (None, {"fields": ("team", "starts_on", "currency")}),
        ("Work on incidents", {"fields": ("time_off", "least_minutes", "bonus_1", "bonus_2")}),
    )
    formfield_overrides = {
        DecimalField: {"form_class": Amount},
        DateField: {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")},
    }
    list_display = ("team", "begins", "until", "rates_told")
    list_display_links = ("team", "begins")
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

    @admin.display(description="from", ordering="starts_on")
    def begins(self, plan: PayPlan) -> str:
        """Return its first day."""
        return day_words(plan.starts_on)

    @admin.display(description="until")
    def until(self, plan: Any) -> str:
        """Return its last day."""
        return "further notice" if plan.followed_on is None else day_words(plan.followed_on - DAY)

    @admin.display(description="rates")
    def rates_told(self, plan: PayPlan) -> str:
        """Return its rates; without one nobody is paid for time on call."""
        return "; ".join(map(str, plan.rates.all())) or "none: time on call is unpaid"
