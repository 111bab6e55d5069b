"""The lanes of a schedule's picture: who answers, what changes that, each layer, backups and shadows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse

from oncall import rota
from oncall.actions.drafts import LATEST
from oncall.admin.bars import INSET, LETTER, LOW, TALL, WIDE, Bar, Lane, Link, fitting, when
from oncall.admin.bars import gaps as gap_bars
from oncall.admin.bars import shifts as shift_bars
from oncall.admin.people import Drawn, People
from oncall.admin.period import Period
from oncall.models import Schedule, SwapLeg, Unavailability

FINAL, BELOW, ROW = 72, 38, 30  # heights: the final lane, every other, one row of changes
MOST_ROWS = 6
SEAT_WORDS = {"primary": "Who answers", "secondary": "Who backs up", "shadow": "Shadow"}


@dataclass(frozen=True, slots=True)
class Known:
    """What is drawn: a schedule's plan with the names of its layers, who is away, and swaps that wait."""

    schedule: Schedule
    plan: rota.Plan
    layers: Mapping[int, str]
    away: Sequence[Unavailability] = ()
    asked: Sequence[SwapLeg] = ()


def finals(known: Known, period: Period, people: People, link: Link | None) -> list[Lane]:
    """Return who serves in the end: the first seat with its gaps, then the others that anybody holds."""
    found = []
    for seat in rota.SEATS:
        parts = rota.segments(known.plan, period.starts_at, period.ends_at, seat)
        if seat == "primary":
            bars = shift_bars(parts, period, people, height=TALL, link=link)
            bars += gap_bars(missing(known, period), period, link)
            bars.sort(key=lambda bar: bar.x)
            found.append(Lane(SEAT_WORDS[seat], FINAL, bars, is_final=True))
        elif any(one.seat == seat for one in known.plan.rotations):
            bars = [_quiet(bar, seat) for bar in shift_bars(parts, period, people, height=LOW)]
            found.append(Lane(SEAT_WORDS[seat], BELOW, bars, is_final=True))
    return found


def missing(known: Known, period: Period) -> list[rota.Segment]:
    """Return the gaps of the period, as far as the schedule asks for somebody."""
    row = known.schedule
    return rota.gaps(known.plan, period.starts_at, period.ends_at, row.expected, row.zone)


def layers(known: Known, period: Period, people: People, at: datetime) -> list[Lane]:
    """Return a lane for each layer, as it would turn alone; a seat with one layer has its own lane already."""
    turning = _in_force(known.plan, max(at, period.starts_at))
    by_seat = [one.seat for one in turning.values()]
    found = []
    for number, version in sorted(turning.items(), key=lambda item: _rank(item[1])):
        if version.seat != "primary" and by_seat.count(version.seat) < 2:
            continue
        mine = tuple(one for one in known.plan.rotations if one.layer == number)
        alone = rota.Plan(mine, absences=known.plan.absences)
        parts = [
            part
            for seat in dict.fromkeys(one.seat for one in mine)
            for part in rota.segments(alone, period.starts_at, period.ends_at, seat)
            if part.users
        ]
        if not parts and version.effective_to and version.effective_to <= period.starts_at:
            continue  # it has ended
        note = f"{version.seat}, " if version.seat != "primary" else ""
        bars = shift_bars(parts, period, people, height=LOW)
        name = known.layers.get(number, "New layer")
        found.append(Lane(name, BELOW, bars, f"{note}priority {version.priority}"))
    return found


def changes(known: Known, period: Period, people: People) -> Lane:
    """Return the lane of covers, swaps and absences; those of one time stand one below the other."""
    wanted = [*_overrides(known, period, people), *_absences(known, period, people)]
    wanted += _swaps(known, period, people)
    rows: list[float] = []
    bars = []
    for bar in sorted(wanted, key=lambda one: (one.x, one.end)):
        left, right = _extent(bar)
        place = next((n for n, edge in enumerate(rows) if edge <= left), len(rows))
        if place >= MOST_ROWS:
            continue
        rows[place : place + 1] = [right + 1]
        bars.append(replace(bar, y=6 + place * ROW))
    return Lane("Covers, swaps", max(len(rows), 1) * ROW + 8, bars)


