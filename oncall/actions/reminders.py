"""Reminders of shifts: 48 h and 24 h before, at the start and at the end, each once, with its checklist; gaps daily."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from core.models import User
from incidents.models import Incident
from oncall import rota
from oncall.actions import checklists
from oncall.actions.duties import Duties, all_duties
from oncall.actions.scope import managers_of, services_of
from oncall.actions.shift_notices import Word, tell
from oncall.models import Schedule
from oncall.rota.civil import to_wall

LATE = timedelta(hours=6)  # after that a reminder of the start or the end reminds of nothing
SOON = timedelta(days=7)
MORNING = 8  # of the schedule's zone: a gap in a week wakes nobody
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder of a stint: from when to when it makes sense, what it says first, and its checklist."""

    name: str
    window: Callable[[rota.Stint], tuple[datetime, datetime]]
    subject: str
    checklist: Sequence[str]
    is_news: bool = (
        True  # whoever is on call already when it is due knows what it says, unless it is news
    )


_DAY = timedelta(days=1)
STEPS = (
    Step(
        "48h", lambda one: (one.starts_at - 2 * _DAY, one.starts_at - _DAY),
        "You are on call for {schedule} from {start}", checklists.TWO_DAYS_BEFORE, is_news=False,
    ),
    Step(
        "24h", lambda one: (one.starts_at - _DAY, one.starts_at),
        "Tomorrow you are on call for {schedule}, from {start}", checklists.A_DAY_BEFORE, is_news=False,
    ),
    Step(
        "start", lambda one: (one.starts_at, min(one.ends_at, one.starts_at + LATE)),
        "You are on call for {schedule} now, until {end}", checklists.AT_THE_START,
    ),
    Step(
        "end", lambda one: (one.ends_at, one.ends_at + LATE),
        "You are no longer on call for {schedule}", checklists.AT_THE_END,
    ),
)  # fmt: skip


def remind(at: datetime) -> int:
    """Tell everybody what is due now of their shifts; return how many words went out. Twice changes nothing."""
    return sum(
        _tell(duties, stint, step, at)
        for duties in all_duties(at)
        for stint, step in _due(duties, at)
    )


def tell_gaps(at: datetime) -> int:
    """Tell the managers of gaps within the week, once a day from 08:00 of the schedule's zone on."""
    count = 0
    for duties in all_duties(at):
        schedule, local = duties.schedule, to_wall(at, duties.schedule.zone)
        asked = (schedule.expected, schedule.zone)
        gaps = rota.gaps(duties.plan, at, at + SOON, *asked) if local.hour >= MORNING else []
        if gaps:
            path = f"/admin/oncall/schedule/{schedule.pk}/change/"
            lines = [_gap(gap, schedule) for gap in gaps[:SHOWN]]
            rest = [f"And {len(gaps) - SHOWN} more."] if len(gaps) > SHOWN else []
            subject = f"Nobody is on call for {schedule.name} within the week"
            occasion = f"gaps:{schedule.pk}:{local:%Y-%m-%d}"
            with transaction.atomic():
                word = Word(occasion, subject, [*lines, *rest], path)
                count += tell(managers_of(schedule), word, at=at)
    return count


def _due(duties: Duties, at: datetime) -> Iterator[tuple[rota.Stint, Step]]:
    for stint in duties.stints:
        for step in STEPS:
            opens, closes = step.window(stint)
            if not opens <= at < closes or opens < duties.schedule.created_at:
                continue
            if step.is_news or not duties.serves(stint.user, opens):
                yield stint, step


def _tell(duties: Duties, stint: rota.Stint, step: Step, at: datetime) -> int:
    schedule, user = duties.schedule, User.objects.get(pk=stint.user)
    start, end = _wall(stint.starts_at, user), _wall(stint.ends_at, user)
    is_cut = stint.ends_at >= duties.ends_at
    until = "further notice" if is_cut else end
    words = {"schedule": schedule.name, "start": start, "end": until}
    word = Word(
        _occasion(schedule, stint, step),
        step.subject.format(**words),
        [
            f"{stint.seat.capitalize()}, {start} to {until} ({user.time_zone}).",
            *_facts(duties, stint, step),
            *(f"[ ] {line}" for line in step.checklist),
        ],
        f"/admin/oncall/schedule/{schedule.pk}/change/",
    )
    with transaction.atomic():
        return tell([user.pk], word, at=at)


def _occasion(schedule: Schedule, stint: rota.Stint, step: Step) -> str:
    """Return what makes a reminder the same at every look: only one instant of it is known for sure."""
    edge = stint.ends_at if step.name == "end" else stint.starts_at
    return f"stint:{schedule.pk}:{stint.seat}:{step.name}:{edge:%Y-%m-%dT%H:%M:%S}"


def _facts(duties: Duties, stint: rota.Stint, step: Step) -> Iterator[str]:
    """Yield what the reader has to know beyond the checklist."""
    if step.name != "end":
        other: rota.Seat = "secondary" if stint.seat == "primary" else "primary"
        behind = _names(rota.on_call(duties.plan, stint.starts_at, other))
        if behind:
            yield f"{'Behind you' if other == 'secondary' else 'Before you'}: {behind}."
    if step.name in ("start", "end"):
        yield _open(duties.schedule)


def _open(schedule: Schedule) -> str:
    rows = Incident.objects.open().filter(service__in=services_of(schedule)).order_by("rank", "pk")
    listed = list(rows[: SHOWN + 1])
    if not listed:
        return "No incident is open."
    said = "; ".join(f"{one.label} {one.title[:80]} ({one.state})" for one in listed[:SHOWN])
    return f"Open incidents: {said}{'; and more' if len(listed) > SHOWN else ''}."


def _names(users: rota.Users) -> str:
    people = User.objects.in_bulk(users)
    return ", ".join(people[user].display_name for user in users)


def _gap(gap: rota.Segment, schedule: Schedule) -> str:
    first, last = (to_wall(one, schedule.zone) for one in (gap.starts_at, gap.ends_at))
    return f"{first:%a %d %b %H:%M} to {last:%a %d %b %H:%M} ({schedule.zone})."


def _wall(at: datetime, user: User) -> str:
    return f"{to_wall(at, user.time_zone):%a %d %b %H:%M}"
