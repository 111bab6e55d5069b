"""Whom and what a schedule concerns: its managers, its people, the services that it answers for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from core.actor import Actor
from core.models import Membership, User
from core.people import administrators
from core.permissions import may, require
from incidents.models import Service
from oncall.models import EscalationPolicy, PolicyBinding, RotationSlot, Schedule

EDIT = "oncall.edit_schedule"


def managers_of(schedule: Schedule) -> list[int]:
    """Return the ids of the active managers of its team; without one, of the Administrators: somebody must hear."""
    managers = Membership.objects.filter(
        team=schedule.team_id, role=Membership.Role.MANAGER, user__is_active=True
    )
    found = list(managers.order_by("user").values_list("user_id", flat=True))
    return found or list(administrators().values_list("pk", flat=True))


def takers(schedule: Schedule, at: datetime) -> QuerySet[User]:
    """Return who may take a shift of it by a swap: its rotations' people, from `at` on, and its team's; all active."""
    slots = RotationSlot.objects.filter(
        version__layer__schedule=schedule, version__withdrawn_at=None, user__isnull=False
    ).exclude(version__effective_to__lte=at)
    team = Membership.objects.filter(team=schedule.team_id)
    known = Q(pk__in=slots.values("user")) | Q(pk__in=team.values("user"))
    return User.objects.filter(known, is_active=True)


def require_lead(by: Actor, user: User) -> None:
    """Raise NotAllowed unless the actor manages a team that the person is in, or is an Administrator."""
    teams = Membership.objects.filter(user=user).values_list("team_id", flat=True)
    if not any(may(by, EDIT, Schedule(team_id=team)) for team in teams):
        require(by, EDIT)


def services_of(schedule: Schedule) -> QuerySet[Service]:
    """Return the services whose escalation policy asks the schedule."""
    policies = EscalationPolicy.objects.filter(steps__schedules=schedule).values("pk")
    own = Q(policy_binding__policy__in=policies)
    if PolicyBinding.objects.filter(is_default=True, policy__in=policies).exists():
        own |= Q(policy_binding=None)
    return Service.objects.filter(own)


@dataclass(frozen=True, slots=True)
class Ring:
    """One layer as it turns last: its seat, and the people of each slot; an unassigned slot is empty."""

    layer: str
    seat: str
    slots: tuple[tuple[int, ...], ...]

    @property
    def people(self) -> set[int]:
        """Return everybody in it."""
        return {user for slot in self.slots for user in slot}


def rings(schedule: Schedule) -> list[Ring]:
    """Return the layers as they turn last (versions without an end), shadow seats left out."""
    rows = RotationSlot.objects.filter(
        version__layer__schedule=schedule, version__withdrawn_at=None, version__effective_to=None
    ).exclude(version__seat="shadow")
    columns = ("version__layer__name", "version__seat", "position", "user")
    found: dict[tuple[str, str], dict[int, list[int]]] = {}
    for layer, seat, position, user in rows.order_by("version", "position", "pk").values_list(*columns):  # fmt: skip
        slot = found.setdefault((layer, seat), {}).setdefault(position, [])
        slot += [user] if user is not None else []
    return [
        Ring(layer, seat, tuple(tuple(slots[place]) for place in sorted(slots)))
        for (layer, seat), slots in found.items()
    ]


def schedules_of_people(user_ids: Iterable[int]) -> list[int]:
    """Return the ids of the schedules that name any of these people in a rotation or an override."""
    users = set(user_ids)
    slots = RotationSlot.objects.filter(user__in=users, version__withdrawn_at=None)
    turns = slots.values_list("version__layer__schedule", flat=True)
    covers = Schedule.objects.filter(overrides__user__in=users).values_list("pk", flat=True)
    return sorted({*turns, *covers})
