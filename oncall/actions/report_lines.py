"""A report of load and pay line by line, for a spreadsheet: one row for each figure, so that amounts add up.

Kinds: `hours` (by team and class), `pages`, `pay` (a rate applied), `time off`, `bonus`.
"""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from oncall import rota
from oncall.actions.report import Account, Report, Statement
from oncall.actions.report_rows import Period
from oncall.rota.pay import Line, PayRate, rounded

HEADER = (
    "from", "to", "username", "name", "time_zone", "team", "kind", "what", "minutes", "units", "unit", "rate",
    "amount", "currency", "minutes_off",
)  # fmt: skip
DIGITS = 4
_Row = dict[str, object]


def lines_of(found: Report) -> Iterator[tuple[str, ...]]:
    """Yield the rows under HEADER, person by person."""
    first, last = found.period.first.isoformat(), found.period.last.isoformat()
    for account in found.people:
        user = account.user
        who = {
            "from": first, "to": last, "username": user.username, "name": user.display_name,
            "time_zone": user.time_zone,
        }  # fmt: skip
        for row in _of_account(found, account):
            told = {**who, **row}
            yield tuple(str(told.get(name, "")) for name in HEADER)


def file_name(period: Period) -> str:
    """Return what the file is called, without its ending."""
    return f"on-call-{period.first}-to-{period.last}"


def rate_words(rate: PayRate) -> str:
    """Return what a rate is for: "primary, per night hour"."""
    return f"{rate.seat}, per {f'{rate.hour_class} ' if rate.hour_class else ''}{rate.per}"


def short(amount: Decimal) -> str:
    """Return an amount as it was typed, with two digits at least: 80.00, 2.505."""
    text = f"{amount:f}"
    whole, _, rest = text.partition(".")
    return f"{whole}.{rest.rstrip('0'):0<2}"


def units(of: Fraction) -> str:
    """Return a number of hours, days or weeks to four digits."""
    return short(rounded(of, DIGITS))


def _of_account(found: Report, account: Account) -> Iterator[_Row]:
    for pk in sorted({team for team, _ in account.hours}):
        team = found.rows.teams[pk].slug
        for kind in rota.CLASSES:
            if minutes := account.hours.get((pk, kind), 0):
                yield {"team": team, "kind": "hours", "what": kind, "minutes": minutes}
    late = account.burden.pages_after_hours
    for what, number in (("business hours", account.burden.pages - late), ("after hours", late)):
        if number:
            yield {"kind": "pages", "what": what, "units": number, "unit": "page"}
    for statement in account.statements or ():
        for row in _of_statement(statement):
            yield {"team": statement.team.slug, **row}


def _of_statement(one: Statement) -> Iterator[_Row]:
    for line in one.lines:
        yield _of_line(line, one.currency)
    for off in one.times_off:
        yield {
            "kind": "time off", "what": f"INC-{off.effort.incident}", "minutes": off.after_hours,
            "rate": short(off.plan.time_off), "minutes_off": off.minutes_off,
        }  # fmt: skip
    for bonus in one.bonuses:
        incident = bonus.incident
        yield {
            "kind": "bonus", "what": f"INC-{incident.number} {incident.code} {incident.title}", "units": 1,
            "unit": "incident", "rate": bonus.money, "amount": bonus.money, "currency": one.currency,
        }  # fmt: skip


def _of_line(line: Line, currency: str) -> _Row:
    told: _Row = {
        "kind": "pay", "what": rate_words(line.rate), "minutes": line.minutes, "units": units(line.units),
        "unit": line.rate.per, "rate": short(line.rate.amount),
    }  # fmt: skip
    if line.rate.gives == "time_off":
        return {**told, "kind": "time off", "minutes_off": line.minutes_off}
    return {**told, "amount": line.money, "currency": currency}
