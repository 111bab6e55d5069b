"""The demo's paid month: Load and pay has one figure that moved since it was paid."""

from datetime import date

import pytest

from core.actor import person
from core.models import Team
from incidents.models import Milestone, RoleAssignment
from oncall.actions.paid import paid
from oncall.actions.report import report
from oncall.actions.report_rows import Period
from oncall.demo.pay import pay_a_month
from tests.factories import AnIncident, AService, ATeam, AUser
from tests.oncall.pay_scene import END, a_ledger, a_plan, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))


@pytest.fixture
def team() -> Team:
    """Mona manages it, Bob had a part in its one incident, Ana has none noted."""
    made: Team = ATeam(slug="web", name="Web")
    a_plan(made, {}, bonus_2=75)
    a_ledger(made)
    AUser(username="mona", manages=made)
    bob, _ = (AUser(username=name, member_of=made) for name in ("bob", "ana"))
    incident = AnIncident(
        service=AService(team=made), rank=2, resolved=True, declared_at=at("10-20 09:00")
    )
    Milestone.objects.create(
        incident=incident, kind="resolved", at=at("10-20 10:00"), recorded_at=at("10-20 10:00")
    )
    RoleAssignment.objects.create(
        incident=incident, role="commander", user=bob, from_at=at("10-20 09:00")
    )
    return made


def test_one_figure_has_moved_since_and_the_incident_says_why(team: Team) -> None:
    pay_a_month(team, END)

    mona = person(team.memberships.get(role="manager").user)
    found = paid(report(OCTOBER, by=mona, team=team), by=mona)
    assert found is not None
    assert (found.row.paid_by, found.row.paid_at < END) == (mona.user, True)
    [moved] = found.moved
    assert (moved.paid.amount, moved.now.amount, moved.what.startswith("bonus")) == (0, 75, True)
    [late] = RoleAssignment.objects.exclude(role="commander")
    assert late.user.username == "ana"
    assert "the month is paid" in late.incident.timeline.get(kind="note").text


def test_where_nobody_earned_a_bonus_the_month_is_paid_as_it_stands(team: Team) -> None:
    Milestone.objects.all().delete()

    pay_a_month(team, END)

    assert team.paid_periods.count() == 1
    assert RoleAssignment.objects.count() == 1
