"""Make up a year of ordinary incidents: the same ones at every loading, only their dates move.

Numbers and dates pass through those of the pictured incidents, so that a higher number is later.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from oncall import models, rota
from oncall.demo.data import CaseData, Company, Scene, opening
from oncall.models import Schedule

FIRST_NUMBER = 1846
_SEED = 2041
_YEAR = timedelta(days=365)
_OFFICE, _EVENING, _NIGHT = range(7, 17), range(17, 22), (22, 23, 0, 1, 2, 3, 4, 5, 6)  # hours, UTC
_COMMANDERS, _COMMUNICATORS = ("mara", "jane", "sam"), ("ines", "alice")
_DECLARED = {1: 1.0, 2: 1.0, 3: 0.15, 4: 0.0}  # the part of each rank that somebody declares


@dataclass(frozen=True, slots=True)
class Roster:
    """Who was on call for which service."""

    plans: dict[str, rota.Plan]  # by service
    names: dict[int, str]  # usernames by user id

    def on_call(self, service: str, at: datetime) -> str:
        """Return the username of who answered for `service` at `at`."""
        return self.names[rota.on_call(self.plans[service], at)[0]]


def roster(company: Company, names: dict[int, str]) -> Roster:
    """Return who was on call by the first step of each service's policy."""
    slugs = dict(Schedule.objects.values_list("pk", "slug"))
    rows = {slugs[pk]: plan for pk, plan in models.plans(slugs).items()}
    plans = {
        service: rows[company.policies[policy].steps[0].schedule]
        for policy, services in company.bindings.items()
        for service in services
    }
    return Roster(plans, names)


def cases(
    scenes: Sequence[Scene], pictured: Sequence[CaseData], known: Roster, *, now: datetime
) -> list[CaseData]:
    """Return the year's incidents between the pictured ones, by number."""
    dice = random.Random(_SEED)  # noqa: S311  the same year every time, no secret
    anchors = [(case.number, opening(case.opened, now=now)) for case in pictured]
    found = []
    for before, after in pairwise([(FIRST_NUMBER - 1, now - _YEAR), *anchors]):
        numbers = range(before[0] + 1, after[0])
        moments = sorted(_moment(dice, before[1], after[1]) for _ in numbers)
        found += [
            _case(dice, dice.choice(scenes), number, at, known)
            for number, at in zip(numbers, moments, strict=True)
        ]
    return found


def _moment(dice: random.Random, start: datetime, end: datetime) -> datetime:
    """Return an instant between the two: mostly office hours, some in the evening and at night."""
    at = start + dice.random() * (end - start)
    hours = dice.choices([_OFFICE, _EVENING, _NIGHT], weights=[65, 20, 15])[0]
    moved = at.replace(
        hour=dice.choice(hours), minute=dice.randrange(60), second=dice.randrange(60), microsecond=0
    )
    return moved if start < moved < end else at


def _case(
    dice: random.Random, scene: Scene, number: int, opened: datetime, known: Roster
) -> CaseData:
    rank = dice.choice(scene.ranks)
    who = known.on_call(scene.service, opened)
    by = "alertmanager" if scene.alert else dice.choice(_COMMUNICATORS)
    return CaseData(
        number=number,
        title=scene.title,
        service=scene.service,
        rank=rank,
        opened=opened.isoformat(),
        by=by,
        story=list(_story(dice, scene, rank, who)),
    )


def _story(dice: random.Random, scene: Scene, rank: int, who: str) -> Iterator[str]:
    if not scene.alert:
        return _reported(dice, scene, who)
    if dice.random() < _DECLARED[rank]:
        return _declared(dice, scene, rank, who)
    return _in_triage(dice, scene, rank, who)


def _reported(dice: random.Random, scene: Scene, who: str) -> Iterator[str]:
    """Somebody saw a blemish: it waits, is mended, and is closed."""
    waited = dice.randrange(20, 300)
    yield f"+{waited}m {who} acknowledge"
    yield f"+{waited + dice.randrange(30, 1500)}m {who} resolve {scene.fix}"


def _in_triage(dice: random.Random, scene: Scene, rank: int, who: str) -> Iterator[str]:
    """An alert that nobody declared: it cleared itself, was mended, or was a false alarm."""
    ending = dice.choices(["cleared", "mended", "false alarm"], weights=[50, 38, 12])[0]
    lasted = dice.randrange(6, 90)
    if ending != "cleared" or (rank < 4 and dice.random() < 0.5):
        yield f"+{_answer(dice)}s link:{who} acknowledge"
    if ending == "cleared":
        yield f"+{lasted}m source resolve"
    elif ending == "mended":
        yield f"+{lasted - 1}m {who} note {scene.cause[0].upper()}{scene.cause[1:]}"
        yield f"+{lasted}m {who} resolve {scene.fix}"
    else:
        yield f"+{lasted}m {who} mark_false_alarm the measuring was wrong, not the service"


def _declared(dice: random.Random, scene: Scene, rank: int, who: str) -> Iterator[str]:
    """The whole way: declared, led, understood, mended, watched, resolved, closed."""
    answered = _answer(dice)
    lead = dice.choice(_COMMANDERS)
    found, tried = dice.randrange(8, 45), dice.randrange(2, 15)
    over = found + tried + dice.randrange(5, 40)
    yield f"+{answered}s link:{who} acknowledge"
    yield f"+{answered + dice.randrange(20, 150)}s {who} declare"
    yield f"+5m {lead} role commander"
    if rank == 1:
        yield f"+6m {dice.choice(_COMMUNICATORS)} role comms"
    yield f"+{found}m {who} identify {scene.cause}"
    yield f"+{found + tried}m {who} mitigate {scene.fix}"
    yield f"+{over}m {who} note The figures are back to normal"
    yield f"+{over + dice.randrange(10, 60)}m {lead} resolve"
    yield f"+{dice.randrange(2, 9)}d {lead} close"


def _answer(dice: random.Random) -> int:
    """Return how many seconds somebody took to answer: two minutes mostly, seldom much more."""
    return 35 + int(dice.expovariate(1 / 100))
