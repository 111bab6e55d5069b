"""What a rotation must look like: the playbook of the services that it answers for, else the guides' numbers."""

from dataclasses import dataclass
from datetime import timedelta

from incidents.actions.playbooks import present
from incidents.playbook.practice import OnCallRules
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

    @property
    def who_asks(self) -> str:
        """Return who asks for it, as a sentence begins."""
        return f"The playbook {' and '.join(self.playbooks)}" if self.playbooks else "Good practice"


def rules_of(schedule: Schedule) -> Rules:
    """Return the rule that the playbooks in force for the schedule's services make."""
    slugs = services_of(schedule).order_by("playbook_slug").values_list("playbook_slug", flat=True)
    versions = {version.pk: version for version in map(present, slugs.distinct())}
    spoken = {version.name: version.playbook.on_call for version in versions.values()}
    said = {name: rules for name, rules in spoken.items() if rules is not None}
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
    )


def _length(rules: OnCallRules) -> timedelta:
    return rules.rotation.amount * _UNITS.get(rules.rotation.unit, TURN) or TURN
