"""A period marked as paid: no later correction moves what was paid without the report saying so (R132)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.actor import Actor, person
from core.errors import NotAllowed, NotPossible
from core.models import Team, User
from incidents.models import Incident, Milestone, RoleAssignment
from oncall.actions.paid import Paid, mark_paid, paid
from oncall.actions.report import report
from oncall.actions.report_rows import Period
from oncall.models import PaidPeriod, PayRate, Schedule, ServedShift
from tests.conftest import Clock
from tests.factories import AnIncident, AService, ATeam, AUser
from tests.oncall.pay_scene import a_ledger, a_plan, at, served

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
NOVEMBER = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture
def team() -> Team:
    """The Web team pays 80 EUR a day; Ana served a week in October, Bob half a day; Mona manages it."""
    made: Team = ATeam(slug="web", name="Web")
    a_plan(made, {}, bonus_1=150)
    schedule = a_ledger(made)
    served(schedule, AUser(username="ana"), "10-05 00:00", "10-12 00:00")
    served(schedule, AUser(username="bob"), "10-12 00:00", "10-12 12:00")
    AUser(username="mona", group="Responder", manages=made)
    return made


def by(name: str, *, ceiling: str = "administrator") -> Actor:
    return person(User.objects.get(username=name), ceiling=ceiling)


def marked(team: Team, moment: datetime = NOVEMBER) -> PaidPeriod:
    return mark_paid(team, OCTOBER, by=by("mona"), at=moment)


def seen(team: Team, reader: str = "mona", period: Period = OCTOBER) -> Paid | None:
    found = report(period, by=by(reader), team=team)
    return paid(found, by=by(reader))


def moves(team: Team, reader: str = "mona") -> list[tuple[str, str, str]]:
    """Return whose figures moved: the name, and money or minutes off before and now."""
    names = dict(User.objects.values_list("pk", "username"))
    found = seen(team, reader)
    assert found is not None
    return [
        (names[one.user], f"{one.paid.amount or one.paid.minutes_off}", f"{one.now.amount or one.now.minutes_off}")
        for one in found.moved
    ]  # fmt: skip


def an_incident(team: Team, rank: int) -> Incident:
    """Return an incident that Ana commanded and that was resolved in October."""
    made: Incident = AnIncident(service=AService(team=team), rank=rank, declared=True)
    Milestone.objects.create(
        incident=made, kind="resolved", at=at("10-07 10:00"), recorded_at=at("10-07 10:00")
    )
    RoleAssignment.objects.create(
        incident=made, role="commander", user=User.objects.get(username="ana"), from_at=at("10-07 09:00")
    )  # fmt: skip
    return made


def test_while_nothing_is_corrected_nothing_has_moved_and_marking_twice_changes_nothing(
    team: Team,
) -> None:
    assert seen(team) is None

    first = marked(team)
    again = marked(team, NOVEMBER + timedelta(days=1))

    assert moves(team) == []
    assert (again.pk, PaidPeriod.objects.count()) == (first.pk, 1)
    assert (first.paid_by, first.paid_at) == (User.objects.get(username="mona"), NOVEMBER)


def a_dearer_rate(team: Team) -> None:
    PayRate.objects.update(amount=Decimal(90))


def a_person_who_moved(team: Team) -> None:
    User.objects.filter(username="ana").update(time_zone="Asia/Tokyo")
    ServedShift.objects.filter(user__username="ana").update(ends_at=at("10-31 23:00"))


def a_plan_that_is_gone(team: Team) -> None:
    team.pay_plans.all().delete()


def a_schedule_given_away(team: Team) -> None:
    Schedule.objects.update(team=ATeam(slug="other"))


@pytest.mark.parametrize(
    ("correction", "told"),
    [
        (a_dearer_rate, [("ana", "560.00", "630.00"), ("bob", "40.00", "45.00")]),
        (a_person_who_moved, [("ana", "560.00", "2130.00")]),
        (a_plan_that_is_gone, [("ana", "560.00", "0"), ("bob", "40.00", "0")]),
        (a_schedule_given_away, [("ana", "560.00", "0"), ("bob", "40.00", "0")]),
    ],
)
def test_whatever_is_corrected_after_pay_day_is_told_with_what_it_was(
    team: Team, correction: Any, told: list[tuple[str, str, str]]
) -> None:
    kept = marked(team).figures

    correction(team)

    assert moves(team) == told
    assert PaidPeriod.objects.get().figures == kept


def test_a_severity_corrected_later_moves_the_bonus_and_says_by_how_much(team: Team) -> None:
    incident = an_incident(team, rank=3)
    marked(team)

    Incident.objects.filter(pk=incident.pk).update(rank=1)

    found = seen(team)
    assert found is not None
    [one] = found.moved
    assert (one.what, one.more, found.more) == (
        f"bonus for INC-{incident.pk}", Decimal(150), {"EUR": Decimal(150)},
    )  # fmt: skip


def test_a_title_or_a_name_corrected_later_moves_nothing(team: Team) -> None:
    an_incident(team, rank=1)
    marked(team)

    Incident.objects.update(title="Another title")
    User.objects.filter(username="ana").update(username="anna", first_name="Anna")

    assert moves(team) == []


def test_marked_again_the_newer_figures_are_compared_and_the_older_ones_stay(team: Team) -> None:
    marked(team)
    a_dearer_rate(team)

    marked(team, NOVEMBER + timedelta(days=5))

    assert moves(team) == []
    assert PaidPeriod.objects.count() == 2


def test_other_days_and_all_teams_together_are_not_marked(team: Team) -> None:
    ATeam(slug="other")
    marked(team)

    assert seen(team, period=Period(date(2026, 10, 1), date(2026, 10, 30))) is None
    assert paid(report(OCTOBER, by=by("mona")), by=by("mona")) is None


def test_everybody_sees_their_own_figures_move_and_nobody_those_of_others(team: Team) -> None:
    AUser(username="eve", group="Responder")
    AUser(username="vic", group="Viewer")
    marked(team)
    a_dearer_rate(team)

    assert moves(team, "ana") == [("ana", "560.00", "630.00")]
    assert moves(team, "eve") == []
    assert seen(team, "vic") is None
    reads = by("mona", ceiling="viewer")
    assert paid(report(OCTOBER, by=reads, team=team), by=reads) is None


def test_a_report_of_one_person_tells_of_that_person_alone(team: Team) -> None:
    marked(team)
    a_dearer_rate(team)
    bob = User.objects.get(username="bob")

    found = paid(report(OCTOBER, by=by("mona"), team=team, person=bob), by=by("mona"), person=bob)

    assert found is not None
    assert [one.user for one in found.moved] == [bob.pk]


def test_only_managers_of_the_team_mark_it(team: Team) -> None:
    AUser(username="nils", group="Responder", manages=ATeam(slug="other"))

    for name in ("ana", "nils"):
        with pytest.raises(NotAllowed):
            mark_paid(team, OCTOBER, by=by(name), at=NOVEMBER)


def test_what_is_not_over_or_not_written_down_is_not_marked(team: Team, clock: Clock) -> None:
    with pytest.raises(NotPossible, match="not over for everybody: mark it as paid from 01 Nov 2026"):  # fmt: skip
        marked(team, datetime(2026, 10, 31, 23, tzinfo=UTC))
    Schedule.objects.update(served_to=datetime(2026, 10, 31, 23, tzinfo=UTC))
    with pytest.raises(NotPossible, match="written down to 31 Oct 2026 23:00 UTC only"):
        marked(team)
    team.pay_plans.all().delete()
    with pytest.raises(NotPossible, match="has no pay plan"):
        marked(team)
    assert not PaidPeriod.objects.exists()
