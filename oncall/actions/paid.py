"""Periods marked as paid: the figures as they then were, and what has moved since (R132, docs/adr/0034)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from core.actor import Actor
from core.errors import NotPossible
from core.models import Team, User
from core.permissions import may, require
from oncall.actions.report import OTHERS, OWN, Report, Statement, report
from oncall.actions.report_lines import rate_words
from oncall.actions.report_rows import Period
from oncall.models import PaidPeriod

MARK = "oncall.edit_pay_plan"
_Key = tuple[int, str, str]  # user, currency, what


@dataclass(frozen=True, slots=True)
class Figure:
    """What one line comes to: money in its currency, and time off in minutes."""

    amount: Decimal = Decimal()
    minutes_off: int = 0


@dataclass(frozen=True, slots=True)
class Moved:
    """A figure that is another than when it was paid; nothing on either side where it is new, or gone."""

    user: int
    currency: str
    what: str
    paid: Figure
    now: Figure

    @property
    def more(self) -> Decimal:
        """Return how much money it is more now; below zero: less."""
        return self.now.amount - self.paid.amount

    @property
    def more_off(self) -> int:
        """Return how many minutes off it is more now; below zero: fewer."""
        return self.now.minutes_off - self.paid.minutes_off


@dataclass(frozen=True, slots=True)
class Paid:
    """How a period was last marked as paid, and what the reader may see of the figures that have moved since."""

    row: PaidPeriod
    moved: Sequence[Moved]

    @property
    def more(self) -> dict[str, Decimal]:
        """Return by how much money all of it moved, by currency."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for one in self.moved:
            found[one.currency] += one.more
        return dict(sorted(found.items()))


def mark_paid(team: Team, period: Period, *, by: Actor, at: datetime) -> PaidPeriod:
    """Keep what a team pays for a period that is over; by its managers. While nothing has moved, once more changes nothing.

    Raises NotAllowed, NotPossible.
    """
    require(by, MARK, team)
    with transaction.atomic():
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        found = report(period, by=by, team=team)
        _refuse_unready(found, team, at)
        listed = sorted(
            [*key, str(one.amount), one.minutes_off] for key, one in _present(found).items()
        )
        last = _latest(team, period)
        if last is not None and last.figures == listed:
            return last
        return PaidPeriod.objects.create(
            team=team, first=period.first, last=period.last, figures=listed, paid_at=at, paid_by=by.user
        )  # fmt: skip


def paid(found: Report, *, by: Actor, person: User | None = None) -> Paid | None:
    """Return how the report's period was last marked as paid; None where it never was, or several teams are asked for.

    `person`: whose report it is alone. One statement. Of others' figures only managers and Administrators see any.
    """
    if len(found.rows.teams) != 1 or not may(by, OWN):
        return None
    [team] = found.rows.teams.values()
    row = _latest(team, found.period)
    if row is None:
        return None
    is_seen_whole = may(by, OTHERS, team)
    then, now = _kept(row), _present(found)
    keys = [
        key
        for key in sorted(then.keys() | now.keys())
        if (is_seen_whole or key[0] == by.user_id) and (person is None or key[0] == person.pk)
    ]
    pairs = ((key, then.get(key, Figure()), now.get(key, Figure())) for key in keys)
    return Paid(
        row, [Moved(*key, before, after) for key, before, after in pairs if before != after]
    )


def _refuse_unready(found: Report, team: Team, at: datetime) -> None:
    if not found.is_paid:
        raise NotPossible(f"{team} has no pay plan, so nothing is due. Set a pay plan first.")
    if at < found.ends_at:
        raise NotPossible(f"The period is not over for everybody: mark it as paid from {found.ends_at:%d %b %Y %H:%M} UTC on.")  # fmt: skip
    if found.ledger_to is not None:
        raise NotPossible(f"What was served is written down to {found.ledger_to:%d %b %Y %H:%M} UTC only; try again in a few minutes.")  # fmt: skip


def _latest(team: Team, period: Period) -> PaidPeriod | None:
    rows = PaidPeriod.objects.filter(team=team, first=period.first, last=period.last)
    return rows.select_related("paid_by").order_by("-pk").first()


def _kept(row: PaidPeriod) -> dict[_Key, Figure]:
    return {
        (user, currency, what): Figure(Decimal(amount), off)
        for user, currency, what, amount, off in row.figures
    }


def _present(found: Report) -> Mapping[_Key, Figure]:
    """Return every figure of a report that the reader may see."""
    figures: dict[_Key, Figure] = defaultdict(Figure)
    for account in found.people:
        for statement in account.statements or ():
            for what, one in _lines(statement):
                key = (account.user.pk, statement.currency, what)
                before = figures[key]
                figures[key] = Figure(
                    before.amount + one.amount, before.minutes_off + one.minutes_off
                )
    return figures


def _lines(statement: Statement) -> Iterator[tuple[str, Figure]]:
    """Yield each figure with what names it whatever becomes of it: no amount, no title."""
    for line in statement.lines:
        gives = ", hours off" if line.rate.gives == "time_off" else ""
        what = f"{rate_words(line.rate)}{gives}, plan from {line.plan.starts_on}"
        yield what, Figure(line.money, line.minutes_off)
    for off in statement.times_off:
        yield f"time off for INC-{off.effort.incident}", Figure(minutes_off=off.minutes_off)
    for bonus in statement.bonuses:
        yield f"bonus for INC-{bonus.incident.number}", Figure(bonus.money)
