"""Load and pay as a screen shows them: rows of words, and the rules behind the figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from core.models import User
from core.templatetags.house import plural
from oncall import rota
from oncall.actions.fairness import WEIGHED
from oncall.actions.paid import Figure as PaidFigure
from oncall.actions.paid import Moved, Paid
from oncall.actions.report import Account, Report, Shown, Statement
from oncall.actions.report_lines import rate_words, short, units
from oncall.actions.report_rows import Period
from oncall.admin.bars import wall_time, when
from oncall.rota.counted import MINUTE
from oncall.rota.effort import TimeOff
from oncall.rota.pay import DAY, Line

NONE = "\N{EN DASH}"
HEADS = tuple(kind.title() for kind in rota.CLASSES)
COUNTED = (
    "Time on call is what the ledger holds as served, in whole minutes. A shadow seat does not count.",
    "Whoever serves several schedules at once is counted once: a schedule whose team has a pay plan before one without, "
    "then a primary seat before a secondary one, then the shift that began first, then the older schedule.",
    "Days and hours are those of the person's own zone: business is Monday to Friday 09:00 to 17:00, night 22:00 to "
    "07:00, evening the rest of a working day. A holiday counts where the schedule minds it.",
    WEIGHED,
)
PAID = (
    "A day is a local day of the person; a part of it is paid as that part, with 23 or 25 hours too. A week is seven days.",
    "Each line is rounded once, half up, to the smallest coin of its currency; totals add up the rounded lines.",
    "Work on an incident lasts from one deed on its timeline to the next, with no rest over two hours, and belongs to "
    "the day it began. The same minute earns time off once.",
    "A bonus belongs to the day on which the incident was resolved for the first time, by the severity that it has now; "
    "for a declared incident, to whoever took a step of it or held a role.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LoadRow:
    """One person's load; `hours` by class, as h:min."""

    user: User
    total: str
    hours: Sequence[tuple[str, str]]
    pages: str
    late: str
    burden: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class PayRow:
    """One statement. `user` None: a total of a currency."""

    user: User | None
    team: str
    on_call: str
    bonus: str
    total: str
    off: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a statement: what, of how much, at which rate, what it comes to."""

    what: str
    detail: str
    of: str
    rate: str
    amount: str
    incident: int = 0


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """One served shift, on the person's wall clock, and what of it counted."""

    what: str
    starts: str
    ends: str
    counted: str
    hours: Sequence[tuple[str, str]]
    note: str


@dataclass(frozen=True, slots=True)
class PaidWords:
    """How a period was marked as paid, and each figure that has moved since. `has_moved`: any has."""

    said: str
    moved: Sequence[tuple[str, str, str, str, str]]

    @property
    def has_moved(self) -> bool:
        """Return whether any figure is another now."""
        return bool(self.moved)


def paid(found: Paid | None) -> PaidWords | None:
    """Return it in words: who, what, then, now, by how much. None where the period was never marked."""
    if found is None:
        return None
    by = f" by {found.row.paid_by.display_name}" if found.row.paid_by else ""
    marked = f"Marked as paid on {day_words(found.row.paid_at.date())}{by}."
    if not found.moved:
        return PaidWords(f"{marked} Nothing has moved since.", ())
    more = [f"{amount:+,f} {currency}" for currency, amount in found.more.items() if amount]
    off = sum(one.more_off for one in found.moved)
    sums = ", ".join([*more, *([_more_off(off)] if off else [])]) or "nothing"
    people = User.objects.in_bulk({one.user for one in found.moved})
    said = f"{marked} {plural(len(found.moved), 'figure has,figures have')} moved since, together by {sums}."
    return PaidWords(said, [_moved(one, people.get(one.user)) for one in found.moved])


