"""What a rotation must look like: the playbook of the services that it answers for, else the guides' numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet

from incidents.actions.playbooks import present
from incidents.models import Service
from incidents.playbook.practice import Eligibility, OnCallRules
from oncall import rota
from oncall.actions.scope import services_of
from oncall.models import Schedule

PEOPLE_MIN = 2  # R131
PEOPLE_MAX = 12  # R135
RECOMMENDED = (6, 8)  # R135
ROTATIONS_A_MONTH = 1  # R131
WEEKS_PUBLISHED = 6  # R138
TURN = timedelta(weeks=1)  # R130
_UNITS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": TURN}


@dataclass(frozen=True, slots=True)
class Rules:
    """The rule for one schedule. `playbooks`: whose words it is; none: the guides' numbers are advice only.

    Where several playbooks speak, the strictest number holds.
    """

    playbooks: tuple[str, ...] = ()
    people_min: int = PEOPLE_MIN
    people_max: int = PEOPLE_MAX
    rotations_a_month: int = ROTATIONS_A_MONTH
    has_secondary: bool = False
    turn: timedelta = TURN
    eligibility: rota.Asked | None = None

    @property
    def who_asks(self) -> str:
        """Return who asks for it, as a sentence begins."""
        return f"The playbook {' and '.join(self.playbooks)}" if self.playbooks else "Good practice"


def rules_of(schedule: Schedule) -> Rules:
    """Return the rule that the playbooks in force for the schedule's services make."""
    said = _spoken(services_of(schedule))
    if not said:
        return Rules()
    asked = list(said.values())
    return Rules(
        playbooks=tuple(sorted(said)),
        people_min=max(rules.people_min for rules in asked),
        people_max=min(rules.people_max or PEOPLE_MAX for rules in asked),
        rotations_a_month=min(
            rules.rotations_per_person_and_month or ROTATIONS_A_MONTH for rules in asked
        ),
        has_secondary=any(rules.has_secondary for rules in asked),
        turn=min(_length(rules) for rules in asked),
        eligibility=_strictest([one.eligibility for one in asked if one.eligibility]),
    )


def eligibility_asked() -> rota.Asked | None:
    """Return what the playbooks in force ask of people on call, over all services; None: nothing."""
    said = _spoken(Service.objects.all()).values()
    return _strictest([one.eligibility for one in said if one.eligibility])


def _spoken(services: QuerySet[Service]) -> dict[str, OnCallRules]:
    """Return the on-call rules of the playbooks in force for services, by the playbook's name."""
    slugs = services.order_by("playbook_slug").values_list("playbook_slug", flat=True)
    versions = {version.pk: version for version in map(present, slugs.distinct())}
    spoken = {version.name: version.playbook.on_call for version in versions.values()}
    return {name: rules for name, rules in spoken.items() if rules is not None}


def _strictest(asked: Sequence[Eligibility]) -> rota.Asked | None:
    if not asked:
        return None
    marks = {
        "access": any(one.production_access for one in asked),
        "monitoring": any(one.monitoring for one in asked),
        "training": any(one.training for one in asked),
    }
    return rota.Asked(
        max(one.onboarded_days for one in asked),
        max(one.shadowed_shifts for one in asked),
        frozenset(mark for mark, is_asked in marks.items() if is_asked),
    )


def _length(rules: OnCallRules) -> timedelta:
    return rules.rotation.amount * _UNITS.get(rules.rotation.unit, TURN) or TURN
