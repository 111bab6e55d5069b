"""Build who is woken: schedules, policies, addresses."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from core.actor import person
from core.models import Team, User
from oncall import rota
from oncall.actions import handoffs
from oncall.actions.eligibility import DATES, EligibilityChange, note_eligibility
from oncall.actions.holidays import CalendarWish, add_day, create_calendar
from oncall.actions.schedules import write_layer
from oncall.actions.specs import LayerSpec
from oncall.demo.company import LOADER, Built
from oncall.demo.data import Company, CoverData, PolicyData, ScheduleData, StepData, span
from oncall.models import (
    ContactMethod,
    EscalationPolicy,
    ForeignCalendar,
    Layer,
    Override,
    PolicyBinding,
    PolicyStep,
    Responder,
    Schedule,
    Swap,
    SwapLeg,
    Unavailability,
    plan_of,
)
from oncall.models.schedule import LOCAL_FORMAT
from oncall.rota import to_utc
from oncall.rota.civil import to_wall

PAST_WEEKS = 104
_HANDOFF = timedelta(hours=9)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def add_schedules(company: Company, built: Built, at: datetime) -> dict[str, Schedule]:
    """Write the schedules, as if they had turned for two years."""
    rows = {}
    for slug, data in company.schedules.items():
        rows[slug] = Schedule.objects.create(
            slug=slug,
            name=data.name,
            team=built.teams[data.team],
            time_zone=data.zone,
            created_at=at,
        )
        anchor = latest_handoff(at, data.zone) - PAST_WEEKS * timedelta(weeks=1)
        _layers(rows[slug], data, built, anchor, at)
    Override.objects.bulk_create(
        [_cover(cover, rows[cover.schedule], built, at) for cover in company.covers]
    )
    return rows


def begin_handoff(schedule: Schedule, at: datetime) -> None:
    """Let who is on call by a schedule have written notes for who comes next."""
    [user_id, *_] = rota.on_call(plan_of(schedule), at)
    notes = "Card payments were slow twice this week, both times after a deploy of the ledger.\nWatch the queue on Monday morning."
    handoffs.begin(schedule, User.objects.get(pk=user_id), notes, by=LOADER, at=at)


def ask_around(schedule: Schedule, at: datetime) -> None:
    """Let who is next ask for somebody to take a day, and somebody else be away in a month."""
    coming = rota.next_after(plan_of(schedule), at)
    if coming is None:
        raise ValueError("the demo's schedule goes on")
    owner = User.objects.get(pk=coming.users[0])
    swap = Swap.objects.create(
        schedule=schedule, owner=owner, note="A wedding.", created_at=at, created_by=owner
    )
    day = coming.starts_at + timedelta(days=1)
    SwapLeg.objects.create(swap=swap, starts_at=day, ends_at=day + timedelta(days=1))
    away = at + timedelta(weeks=4)
    Unavailability.objects.create(
        user=owner,
        starts_at=away,
        ends_at=away + timedelta(days=5),
        created_at=at,
        created_by=owner,
    )


def add_holidays(team: Team, at: datetime) -> None:
    """Give a team the holidays of its country, and a day of its own."""
    calendar = create_calendar(CalendarWish(country="NO", team_id=team.pk), by=LOADER, at=at)
    eve = date((at + timedelta(days=7)).year, 12, 24)
    add_day(calendar.pk, eve, "Closed for Christmas", by=LOADER, at=at)


def follow_elsewhere(user: User, at: datetime) -> None:
    """Let somebody's time off follow a calendar elsewhere, which no demo can reach."""
    row = ForeignCalendar(
        user=user, created_at=at, created_by=user, due_at=at + timedelta(days=3650)
    )
    row.seal("https://calendar.northwind.example/time-off.ics", "calendar.northwind.example")
    row.tried_at = row.ok_at = row.applied_at = at
    row.added = 2
    row.save()


