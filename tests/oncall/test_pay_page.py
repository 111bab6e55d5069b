"""“Load and pay”: who bore what, what is due to whom it concerns, how it came about, who should cover (R131, R132)."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import Team, User
from incidents.models import Service
from oncall.admin.pay_words import NONE
from oncall.models import Layer, PaidPeriod, PayRate, RotationSlot, RotationVersion, Schedule
from tests.core import admin_scene as scene
from tests.factories import AnIncident, AResponder, ASchedule, AService, ATeam, AUser
from tests.oncall.desk import manager, words
from tests.oncall.pay_scene import a_ledger, a_plan, did, served
from tests.query_budget import assert_flat

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
PAGE = "/admin/load/"
WHEN = {"from": "2026-10-01", "to": "2026-10-31"}


@pytest.fixture
def team() -> Team:
    """Ana of Oslo served a week for the Web team in October, Bob half a day."""
    made: Team = ATeam(slug="web", name="Web")
    schedule = a_ledger(made)
    ana = AUser(username="ana", first_name="Ana", last_name="Berg", time_zone="Europe/Oslo")
    bob = AUser(username="bob", first_name="Bob", last_name="Cole")
    served(schedule, ana, "10-05 07:00", "10-12 07:00")
    served(schedule, bob, "10-12 07:00", "10-12 19:00")
    return made


def who(name: str) -> User:
    return User.objects.get(username=name)


def by(name: str) -> Client:
    return scene.signed_in(who(name))


def chief() -> Client:
    return scene.signed_in(AUser(username="ada", group="Administrator"))


def said(browser: Client, path: str = PAGE, **query: str) -> str:
    answer = browser.get(path, {**WHEN, **query})
    assert answer.status_code == 200, answer
    return words(answer)


def test_load_is_there_for_everybody_with_its_classes_and_who_bears_most(team: Team) -> None:
    text = said(scene.signed_in(AUser(group="Viewer")))

    assert "2 people served, 0 pages, 0 of them after hours. Ana Berg bears most" in text
    assert f"Ana Berg 168:00 40:00 35:00 45:00 48:00 {NONE} {NONE} {NONE}" in text
    assert "All 180:00" in text


def test_without_a_plan_nothing_of_pay_is_shown(team: Team) -> None:
    text = said(by("ana"))

    assert "Pay plans" not in text
    assert " due " not in text
    assert "rounded" not in text
    assert "Set a pay plan" not in text
    assert "Set a pay plan" in said(manager(team)[1])


@pytest.mark.parametrize(
    ("reader", "shown"),
    [("viewer", []), ("ana", ["Ana"]), ("mona", ["Ana", "Bob"]), ("ada", ["Ana", "Bob"])],
)
def test_pay_is_shown_to_whom_it_concerns(team: Team, reader: str, shown: list[str]) -> None:
    a_plan(team, {})
    browsers = {
        "viewer": lambda: scene.signed_in(AUser(group="Viewer")), "ana": lambda: by("ana"),
        "mona": lambda: manager(team)[1], "ada": chief,
    }  # fmt: skip

    browser = browsers[reader]()
    text = said(browser)

    assert ("Ana Berg Web 560.00 EUR" in text) is ("Ana" in shown)
    assert ("Bob Cole Web 40.00 EUR" in text) is ("Bob" in shown)
    assert ("All in EUR 600.00 EUR" in text) is (len(shown) == 2)
    assert ("EUR" in text) is bool(shown)
    answers = [browser.get(f"{PAGE}{who(name).pk}/", WHEN).status_code for name in ("ana", "bob")]
    assert answers == [200 if name in shown else 403 for name in ("Ana", "Bob")]


def test_a_person_s_page_shows_every_line_shift_and_incident(team: Team) -> None:
    a_plan(
        team,
        {},
        {"per": "week", "amount": 8, "gives": "time_off"},
        time_off=Decimal("1.5"),
        bonus_1=150,
    )
    other = a_ledger(ATeam(slug="data"), "data")
    served(other, who("ana"), "10-10 07:00", "10-12 07:00")
    incident = AnIncident(service=AService(team=team), title="Down")
    did(incident, who("ana"), "10-06 01:00", "10-06 02:00")

    text = said(chief(), f"{PAGE}{who('ana').pk}/")

    assert "Primary, per day plan from 1 Jan 2026 168:00 = 7.00 days 80.00 EUR 560.00 EUR" in text
    assert "Primary, per week plan from 1 Jan 2026 168:00 = 1.00 weeks 8.00 h off 8:00 off" in text
    assert (
        f"Time off for INC-{incident.pk} Tue 6 Oct 03:00 to 04:00 1:00 after hours \N{MULTIPLICATION SIGN} 1.50 1:30 off"
        in text
    )
    assert "560.00 EUR , 9:30 off" in text or "560.00 EUR, 9:30 off" in text
    assert "Shop, primary Mon 5 Oct 09:00 Mon 12 Oct 09:00 168:00 40:00 35:00 45:00 48:00" in text
    assert "own zone" in text


def test_what_counted_elsewhere_or_lies_outside_is_told(team: Team) -> None:
    ana, more = who("ana"), a_ledger(team, "more")
    served(more, ana, "10-11 07:00", "10-13 07:00")
    served(more, ana, "10-31 22:00", "11-01 22:00")

    text = said(chief(), f"{PAGE}{ana.pk}/")

    assert "More, primary 24:00 of it counts with another shift at the same time" in text
    assert (
        "More, primary only what lies in the period Sat 31 Oct 23:00 Sun 1 Nov 23:00 1:00" in text
    )


def test_the_file_has_what_the_page_has(team: Team) -> None:
    a_plan(team, {})

    answer = by("ana").get(f"{PAGE}csv/", WHEN)

    assert answer["Content-Disposition"].endswith('"on-call-2026-10-01-to-2026-10-31.csv"')
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert {row["username"] for row in rows} == {"ana", "bob"}
    assert [row["amount"] for row in rows if row["kind"] == "pay"] == ["560.00"]


def test_it_opens_with_last_month_and_the_reader_s_only_team(team: Team) -> None:
    served(
        a_ledger(ATeam(slug="data"), "data"), AUser(first_name="Cyd"), "10-05 07:00", "10-06 07:00"
    )
    mona, browser = manager(team)

    usual = words(browser.get(PAGE))

    assert "Load and pay, October 2026" in usual
    assert "Ana Berg" in usual
    assert "Cyd" not in usual
    assert "Cyd" in said(browser, team="")
    assert "Cyd" in words(chief().get(PAGE))
    assert mona.managed_team_ids == {team.pk}


@pytest.mark.parametrize(
    "query",
    [{"from": "x"}, {"from": "2026-10-31", "to": "2026-10-01"}, {"from": "2020-01-01", "to": "2026-10-01"}, {"to": "2026-10-31"}],
)  # fmt: skip
def test_what_is_no_period_is_last_month_and_says_so(team: Team, query: dict[str, str]) -> None:
    answer = chief().get(PAGE, query)

    assert answer.status_code == 200
    assert "That is no period of 1 to 400 days, so this is last month." in words(answer)


def test_an_empty_month_says_so_and_leads_on(team: Team) -> None:
    text = said(chief(), **{"from": "2026-07-01", "to": "2026-07-31"})

    assert "July 2026" in text
    assert "Nobody served in these days" in text
    assert 'href="?from=2026-06-01&amp;to=2026-06-30' in chief_html(
        **{"from": "2026-07-01", "to": "2026-07-31"}
    )


def chief_html(**query: str) -> str:
    browser = scene.signed_in(User.objects.get(username="ada"))
    return browser.get(PAGE, query).content.decode()


def test_the_months_lead_to_each_other_over_the_year(team: Team) -> None:
    html = scene.signed_in(who("ana")).get(PAGE, {"from": "2026-12-10", "to": "2026-12-20", "team": ""}).content.decode()  # fmt: skip

    assert 'href="?from=2026-11-01&amp;to=2026-11-30&amp;team="' in html
    assert 'href="?from=2027-01-01&amp;to=2027-01-31&amp;team="' in html


def test_a_ledger_that_ends_before_the_period_is_told(team: Team) -> None:
    assert "The ledger reaches to" not in said(chief())

    text = said(scene.signed_in(who("ana")), **{"from": "2026-11-01", "to": "2026-11-30"})

    assert "The ledger reaches to Fri 20 Nov 00:00 UTC." in text


def test_of_a_team_it_says_who_should_cover_next(team: Team) -> None:
    schedule = Schedule.objects.get(slug="shop")
    version = RotationVersion.objects.get(layer__schedule=schedule)
    RotationSlot.objects.bulk_create(
        RotationSlot(version=version, position=place, user=user) for place, user in enumerate([who("ana"), None])
    )  # fmt: skip
    for name in ("ana", "bob"):
        AResponder(user=who(name))
    Layer.objects.filter(schedule=schedule).update(name="First")

    one, everybody = said(chief(), team="web"), said(by("ana"), team="")

    assert "Who should cover next" in one
    assert "Shop , first gap" in one
    assert "Bob Cole (burden" in one or "Ana Berg (burden" in one
    assert "Fill it Shop" in one
    assert "Who should cover next" not in everybody


def test_the_turns_of_a_team_s_schedules_are_read_once_however_many_there_are(team: Team) -> None:
    for _ in range(3):
        ASchedule(team=team, people=[who("ana"), who("bob")])
    browser = chief()

    with CaptureQueriesContext(connection) as queries:
        said(browser, team="web")

    turns = [one for one in queries if 'LEFT OUTER JOIN "oncall_rotationslot"' in one["sql"]]
    assert len(turns) == 1


def test_a_playbook_that_promises_pay_asks_its_managers_for_a_plan(team: Team) -> None:
    AService(team=team, playbook_slug="imag")
    promise = (
        "The playbook Incident command (IMAG) promises pay for each day, time off for incidents after hours and a bonus for SEV-1 and SEV-2; "
        "no pay plan of Web says how much."
    )

    assert promise in said(manager(team)[1])
    assert promise not in said(by("ana"))
    a_plan(team)
    assert promise not in said(manager(team, "max")[1])
    assert Service.objects.count() == 1


def test_days_without_a_plan_are_told_apart_from_no_pay(team: Team) -> None:
    a_plan(team, {}, starts_on=date(2026, 10, 12))

    text = said(chief())

    assert "Ana Berg Web no plan in force for 159:00" in text
    assert "Ana Berg Web 30.00 EUR" in text


@pytest.mark.parametrize("path", [f"{PAGE}999/", f"{PAGE}0/"])
def test_nobody_of_that_number_is_404(team: Team, path: str) -> None:
    assert chief().get(path).status_code == 404


@pytest.mark.parametrize("query", [{"team": "a\0b"}, {"from": "\0", "to": "2026-10-31"}, {"team": "none"}])  # fmt: skip
def test_strange_questions_are_answered(team: Team, query: dict[str, Any]) -> None:
    assert chief().get(PAGE, query).status_code == 200


def test_the_page_costs_the_same_for_three_people_and_for_thirty(team: Team) -> None:
    a_plan(team, {}, time_off=1, bonus_2=75)
    schedule, service, browser = Schedule.objects.get(slug="shop"), AService(team=team), chief()

    def more(count: int) -> None:
        for _ in range(count):
            user = AUser()
            served(schedule, user, "10-13 07:00", "10-14 07:00")
            did(AnIncident(service=service), user, "10-14 01:00", "10-14 02:00", kind="state")

    assert_flat(lambda: said(browser), more, most=40)


def test_a_manager_marks_a_month_as_paid_and_the_page_says_what_moved(team: Team) -> None:
    a_plan(team, {})
    mona, browser = manager(team)
    assert "Mark as paid" in said(browser, team="web")
    assert "Marked as paid" not in said(browser, team="web")

    answer = browser.post(f"{PAGE}?{urlencode({**WHEN, 'team': 'web'})}", follow=True)
    PayRate.objects.update(amount=Decimal(90))

    assert "Marked as paid. What moves from now on is told here." in words(answer)
    assert f"by {mona.display_name}. Nothing has moved since." in words(answer)
    text = said(browser, team="web")
    assert "2 figures have moved since, together by +75.00 EUR." in text
    assert (
        "Ana Berg Primary, per day, plan from 2026-01-01 560.00 EUR 630.00 EUR +70.00 EUR" in text
    )
    own = said(by("ana"), f"{PAGE}{who('ana').pk}/", team="web")
    assert "1 figure has moved since, together by +70.00 EUR." in own
    assert "Bob" not in own


def test_nobody_but_its_manager_marks_a_team_as_paid_and_never_all_teams(team: Team) -> None:
    a_plan(team, {})
    query = urlencode({**WHEN, "team": "web"})

    assert "Mark as paid" not in said(by("ana"), team="web")
    assert by("ana").post(f"{PAGE}?{query}").status_code == 403
    assert chief().post(f"{PAGE}?{urlencode({**WHEN, 'team': ''})}").status_code == 403
    assert not PaidPeriod.objects.exists()


def test_a_month_that_goes_on_is_not_marked_and_says_until_when(team: Team) -> None:
    a_plan(team, {})
    _, browser = manager(team)
    query = {"from": "2026-11-01", "to": "2026-11-30", "team": "web"}

    assert "Mark as paid" not in said(browser, **query)
    answer = browser.post(f"{PAGE}?{urlencode(query)}", follow=True)
    assert "The period is not over for everybody: mark it as paid from 01 Dec 2026" in words(answer)
