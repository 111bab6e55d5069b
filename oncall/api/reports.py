"""REST API of load and pay: a report as JSON, and line by line as CSV; a period marked as paid."""

from datetime import date
from typing import cast

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.auth import caller
from core.api.bodies import Body
from core.api.formats import CsvRenderer, OrjsonRenderer
from core.api.operations import Operation, Parameter
from core.api.parameters import bad_parameter
from core.api.shapes import day, text
from core.api.views import Door, fields
from core.csv_out import attachment
from core.models import Team, User
from core.permissions import require
from oncall.actions.paid import Paid, mark_paid, paid
from oncall.actions.report import OWN, VIEW, Account, Report, Shown, Statement, report
from oncall.actions.report_lines import HEADER, file_name, lines_of, short, units
from oncall.actions.report_rows import (
    EARLIEST,
    LATEST,
    LONGEST,
    Period,
    day_of,
    is_period,
    last_month,
)
from oncall.api import report_shapes as shapes
from oncall.models import PaidPeriod
from oncall.rota.civil import to_wall
from oncall.rota.counted import MINUTE
from oncall.rota.pay import Line

SAID = (
    "Time on call is that of the ledger, each minute once over all schedules, by the person's own clock. Hours and pages are "
    "everybody's to see. What somebody is due is there for themselves, for the managers of the team that pays it and for "
    "Administrators, with a token that may write."
)
PARAMETERS = (
    Parameter("from", day("The first day, local to each person. Without it and `to`: last month.")),
    Parameter("to", day("The last day, included. Goes with `from`.")),
    Parameter("team", text("A slug; only its schedules, its plan and its incidents.", longest=50)),
    Parameter("user", text("A username; only this person.", longest=150)),
)


class OnCallReport(Door):
    """`/api/v1/reports/oncall/`."""

    tag = "On call"
    parameters = PARAMETERS
    operations = {"get": Operation("Report load and pay", shapes.REPORT, detail=SAID)}

    def get(self, request: Request) -> Response:
        """Return everybody's hours, pages and, where the caller may see it, pay."""
        found, team, person = _asked(request)
        last = paid(found, by=caller(request), person=person)
        return Response({**_written(found, team), "last_paid": last and _last_paid(last)})


class OnCallReportLines(Door):
    """`/api/v1/reports/oncall/csv/`."""

    tag = "On call"
    parameters = PARAMETERS
    renderer_classes = (OrjsonRenderer, CsvRenderer)
    operations = {
        "get": Operation(
            "Report load and pay as CSV",
            None,
            media="text/csv",
            detail=f"{SAID} One row for each figure; UTF-8 with a byte order mark, RFC 4180; a cell that would begin a "
            "formula has an apostrophe before it.",
        )
    }

    def get(self, request: Request) -> HttpResponseBase:
        """Return the same, a row for each figure."""
        found, _, _ = _asked(request)
        return attachment(file_name(found.period), HEADER, lines_of(found))


class PaidReport(Door):
    """`/api/v1/reports/oncall/paid/`."""

    tag = "On call"
    operations = {
        "post": Operation(
            "Mark a period as paid",
            shapes.PAID,
            takes=shapes.NEW_PAID,
            refuses=(409,),
            detail="Keeps every figure of the team as it is now, by its managers. From then on the report of the same days "
            "says which figures have moved since. Once more changes nothing while none has.",
        )
    }

    def post(self, request: Request) -> Response:
        """Keep it, and return when and by whom that was done."""
        by, body = caller(request), Body(fields(request))
        require(by, OWN)
        slug = body.text("team", required=True, longest=50)
        first, last = body.day("from", required=True), body.day("to", required=True)
        team = None if "\0" in slug else Team.objects.filter(slug=slug).first()
        if slug and team is None:
            body.refuse("team", f"There is no team {slug}.", "unknown_team")
        if first and last and not is_period(first, last):
            body.refuse("to", f"to is not before from, and {LONGEST} days at most are reported.")
        body.done()
        period = Period(cast(date, first), cast(date, last))
        row = mark_paid(cast(Team, team), period, by=by, at=clock.now())
        return Response({"team": slug, "from": f"{row.first}", "to": f"{row.last}", **_marked(row)})


def _asked(request: Request) -> tuple[Report, Team | None, User | None]:
    require(by := caller(request), VIEW)
    period, query = _period(request), request.query_params
    team, person = _team(query.get("team")), _user(query.get("user"))
    return report(period, by=by, team=team, person=person), team, person


