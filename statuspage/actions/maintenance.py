"""Plan work that visitors are told of beforehand, and change the plan (areas/statuspage.md 6.4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import transaction

from core.actor import Actor
from core.errors import Conflict, Invalid, NotFound, NotPossible
from core.permissions import require
from statuspage.actions import ledger
from statuspage.actions.checking import LONGEST_ADVICE
from statuspage.actions.components import state_named
from statuspage.actions.leaks import refuse_leaks
from statuspage.actions.maintenance_words import Word, locked, say, show, window, zoned
from statuspage.actions.second import WORDS_ON_WORK, alone
from statuspage.actions.texts import line_of, text_of
from statuspage.models import Component, Maintenance, MaintenanceComponent, Page
from statuspage.models.public import LONGEST_BODY, LONGEST_NAME
from statuspage.rules.maintenance import Other, overlapping
from statuspage.rules.states import ComponentState, Work

FURTHEST = timedelta(days=730)
LONGEST = timedelta(days=90)
LONGEST_NOTICE = 30 * 24 * 60  # minutes
TAKEN = (
    "name", "advice", "scheduled_for", "scheduled_until", "begins_itself", "ends_itself",
    "tells_begin", "tells_end", "remind_minutes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """A maintenance as it is planned. Times are aware; `components`: public id -> how it does meanwhile.

    `body`: what subscribers are told of the plan, or of its change. `begins_itself` and the three after it:
    see `statuspage.Maintenance`. `remind_minutes` None: nobody is reminded. `is_sent`: subscribers are told of `body`.
    `alone_because`: why it can't wait for a second person, where the page asks for one.
    """

    name: str
    scheduled_for: datetime
    scheduled_until: datetime
    components: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    advice: str = ""
    begins_itself: bool = True
    ends_itself: bool = True
    tells_begin: bool = True
    tells_end: bool = True
    remind_minutes: int | None = None
    is_sent: bool = True
    alone_because: str = ""


def plan(
    page_id: int, planned: Plan, *, by: Actor, at: datetime, despite_findings: bool = False
) -> Maintenance:
    """Announce work on a page, visible at once, and note that its subscribers are told.

    Raises NotFound, NotAllowed, SecondNeeded, Leak, and Invalid for the first field that can't be.
    """
    with transaction.atomic():
        page = locked_page(page_id, by)
        reason = alone(page, planned.alone_because, WORDS_ON_WORK)
        ready = fit_to_announce(page, planned, at, despite_findings=despite_findings)
        return announce(page, replace(ready, alone_because=reason), by=by, at=at)


def locked_page(page_id: int, by: Actor) -> Page:
    """Return a page, locked, for whoever may publish there; raises NotFound, NotAllowed."""
    page = Page.objects.filter(pk=page_id).locked().first()
    if page is None:
        raise NotFound(f"There is no status page {page_id}.")
    require(by, "statuspage.publish", page)
    return page


def fit_to_announce(page: Page, planned: Plan, at: datetime, *, despite_findings: bool) -> Plan:
    """Return a plan that can be announced; raises Leak, and Invalid for the first field that can't be."""
    planned = _checked(page, planned, at)
    if not planned.body:
        raise Invalid.field("/body", "Write what visitors should know of it.", "required")
    refuse_leaks(page, planned.name, planned.body, planned.advice, despite=despite_findings)
    return planned


def announce(page: Page, planned: Plan, *, by: Actor, at: datetime) -> Maintenance:
    """Announce what is fit to be, inside the caller's transaction, under the page's lock."""
    work = Maintenance(page=page, created_at=at, updated_at=at)
    _take(work, planned, at)
    work.save()
    _touch(work, _components(page, planned.components), at)
    say(work, _word(planned, planned.body), by=by, at=at)
    show(page, at)
    return work


def change(
    public_id: str,
    planned: Plan,
    *,
    by: Actor,
    at: datetime,
    seen: int | None = None,
    despite_findings: bool = False,
) -> Maintenance:
    """Change a plan; other times are announced by one update, which subscribers are sent.

    What has begun keeps its beginning. `seen`: the sequence that the person knew; a later one wins (Conflict).
    Raises NotFound, NotAllowed, SecondNeeded, NotPossible for what is over, Leak, Invalid.
    """
    with transaction.atomic():
        work = locked(public_id, by)
        reason = alone(work.page, planned.alone_because, WORDS_ON_WORK)
        ready = fit_to_change(work, planned, at, seen=seen, despite_findings=despite_findings)
        return revise(work, replace(ready, alone_because=reason), by=by, at=at)


def fit_to_change(
    work: Maintenance, planned: Plan, at: datetime, *, seen: int | None, despite_findings: bool
) -> Plan:
    """Return a plan that this work can be changed to; raises NotPossible, Conflict, Leak, Invalid."""
    if work.state in (Work.COMPLETED, Work.CANCELLED):
        raise NotPossible(f"“{work.name}” is {work.state}; its plan can't be changed any more.")
    if seen is not None and seen != work.sequence:
        raise Conflict("Somebody changed this plan meanwhile. Look at it again.")
    planned = _checked(work.page, planned, at, known=work)
    refuse_leaks(work.page, planned.name, planned.body, planned.advice, despite=despite_findings)
    return planned


def revise(work: Maintenance, planned: Plan, *, by: Actor, at: datetime) -> Maintenance:
    """Change work to a plan that fits it, inside the caller's transaction, under the page's lock."""
    before = _calendar_facts(work)
    former = work.scheduled_for, work.scheduled_until
    _take(work, planned, at)
    moved = _touch(work, _components(work.page, planned.components), at)
    is_moved = former != (work.scheduled_for, work.scheduled_until)
    if work.scheduled_for != former[0]:
        work.moved_from = former[0]
    if is_moved or before != _calendar_facts(work):
        work.sequence += 1
    work.updated_at = at
    work.save()
    if is_moved or planned.body:
        body = planned.body or _moved(work, *former)
        say(work, _word(planned, body), by=by, at=at, moved=moved)
    show(work.page, at)
    return work


