"""The head of the incident's screen: the playbook's steps with their times, and the clocks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.models import User
from core.templatetags.house import span_of
from incidents.admin.screen_rows import Rows
from incidents.playbook import Duration, Step, steps
from incidents.playbook.lifecycle import LIVE, State

ON_PHONE = 4


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step as drawn: done, current or still to come; `at` is when it was reached (UTC)."""

    label: str
    icon: str
    is_done: bool
    is_current: bool
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Clock:
    """One fact of the head. A moment with a `way` ticks; else `text` or the person stands there.

    `tone`: good, bad or "". A phone shows the four of the least `weight`.
    """

    label: str
    at: datetime | None = None
    way: str = ""
    text: str = ""
    remark: str = ""
    remark_at: datetime | None = None
    tone: str = ""
    has_person: bool = False
    person: User | None = None
    weight: int = 5


def stepper(rows: Rows) -> list[ShownStep]:
    """Return the playbook's steps with the time at which each was reached."""
    shown = steps(rows.book)
    present = _present(rows, shown)
    is_over = rows.incident.state not in LIVE
    times = _times(rows, shown)
    return [
        ShownStep(
            label=step.label,
            icon=_icon(rows, place, present, is_over=is_over),
            is_done=place < present or (place == present and is_over),
            is_current=place == present and not is_over,
            at=times.get(place),
        )
        for place, step in enumerate(shown)
    ]


def _present(rows: Rows, shown: tuple[Step, ...]) -> int:
    """Return the place of the present state; of a side exit, the place that it was left from."""
    state = rows.incident.state
    known = [place for place, step in enumerate(shown) if state in step.states]
    if known:
        return known[0]
    before = rows.transitions[-1].from_state if rows.transitions else State.DETECTED
    return next((place for place, step in enumerate(shown) if before in step.states), 0)


def _icon(rows: Rows, place: int, present: int, *, is_over: bool) -> str:
    if place > present:
        return "state-upcoming"
    return "state-resolved" if place < present or is_over else f"state-{rows.incident.state}"


def _times(rows: Rows, shown: tuple[Step, ...]) -> dict[int, datetime]:
    """Return when each step was entered for the first time; the first one when it was opened."""
    place_of = {state: place for place, step in enumerate(shown) for state in step.states}
    times = {place_of.get(State.DETECTED, 0): rows.incident.opened_at}
    for log in rows.transitions:
        place = place_of.get(State(log.to_state))
        if place is not None:
            times.setdefault(place, log.at)
    return times


def clocks(rows: Rows) -> list[Clock]:
    """Return the facts in the order in which they stand."""
    return [*_impact(rows), *_answer(rows), *_public(rows), *_people(rows)]


def for_phone(found: Iterable[Clock]) -> set[str]:
    """Return the labels of the four facts that matter most at night."""
    return {one.label for one in sorted(found, key=lambda one: one.weight)[:ON_PHONE]}


def _impact(rows: Rows) -> Iterator[Clock]:
    incident = rows.incident
    began = rows.first("impact_started")
    start = began or incident.opened_at
    if incident.is_live:
        word = "Impact for" if began else "Open for"
        yield Clock(word, at=start, way="up", tone="bad" if incident.rank == 1 else "", weight=0)
    else:
        end = rows.first("restored") or incident.ended_at or rows.at
        yield Clock("Lasted", text=span_of(max(end - start, timedelta())), weight=0)
    if incident.declared_at is not None and incident.is_live:
        yield Clock("Declared", at=incident.declared_at, way="up", remark="ago")


def _answer(rows: Rows) -> Iterator[Clock]:
    incident, target = rows.incident, rows.severity.targets.ack
    since = rows.first("detected") or incident.opened_at
    if incident.acknowledged_at is not None:
        took = incident.acknowledged_at - since
        remark, tone = _against(took, target)
        yield Clock("Acknowledged in", text=span_of(took), remark=remark, tone=tone)
    elif incident.state == State.DETECTED:
        yield from _answer_due(since, target, rows.at)
        yield from _next_page(rows)
        yield Clock("Held by", has_person=True, weight=3)


def _answer_due(since: datetime, target: Duration | None, at: datetime) -> Iterator[Clock]:
    limit = target.elapsed if target is not None else None
    if limit is None:
        return
    due = since + limit
    if due >= at:
        yield Clock("Answer due in", at=due, way="down", remark=f"of {span_of(limit)}", weight=1)
    else:
        late = f"{span_of(at - due)} late"
        yield Clock("Answer due", text=late, remark=f"after {span_of(limit)}", tone="bad", weight=1)


def _against(took: timedelta, target: Duration | None) -> tuple[str, str]:
    """Return the target as a remark, and whether it was kept; a target in business hours is only named."""
    if target is None:
        return "", ""
    limit = target.elapsed
    if limit is None:
        return f"target {target}", ""
    return f"of {span_of(limit)}", "good" if took <= limit else "bad"


def _next_page(rows: Rows) -> Iterator[Clock]:
    paging = rows.paging
    if paging is not None and paging.next_at is not None:
        yield Clock(
            "Next page",
            at=paging.next_at,
            way="down",
            remark=f"to {paging.next_person}",
            weight=2,
        )


def _public(rows: Rows) -> Iterator[Clock]:
    promise = rows.promise
    if promise is None or promise.due_at is None or not rows.incident.is_live:
        return
    left = promise.due_at - rows.at
    if left < timedelta():
        late = f"{span_of(-left)} late"
        yield Clock("Next public update", text=late, remark_at=promise.due_at, tone="bad", weight=2)
    else:
        yield Clock(
            "Next public update",
            at=promise.due_at,
            way="down",
            remark_at=promise.due_at,
            weight=2,
        )


def _people(rows: Rows) -> Iterator[Clock]:
    commander = rows.holders.get("commander")
    if rows.incident.is_declared and (commander or rows.incident.is_live):
        person = commander.user if commander else None
        yield Clock("Commander", has_person=True, person=person, weight=3)
    holder = rows.incident.acknowledged_by
    is_same = commander is not None and holder is not None and commander.user_id == holder.pk
    if holder is not None and not is_same:
        yield Clock("Held by", has_person=True, person=holder, weight=4)
