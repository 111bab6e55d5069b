"""Whom a new incident's escalation will page: policy, fallback and a copy of its steps, in one statement (B11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import orjson
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from core.expressions import JsonList, JsonRow, Nested, gathered
from core.prepared import Prepared, many
from incidents.models import Incident
from incidents.playbook.lifecycle import State
from oncall.models import EscalationPolicy, PolicyBinding, PolicyStep

Steps = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the first run of an incident begins with; `policy_id` is None where no policy is bound."""

    incident_id: int
    policy_id: int | None
    fallback_id: int | None
    steps: Steps


def plans_for(incident_ids: Sequence[int]) -> list[Plan]:
    """Return the plans of those that somebody is to be paged about: unanswered, without a reason not to."""
    return [
        Plan(pk, policy_id, fallback_id, _steps(steps))
        for pk, policy_id, fallback_id, steps in _PLANS.rows(ids=incident_ids)
    ]


def _plans() -> QuerySet[Any, Any]:
    own = PolicyBinding.objects.filter(service=OuterRef("service")).values("policy")
    default = PolicyBinding.objects.filter(is_default=True).values("policy")
    fallback = EscalationPolicy.objects.filter(pk=OuterRef("policy")).order_by().values("fallback")
    step = JsonRow(
        "position", "wait_s", _targets("schedules", "schedule"), _targets("people", "user"), "seat"
    )
    return (
        Incident.objects.filter(pk__in=many("ids"), unpaged_reason="", state=State.DETECTED)
        .order_by("pk")
        .annotate(policy=Coalesce(Subquery(own), Subquery(default)))
        .values_list(
            "pk",
            "policy",
            Subquery(fallback),
            gathered(PolicyStep.objects.all(), "policy", JsonList(step), of="policy"),
        )
    )


def _targets(relation: str, column: str) -> Nested:
    """Return the ids that a step names."""
    through = getattr(PolicyStep, relation).through
    return Nested(gathered(through.objects.all(), "policystep", JsonList(f"{column}_id")))


_PLANS = Prepared(_plans)


def _steps(written: str | None) -> Steps:
    """Return a policy's steps in their order, as a run keeps them."""
    return [
        {
            "wait_s": wait_s,
            "schedules": sorted(schedules or ()),
            "people": sorted(people or ()),
            "seat": seat,
        }
        for _position, wait_s, schedules, people, seat in sorted(
            orjson.loads(written or "[]"), key=itemgetter(0)
        )
    ]
