"""What visitors would read: the headline of the page and the update, before anybody says it."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.safestring import SafeString

from statuspage.actions import Announcement, Pending, findings, shapes
from statuspage.actions.checking import LONGEST_ADVICE
from statuspage.actions.picture import Picture, take
from statuspage.admin.written import Written
from statuspage.look import shape
from statuspage.look.banner import banner
from statuspage.look.components import is_large
from statuspage.look.text import body_html, lines_html
from statuspage.look.times import Times
from statuspage.models.public import LONGEST_BODY, LONGEST_NAME
from statuspage.rules.lint import Finding
from statuspage.rules.states import OVER, ComponentState, words
from statuspage.rules.uptime import Span


@dataclass(frozen=True, slots=True)
class Change:
    """A component that the update would move."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Preview:
    """`heading` and `sentence`: of the whole page; the rest: of the update. `findings`: what to look at again."""

    heading: str
    sentence: SafeString
    stage: str
    body: SafeString
    advice: SafeString | str
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]


def preview(found: Pending, written: Written, said: Announcement | None, at: datetime) -> Preview:
    """Return how the page would begin, and the update as it would stand; `said` None: some field is still wrong."""
    told = _kept(said or written.said)
    picture = take(found.page, at)
    states = written.states(picture.components)
    if told.state in OVER:
        states = dict.fromkeys(states, ComponentState.OPERATIONAL)
    page = _page(picture, found, told, states)
    top = banner(page, Times.of(page.site.zone, page.site.as_of), large=is_large(page.groups))
    return Preview(
        heading=top.heading,
        sentence=top.sentence,
        stage=words(told.state).capitalize(),
        body=body_html(told.body),
        advice=lines_html(told.advice),
        changes=tuple(
            Change(row.name, words(picture.state(row)), words(states[row.pk]))
            for row in picture.components
            if row.pk in states and states[row.pk] != picture.state(row)
        ),
        findings=tuple(findings(found.page, told)),
    )


def _kept(told: Announcement) -> Announcement:
    """Return as much of what was typed as could be published: more is refused, and not drawn first."""
    return replace(
        told,
        name=told.name[:LONGEST_NAME],
        body=told.body[:LONGEST_BODY],
        advice=told.advice[:LONGEST_ADVICE],
    )


def _page(
    picture: Picture, found: Pending, told: Announcement, states: dict[int, ComponentState]
) -> shape.PublicPage:
    """Return the status page as it would be, as far as its first lines need it."""
    spans = {**picture.spans, **{pk: _spans(picture, pk, state) for pk, state in states.items()}}
    made = shapes.status_page(replace(picture, spans=spans))
    url = found.public.path if found.public else ""
    others = tuple(one for one in made.open_incidents if one.url != url)
    if told.state in OVER or told.state not in set(shape.Stage):
        return replace(made, open_incidents=others)
    mine = shape.Incident(
        id="preview",
        title=told.name,
        url=url,
        started_at=found.said.started_at or picture.at,
        updates=(shape.Update("preview", shape.Stage(told.state), picture.at, told.body),),
        affected=tuple(
            shape.Affected(row.name, shape.State(states.get(row.pk, ComponentState.OPERATIONAL)))
            for row in picture.components
            if row.pk in states
        ),
        next_update_by=told.next_update_by,
    )
    return replace(made, open_incidents=(mine, *others))


def _spans(picture: Picture, pk: int, state: ComponentState) -> list[Span]:
    """Return a component's past, and the state that it would be in from now on."""
    before = list(picture.spans.get(pk, ()))
    if before and before[-1].end is None and before[-1].state == state:
        return before
    past = [replace(span, end=span.end or picture.at) for span in before]
    now = [Span(state, picture.at)] if state != ComponentState.OPERATIONAL else []
    return [*past, *now]
