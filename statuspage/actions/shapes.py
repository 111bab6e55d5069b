"""From rows to what the look draws: the status page and what every page shares. No statement is run here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from statuspage.actions import looks
from statuspage.actions.picture import Picture, Told
from statuspage.actions.works import Planned, drawn
from statuspage.look import shape
from statuspage.models import Component, FollowedComponent, PublicUpdate
from statuspage.rules.followed import is_failing, shown_address, shown_provider
from statuspage.rules.promises import record
from statuspage.rules.states import BADNESS, ComponentState, Stage, Work
from statuspage.rules.uptime import Day, days, mean, start_of, uptime

PAST_DAYS = 15
DUE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Cause:
    """An incident or a maintenance: its title, its address, and from when to when (empty: it lasts)."""

    title: str
    url: str
    begin: datetime
    end: datetime | None


def site(picture: Picture) -> shape.Site:
    """Return what every page of a site shares, as of the picture's instant."""
    page = picture.page
    path = picture.place.path
    links = shape.Links(
        home=path("/"),
        history=path("/history"),
        stylesheet=path(looks.style(page).resource),
        icon=path(looks.icon(picture.marks)),
        rss=path("/history.rss"),
        atom=path("/history.atom"),
        json=path("/api/v2/summary.json"),
        calendar=path("/maintenance.ics"),
        planned=f"{path('/')}#planned" if picture.is_planned else "",
        subscribe=path("/subscribe") if page.takes_subscribers else "",
        figures=path("/uptime.json"),
        ledger=path("/ledger.csv"),
        support=page.support_url,
        product=page.product_url,
    )
    zone = "UTC" if page.time_zone == "Etc/UTC" else page.time_zone  # one name for people
    return shape.Site(
        name=page.name,
        zone=zone,
        as_of=picture.at,
        written_at=picture.at,
        due_at=picture.at + DUE,
        links=links,
        logo=looks.logo(picture.marks, picture.place),
        strict=page.is_strict,
    )


def status_page(picture: Picture) -> shape.PublicPage:
    """Return the status page."""
    local = picture.at.astimezone(picture.page.zone)
    past_since = start_of(local.date() - timedelta(days=PAST_DAYS - 1), picture.page.zone)
    over = [told for told in picture.incidents if told.row.resolved_at]
    ends = [told.row.resolved_at for told in over if told.row.resolved_at]
    works = {one.row.pk: work(picture, one) for one in picture.works}
    planned = [one for one in picture.works if one.row.state == Work.SCHEDULED]
    done = [one for one in picture.works if one.row.began_at and one.row.ended_at]
    return shape.PublicPage(
        site=site(picture),
        groups=tuple(_groups(picture)),
        open_incidents=tuple(
            incident(picture, told) for told in picture.incidents if told.row.is_open
        ),
        maintenance_now=tuple(works[one.row.pk] for one in picture.works if one.is_running),
        maintenance_planned=tuple(works[one.row.pk] for one in planned),
        past_maintenance=tuple(
            works[one.row.pk] for one in done if one.row.ended_at and one.row.ended_at >= past_since
        ),
        past=tuple(
            incident(picture, told)
            for told in over
            if told.row.resolved_at and told.row.resolved_at >= past_since
        ),
        reports_since=reports_since(picture),
        last_ended_at=max(ends, default=None),
        this_month=picture.place.path(f"/history/{local:%Y-%m}"),
    )


def reports_since(picture: Picture) -> date:
    """Return the first day that the page reported on."""
    page = picture.page
    earliest = min([page.created_at, *(row.measured_from for row in picture.components)])
    return earliest.astimezone(page.zone).date()


def causes(picture: Picture) -> list[Cause]:
    """Return the picture's incidents and maintenances as what made days less than operational."""
    path = picture.place.path
    incidents = [
        Cause(row.name, path(row.path), row.started_at, row.resolved_at)
        for row in (told.row for told in picture.incidents)
    ]
    works = [
        Cause(row.name, path(row.path), row.began_at, row.ended_at)
        for row in (one.row for one in picture.works)
        if row.began_at is not None
    ]
    return [*incidents, *works]


def component(picture: Picture, row: Component, *, causes: Sequence[Cause] = ()) -> shape.Component:
    """Return one component with its 90 days; `causes`: what to name on the days that they touched."""
    page = picture.page
    begin = max(start_of(picture.first_day, page.zone), row.measured_from)
    shows, spans = page.shows_uptime and row.shows_uptime, picture.spans.get(row.pk, ())
    return shape.Component(
        id=row.public_id,
        name=row.name,
        url=picture.place.path(f"/components/{row.public_id}"),
        state=shape.State(picture.state(row)),
        since=picture.since(row),
        days=runs(picture, _days(picture, row), causes) if row.shows_history else None,
        uptime=uptime(spans, begin, picture.at, weights=page.weights) if shows else None,
        source=_source(getattr(row, "followed", None), picture.at),
    )


def runs(picture: Picture, found: Iterable[Day], causes: Sequence[Cause] = ()) -> shape.Days:
    """Return days as runs of equal ones."""
    made: list[shape.DayRun] = []
    first: date | None = None
    for day in found:
        first = first or day.date
        run = _run(picture, day, causes)
        if made and _is_plain(run) and made[-1].state == run.state and _is_plain(made[-1]):
            made[-1] = shape.DayRun(run.state, made[-1].days + 1)
        else:
            made.append(run)
    return shape.Days(first or picture.first_day, tuple(made))


