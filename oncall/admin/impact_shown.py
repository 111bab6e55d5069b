"""Before saving: what changes, as a panel shows it (staff.md 7.5 "impact diff")."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.models import User
from oncall import rota
from oncall.actions.impact import Impact
from oncall.admin.bars import length, when
from oncall.admin.people import People

SHOWN, LISTED = 12, 400
_SEATS: Mapping[rota.Seat, str] = {"primary": "", "secondary": ", backup", "shadow": ", shadow"}
_TOLD: tuple[rota.HourClass, ...] = ("weekend", "night")


@dataclass(frozen=True, slots=True)
class Line:
    """One stretch that changes hands."""

    when: str
    before: str
    after: str
    hours: str
    told: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What the panel says. `told`: names of those who hear of it; `evenness`: better, worse or same."""

    weeks: int
    moved: int
    told: Sequence[str]
    unheard: Sequence[str]
    gaps_before: int
    gaps_after: int
    open_before: str
    open_after: str
    most_before: str
    most_after: str
    evenness: str
    clashes: Sequence[str]
    lines: Sequence[Line]
    warnings: Sequence[str] = ()

    @property
    def first_lines(self) -> Sequence[Line]:
        """Return the changes that are in sight at once."""
        return self.lines[:SHOWN]

    @property
    def further_lines(self) -> Sequence[Line]:
        """Return those that one press shows."""
        return self.lines[SHOWN:]

    @property
    def left_out(self) -> int:
        """Return how many changes are not listed."""
        return self.moved - len(self.lines)

    @property
    def closed(self) -> int:
        """Return how many gaps fewer there are; below zero: more."""
        return self.gaps_before - self.gaps_after


def shown(
    found: Impact, people: People, reader: User, zone: str, warnings: Sequence[str] = ()
) -> Shown:
    """Return an impact in words; the reader is not told of what the reader does."""
    told = [people[pk] for pk in found.people if pk in people and pk != reader.pk]
    turns = {user for one in found.after.rotations for slot in one.slots for user in slot}
    before, after = spread(found.hours_before, turns), spread(found.hours_after, turns)
    return Shown(
        round((found.ends_at - found.starts_at).days / 7), len(found.moves),
        [one.short for one in told], [one.short for one in told if one.trouble],
        len(found.gaps_before), len(found.gaps_after), _open(found.gaps_before), _open(found.gaps_after), _ratio(before), _ratio(after), _evenness(before, after),
        [_clash(one, people, zone) for one in found.conflicts],
        [_line(seat, one, people, reader, zone) for seat, one in found.moves[:LISTED]], warnings,
    )  # fmt: skip


def spread(hours: Mapping[int, float], turns: Container[int]) -> float | None:
    """Return how often the fewest hours go into the most, of those who take turns; None for fewer than two people."""
    worked = [value for user, value in hours.items() if value > 0 and user in turns]
    return max(worked) / min(worked) if len(worked) > 1 else None


def _open(gaps: Sequence[rota.Segment]) -> str:
    return length(sum((one.ends_at - one.starts_at for one in gaps), timedelta())) or "none"


def _ratio(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.1f}"


def _evenness(before: float | None, after: float | None) -> str:
    if before is None or after is None or f"{before:.1f}" == f"{after:.1f}":
        return "same"
    return "better" if after < before else "worse"


def _clash(one: rota.Shift, people: People, zone: str) -> str:
    return f"{people.names([one.user])} is away: {when(one.starts_at, one.ends_at, zone)}"


def _line(seat: rota.Seat, one: rota.Change, people: People, reader: User, zone: str) -> Line:
    moved = {*one.before} ^ {*one.after}
    told = [pk for pk in (*one.before, *one.after) if pk in moved and pk != reader.pk]
    return Line(
        when(one.starts_at, one.ends_at, zone),
        people.names(one.before),
        people.names(one.after),
        f"{length(one.ends_at - one.starts_at)}{_kind(one.starts_at, one.ends_at, zone)}{_SEATS[seat]}",
        people.shorts(told) if told else "\N{EN DASH}",
    )


def _kind(start: datetime, end: datetime, zone: str) -> str:
    """Say what time of life most of a stretch takes: the weekend, or the night."""
    spent = rota.classified(start, end, zone)
    most = (end - start) / 2
    return next((f" {kind}" for kind in _TOLD if spent.get(kind, timedelta()) > most), "")
