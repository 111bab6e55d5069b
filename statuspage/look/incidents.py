"""One incident or maintenance as the pages show it: the answers, the advice, the newest updates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils.html import format_html
from django.utils.safestring import SafeString

from statuspage.look.shape import Affected, Incident, Maintenance, Promises, State, Update
from statuspage.look.states import CODES, NOW_RANK, WORDS, counted, listed, stage_word
from statuspage.look.text import clean, lines_html, safe_url
from statuspage.look.times import Times, duration, lasted
from statuspage.look.updates import Word, latest, words

# How many updates the status page shows of each incident.
NEWEST = 2
NAMED = 3
# Above this many components, how long each was affected is left to their own pages.
TIMED = 6


@dataclass(frozen=True)
class Fact:
    """One line of an answer: `code` is the icon's, empty for none."""

    value: SafeString | str
    note: SafeString | str = ""
    code: str = ""


@dataclass(frozen=True)
class Answer:
    """One cell: a label and its lines. `late`: the promise has passed."""

    label: str
    facts: tuple[Fact, ...]
    late: bool = False


@dataclass(frozen=True)
class Block:
    """What the status page shows of an open incident or of running work."""

    title: str
    url: str
    answers: tuple[Answer, ...]
    advice: SafeString
    words: tuple[Word, ...]
    more: str


def incident_block(incident: Incident, as_of: datetime, times: Times) -> Block:
    """Give an open incident with its newest updates."""
    total = len(incident.updates)
    return Block(
        title=clean(incident.title),
        url=safe_url(incident.url),
        answers=open_answers(incident, as_of, times, year=False),
        advice=lines_html(incident.advice),
        words=words(incident.updates, times)[:NEWEST],
        more=f"All {total} updates of this incident" if total > NEWEST else "",
    )


def maintenance_block(work: Maintenance, as_of: datetime, times: Times) -> Block:
    """Give running work with its newest updates."""
    total = len(work.updates)
    return Block(
        title=clean(work.title),
        url=safe_url(work.url),
        answers=work_answers(work, as_of, times),
        advice=lines_html(work.advice),
        words=words(work.updates, times)[:NEWEST],
        more=f"All {total} updates of this maintenance" if total > NEWEST else "",
    )


def work_answers(work: Maintenance, as_of: datetime, times: Times) -> tuple[Answer, ...]:
    """Answer what running work touches, when it began, when it ends and when more is said."""
    began = work.began_at or work.starts_at
    behind = int((began - work.starts_at).total_seconds())
    answers = (
        work_affected(work, WORDS[State.MAINTENANCE], "mt"),
        Answer("Began", (Fact(times.moment(began), _punctual(behind)),)),
        Answer("Planned end", (Fact(times.moment(work.ends_at), _left(work, as_of, times)),)),
        _next_update(work.next_update_by, None, as_of, times),
    )
    return tuple(answer for answer in answers if answer)


def work_affected(work: Maintenance, note: str = "", code: str = "") -> Answer | None:
    """Answer what work touches; None where it names no component."""
    if not work.affected:
        return None
    return Answer("Affected", (Fact(listed(map(clean, work.affected)), note, code),))


def open_answers(
    incident: Incident, as_of: datetime, times: Times, *, year: bool
) -> tuple[Answer, ...]:
    """Answer what is affected, since when, what was said latest and when more is said."""
    day = times.full_day(incident.started_at, year=year)
    answers = (
        _affected(incident.affected),
        Answer("Since", (Fact(times.hour(incident.started_at), day),)),
        _latest(latest(incident.updates), times),
        _next_update(incident.next_update_by, incident.promises, as_of, times),
    )
    return tuple(answer for answer in answers if answer)


def _latest(newest: Update | None, times: Times) -> Answer | None:
    if newest is None:
        return None
    return Answer("Latest update", (Fact(times.moment(newest.at), stage_word(newest.stage)),))


def over_answers(incident: Incident, ended_at: datetime, times: Times) -> tuple[Answer, ...]:
    """Answer what was affected, when it began and ended, and how often we wrote."""
    began = Fact(times.hour(incident.started_at), times.full_day(incident.started_at))
    later = f"{lasted(incident.started_at, ended_at)} later"
    ended = Fact(times.moment(ended_at), later)
    wrote = Fact(str(len(incident.updates)), _late(incident.promises))
    answers = (
        _affected(incident.affected),
        Answer("Began", (began,)),
        Answer("Ended", (ended,)),
        Answer("Updates", (wrote,)),
    )
    return tuple(answer for answer in answers if answer)


def affected_words(incident: Incident) -> str:
    """Give what was affected in one line: "E-books: major outage (12 min). Search: ..."."""
    whole = None
    if incident.ended_at:
        whole = int((incident.ended_at - incident.started_at).total_seconds())
    return " ".join(
        f"{fact.value}: {WORDS[state].lower()}{_part(seconds, whole)}."
        for state, seconds, fact in _clusters(incident.affected)
    )


def _part(seconds: int | None, whole: int | None) -> str:
    """Give a time in brackets unless it is the incident's own."""
    return f" ({duration(seconds)})" if seconds and seconds != whole else ""


def _affected(affected: Sequence[Affected]) -> Answer | None:
    facts = []
    for state, seconds, fact in _clusters(affected):
        time = f", {duration(seconds)}" if seconds is not None else ""
        facts.append(Fact(fact.value, f"{WORDS[state]}{time}", CODES[state]))
    return Answer("Affected", tuple(facts)) if facts else None


def _clusters(affected: Sequence[Affected]) -> Iterator[tuple[State, int | None, Fact]]:
    """Put those together that share a state, worst first; of a few, also the time in it counts."""
    timed = len(affected) <= TIMED

    def key(each: Affected) -> tuple[int, int]:
        return NOW_RANK[each.state], -(each.seconds or 0) if timed else 0

    for _, cluster in groupby(sorted(affected, key=key), key=key):
        alike = list(cluster)
        yield alike[0].state, alike[0].seconds if timed else None, Fact(_together(alike))


def _together(alike: Sequence[Affected]) -> str:
    names = list(dict.fromkeys(clean(each.name) for each in alike))
    if len(names) == 1 and len(alike) > 1 and len(alike) <= NAMED:
        return f"{names[0]} in {', '.join(clean(each.group) for each in alike)}"
    if len(alike) <= NAMED:
        return ", ".join(names)
    return counted(len(alike), "component")


def _next_update(
    due: datetime | None, promises: Promises | None, as_of: datetime, times: Times
) -> Answer | None:
    if due is None:
        return None
    record = f"{counted(promises.updates, 'update')}, {_late(promises)}" if promises else ""
    late = due < as_of
    fact = Fact(times.moment(due), record, "pa" if late else "")
    return Answer("Update was due" if late else "Next update by", (fact,), late=late)


def _late(promises: Promises | None) -> str:
    if promises is None:
        return ""
    return f"{promises.late} late" if promises.late else "none late"


def _punctual(behind: int) -> str:
    return (
        "as planned"
        if abs(behind) < 60
        else f"{duration(abs(behind))} {'late' if behind > 0 else 'early'}"
    )


def _left(work: Maintenance, as_of: datetime, times: Times) -> SafeString:
    # Of the minute that is shown, or the two times would not fit together.
    left = int((work.ends_at - as_of.replace(second=0, microsecond=0)).total_seconds())
    word = "left" if left >= 0 else "over"
    return format_html("{} {} at {}", duration(abs(left)), word, times.hour(as_of))