def _moved(one: Moved, user: User | None) -> tuple[str, str, str, str, str]:
    name = user.display_name if user else "somebody who is gone"
    by = [f"{one.more:+,f} {one.currency}"] if one.more else []
    by += [_more_off(one.more_off)] if one.more_off else []
    return name, one.what.capitalize().replace("inc-", "INC-"), _figure_words(one.paid, one), _figure_words(one.now, one), ", ".join(by)  # fmt: skip


def _figure_words(of: PaidFigure, one: Moved) -> str:
    if of.minutes_off or one.more_off:
        return f"{clock(of.minutes_off)} off"
    return money(of.amount, one.currency)


def _more_off(minutes: int) -> str:
    return f"{'+' if minutes > 0 else '-'}{clock(abs(minutes))} off"


def title(period: Period) -> str:
    """Return a period in words: October 2026, or 1 Oct 2026 to 15 Nov 2026."""
    first, last = period.first, period.last
    if first.day == 1 and (last + DAY).day == 1 and first.month == last.month and first.year == last.year:  # fmt: skip
        return f"{first:%B %Y}"
    return f"{day_words(first)} to {day_words(last)}"


def day_words(day: date) -> str:
    """Return a day in words: 1 Oct 2026."""
    return f"{day.day} {day:%b %Y}"


def clock(minutes: int) -> str:
    """Return minutes as h:min, a dash for none."""
    return f"{minutes // 60:,}:{minutes % 60:02}" if minutes else NONE


def money(amount: Decimal, currency: str) -> str:
    """Return an amount with its currency, a dash for none."""
    return f"{amount:,f} {currency}" if amount else NONE


def sentence(found: Report) -> str:
    """Return who bore what, as a sentence."""
    serving = sorted(
        (one for one in found.people if one.user.pk in found.rows.serving),
        key=lambda one: one.burden.weight,
    )
    if not serving or not serving[-1].burden.weight:
        return "Nobody served in these days."
    pages = sum(one.burden.pages for one in serving)
    late = sum(one.burden.pages_after_hours for one in serving)
    served = sum(1 for one in serving if one.hours)
    first = f"{plural(served, 'person,people')} served, {plural(pages, 'page,pages')}, {late:,} of them after hours."  # fmt: skip
    if len(serving) == 1:
        return first
    most, least = serving[-1].user.display_name, serving[0].user.display_name
    if found.ratio is None:
        return f"{first} {most} bears most, {least} nothing."
    return f"{first} {most} bears most, {found.ratio:.1f} times as much as {least}."


def load_rows(found: Report) -> Iterator[LoadRow]:
    """Yield everybody who served or had a turn."""
    for one in found.people:
        if one.user.pk in found.rows.serving:
            yield _load(one)


def total_row(found: Report) -> LoadRow | None:
    """Return all of it together; None for one person or none."""
    rows = [one for one in found.people if one.user.pk in found.rows.serving]
    if len(rows) < 2:
        return None
    hours = [sum(minutes_of(one, kind) for one in rows) for kind in rota.CLASSES]
    return LoadRow(
        rows[0].user, clock(sum(hours)), list(zip(HEADS, map(clock, hours), strict=True)),
        _count(sum(one.burden.pages for one in rows)), _count(sum(one.burden.pages_after_hours for one in rows)),
        f"{sum(one.burden.weight for one in rows):,.0f}", is_open=False,
    )  # fmt: skip


def minutes_of(one: Account, kind: rota.HourClass) -> int:
    """Return what somebody was on call within one class of hours."""
    return one.burden.hours.get(kind, timedelta()) // MINUTE


def pay_rows(found: Report) -> Iterator[PayRow]:
    """Yield every statement that the reader may see, then a total of each currency."""
    shown = [(one.user, statement) for one in found.people for statement in one.statements or ()]
    for user, one in shown:
        yield _pay(user, one.team.name, [one], one.currency)
    for currency in found.totals if len(shown) > 1 else ():
        of = [one for _, one in shown if one.currency == currency]
        yield _pay(None, f"All in {currency}", of, currency)


