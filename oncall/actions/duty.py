"""Who is on call for a service now, until when, and who follows: the resolver's words with names."""

from dataclasses import dataclass
from datetime import datetime

from core.models import User
from incidents.models import Service
from oncall.actions.rotation import who_is_on_call


@dataclass(frozen=True, slots=True)
class Following:
    """Who comes next, and from when (UTC)."""

    username: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class OnDuty:
    """The answer of one schedule; `until` is None beyond the resolver's look-ahead."""

    schedule: str
    usernames: tuple[str, ...]
    until: datetime | None
    following: Following | None


def on_duty(service: Service, at: datetime) -> OnDuty | None:
    """Return who answers first for a service at `at`; None where no schedule stands behind it."""
    answer = who_is_on_call(service, at)
    if answer is None:
        return None
    later = answer.following
    fresh = [user for user in later.users if user not in answer.users] if later else []
    names = dict(User.objects.filter(pk__in=[*answer.users, *fresh]).values_list("pk", "username"))
    following = Following(names[fresh[0]], later.starts_at) if later and fresh else None
    present = tuple(names[user] for user in answer.users)
    return OnDuty(answer.schedule.slug, present, answer.until, following)