def _in_force(plan: rota.Plan, at: datetime) -> dict[int, rota.Rotation]:
    """Return of each layer the version that turns at `at`, else the one that turned or will turn nearest."""
    found: dict[int, rota.Rotation] = {}
    for one in sorted(plan.rotations, key=lambda one: (one.effective_from is not None, one.effective_from)):  # fmt: skip
        if one.layer not in found or one.effective_from is None or one.effective_from <= at:
            found[one.layer] = one
    return found


def _rank(version: rota.Rotation) -> tuple[int, int, int]:
    return rota.SEATS.index(version.seat), -version.priority, version.layer


def _quiet(bar: Bar, seat: str) -> Bar:
    if seat != "shadow" or bar.drawn is None:
        return bar
    text = fitting(bar.width, f"{bar.drawn.short} learns, never paged", bar.text)
    return replace(bar, text=text, said=f"{bar.said}. Learns, is never paged")


def _extent(bar: Bar) -> tuple[float, float]:
    words = (len(bar.beside) * LETTER + INSET) * 100 / WIDE if bar.beside else 0
    return (bar.x - words, bar.end) if bar.is_left else (bar.x, bar.end + words)


def _overrides(known: Known, period: Period, people: People) -> list[Bar]:
    found = []
    for one in known.plan.overrides:
        drawn = people.get(one.user or one.subject or 0)
        if drawn is None or not _meets(one.starts_at, one.ends_at, period):
            continue
        words = _words(one, people, known.layers)
        url = reverse("admin:oncall_override_change", args=[one.seq]) if one.seq < LATEST else ""
        span = (one.starts_at, one.ends_at)
        found.append(_bar(span, period, None if one.kind == "remove" else drawn, words, url))
    return found


def _words(one: rota.Override, people: People, names: Mapping[int, str]) -> str:
    user, subject = (people[pk].short if pk in people else "somebody" for pk in (one.user or 0, one.subject or 0))  # fmt: skip
    where = f", {names.get(one.layer, '')}" if one.layer is not None else ""
    if one.source == "swap":
        return f"Swap: {user} for {subject}"
    if one.source == "take_pager":
        return f"{user} took the pager"
    said = {
        "cover": f"{user} covers",
        "substitute": f"{user} covers {subject}",
        "add": f"{user} as well",
        "remove": f"{subject} taken out",
    }
    return said[one.kind] + where


def _absences(known: Known, period: Period, people: People) -> list[Bar]:
    return [
        _bar(
            (row.starts_at, row.ends_at), period, None, f"{people[row.user_id].short} away",
            reverse("admin:oncall_unavailability_change", args=[row.pk]),
        )
        for row in known.away
        if row.user_id in people and _meets(row.starts_at, row.ends_at, period)
    ]  # fmt: skip


def _swaps(known: Known, period: Period, people: People) -> list[Bar]:
    found = []
    for leg in known.asked:
        swap = leg.swap
        giver, other = swap.owner_id, swap.taker_id or 0
        if leg.is_return:
            giver, other = other, giver
        if giver in people and _meets(leg.starts_at, leg.ends_at, period):
            whom = people[other].short if other in people else "anybody"
            words = f"Swap asked: {whom} for {people[giver].short}"
            url = reverse("admin:oncall_swap_change", args=[swap.pk])
            found.append(_bar((leg.starts_at, leg.ends_at), period, None, words, url))
    return found


def _meets(start: datetime, end: datetime, period: Period) -> bool:
    return start < period.ends_at and end > period.starts_at


def _bar(
    span: tuple[datetime, datetime], period: Period, drawn: Drawn | None, words: str, url: str
) -> Bar:
    x = period.place(span[0])
    width = round(period.place(span[1]) - x, 3)
    text = fitting(width, words)
    beside = "" if text else words
    needed = (len(beside) * LETTER + INSET) * 100 / WIDE
    is_left = bool(beside) and x + width + needed > 100
    said = f"{words}: {when(*span, period.zone)}"
    return Bar(
        x, width, 6, LOW, said, drawn, text, url, beside, is_left, is_hollow=drawn is None
    )  # fmt: skip
