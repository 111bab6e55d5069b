"""`/api/v1/reports/oncall/`: load for everybody, pay for whom it concerns; as JSON and as CSV (R132)."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest

from core.models import Team, User
from tests.conftest import Clock
from tests.core.api.callers import Caller, a_caller, a_token, assert_problem, shelve_playbooks
from tests.factories import AnIncident, AService, ATeam, AUser
from tests.oncall.pay_scene import OCTOBER, a_ledger, a_plan, did, served
from tests.query_budget import assert_flat

pytestmark = pytest.mark.django_db
REPORT, CSV = "reports/oncall/", "reports/oncall/csv/"


@pytest.fixture
def team(clock: Clock) -> Team:
    """The Web team pays 80 EUR a day; Ana of Oslo served a week for it, Bob half a day."""
    shelve_playbooks()
    made: Team = ATeam(slug="web")
    a_plan(made, {}, {"per": "hour", "hour_class": "night", "amount": Decimal("2.505")}, time_off=1)
    schedule = a_ledger(made)
    ana = AUser(username="ana", first_name="Ana", time_zone="Europe/Oslo")
    served(schedule, ana, "10-05 07:00", "10-12 07:00")
    served(schedule, AUser(username="bob", first_name="Bob"), "10-12 07:00", "10-12 19:00")
    return made


def told(caller: Caller, **query: str) -> dict[str, Any]:
    answer = caller.get(REPORT, **{**OCTOBER, **query})
    assert answer.status_code == 200, answer.content
    return answer.json()


def rows(caller: Caller, **query: str) -> list[dict[str, str]]:
    answer = caller.get(CSV, **{**OCTOBER, **query})
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_an_administrator_reads_every_line_with_what_it_was_made_of(team: Team) -> None:
    found = told(a_caller("Administrator", "admin"))

    assert (found["paid"], found["ledger_to"], found["totals"]) == (True, None, {"EUR": "712.73"})
    ana, bob = found["people"]
    assert (ana["user"], ana["time_zone"]) == ("ana", "Europe/Oslo")
    assert ana["minutes"] == {"business": 2400, "evening": 2100, "night": 2700, "weekend": 2880}
    [statement] = ana["statements"]
    day, night = statement["lines"]
    assert (day["units"], day["rate"], day["amount"]) == ("7.00", "80.00", "560.00")
    assert (night["units"], night["rate"], night["amount"]) == ("45.00", "2.505", "112.73")
    assert statement["total"] == "672.73"
    [shift] = statement["shifts"]
    assert (shift["schedule"], sum(shift["minutes"].values())) == ("shop", 10080)
    assert bob["statements"][0]["lines"][0]["units"] == "0.50"


@pytest.mark.parametrize(
    ("group", "scope", "seen"),
    [
        ("Viewer", "admin", set()),
        ("Responder", "write", {"ana"}),
        ("Responder", "read", set()),
        ("Manager", "write", {"ana", "bob"}),
        ("Manager", "read", set()),
        ("Administrator", "admin", {"ana", "bob"}),
        ("Administrator", "read", set()),
    ],
)
def test_hours_are_everybodys_and_pay_is_not(team: Team, group: str, scope: str, seen: set[str]) -> None:  # fmt: skip
    user = User.objects.get(username="ana")
    if group == "Manager":
        user = AUser(manages=team)
    elif group != "Responder":
        user = AUser(group=group)
    caller = Caller(user, a_token(user, scope))

    people = told(caller)["people"]
    paid = {row["username"] for row in rows(caller) if row["kind"] in {"pay", "bonus", "time off"}}

    assert [one["user"] for one in people] == ["ana", "bob"]
    assert all(one["minutes"] for one in people)
    assert {one["user"] for one in people if one["statements"]} == seen == paid


def test_csv_has_a_row_for_each_figure_and_its_amounts_add_up(team: Team) -> None:
    incident = AnIncident(service=AService(team=team))
    did(incident, User.objects.get(username="ana"), "10-06 01:00", "10-06 01:30")
    User.objects.filter(username="bob").update(first_name="=Bob", last_name='"B"')

    found = rows(a_caller("Administrator", "admin"))

    assert {row["from"] for row in found} == {"2026-10-01"}
    hours = {(row["username"], row["what"]): row["minutes"] for row in found if row["kind"] == "hours"}  # fmt: skip
    assert hours["ana", "night"] == "2700"
    assert hours["bob", "business"] == "480"
    [off] = [row for row in found if row["kind"] == "time off"]
    assert (off["what"], off["minutes"], off["minutes_off"]) == (f"INC-{incident.pk}", "30", "30")
    assert sum(Decimal(row["amount"]) for row in found if row["amount"]) == Decimal("712.73")
    assert {row["name"] for row in found if row["username"] == "bob"} == {'\'=Bob "B"'}
    assert next(row for row in found if row["username"] == "bob" and row["unit"] == "day") == {
        "from": "2026-10-01", "to": "2026-10-31", "username": "bob", "name": "'=Bob \"B\"", "time_zone": "UTC",
        "team": "web", "kind": "pay", "what": "primary, per day", "minutes": "720", "units": "0.50", "unit": "day",
        "rate": "80.00", "amount": "40.00", "currency": "EUR", "minutes_off": "",
    }  # fmt: skip


def test_csv_is_a_file_and_what_is_refused_is_a_problem(team: Team) -> None:
    caller = a_caller("Administrator", "admin")

    answer = caller.send("GET", CSV, query=OCTOBER, Accept="text/csv")

    assert answer["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert answer["Content-Disposition"] == (
        'attachment; filename="on-call-2026-10-01-to-2026-10-31.csv"'
    )
    assert answer["Cache-Control"] == "no-store"
    assert_problem(caller.send("GET", CSV, query={"team": "no"}, Accept="text/csv"), 422, "unknown_team")  # fmt: skip
    assert_problem(caller.send("GET", CSV, Accept="text/html"), 406)


def test_without_days_it_is_the_month_before_in_the_callers_zone(team: Team, clock: Clock) -> None:
    caller = a_caller("Administrator", "admin", time_zone="Pacific/Auckland")
    clock.now = clock.now.replace(month=10, day=31, hour=12)  # 1 November in Auckland

    found = caller.get(REPORT).json()

    assert (found["from"], found["to"]) == ("2026-10-01", "2026-10-31")
    assert found["ledger_to"] is None


def test_one_team_and_one_person_can_be_asked_for(team: Team) -> None:
    other = ATeam(slug="data")
    served(a_ledger(other, "data"), AUser(username="cyd"), "10-05 07:00", "10-06 07:00")
    caller = a_caller("Administrator", "admin")

    assert [one["user"] for one in told(caller, team="data")["people"]] == ["cyd"]
    assert [one["user"] for one in told(caller, user="bob")["people"]] == ["bob"]
    assert told(caller, team="data", user="bob")["people"][0]["minutes"] == {}


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ({"from": "2026-10-01"}, "to", "required"),
        ({"to": "2026-10-01"}, "to", "required"),
        ({"from": "2026-10-02", "to": "2026-10-01"}, "to", "invalid"),
        ({"from": "2025-01-01", "to": "2026-10-01"}, "to", "invalid"),
        ({"from": "2026-W41", "to": "2026-10-31"}, "from", "invalid"),
        ({"from": "2026-10-32", "to": "2026-10-31"}, "from", "invalid"),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "from", "invalid"),
        ({"from": "9999-12-31", "to": "9999-12-31"}, "from", "invalid"),
        ({"from": "\u0662\u0660\u0662\u0666-10-01", "to": "2026-10-31"}, "from", "invalid"),
        ({"team": "a\0b"}, "team", "unknown_team"),
        ({"user": "nobody"}, "user", "unknown_user"),
        ({"month": "10"}, "month", "unknown_filter"),
    ],
)
def test_a_wrong_question_is_refused_by_its_name(
    team: Team, query: dict[str, str], parameter: str, code: str
) -> None:
    for path in (REPORT, CSV):
        body = assert_problem(a_caller().get(path, **query), 422, code)

        assert [one["parameter"] for one in body["errors"]] == [parameter]


def test_a_report_costs_the_same_for_three_people_and_for_thirty(team: Team) -> None:
    caller = a_caller("Administrator", "admin")
    schedule, service = a_ledger(team, "more"), AService(team=team)

    def more(count: int) -> None:
        for _ in range(count):
            user = AUser()
            served(schedule, user, "10-05 07:00", "10-06 07:00")
            did(AnIncident(service=service), user, "10-06 01:00", "10-06 02:00", kind="state")

    assert_flat(lambda: told(caller), more, most=20)