def warnings(page: Page, planned: Plan, at: datetime, *, known: str = "") -> list[str]:
    """Return what the planner should look at again, as sentences; none of it is refused. `known`: its own id."""
    said = []
    if planned.scheduled_for <= at and not _has_begun(page, known):
        said.append("It begins in the past: it is shown as begun at once.")
    rows = page.maintenances.filter(ended_at=None).exclude(public_id=known)
    others = [
        Other(
            row.name,
            row.scheduled_for,
            row.scheduled_until,
            frozenset(one.component.public_id for one in row.touched.all()),
        )
        for row in rows.prefetch_related("touched__component").order_by("scheduled_for", "pk")
    ]
    for other in overlapping(
        planned.scheduled_for, planned.scheduled_until, frozenset(planned.components), others
    ):
        when = window(page, other.begins, other.ends)
        said.append(f"“{other.name}” touches one of these components as well: {when}.")
    return said


def _checked(page: Page, planned: Plan, at: datetime, *, known: Maintenance | None = None) -> Plan:
    """Return a plan that can be stored."""
    _refuse_times(planned, at, known)
    minutes = planned.remind_minutes
    if minutes is not None and not 0 < minutes <= LONGEST_NOTICE:
        raise Invalid.field(
            "/remind_minutes", f"Remind between 1 and {LONGEST_NOTICE:,} minutes before, or never."
        )
    _components(page, planned.components)
    return replace(
        planned,
        name=line_of(planned.name, "/name", LONGEST_NAME, "name"),
        body=text_of(planned.body, "/body", LONGEST_BODY),
        advice=text_of(planned.advice, "/advice", LONGEST_ADVICE),
    )


def _refuse_times(planned: Plan, at: datetime, known: Maintenance | None) -> None:
    begins, ends = planned.scheduled_for, planned.scheduled_until
    if known is not None and known.began_at is not None and begins != known.scheduled_for:
        raise Invalid.field("/scheduled_for", "It has begun; its beginning can't be moved.")
    if ends <= begins:
        raise Invalid.field("/scheduled_until", "It must end after it begins.")
    if ends <= at and (known is None or known.scheduled_until != ends):
        raise Invalid.field("/scheduled_until", "Its end has passed; plan what is still to come.")
    if begins > at + FURTHEST:
        raise Invalid.field("/scheduled_for", f"Plan at most {FURTHEST.days} days ahead.")
    if ends - begins > LONGEST:
        raise Invalid.field("/scheduled_until", f"It may last {LONGEST.days} days at most.")


def _components(page: Page, given: Mapping[str, str]) -> dict[int, ComponentState]:
    states = {key: state_named(state, f"/components/{key}") for key, state in given.items()}
    known = {row.public_id: row.pk for row in Component.objects.filter(page=page, retired_at=None)}
    for key in states:
        if key not in known:
            text = f"There is no component {key[:50]!r} on {page.name}."
            raise Invalid.field("/components", text, "unknown_component")
    return {known[key]: state for key, state in states.items()}


def _word(planned: Plan, body: str) -> Word:
    return Word(body, is_sent=planned.is_sent, alone_because=planned.alone_because)


def _take(work: Maintenance, planned: Plan, at: datetime) -> None:
    """Set what was planned. Within the time of its reminder the notice itself is the reminder."""
    is_elsewhen = planned.scheduled_for != work.scheduled_for
    for name in TAKEN:
        setattr(work, name, getattr(planned, name))
    if is_elsewhen:
        ahead = timedelta(minutes=planned.remind_minutes or 0)
        work.reminded_at = at if at >= planned.scheduled_for - ahead else None


def _touch(
    work: Maintenance, touched: Mapping[int, ComponentState], at: datetime
) -> list[ledger.Moved]:
    """Set what it touches; once it has begun, what it holds follows, and what that moved is returned."""
    gone = work.touched.exclude(component__in=list(touched)).select_related("component")
    states = {one.component_id: ComponentState.OPERATIONAL for one in gone} | dict(touched)
    gone.delete()
    for component_id, state in touched.items():
        MaintenanceComponent.objects.update_or_create(
            maintenance=work, component_id=component_id, defaults={"state": state.value}
        )
    if work.began_at is None:
        return []
    rows = Component.objects.filter(pk__in=states).select_related("page")
    moved = [ledger.hold(row, states[row.pk], maintenance=work, since=at) for row in rows]
    return [one for one in moved if one.old != one.new]


def _calendar_facts(work: Maintenance) -> tuple[object, ...]:
    """Return what calendars show of it."""
    touched = sorted(work.touched.values_list("component", flat=True))
    return work.name, work.scheduled_for, work.scheduled_until, work.advice, touched


def _moved(work: Maintenance, begins: datetime, ends: datetime) -> str:
    """Say from when to when it was moved: the words of an update that nobody wrote."""
    page = work.page
    if begins == work.scheduled_for:
        until = zoned(page, work.scheduled_until)
        return f"Now planned to end at {until}, instead of {zoned(page, ends)}."
    now = window(page, work.scheduled_for, work.scheduled_until)
    return f"Moved to {now}. It was planned for {window(page, begins, ends)}."


def _has_begun(page: Page, public_id: str) -> bool:
    return page.maintenances.filter(public_id=public_id, began_at__isnull=False).exists()
