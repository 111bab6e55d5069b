"""What of a schedule's quality is wrong, as sentences; its managers hear of it once a week, and only then."""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction

from core.models import User
from oncall.actions.eligibility import said
from oncall.actions.fairness import HOUR
from oncall.actions.quality import Quality, quality
from oncall.actions.rules import RECOMMENDED, WEEKS_PUBLISHED
from oncall.actions.scope import managers_of
from oncall.actions.shift_notices import Word, tell
from oncall.models import Schedule, ShiftNotice
from oncall.rota.civil import to_wall

logger = logging.getLogger(__name__)

EVEN_ENOUGH = 0.8  # Jain's index below which the load is called uneven
MORNING = 8  # of the schedule's zone: nobody is told at night
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend. `wrong`: the managers are told; `advice`: it is only shown."""

    code: str
    level: Literal["wrong", "advice"]
    said: str


def findings(schedule: Schedule, found: Quality) -> list[Finding]:
    """Return everything to mend, what is wrong first."""
    users = {shift.user for shift in found.empty} | {month.user for month in found.too_often}
    users |= {one.user for one in found.alone if one.user is not None}
    users |= {one.stint.user for one in found.readiness} | {one.user for one in found.ineligible}
    people = User.objects.in_bulk(users)
    names = {pk: person.display_name for pk, person in people.items()}
    listed = [
        *_holes(schedule, found, names),
        *_hanging(found, names),
        *(Finding("warning", "wrong", said) for said in found.warnings),
        *_sizes(found),
        *_often(found, names),
        *_ineligible(schedule, found, names),
        *_ahead(schedule, found),
        *_unready(schedule, found, names),
    ]
    return sorted(listed, key=lambda one: one.level != "wrong")


def tell_quality(at: datetime) -> int:
    """Tell the managers of each schedule what is wrong with it, once in each of its weeks; return how many hear it.

    From 08:00 of the schedule's zone on, in a week that begins on Monday. Nothing wrong, nothing said; twice changes
    nothing.
    """
    count = 0
    for schedule in Schedule.objects.order_by("pk"):
        local = to_wall(at, schedule.zone)
        occasion = f"quality:{schedule.pk}:{local:%G-W%V}"
        if local.hour < MORNING or ShiftNotice.objects.filter(occasion=occasion).exists():
            continue
        try:
            listed = findings(schedule, quality(schedule, at=at))
        except ValueError:  # it spoils only its own word
            logger.exception("schedule %s can't be judged", schedule.slug)
            continue
        wrong = [one.said for one in listed if one.level == "wrong"]
        if wrong:
            count += _tell(schedule, occasion, wrong, at)
    return count


def _tell(schedule: Schedule, occasion: str, wrong: list[str], at: datetime) -> int:
    rest = [f"And {len(wrong) - SHOWN} more."] if len(wrong) > SHOWN else []
    subject = f"{schedule.name} needs a look: {wrong[0]}"
    path = f"/admin/oncall/schedule/{schedule.pk}/change/"
    word = Word(occasion, subject, [*wrong[:SHOWN], *rest], path)
    with transaction.atomic():
        return tell(managers_of(schedule), word, at=at)


def _holes(schedule: Schedule, found: Quality, names: dict[int, str]) -> Iterator[Finding]:
    if found.gaps:
        total = sum((gap.ends_at - gap.starts_at for gap in found.gaps), timedelta())
        first = min(found.gaps, key=lambda gap: gap.starts_at)
        gaps = "gap" if len(found.gaps) == 1 else "gaps"
        yield Finding(
            "gap", "wrong",
            f"{len(found.gaps)} {gaps}, {total / HOUR:.1f} h, within a year; the first"
            f" {_span(first.starts_at, first.ends_at, schedule.zone)}.",
        )  # fmt: skip
    for user, count in sorted(Counter(one.user for one in found.empty).items()):
        first_shift = next(one for one in found.empty if one.user == user)
        when = _span(first_shift.starts_at, first_shift.ends_at, schedule.zone)
        yield Finding(
            "empty_shift", "wrong",
            f"{names[user]} can't be paged any more and has {count} {'shift' if count == 1 else 'shifts'};"
            f" the first {when}.",
        )  # fmt: skip


def _hanging(found: Quality, names: dict[int, str]) -> Iterator[Finding]:
    asks = found.rules.has_secondary
    for one in found.alone:
        if one.user is not None:
            said = f"The layer {one.layer} hangs on one person: {names[one.user]}."
            yield Finding("one_person", "wrong", said)
        else:
            said = f"For {one.length / HOUR:.0f} h of the year one person is on call with nobody behind."
            why = f" {found.rules.who_asks} asks for a secondary." if asks else ""
            yield Finding("no_secondary", "wrong" if asks else "advice", said + why)


def _sizes(found: Quality) -> Iterator[Finding]:
    rules, (low, high) = found.rules, RECOMMENDED
    for ring in found.rings:
        count = len(ring.people)
        has = f"The layer {ring.layer} has {count} {'person' if count == 1 else 'people'}"
        if count < rules.people_min:
            asked = f"{has}; {rules.who_asks} asks for {rules.people_min} at least."
            yield Finding("too_few", "wrong", asked)
        elif count > rules.people_max:
            asked = f"{has}; {rules.who_asks} asks for {rules.people_max} at most."
            yield Finding("too_many", "wrong", asked)
        elif not low <= count <= high:
            yield Finding("size", "advice", f"{has}; {low} to {high} is best.")


def _often(found: Quality, names: dict[int, str]) -> Iterator[Finding]:
    rules = found.rules
    months = Counter(one.user for one in found.too_often)
    for user, count in sorted(months.items()):
        first = next(one for one in found.too_often if one.user == user)
        limit = f"{rules.who_asks} asks for {rules.rotations_a_month} a month at most"
        said = f"{names[user]} has {first.rotations} rotations in {first.month}"
        more = f", and too many in {count - 1} more months" if count > 1 else ""
        yield Finding(
            "too_often", "wrong" if rules.playbooks else "advice", f"{said}{more}; {limit}."
        )


def _ineligible(schedule: Schedule, found: Quality, names: dict[int, str]) -> Iterator[Finding]:
    for one in found.ineligible:
        begins = to_wall(one.begins, schedule.zone)
        yield Finding(
            "not_eligible", "wrong" if found.rules.eligibility else "advice",
            f"{said(names[one.user], one)} The first shift is on {begins:%a %d %b %Y}.",
        )  # fmt: skip


def _ahead(schedule: Schedule, found: Quality) -> Iterator[Finding]:
    until = found.published_to
    if until is None or until < found.starts_at + timedelta(weeks=WEEKS_PUBLISHED):
        end = f"ends on {to_wall(until, schedule.zone):%a %d %b %Y}" if until else "is empty"
        said = f"The plan {end}; it should stand {WEEKS_PUBLISHED} weeks ahead."
        yield Finding("not_published", "wrong", said)
    if len(found.planned.people) > 1 and found.planned.evenness < EVEN_ENOUGH:
        share = f"{found.planned.evenness:.2f}"
        yield Finding(
            "uneven", "advice", f"The load of the next half year is uneven: {share} of 1."
        )


def _unready(schedule: Schedule, found: Quality, names: dict[int, str]) -> Iterator[Finding]:
    """Yield who is not ready: only shown here, since they and the managers are told by themselves."""
    for one in found.readiness:
        if one.missing:
            begins = to_wall(one.stint.starts_at, schedule.zone)
            who = f"{names[one.stint.user]} is not ready for the shift of {begins:%a %d %b %H:%M}"
            yield Finding("not_ready", "advice", f"{who}: {' '.join(one.missing)}")


def _span(start: datetime, end: datetime, zone: str) -> str:
    first, last = to_wall(start, zone), to_wall(end, zone)
    return f"{first:%a %d %b %Y %H:%M} to {last:%a %d %b %H:%M} ({zone})"
