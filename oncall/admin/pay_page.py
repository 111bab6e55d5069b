"""Load and pay: who bore what in a period, what each is due, how every figure came about, and who should cover next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from core import clock
from core.admin.buttons import status_of
from core.admin.rights import allows, manages, manages_some, who
from core.csv_out import attachment
from core.errors import DomainError
from core.models import Team, User
from oncall.actions.paid import MARK, mark_paid, paid
from oncall.actions.promised import promised
from oncall.actions.report import OWN, Account, Report, Statement, report
from oncall.actions.report_lines import HEADER, file_name, lines_of
from oncall.actions.report_rows import LONGEST, Period, day_of, is_period, last_month
from oncall.actions.who_next import Next, who_next
from oncall.admin import pay_words as words
from oncall.admin.bars import when
from oncall.models import PayPlan, Schedule
from oncall.rota.civil import to_wall
from oncall.rota.pay import DAY

EDIT_PLAN = "oncall.edit_pay_plan"
SHOWN, NAMED = 4, 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. `problem`: why it is last month after all."""

    period: Period
    team: Team | None
    problem: str = ""

    @property
    def query(self) -> str:
        """Return it as the query of an address."""
        return _query(self.period, self.team)


@dataclass(frozen=True, slots=True)
class Cover:
    """Whom to ask for what a schedule lacks next; `people`: each with their burden, and whether they are eligible."""

    schedule: Schedule
    span: str
    is_gap: bool
    people: Sequence[tuple[User, str, bool]]
    url: str


def load_and_pay(request: HttpRequest) -> HttpResponse:
    """Show the report of a period, last month unless another is asked for; a POST marks it as paid."""
    asked, found = _found(request)
    if request.method == "POST":
        return _mark(request, asked)
    context = {
        "title": f"Load and pay, {words.title(asked.period)}",
        "said": words.sentence(found),
        "load": list(words.load_rows(found)),
        "total": words.total_row(found),
        "heads": words.HEADS,
        "pay": list(words.pay_rows(found)) if found.is_paid else [],
        "paid": words.paid(paid(found, by=who(request))),
        "may_mark": _may_mark(request, asked, found),
        "may_see_pay": found.is_paid and allows(request, OWN),
        "covers": _covers(asked, found),
        "missing": _missing(request, found),
        "rules": [*words.COUNTED, *(words.PAID if found.is_paid else ())],
    }
    return _page(request, "oncall/pay/page.html", asked, found, context)


def load_as_csv(request: HttpRequest) -> HttpResponseBase:
    """Send the same, a row for each figure."""
    _, found = _found(request)
    return attachment(file_name(found.period), HEADER, lines_of(found))


def one_person(request: HttpRequest, person: int) -> HttpResponse:
    """Show how one person's figures came about, to whom their pay is shown."""
    user = User.objects.filter(pk=person).first()
    if user is None:
        raise Http404
    asked, found = _found(request, user)
    [account] = found.people
    if account.statements is None:
        raise PermissionDenied
    context = {
        "title": f"{user.display_name}, {words.title(asked.period)}",
        "person": user,
        "zone": user.time_zone or "UTC",
        "heads": words.HEADS,
        "statements": [_statement(found, account, one) for one in account.statements],
        "paid": words.paid(paid(found, by=who(request), person=user)),
        "rules": [*words.COUNTED, *(words.PAID if found.is_paid else ())],
    }
    return _page(request, "oncall/pay/person.html", asked, found, context)


def _mark(request: HttpRequest, asked: Asked) -> HttpResponse:
    if asked.team is None:
        raise PermissionDenied
    try:
        mark_paid(asked.team, asked.period, by=who(request), at=clock.now())
    except DomainError as refusal:
        if status_of(refusal) == 403:
            raise PermissionDenied from refusal
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Marked as paid. What moves from now on is told here.")
    return HttpResponseRedirect(f"{reverse('admin:oncall_load')}?{asked.query}")


def _may_mark(request: HttpRequest, asked: Asked, found: Report) -> bool:
    """Return whether the button is offered: to a manager of the one team, for days that are over."""
    is_over = found.ends_at <= clock.now()
    return asked.team is not None and found.is_paid and is_over and allows(request, MARK, asked.team)  # fmt: skip


def _found(request: HttpRequest, person: User | None = None) -> tuple[Asked, Report]:
    by = who(request)
    if not allows(request, "oncall.view"):
        raise PermissionDenied
    asked = _asked(request)
    return asked, report(asked.period, by=by, team=asked.team, person=person)