def figures(one: Statement, zone: str) -> Iterator[Figure]:
    """Yield the lines of a statement; instants are on the wall clock of `zone`."""
    for line in one.lines:
        yield _figure(line, one.currency)
    for off in one.times_off:
        yield Figure(
            f"Time off for INC-{off.effort.incident}", _spell(off, zone), f"{clock(off.after_hours)} after hours",
            f"\N{MULTIPLICATION SIGN} {short(off.plan.time_off)}", f"{clock(off.minutes_off)} off", off.effort.incident,
        )  # fmt: skip
    for bonus in one.bonuses:
        incident = bonus.incident
        yield Figure(
            f"{incident.code} bonus for INC-{incident.number}", incident.title, "1 incident", money(bonus.money, one.currency),
            money(bonus.money, one.currency), incident.number,
        )  # fmt: skip


def shift_rows(found: Report, account: Account, one: Statement) -> Iterator[ShiftRow]:
    """Yield the shifts of a statement, on the person's own clock."""
    zone = account.user.time_zone or "UTC"
    starts, ends = found.period.of(zone)
    for shown in one.shifts:
        shift = shown.shift
        within = (min(shift.ends_at, ends) - max(shift.starts_at, starts)) // MINUTE
        yield ShiftRow(
            f"{found.rows.schedules[shift.schedule].name}, {shift.seat}",
            wall_time(shift.starts_at, zone), wall_time(shift.ends_at, zone), clock(shown.counted),
            [(head, clock(shown.minutes.get(kind, 0))) for head, kind in zip(HEADS, rota.CLASSES, strict=True)],
            _note(shown, within, is_cut=shift.starts_at < starts or shift.ends_at > ends),
        )  # fmt: skip


def _spell(off: TimeOff, zone: str) -> str:
    """Return when somebody worked, and what a short call counts as."""
    start, end, least = off.effort.starts_at, off.effort.ends_at, off.plan.least_minutes
    said = wall_time(start, zone) if start == end else when(start, end, zone)
    return f"{said}, counts as {least} min" if (end - start) // MINUTE < least else said


def _note(shown: Shown, within: int, *, is_cut: bool) -> str:
    if shown.counted < within:
        return f"{clock(within - shown.counted)} of it counts with another shift at the same time"
    return "only what lies in the period" if is_cut else ""


def _load(one: Account) -> LoadRow:
    hours = [minutes_of(one, kind) for kind in rota.CLASSES]
    burden = one.burden
    return LoadRow(
        one.user, clock(sum(hours)), list(zip(HEADS, map(clock, hours), strict=True)), _count(burden.pages),
        _count(burden.pages_after_hours), f"{burden.weight:,.0f}", one.statements is not None,
    )  # fmt: skip


def _pay(user: User | None, team: str, of: Sequence[Statement], currency: str) -> PayRow:
    if not currency:
        unpaid = f"no plan in force for {clock(sum(one.minutes for one in of))}"
        return PayRow(user, team, unpaid, NONE, NONE, NONE)
    on_call = sum((one.on_call for one in of), Decimal())
    bonus = sum((one.bonus for one in of), Decimal())
    off = sum(one.minutes_off for one in of)
    return PayRow(
        user, team, money(on_call, currency), money(bonus, currency), money(on_call + bonus, currency), clock(off)
    )  # fmt: skip


def _figure(line: Line, currency: str) -> Figure:
    rate = line.rate
    is_off = rate.gives == "time_off"
    per = f"{short(rate.amount)} {'h off' if is_off else currency}"
    amount = f"{clock(line.minutes_off)} off" if is_off else money(line.money, currency)
    return Figure(
        rate_words(rate).capitalize(), f"plan from {day_words(line.plan.starts_on)}",
        f"{clock(line.minutes)} = {units(line.units)} {rate.per}s", per, amount,
    )  # fmt: skip


def _count(number: int) -> str:
    return f"{number:,}" if number else NONE
