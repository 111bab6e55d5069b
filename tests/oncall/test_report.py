"""Load and pay of a period: from the ledger, each hour once, every figure with what it was made of (R132, R147)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.actor import person, reply
from core.errors import NotAllowed
from core.models import Team, User
from incidents.actions import move
from incidents.models import Milestone, RoleAssignment
from oncall.actions.report import Account, Report, Statement, report
from oncall.actions.report_rows import Period, last_month
from oncall.models import (
    Escalation,
    Holiday,
    HolidayCalendar,
    Override,
    Page,
    PayPlan,
    RotationSlot,
    RotationVersion,
)
from tests.factories import AnIncident, ASchedule, AService, ATeam, AUser, somebody
from tests.oncall.pay_scene import a_ledger, a_plan, at, did, minutes, served

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))


@pytest.fixture
def team() -> Team:
    made: Team = ATeam(slug="web", name="Web")
    return made


@pytest.fixture
def ana() -> User:
    made: User = AUser(username="ana", first_name="Ana", time_zone="Europe/Oslo")
    return made


def asked(period: Period = OCTOBER, **fields: Any) -> Report:
    return report(period, **{"by": somebody("Administrator"), **fields})


def account(user: User, period: Period = OCTOBER, **fields: Any) -> Account:
    return next(one for one in asked(period, **fields).people if one.user == user)


def statement(user: User, period: Period = OCTOBER, **fields: Any) -> Statement:
    [found] = account(user, period, **fields).statements or ()
    return found


# Hours


def test_hours_are_by_class_on_the_persons_own_clock(team: Team, ana: User) -> None:
    served(
        a_ledger(team), ana, "10-05 07:00", "10-06 07:00"
    )  # Monday 09:00 to Tuesday 09:00 in Oslo

    assert account(ana).burden.hours == minutes(business=8, evening=7, night=9)


def test_a_schedules_zone_decides_nothing_and_the_month_is_the_persons_own(
    team: Team, ana: User
) -> None:
    tokyo = AUser(time_zone="Asia/Tokyo")
    schedule = a_ledger(team, time_zone="America/New_York")
    for user in (ana, tokyo):
        served(schedule, user, "10-30 15:00", "11-02 15:00")

    october = {user: account(user).burden.hours["weekend"] for user in (ana, tokyo)}
    november = {user: account(user, NOVEMBER).burden.hours["weekend"] for user in (ana, tokyo)}

    assert october == {ana: timedelta(hours=24), tokyo: timedelta(hours=24)}
    assert november == {ana: timedelta(hours=24), tokyo: timedelta(hours=24)}
    both = [account(user, one).burden.hours for one in (OCTOBER, NOVEMBER) for user in (ana, tokyo)]
    total = sum((length for hours in both for length in hours.values()), timedelta())
    assert total == timedelta(hours=2 * 72)


def test_two_schedules_at_once_are_one_hour_whichever_team_asks(team: Team, ana: User) -> None:
    other = ATeam(slug="data")
    shop, data = a_ledger(team), a_ledger(other, "data")
    served(shop, ana, "10-06 07:00", "10-06 15:00", "secondary")
    served(data, ana, "10-06 11:00", "10-06 17:00")

    alone = {one: account(ana, team=one).burden.hours for one in (team, other)}

    assert alone[team] == minutes(business=4)
    assert alone[other] == minutes(business=4, evening=2)
    assert account(ana).burden.hours == minutes(business=8, evening=2)


def test_beside_a_shift_that_is_paid_nobody_serves_for_nothing(team: Team, ana: User) -> None:
    a_plan(team, {"per": "hour", "amount": 10})
    free, paying = a_ledger(ATeam(slug="data"), "data"), a_ledger(team)
    served(free, ana, "10-06 07:00", "10-06 15:00")
    served(paying, ana, "10-06 11:00", "10-06 17:00", "secondary")

    assert [one.minutes for one in account(ana).statements or ()] == [6 * 60, 4 * 60]
    PayPlan.objects.update(starts_on=date(2026, 10, 7))
    assert [one.minutes for one in account(ana).statements or ()] == [2 * 60, 8 * 60]


def test_shadows_and_what_is_only_planned_are_no_time_on_call(team: Team, ana: User) -> None:
    schedule = ASchedule(team=team, people=[ana])  # turns weekly; nothing of it is in the ledger
    served(a_ledger(team), ana, "10-06 07:00", "10-06 15:00", "shadow")

    found = account(ana)

    assert found.burden.hours == {}
    assert asked().ledger_to == schedule.created_at


def test_an_edit_of_the_schedule_changes_no_report(team: Team, ana: User) -> None:
    schedule = a_ledger(team)
    served(schedule, ana, "10-06 07:00", "10-06 15:00")
    before = account(ana).burden

    RotationSlot.objects.create(version=RotationVersion.objects.get(), position=0, user=AUser())
    Override.objects.create(
        schedule=schedule, user=AUser(), starts_at=at("10-06 07:00"), ends_at=at("10-06 15:00"), created_at=at("11-01 00:00"),
    )  # fmt: skip

    assert account(ana).burden == before
    assert asked().ledger_to is None


def test_a_holiday_counts_where_the_schedule_minds_it(team: Team, ana: User) -> None:
    shop, other = a_ledger(team), a_ledger(team, "other")
    calendar = HolidayCalendar.objects.create(name="Norway", team=team)
    Holiday.objects.create(calendar=calendar, date=date(2026, 10, 6))
    RotationVersion.objects.filter(layer__schedule=shop).update(holidays=calendar)
    served(shop, ana, "10-06 07:00", "10-06 08:00")
    served(other, ana, "10-06 08:00", "10-06 09:00")

    assert account(ana).burden.hours == minutes(holiday=1, business=1)


def test_whoever_has_turns_and_did_not_serve_stands_there_with_nothing(
    team: Team, ana: User
) -> None:
    idle, gone = AUser(), AUser(is_active=False)
    schedule = a_ledger(team, people=[ana, idle, gone])
    served(schedule, ana, "10-06 07:00", "10-06 15:00")
    AUser()  # of no schedule

    found = asked()

    assert {one.user for one in found.people} == {ana, idle}
    assert (found.evenness, found.ratio) == (0.5, None)


def test_pages_count_by_the_persons_own_clock(team: Team, ana: User) -> None:
    schedule = a_ledger(team)
    run = Escalation.objects.create(
        incident=AnIncident(), generation=1, steps=[{"wait_s": 60, "schedules": [schedule.pk], "people": []}],
        state="stopped", stopped_at=at("10-05 00:00"), started_at=at("10-05 00:00"),
    )  # fmt: skip
    served(schedule, ana, "10-05 07:00", "10-06 07:00")
    for cycle, moment in enumerate(["10-05 14:59", "10-05 15:00", "10-31 22:59", "10-31 23:00"]):
        Page.objects.create(
            escalation=run, generation=1, cycle=cycle, step=0, user=ana, created_at=at(moment), why="on call"
        )  # fmt: skip

    burden = account(ana).burden

    assert (burden.pages, burden.pages_after_hours) == (3, 2)


# Pay


def test_without_a_plan_nothing_is_due(team: Team, ana: User) -> None:
    served(a_ledger(team), ana, "10-06 07:00", "10-06 15:00")

    found = asked()

    assert (found.is_paid, found.totals) == (False, {})
    assert [(one.currency, one.lines, one.total) for one in statement_of(found)] == [("", [], 0)]


def statement_of(found: Report) -> list[Statement]:
    return [one for account in found.people for one in account.statements or ()]


def test_a_week_is_paid_by_seat_and_class_and_adds_up(team: Team, ana: User) -> None:
    a_plan(
        team,
        {"per": "week", "amount": 500},
        {"per": "hour", "hour_class": "night", "amount": Decimal("2.505")},
        {"per": "week", "amount": 8, "gives": "time_off"},
        {"per": "week", "amount": 200, "seat": "secondary"},
    )
    served(a_ledger(team), ana, "10-05 07:00", "10-12 07:00")

    found = statement(ana)

    assert [(line.rate.per, line.units, line.money, line.minutes_off) for line in found.lines] == [
        ("week", 1, Decimal("500.00"), 0),
        ("hour", 45, Decimal("112.73"), 0),  # 112.725, half up
        ("week", 1, Decimal(), 480),
    ]
    assert (found.on_call, found.total, found.minutes_off) == (Decimal("612.73"), Decimal("612.73"), 480)  # fmt: skip
    assert asked().totals == {"EUR": Decimal("612.73")}


def test_days_before_the_first_plan_are_told_apart(team: Team, ana: User) -> None:
    a_plan(team, {}, starts_on=date(2026, 10, 8))
    served(a_ledger(team), ana, "10-05 22:00", "10-10 22:00")

    unpaid, paid = account(ana).statements or ()

    assert (unpaid.currency, unpaid.minutes, unpaid.total) == ("", 2 * 1440, 0)
    assert (paid.currency, paid.minutes, paid.total) == ("EUR", 3 * 1440, Decimal("240.00"))


def test_a_team_that_changes_its_currency_pays_in_both(team: Team, ana: User) -> None:
    a_plan(team, {})
    a_plan(team, {"amount": 1000}, starts_on=date(2026, 10, 8), currency="JPY")
    served(a_ledger(team), ana, "10-05 22:00", "10-08 22:00")

    found = asked()

    assert found.totals == {"EUR": Decimal("160.00"), "JPY": Decimal(1000)}


# Incidents


def test_after_hours_work_earns_time_off_by_the_plan_of_the_incidents_team(
    team: Team, ana: User
) -> None:
    a_plan(team, time_off=Decimal("1.5"), least_minutes=30)
    night = AnIncident(service=AService(team=team))
    unpaid = AnIncident(service=AService())
    did(night, ana, "10-06 01:00", "10-06 02:00")
    did(night, ana, "10-06 09:00")  # in the office
    did(unpaid, ana, "10-06 01:10", "10-06 03:00")

    found = statement(ana)

    assert [(one.effort.incident, one.after_hours, one.minutes_off) for one in found.times_off] == [
        (night.pk, 60, 90)
    ]
    assert (found.minutes_off, found.total) == (90, 0)


def test_an_effort_over_the_months_end_counts_once_where_it_began(team: Team, ana: User) -> None:
    a_plan(team, time_off=1)
    did(AnIncident(service=AService(team=team)), ana, "10-31 22:30", "11-01 00:30")

    assert statement(ana).minutes_off == 120
    assert not [one for one in asked(NOVEMBER).people if one.user == ana]


def test_the_same_minute_earns_once_whichever_team_asks(team: Team, ana: User) -> None:
    other = ATeam(slug="data")
    a_plan(team, time_off=1)
    a_plan(other, time_off=1)
    did(AnIncident(service=AService(team=team)), ana, "10-06 01:00", "10-06 02:00")
    did(AnIncident(service=AService(team=other)), ana, "10-06 01:30", "10-06 02:30")

    assert [statement(ana, team=one).minutes_off for one in (team, other)] == [60, 30]


def test_what_is_written_after_the_end_is_no_work(team: Team, ana: User) -> None:
    a_plan(team, time_off=1)
    over = AnIncident(service=AService(team=team), resolved=True, ended_at=at("10-06 02:00"))
    did(over, ana, "10-06 01:00", "10-06 02:00", "10-06 03:00")

    assert statement(ana).minutes_off == 60


def resolved(team: Team, *moments: str, **fields: Any) -> Any:
    """Return a declared incident that was resolved at these instants."""
    made = AnIncident(service=AService(team=team), declared=True, resolved=True, **{"rank": 1, **fields})  # fmt: skip
    for moment in moments:
        Milestone.objects.create(
            incident=made, kind="resolved", at=at(moment), recorded_at=at(moment)
        )
    return made


def test_bonuses_go_to_who_took_a_step_or_held_a_role(team: Team, ana: User) -> None:
    a_plan(team, bonus_1=150, bonus_2=75)
    worst = resolved(team, "10-06 03:00", ended_at=at("10-06 03:00"))
    second = resolved(team, "10-07 03:00", rank=2, ended_at=at("10-07 03:00"))
    bob, cyd = AUser(username="bob"), AUser(username="cyd")
    did(worst, ana, "10-06 02:00", kind="state")
    RoleAssignment.objects.create(incident=worst, role="comms", user=bob, from_at=at("10-06 02:10"))
    did(second, ana, "10-07 02:00", kind="state")
    did(worst, cyd, "10-06 02:30")  # a note is no part in it
    did(worst, cyd, "10-08 02:30", kind="state")  # nor is its review

    found = {one.user: one.statements or () for one in asked().people}

    assert [(one.incident.number, one.incident.code, one.money) for one in found[ana][0].bonuses] == [
        (worst.pk, "SEV-1", Decimal("150.00")), (second.pk, "SEV-2", Decimal("75.00")),
    ]  # fmt: skip
    assert found[ana][0].total == Decimal("225.00")
    assert found[bob][0].total == Decimal("150.00")
    assert cyd not in found


@pytest.mark.parametrize(
    ("fields", "moments"),
    [
        ({"rank": 3}, ["10-06 03:00"]),
        ({"declared_at": None}, ["10-06 03:00"]),
        ({"state": "false_alarm"}, ["10-06 03:00"]),
        ({}, ["09-30 20:00", "10-06 03:00"]),  # resolved in September first, reopened later
        ({}, []),
    ],
)
def test_what_earns_no_bonus(
    team: Team, ana: User, fields: dict[str, Any], moments: list[str]
) -> None:
    a_plan(team, bonus_1=150, bonus_2=75)
    incident = resolved(team, *moments, **{"ended_at": at("10-06 03:00"), **fields})
    did(incident, ana, "10-06 12:00", kind="state")

    assert asked().totals == {}


def test_a_night_from_page_to_resolution_is_what_the_actions_write(team: Team, ana: User) -> None:
    a_plan(team, time_off=1, bonus_1=150)
    incident = AnIncident(service=AService(team=team), rank=1, opened_at=at("10-06 00:55"))
    move(incident.pk, "acknowledge", by=reply(ana), at=at("10-06 01:00"))
    move(incident.pk, "investigate", by=person(ana), at=at("10-06 01:10"))
    move(incident.pk, "resolve", by=person(ana), at=at("10-06 01:45"))

    found = statement(ana)

    assert [(one.effort.starts_at, one.minutes_off) for one in found.times_off] == [
        (at("10-06 01:00"), 45)
    ]
    assert [(one.at, one.money) for one in found.bonuses] == [(at("10-06 01:45"), 150)]
    move(incident.pk, "reopen", by=person(ana), at=at("11-02 09:00"), reason="It fails again.")
    move(incident.pk, "resolve", by=person(ana), at=at("11-02 10:00"))
    assert [one.at for one in statement(ana).bonuses] == [at("10-06 01:45")]
    assert not [one for one in asked(NOVEMBER).people if one.user == ana]


# Who sees what


@pytest.mark.parametrize(
    ("reader", "others", "own"),
    [
        ("viewer", False, False),
        ("responder", False, True),
        ("stranger", False, True),
        ("manager", True, True),
        ("administrator", True, True),
    ],
)
def test_pay_is_for_oneself_for_managers_and_for_administrators(team: Team, ana: User, reader: str, others: bool, own: bool) -> None:  # fmt: skip
    by = {
        "viewer": lambda: AUser(group="Viewer"),
        "responder": AUser,
        "stranger": lambda: AUser(manages=ATeam(slug="other")),
        "manager": lambda: AUser(manages=team),
        "administrator": lambda: AUser(group="Administrator"),
    }[reader]()
    a_plan(team, {})
    schedule = a_ledger(team)
    for user in (ana, by):
        served(schedule, user, "10-05 22:00", "10-06 22:00")

    found = {one.user: one for one in asked(by=person(by)).people}

    assert found[ana].burden.hours  # the load is everybody's to see
    assert bool(found[ana].statements) is others
    assert bool(found[by].statements) is own


def test_a_token_that_only_reads_sees_no_pay(team: Team, ana: User) -> None:
    a_plan(team, {})
    served(a_ledger(team), ana, "10-05 22:00", "10-06 22:00")
    chief = AUser(group="Administrator")

    [one] = asked(by=person(chief, ceiling="viewer")).people

    assert one.statements is None


def test_a_manager_sees_what_the_own_team_pays_and_nothing_of_others(team: Team, ana: User) -> None:
    other = ATeam(slug="data")
    for one, slug, start in ((team, "shop", "10-05"), (other, "data", "10-07")):
        a_plan(one, {})
        served(a_ledger(one, slug), ana, f"{start} 22:00", f"{start} 23:00")

    found = account(ana, by=person(AUser(manages=team)))

    assert [one.team for one in found.statements or ()] == [team]
    assert len(account(ana, by=person(ana)).statements or ()) == 2


def test_nobody_who_is_signed_out_reads_it() -> None:
    with pytest.raises(NotAllowed):
        asked(by=person(AUser(is_active=False)))


def test_the_usual_period_is_the_month_before() -> None:
    assert last_month(date(2026, 3, 31)) == Period(date(2026, 2, 1), date(2026, 2, 28))
    assert last_month(date(2027, 1, 1)) == Period(date(2026, 12, 1), date(2026, 12, 31))


def test_a_house_without_schedules_has_an_empty_report() -> None:
    found = asked()

    assert (found.people, found.evenness, found.ratio, found.ledger_to) == ((), 1.0, None, None)