def _asked(request: HttpRequest) -> Asked:
    """Return what the query asks for; a team is the reader's own where they have one, unless all are asked for."""
    reader = who(request).user
    zone = (reader and reader.time_zone) or "UTC"
    usual = last_month(to_wall(clock.now(), zone).date())
    slug = request.GET.get("team")
    team = (
        _own(reader) if slug is None else Team.objects.filter(slug=slug.replace("\0", "")).first()
    )
    written = [request.GET.get(name, "") for name in ("from", "to")]
    if not any(written):
        return Asked(usual, team)
    first, last = map(day_of, written)
    if first is None or last is None or not is_period(first, last):
        said = f"That is no period of 1 to {LONGEST} days, so this is last month."
        return Asked(usual, team, said)
    return Asked(Period(first, last), team)


def _own(reader: User | None) -> Team | None:
    """Return the one team that somebody is in; None for none or several."""
    found = list(Team.objects.filter(memberships__user=reader)[:2]) if reader else []
    return found[0] if len(found) == 1 else None


def _page(
    request: HttpRequest, template: str, asked: Asked, found: Report, context: Mapping[str, Any]
) -> HttpResponse:
    period, team = asked.period, asked.team
    whole = {
        **admin.site.each_context(request),
        "asked": asked,
        "found": found,
        "dash": words.NONE,
        "teams": Team.objects.all(),
        "before": _query(last_month(period.first), team),
        "after": _query(_next_month(period), team),
        "plans_url": reverse("admin:oncall_payplan_changelist") if allows(request, OWN) else "",
        **context,
    }
    request.current_app = admin.site.name
    return TemplateResponse(request, template, whole)


def _query(period: Period, team: Team | None) -> str:
    return urlencode(
        {"from": f"{period.first}", "to": f"{period.last}", "team": team.slug if team else ""}
    )


def _next_month(period: Period) -> Period:
    """Return the month after the one in which a period ends."""
    first = (period.last.replace(day=28) + 4 * DAY).replace(day=1)
    return Period(first, (first.replace(day=28) + 4 * DAY).replace(day=1) - DAY)


def _statement(found: Report, account: Account, one: Statement) -> dict[str, Any]:
    zone = account.user.time_zone or "UTC"
    return {
        "team": one.team,
        "currency": one.currency,
        "total": words.money(one.total, one.currency),
        "off": words.clock(one.minutes_off),
        "served": words.clock(one.minutes),
        "figures": list(words.figures(one, zone)),
        "shifts": list(words.shift_rows(found, account, one)),
    }


def _covers(asked: Asked, found: Report) -> list[Cover]:
    """Return whom to ask next for the schedules of the team that is looked at."""
    if asked.team is None:
        return []
    own = found.rows.schedules_of(asked.team.pk)
    schedules = sorted((found.rows.schedules[pk] for pk in own), key=lambda row: row.name)[:SHOWN]
    weights = {one.user.pk: one.burden.weight for one in found.people}
    known = who_next(schedules, {*found.rows.serving}, weights, clock.now())
    people = User.objects.in_bulk({one.user for each in known for one in each.people[:NAMED]})
    return [_cover(one, people) for one in known]


def _cover(one: Next, people: Mapping[int, User]) -> Cover:
    zone = one.schedule.zone
    plan = reverse("admin:oncall_schedule_plan", args=[one.schedule.pk])
    query = {"kind": "gap" if one.is_gap else "cover", "at": f"{one.span[0]:%Y-%m-%dT%H:%M:%SZ}"}
    return Cover(
        one.schedule, f"{when(*one.span, zone)} ({zone})", one.is_gap,
        [(people[each.user], f"{each.weight:,.0f}", not each.missing) for each in one.people[:NAMED]], f"{plan}?{urlencode(query)}",
    )  # fmt: skip


def _missing(request: HttpRequest, found: Report) -> dict[str, Any]:
    """Return what managers are told of teams without a pay plan; nothing for others."""
    if not (allows(request, EDIT_PLAN) or manages_some(request, EDIT_PLAN)):
        return {}
    planned = set(PayPlan.objects.values_list("team", flat=True))
    own = {team.pk: team for team in manages(request) if team.pk in found.rows.teams}
    return {
        "promises": promised({pk: team for pk, team in own.items() if pk not in planned}),
        "add_url": reverse("admin:oncall_payplan_add"),
    }
