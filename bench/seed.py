"""`python -m bench.seed`: one team, one person who is paged, 20 sources per format; prints their keys."""

import json

from bench import ready
from core import clock
from core.command_line import COMMAND_LINE
from core.models import Installation, Team, User
from incidents.actions import catalog, services
from oncall.models import (
    ContactMethod,
    EscalationPolicy,
    Layer,
    PolicyBinding,
    PolicyStep,
    Responder,
    RotationSlot,
    RotationVersion,
    Schedule,
)

SOURCES = 20
PEOPLE = 4


def main() -> None:
    """Fill the database and print {format: [key, ...]}."""
    at = clock.now()
    Installation.objects.create(created_at=at)  # as the first start does, so that /readyz is 200
    team = Team.objects.create(slug="bench", name="Bench")
    people = [_person(number) for number in range(PEOPLE)]
    _policy(team, _schedule(team, people))
    keys: dict[str, list[str]] = {}
    for number in range(SOURCES):
        change = services.ServiceChange(name=f"Bench {number}")
        service = services.add_service(f"bench-{number}", change, team=team, by=COMMAND_LINE, at=at)
        for form in ("generic", "pagerduty", "alertmanager"):
            _source, key = catalog.make_source(
                f"{form} {number}", form=form, service=service, by=COMMAND_LINE, at=at
            )
            keys.setdefault(form, []).append(key)
    print(json.dumps({**keys, "hot": keys["generic"]}))


def _person(number: int) -> User:
    user = User.objects.create(username=f"bench{number}", email=f"bench{number}@bench.example")
    responder = Responder.objects.create(user=user)
    ContactMethod.objects.create(
        responder=responder, channel="email", address=user.email, verified_at=clock.now()
    )
    return user


def _schedule(team: Team, people: list[User]) -> Schedule:
    schedule = Schedule.objects.create(
        slug="bench", name="Bench", team=team, created_at=clock.now()
    )
    layer = Layer.objects.create(schedule=schedule)
    version = RotationVersion.objects.create(layer=layer, anchor_local="2026-01-05T09:00")
    RotationSlot.objects.bulk_create(
        [
            RotationSlot(version=version, position=place, user=user)
            for place, user in enumerate(people)
        ]
    )
    return schedule


def _policy(team: Team, schedule: Schedule) -> None:
    policy = EscalationPolicy.objects.create(slug="bench", name="Bench", team=team)
    for position in (1, 2):
        step = PolicyStep.objects.create(policy=policy, position=position, wait_s=3600)
        step.schedules.set([schedule])
    PolicyBinding.objects.create(policy=policy, is_default=True)


if __name__ == "__main__":
    with ready.metered():
        main()
