"""People and teams."""

import zoneinfo
from collections.abc import Iterable
from functools import cached_property

from django.contrib.auth.models import AbstractUser, Group
from django.core.exceptions import ValidationError
from django.db import models

from core.rights import Right

GROUP_RIGHTS = {
    "Administrator": Right.ADMINISTRATOR,
    "Responder": Right.RESPONDER,
    "Viewer": Right.VIEWER,
}
NO_ZONES = {"localtime", "Factory"}  # in the zone files, but not one place for everybody


def validate_zone(name: str) -> None:
    """Raise ValidationError unless `name` is an IANA time zone such as Europe/Berlin; what a machine calls its own is none."""
    if name not in zoneinfo.available_timezones() - NO_ZONES:
        raise ValidationError(f"{name} is not a time zone; write one such as Europe/Berlin.")


def right_by(groups: Iterable[str], *, is_superuser: bool) -> Right:
    """Return the highest right that these groups give; Viewer for none."""
    if is_superuser:
        return Right.ADMINISTRATOR
    return max(
        (GROUP_RIGHTS[name] for name in groups if name in GROUP_RIGHTS), default=Right.VIEWER
    )


class User(AbstractUser):
    """A person of this installation. Everyone may sign in; groups decide what they may do."""

    is_staff = models.BooleanField("may sign in", default=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])

    groups: "models.ManyToManyField[Group, models.Model]"

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"

    @property
    def display_name(self) -> str:
        """Return the name to show: the full name, else the username."""
        return self.get_full_name() or self.username

    @cached_property
    def right(self) -> Right:
        """Return the highest right that the person's groups give; one query per instance."""
        names = () if self.is_superuser else self.groups.values_list("name", flat=True)
        return right_by(names, is_superuser=self.is_superuser)

    @cached_property
    def managed_team_ids(self) -> frozenset[int]:
        """Return the ids of the teams that the person manages; one query per instance."""
        mine = Membership.objects.filter(user=self, role=Membership.Role.MANAGER)
        return frozenset(mine.values_list("team_id", flat=True))


class Team(models.Model):
    """A group of people that owns services, schedules, policies and pages."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    people: "models.ManyToManyField[User, Membership]" = models.ManyToManyField(
        User, through="Membership", related_name="teams"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def team_id(self) -> int:
        """Return the team itself as its own owner, so that its managers may edit it."""
        return self.pk


class Membership(models.Model):
    """One person's place in one team."""

    class Role(models.TextChoices):
        MEMBER = "member"
        MANAGER = "manager"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role, default=Role.MEMBER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], name="core_one_place_per_team"),
            models.CheckConstraint(
                condition=models.Q(role__in=["member", "manager"]), name="core_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id} as {self.role}"