def incident(picture: Picture, told: Told) -> shape.Incident:
    """Return one public incident."""
    row = told.row
    lesson = next((u for u in reversed(told.updates) if u.state == Stage.POSTMORTEM), None)
    return shape.Incident(
        id=row.public_id,
        title=row.name,
        url=picture.place.path(row.path),
        started_at=row.started_at,
        ended_at=row.resolved_at,
        updates=tuple(_update(one) for one in told.updates if one.state != Stage.POSTMORTEM),
        affected=tuple(_affected(picture, told)),
        next_update_by=row.next_update_by,
        advice=row.advice,
        summary=row.summary,
        promises=_promises(picture, told) if picture.page.shows_promises else None,
        postmortem=shape.Postmortem(lesson.body, lesson.display_at) if lesson else None,
        atom=picture.place.path(f"{row.path}.atom"),
    )


def work(picture: Picture, one: Planned) -> shape.Maintenance:
    """Return one maintenance."""
    return drawn(picture.place, picture.page, one, picture.at)


def touched(told: Told) -> dict[int, list[tuple[datetime, ComponentState]]]:
    """Return when an incident put each component into which state; its first word speaks for its beginning."""
    found: dict[int, list[tuple[datetime, ComponentState]]] = {}
    for update in told.updates:
        at = told.row.started_at if update.number == 1 else update.display_at
        for change in update.changes.all():
            state = ComponentState(change.new_state)
            found.setdefault(change.component_id, []).append((at, state))
    return found


def _source(row: FollowedComponent | None, at: datetime) -> shape.Source | None:
    """Return who reports a component; None where that is us. Why nothing can be read stays inside."""
    if row is None:
        return None
    return shape.Source(
        shown_provider(row.provider, row.url),
        shown_address(row.url),
        is_heard=bool(row.state),
        silent_since=row.failing_since if is_failing(row.failing_since, at) else None,
    )


def _groups(picture: Picture) -> Iterable[shape.Group]:
    by_group: dict[int | None, list[shape.Component]] = {}
    for row in picture.components:
        if not row.only_show_if_degraded or picture.state(row) != ComponentState.OPERATIONAL:
            by_group.setdefault(row.group_id, []).append(component(picture, row))
    named = [(None, ""), *((group.pk, group.name) for group in picture.groups)]
    for pk, name in named:
        if pk in by_group:
            members = tuple(by_group[pk])
            yield shape.Group(name, members, mean(one.uptime for one in members))


def _days(picture: Picture, row: Component) -> list[Day]:
    return days(
        picture.spans.get(row.pk, ()),
        picture.first_day,
        picture.at,
        zone=picture.page.zone,
        measured_from=row.measured_from,
    )


def _run(picture: Picture, day: Day, causes: Sequence[Cause]) -> shape.DayRun:
    if day.worst is None:
        return shape.DayRun(shape.State.NO_DATA)
    if day.worst == ComponentState.OPERATIONAL:
        return shape.DayRun(shape.State.OPERATIONAL)
    begin = start_of(day.date, picture.page.zone)
    end = start_of(day.date + timedelta(days=1), picture.page.zone)
    return shape.DayRun(
        shape.State(day.worst),
        seconds=day.seconds(day.worst),
        weighted_seconds=day.weighted_seconds,
        causes=tuple(
            shape.DayCause(cause.title, cause.url)
            for cause in causes
            if cause.begin < end and (cause.end or picture.at) > begin
        ),
    )


def _is_plain(run: shape.DayRun) -> bool:
    return run.state in (shape.State.OPERATIONAL, shape.State.NO_DATA)


def _update(row: PublicUpdate) -> shape.Update:
    return shape.Update(
        id=str(row.number),
        stage=shape.Stage(row.state),
        at=row.display_at,
        body=row.body,
        changes=tuple(
            shape.Change(
                change.component.name, shape.State(change.old_state), shape.State(change.new_state)
            )
            for change in row.changes.all()
            if change.old_state != change.new_state
        ),
    )


def _affected(picture: Picture, told: Told) -> Iterable[shape.Affected]:
    """Give the present state of each component while it lasts; the worst one, and for how long, when it is over."""
    states = touched(told)
    groups = {group.pk: group.name for group in picture.groups}
    for row in picture.components:
        if row.pk not in states:
            continue
        steps, end = states[row.pk], told.row.resolved_at
        group = groups.get(row.group_id, "") if row.group_id else ""
        if end is None:
            yield shape.Affected(row.name, shape.State(steps[-1][1]), group)
            continue
        worst = max((state for _at, state in steps), key=BADNESS.__getitem__)
        yield shape.Affected(row.name, shape.State(worst), group, lasted(steps, worst, end))


def lasted(
    steps: Sequence[tuple[datetime, ComponentState]], state: ComponentState, end: datetime
) -> int:
    """Return the seconds that a component spent in `state` until `end`."""
    ends = [*(at for at, _state in steps[1:]), end]
    spent = (
        until - at
        for (at, kept), until in zip(steps, ends, strict=True)
        if kept == state and until > at
    )
    return int(sum(spent, timedelta()).total_seconds())


def _promises(picture: Picture, told: Told) -> shape.Promises:
    """Count the updates, and those that came after the time that the one before them had promised."""
    said = [(update.display_at, update.next_update_by) for update in told.updates]
    return shape.Promises(len(told.updates), record(said, picture.at).late)