def note_newcomer(newcomer: User, trained: User, manager: User, at: datetime) -> None:
    """Let a manager have noted that one person is on the way to being on call, and another one has arrived."""
    long_ago, lately = (at.date() - timedelta(days=days) for days in (300, 20))
    done = EligibilityChange(dict.fromkeys(DATES, long_ago), shadowed_elsewhere=2)
    begun = EligibilityChange({"onboarded_on": lately, "access_on": lately})
    note_eligibility(trained.pk, done, by=person(manager), at=at)
    note_eligibility(newcomer.pk, begun, by=person(manager), at=at)


def latest_handoff(at: datetime, zone: str) -> datetime:
    """Return the latest Monday 09:00 in `zone` that is not after `at`, as its naive wall-clock time."""
    wall = to_wall(at, zone) - _HANDOFF
    monday = wall.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(wall.weekday())
    return monday + _HANDOFF


def _layers(
    schedule: Schedule, data: ScheduleData, built: Built, anchor: datetime, at: datetime
) -> None:
    for place, (name, turns) in enumerate(data.layers.items()):
        layer = Layer.objects.create(schedule=schedule, name=name)
        past = PAST_WEEKS % len(turns.people)  # so that the first is on call this week
        order = [*turns.people[-past:], *turns.people[:-past]] if past else turns.people
        spec = LayerSpec(
            name, anchor.strftime(LOCAL_FORMAT), data.zone,
            tuple((built.people[one].pk,) if one else () for one in order),
            seat=turns.seat, priority=len(data.layers) - place,
        )  # fmt: skip
        write_layer(layer.pk, spec, by=LOADER, at=at)


def _cover(cover: CoverData, schedule: Schedule, built: Built, at: datetime) -> Override:
    zone = schedule.zone
    week = latest_handoff(at, zone) - _HANDOFF + cover.week * timedelta(weeks=1)
    return Override(
        schedule=schedule,
        user=built.people[cover.by] if cover.by else None,
        kind=Override.Kind.SUBSTITUTE if cover.by else Override.Kind.REMOVE,
        reason=cover.reason,
        subject=built.people[cover.instead_of],
        starts_at=to_utc(week + _since_monday(cover.start), zone),
        ends_at=to_utc(week + _since_monday(cover.end), zone),
        created_at=at,
    )


def _since_monday(text: str) -> timedelta:
    day, clock = text.split(" ")
    hour, minute = map(int, clock.split(":"))
    return timedelta(days=_DAYS.index(day), hours=hour, minutes=minute)


def add_policies(company: Company, built: Built, schedules: dict[str, Schedule]) -> None:
    """Write the policies and which service each is for; the default covers whatever is added later."""
    rows = {slug: _policy(slug, data, built, schedules) for slug, data in company.policies.items()}
    bindings = [PolicyBinding(policy=rows[company.default_policy], is_default=True)]
    bindings += [
        PolicyBinding(policy=rows[slug], service=built.services[service])
        for slug, services in company.bindings.items()
        for service in services
    ]
    PolicyBinding.objects.bulk_create(bindings)


def _policy(
    slug: str, data: PolicyData, built: Built, schedules: dict[str, Schedule]
) -> EscalationPolicy:
    policy = EscalationPolicy.objects.create(
        slug=slug,
        name=data.name,
        team=built.teams[data.team],
        fallback=built.people[data.fallback],
    )
    for position, step in enumerate(data.steps, start=1):
        _step(policy, position, step, built, schedules)
    return policy


def _step(
    policy: EscalationPolicy,
    position: int,
    data: StepData,
    built: Built,
    schedules: dict[str, Schedule],
) -> None:
    wait_s = int(span(data.wait).total_seconds())
    step = PolicyStep.objects.create(policy=policy, position=position, wait_s=wait_s)
    step.people.set([built.people[name] for name in data.people])
    if data.schedule:
        step.schedules.set([schedules[data.schedule]])


def add_addresses(people: Iterable[User], at: datetime) -> None:
    """Give everybody one verified mail address."""
    responders = Responder.objects.bulk_create([Responder(user=user) for user in people])
    ContactMethod.objects.bulk_create(
        [
            ContactMethod(
                responder=responder,
                channel="email",
                address=responder.user.email,
                verified_at=at,
            )
            for responder in responders
        ]
    )
