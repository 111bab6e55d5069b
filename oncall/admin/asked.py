"""What on-call work waits for a person: swaps to answer and handoffs to accept (wiring: PANELS["waiting"])."""

from datetime import datetime

from django.db.models import CharField, Value

from core.models import User
from core.navigation import Waiting
from oncall.admin import handoffs, swaps
from oncall.models import Handoff


def waiting(user: User, at: datetime) -> list[Waiting]:
    """Return what waits; one statement where nothing does."""
    handed = Handoff.objects.open().filter(to_user=user).order_by().annotate(what=_said("handoff"))
    asked = swaps.to_answer(user).order_by().annotate(what=_said("swap"))
    kinds = {what for (what,) in handed.values_list("what").union(asked.values_list("what"))}
    found = swaps.waiting(user, at) if "swap" in kinds else []
    return [*found, *(handoffs.waiting(user, at) if "handoff" in kinds else [])]


def _said(word: str) -> Value:
    return Value(word, output_field=CharField())
