"""The days of a recurring event (RFC 5545, 3.3.10), reckoned in bounded time however odd its rule. Pure.

Read is what calendars of shifts and absences use: daily to yearly, with BYMONTH, BYMONTHDAY, BYDAY and BYSETPOS.
Periods are walked from just before the days asked for (a counted rule: from its beginning) and never past them,
so that a rule which matches no day at all costs no more than one that matches every day.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, takewhile

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
COUNTED_FOR = timedelta(days=5 * 366)
_READ = {
    "FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS", "WKST",
}  # fmt: skip
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)
_LONGEST = 10_000


class BadRule(ValueError):
    """The rule is none, or none that is read here; the text tells its sender why."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One recurrence rule, without its UNTIL; `weekdays` are (which one in the period, or 0 for all; Monday = 0)."""

    frequency: str
    interval: int = 1
    count: int | None = None
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()
    places: tuple[int, ...] = ()
    week_start: int = 0


def rule_of(parts: Mapping[str, Sequence[object]]) -> Rule:
    """Return the rule that has these parts, by name. Raises BadRule."""
    given = {name.upper(): [str(one).upper() for one in found] for name, found in parts.items()}
    frequency = " ".join(given.get("FREQ", ()))
    if frequency not in FREQUENCIES:
        raise BadRule("An event recurs daily, weekly, monthly or yearly; shifts don't more often.")
    if odd := sorted(given.keys() - _READ):
        raise BadRule(f"A recurrence rule with {', '.join(odd)[:80]} can't be read here.")
    weekdays = tuple(map(_weekday, given.get("BYDAY", ())))
    if frequency in {"DAILY", "WEEKLY"} and any(which for which, _ in weekdays):
        raise BadRule("Only in months and years is there a first or a last weekday (BYDAY).")
    return Rule(
        frequency,
        next(iter(_numbers(given, "INTERVAL", 1, _LONGEST)), 1),
        next(iter(_numbers(given, "COUNT", 1, 10**9)), None),
        _numbers(given, "BYMONTH", 1, 12),
        _numbers(given, "BYMONTHDAY", -31, 31),
        weekdays,
        _numbers(given, "BYSETPOS", -366, 366),
        _weekday(given.get("WKST", ["MO"])[0])[1],
    )


def days(rule: Rule, first: date, since: date, until: date) -> Iterator[date]:
    """Yield the days of a series that begins on `first`, from `since` on and before `until`, in order.

    Raises BadRule for a counted rule that began over COUNTED_FOR before `since`.
    """
    if rule.count is not None and since - first > COUNTED_FOR:
        raise BadRule("A counted event (COUNT) began over five years ago; let it end on a day (UNTIL).")  # fmt: skip
    all_of_it = (day for period in _periods(rule, first, since, until) for day in period)
    found = islice((day for day in all_of_it if day >= first), rule.count)
    return (day for day in takewhile(lambda day: day < until, found) if day >= since)


def _periods(rule: Rule, first: date, since: date, until: date) -> Iterator[list[date]]:
    """Yield the days of each period: all from the first on where they are counted, else from `since`."""
    start = first if rule.count is not None else max(first, since)
    if rule.frequency in {"DAILY", "WEEKLY"}:
        yield from _short_periods(rule, first, start, until)
        return
    months = rule.interval * (12 if rule.frequency == "YEARLY" else 1)
    origin = first.year * 12 + (first.month - 1 if rule.frequency == "MONTHLY" else 0)
    passed = max(start.year * 12 + start.month - 1 - origin, 0)
    number = origin + passed // months * months
    while number <= until.year * 12 + until.month - 1:
        year, month = divmod(number, 12)
        named = rule.months or (range(1, 13) if _is_whole_year(rule) else (first.month,))
        wanted = (month + 1,) if rule.frequency == "MONTHLY" else tuple(named)
        yield _chosen(rule, _in_months(rule, year, wanted, first))
        number += months


def _short_periods(rule: Rule, first: date, start: date, until: date) -> Iterator[list[date]]:
    is_week = rule.frequency == "WEEKLY"
    origin = first - (first.weekday() - rule.week_start) % 7 * _DAY if is_week else first
    step = rule.interval * (_WEEK if is_week else _DAY)
    period = origin + (start - origin) // step * step
    wanted = {day for _, day in rule.weekdays} or ({first.weekday()} if is_week else set(range(7)))
    while period < until:
        week = (period + n * _DAY for n in range(7 if is_week else 1))
        yield _chosen(rule, [day for day in week if day.weekday() in wanted and _fits(rule, day)])
        period += step


def _in_months(rule: Rule, year: int, months: Sequence[int], first: date) -> list[date]:
    """Return the days of some months of a year that a monthly or yearly rule names, in order."""
    whole = [[date(year, m, n + 1) for n in range(monthrange(year, m)[1])] for m in months]
    if rule.frequency == "YEARLY" and not rule.months and rule.weekdays:
        whole = [[day for month in whole for day in month]]  # the n-th of the year, not of a month
    found = [day for part in whole for day in _named(rule, part)]
    if not rule.weekdays and not rule.month_days:
        found = [day for day in found if day.day == first.day]
    return [day for day in found if _fits(rule, day)]


def _named(rule: Rule, part: Sequence[date]) -> Iterator[date]:
    """Yield the days of a month or year that fall on the rule's weekdays; all where it names none."""
    for day in part:
        before = (day - part[0]).days // 7 + 1
        after = -((part[-1] - day).days // 7) - 1
        places = {(which, day.weekday()) for which in (0, before, after)}
        if not rule.weekdays or places.intersection(rule.weekdays):
            yield day


def _fits(rule: Rule, day: date) -> bool:
    last = monthrange(day.year, day.month)[1]
    return (not rule.months or day.month in rule.months) and (
        not rule.month_days or bool({day.day, day.day - last - 1}.intersection(rule.month_days))
    )


def _is_whole_year(rule: Rule) -> bool:
    return bool(rule.weekdays or rule.month_days)


def _chosen(rule: Rule, period: list[date]) -> list[date]:
    """Keep what BYSETPOS names of a period, all without it."""
    if not rule.places:
        return period
    size = len(period)
    places = {place - 1 if place > 0 else size + place for place in rule.places}
    return [period[place] for place in sorted(places) if 0 <= place < size]


def _numbers(given: Mapping[str, Sequence[str]], name: str, low: int, high: int) -> tuple[int, ...]:
    found = []
    for text in given.get(name, ()):
        number = int(text) if re.fullmatch(r"[+-]?[0-9]{1,9}", text) else 0
        if not number or not low <= number <= high:
            raise BadRule(f"A recurrence rule has {name} from {low} to {high}, not {text[:20]}.")
        found.append(number)
    return tuple(sorted(set(found)))


def _weekday(text: str) -> tuple[int, int]:
    found = _WEEKDAY.fullmatch(text)
    if found is None or (found[1] and not int(found[1])):
        raise BadRule(f"A recurrence rule has weekdays such as MO or -1FR, not {text[:20]}.")
    return int(found[1] or 0), _DAYS.index(found[2])