def _period(request: Request) -> Period:
    first, last = _day(request, "from"), _day(request, "to")
    if first is None and last is None:
        user = caller(request).user
        return last_month(to_wall(clock.now(), (user and user.time_zone) or "UTC").date())
    if first is None or last is None:
        raise bad_parameter("to", "from and to go together.", "required")
    if not is_period(first, last):
        raise bad_parameter("to", f"to is not before from, and {LONGEST} days at most are reported.")  # fmt: skip
    return Period(first, last)


def _day(request: Request, name: str) -> date | None:
    written = request.query_params.get(name)
    if written is None:
        return None
    found = day_of(written)
    if found is None:
        raise bad_parameter(name, f"{name} is a day such as 2026-10-01, from {EARLIEST.year} to {LATEST.year}.")  # fmt: skip
    return found


def _team(slug: str | None) -> Team | None:
    if slug is None:
        return None
    found = None if "\0" in slug else Team.objects.filter(slug=slug).first()
    if found is None:
        raise bad_parameter("team", "There is no such team.", "unknown_team")
    return found


def _user(username: str | None) -> User | None:
    if username is None:
        return None
    found = None if "\0" in username else User.objects.filter(username=username).first()
    if found is None:
        raise bad_parameter("user", "Nobody is called that.", "unknown_user")
    return found


def _written(found: Report, team: Team | None) -> dict[str, object]:
    return {
        "from": found.period.first.isoformat(),
        "to": found.period.last.isoformat(),
        "team": team.slug if team else None,
        "paid": found.is_paid,
        "ledger_to": found.ledger_to,
        "evenness": round(found.evenness, 3),
        "max_to_min": round(found.ratio, 2) if found.ratio is not None else None,
        "totals": {currency: str(total) for currency, total in found.totals.items()},
        "people": [_person(found, one) for one in found.people],
    }


def _marked(row: PaidPeriod) -> dict[str, object]:
    return {"at": row.paid_at, "by": row.paid_by.username if row.paid_by else None}


def _last_paid(found: Paid) -> dict[str, object]:
    people = User.objects.in_bulk({one.user for one in found.moved})
    return {
        **_marked(found.row),
        "moved": [
            {
                "user": people[one.user].username if one.user in people else None,
                "currency": one.currency,
                "what": one.what,
                "paid": str(one.paid.amount),
                "now": str(one.now.amount),
                "more": str(one.more),
                "minutes_off_paid": one.paid.minutes_off,
                "minutes_off_now": one.now.minutes_off,
            }
            for one in found.moved
        ],
        "more": {currency: str(amount) for currency, amount in found.more.items()},
    }


def _person(found: Report, one: Account) -> dict[str, object]:
    burden, statements = one.burden, one.statements
    return {
        "user": one.user.username,
        "time_zone": one.user.time_zone,
        "minutes": {kind: length // MINUTE for kind, length in sorted(burden.hours.items())},
        "pages": burden.pages,
        "pages_after_hours": burden.pages_after_hours,
        "burden": round(burden.weight, 1),
        "statements": None if statements is None else [_statement(found, one) for one in statements],
    }  # fmt: skip


def _statement(found: Report, one: Statement) -> dict[str, object]:
    return {
        "team": one.team.slug,
        "currency": one.currency or None,
        "minutes": one.minutes,
        "lines": [_line(line) for line in one.lines],
        "bonuses": [
            {
                "incident": bonus.incident.number, "severity": bonus.incident.code, "resolved_at": bonus.at,
                "amount": str(bonus.money),
            }
            for bonus in one.bonuses
        ],
        "times_off": [
            {
                "incident": off.effort.incident, "start": off.effort.starts_at, "end": off.effort.ends_at,
                "minutes_after_hours": off.after_hours, "minutes_off": off.minutes_off,
            }
            for off in one.times_off
        ],
        "shifts": [_shift(found, shown) for shown in one.shifts],
        "on_call": str(one.on_call),
        "bonus": str(one.bonus),
        "total": str(one.total),
        "minutes_off": one.minutes_off,
    }  # fmt: skip


def _line(line: Line) -> dict[str, object]:
    rate = line.rate
    return {
        "plan_from": line.plan.starts_on.isoformat(),
        "seat": rate.seat,
        "per": rate.per,
        "class": rate.hour_class,
        "rate": short(rate.amount),
        "minutes": line.minutes,
        "units": units(line.units),
        "amount": None if rate.gives == "time_off" else str(line.money),
        "minutes_off": line.minutes_off,
    }


def _shift(found: Report, shown: Shown) -> dict[str, object]:
    shift = shown.shift
    return {
        "schedule": found.rows.schedules[shift.schedule].slug,
        "seat": shift.seat,
        "start": shift.starts_at,
        "end": shift.ends_at,
        "minutes": dict(shown.minutes),
    }
