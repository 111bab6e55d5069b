"""What would be said next of an internal incident: a person's draft, else what its present state proposes.

A proposal is not stored: it is told anew from the incident each time, so that it follows every step by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q
from django.utils.module_loading import import_string

from incidents.models import Incident
from incidents.playbook import Playbook, fill
from incidents.playbook.lifecycle import State
from incidents.playbook.response import Cadence, MessageTemplate, StatusPageRule
from statuspage.actions import ledger
from statuspage.actions.listing import as_shown
from statuspage.models import (
    Component,
    ComponentService,
    Draft,
    Hold,
    Page,
    PublicIncident,
    SharedComponent,
)
from statuspage.rules.sentences import listed, proposed
from statuspage.rules.states import OVER, ComponentState, Stage

USUAL_PROMISE = timedelta(minutes=30)
_FALLBACK = {
    State.IDENTIFIED: Stage.IDENTIFIED,
    State.MITIGATING: Stage.IDENTIFIED,
    State.MONITORING: Stage.MONITORING,
}
# What a severity looks like from outside, until a person says otherwise.
_BY_RANK = {1: ComponentState.MAJOR, 2: ComponentState.PARTIAL}


@dataclass(frozen=True, slots=True)
class Announcement:
    """One thing to say in public. `components`: public id -> state. `started_at`: when visitors began to be hit."""

    name: str
    state: str
    body: str
    components: Mapping[str, str] = field(default_factory=dict)
    next_update_by: datetime | None = None
    advice: str = ""
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """What an incident may say next, and to whom.

    `number`: of the update that it would be; `published`: how many there are. `components` are the page's own that
    stand for its service or that it holds, `shared` those of other pages that it lists: their state is said there.
    `states`: how all of them do now. `is_due`: there is something unsaid. `has_others`: other pages tell of it as well.
    """

    incident: Incident
    page: Page
    public: PublicIncident | None
    published: int
    components: tuple[Component, ...]
    states: Mapping[int, ComponentState]
    said: Announcement
    version: int = 0
    is_edited: bool = False
    is_due: bool = True
    shared: tuple[Component, ...] = ()
    has_others: bool = False

    @property
    def on_page(self) -> str:
        """Return " on NAME" where other pages tell of it as well, else ""."""
        return f" on {self.page.name}" if self.has_others else ""

    @property
    def number(self) -> int:
        """Return the number of the next update."""
        return self.published + 1

    @property
    def promised_at(self) -> datetime | None:
        """Return by when the next word is owed: as promised in public, or the first as the playbook asks."""
        if self.public is not None:
            return self.public.next_update_by
        return first_word_by(self.incident)


def pending(incident: Incident, at: datetime, page: str = "") -> Pending | None:
    """Return what may be said next on one page; None for what isn't declared, and where no such page tells of it.

    `page`: its public id; "" for the first that has told of it, else the first of all.
    """
    return chosen(pendings(incident, at), page)


def chosen(found: Sequence[Pending], page: str) -> Pending | None:
    """Return the one of a page, by its public id; for "" the first that has told of it, else the first of all."""
    if page:
        return next((one for one in found if one.page.public_id == page), None)
    return next((one for one in found if one.public is not None), found[0] if found else None)


def pendings(incident: Incident, at: datetime) -> tuple[Pending, ...]:
    """Return what may be said next on every page that tells of it, the default page first; none of what isn't declared.

    Each page has its own draft, its own public incident and its own promise; none knows of another's.
    """
    if not incident.is_declared:
        return ()
    told = PublicIncident.objects.select_related("page").annotate(said=Count("updates"))
    publics = {row.page_id: row for row in told.filter(incident=incident)}
    drafts = {row.page_id: row for row in Draft.objects.filter(incident=incident)}
    components = _components(incident, publics, drafts)
    shared = _shared(incident)
    listed_on = {row.page_id: row.page for row in (*components, *shared)}
    listed_on |= {row.page_id: row.page for row in publics.values()}
    pages = sorted(listed_on.values(), key=lambda page: (not page.is_default, page.name, page.pk))
    states = ledger.present_states([*components, *shared])
    began = began_at(incident) if len(publics) < len(pages) else None
    blank = Announcement("", Stage.INVESTIGATING, "", started_at=began)
    return tuple(
        _with_draft(
            Pending(
                incident=incident,
                page=page,
                public=publics.get(page.pk),
                published=getattr(publics.get(page.pk), "said", 0),
                components=tuple(row for row in components if row.page_id == page.pk),
                shared=tuple(row for row in shared if row.page_id == page.pk),
                states=states,
                said=blank,
                has_others=len(pages) > 1,
            ),
            drafts.get(page.pk),
            at,
        )
        for page in pages
    )


def first_word_by(incident: Incident) -> datetime | None:
    """Return by when the playbook wants the first public word; None where it wants none."""
    if incident.declared_at is None or not incident.is_live:
        return None
    waits = [one.first_within for one in _cadences(incident) if one.first_within is not None]
    elapsed = waits[0].elapsed if waits else None
    return incident.declared_at + elapsed if elapsed is not None else None


def _with_draft(found: Pending, draft: Draft | None, at: datetime) -> Pending:
    proposal = _proposal(found, at)
    stage_now = found.public.state if found.public else ""
    if draft is not None and draft.is_edited:
        said = Announcement(
            name=draft.name,
            state=draft.state,
            body=draft.body,
            components=draft.components,
            next_update_by=_still_ahead(draft.next_update_by, proposal.next_update_by, at),
            advice=draft.advice,
            started_at=proposal.started_at,
        )
        return replace(found, said=said, version=draft.version, is_edited=True)
    is_due = proposal.state != stage_now and _is_wanted(found.incident, stage_now)
    version = draft.version if draft else 0
    return replace(found, said=proposal, version=version, is_due=is_due)


def is_news(incident: Incident, told: str, over_since: datetime | None) -> bool:
    """Return whether a declared incident's present state says something that a page has not told.

    `told`: the stage that the page tells, "" before its first word; `over_since`: when it told that it is over, if it did.
    """
    return _is_wanted(incident, told) and _stage(incident, told, over_since) != told


def _is_wanted(incident: Incident, told: str) -> bool:
    """Return whether the public hears of it: what it has heard of, and what the playbook wants told while it lasts."""
    return told != "" or (incident.is_live and incident.rank in _rule(incident).ranks)


def _still_ahead(
    kept: datetime | None, proposed_by: datetime | None, at: datetime
) -> datetime | None:
    """Return a draft's promise, or the proposal's where its time has passed while nobody published it."""
    return proposed_by if kept is not None and kept <= at else kept


def _components(
    incident: Incident, publics: Mapping[int, PublicIncident], drafts: Mapping[int, Draft]
) -> list[Component]:
    """Return the components of its service, those that the public ones hold, and those that a draft names."""
    services = ComponentService.objects.filter(service=incident.service_id)
    wanted = Q(pk__in=services.values("component"), retired_at=None)
    if publics:
        holds = Hold.objects.filter(incident__in=list(publics.values()))
        wanted |= Q(pk__in=holds.values("component"))
    for row in drafts.values():
        if row.is_edited:
            wanted |= Q(public_id__in=list(row.components), page=row.page_id)
    rows = Component.objects.select_related("page", "group").filter(wanted)
    return list(rows.order_by("group__position", "position", "pk"))


def _shared(incident: Incident) -> list[Component]:
    """Return the components of its service that other pages list too, as those pages call them; never save one."""
    services = ComponentService.objects.filter(service=incident.service_id)
    rows = SharedComponent.objects.filter(
        component__in=services.values("component"), component__retired_at=None
    )
    return [as_shown(row) for row in rows.select_related("page", "component")]


def _proposal(found: Pending, at: datetime) -> Announcement:
    public = found.public
    told = (public.state, public.resolved_at) if public is not None else ("", None)
    stage = _stage(found.incident, *told)
    lesson = _lesson(found)
    if stage is Stage.RESOLVED and lesson:
        return replace(_frame(found, Stage.POSTMORTEM, at), body=lesson)
    frame = _frame(found, stage, at)
    return replace(frame, body=_body(found, stage, frame, at))


def _frame(found: Pending, stage: Stage, at: datetime) -> Announcement:
    incident, public = found.incident, found.public
    promise = None if stage in OVER else (at + promise_length(incident)).replace(microsecond=0)
    return Announcement(
        name=public.name if public else incident.title[:255],
        state=stage,
        body="",
        components={row.public_id: _state(found, row, stage) for row in found.components},
        next_update_by=promise,
        advice=public.advice if public else "",
        started_at=public.started_at if public else found.said.started_at,
    )


def _stage(incident: Incident, told: str, over_since: datetime | None) -> Stage:
    """Return the stage that the internal state stands for; what is over in public stays over until it is reopened."""
    if told in OVER and not _is_open_again(incident, over_since):
        return Stage(told)
    if not incident.is_live:
        return Stage.RESOLVED
    named = _rule(incident).states.get(State(incident.state))
    return Stage(named) if named else _FALLBACK.get(State(incident.state), Stage.INVESTIGATING)


def _rule(incident: Incident) -> StatusPageRule:
    return incident.playbook.playbook.status_page


def _is_open_again(incident: Incident, over_since: datetime | None) -> bool:
    """Tell whether it was reopened since the public heard that it is over."""
    if not incident.is_live:
        return False
    return incident.transitions.filter(verb="reopen", at__gt=over_since).exists()


def _state(found: Pending, row: Component, stage: Stage) -> ComponentState:
    present = found.states[row.pk]
    if stage in OVER:
        return ComponentState.OPERATIONAL
    is_told = found.public is not None and found.public.is_open
    if is_told or present != ComponentState.OPERATIONAL:
        return present
    return _BY_RANK.get(found.incident.rank, ComponentState.DEGRADED)


def _body(found: Pending, stage: Stage, frame: Announcement, at: datetime) -> str:
    """Return the playbook's own words where every place in them can be filled, else the house's."""
    names = [
        row.name
        for row in found.components
        if stage in OVER or frame.components[row.public_id] != ComponentState.OPERATIONAL
    ]
    names += [row.name for row in found.shared]
    ended = found.incident.ended_at or at
    over_at, promise = clock_time(ended, found.page), clock_time(frame.next_update_by, found.page)
    words = proposed(stage, names, over_at=over_at, next_update=promise)
    verb = "are" if len(names) > 1 else "is"
    known = {
        "title": frame.name,
        "impact": f"{listed(names)} {verb} affected",
        "issue": f"{listed(names)} {verb} affected",
        "next_update": promise,
        "ended_at": over_at,
        "support_contact": found.page.support_url.removeprefix("mailto:"),
    }
    template = _template(found.incident.playbook.playbook, stage)
    if template is None or not all(known.get(name) for name in template.fields):
        return words
    return fill(template.body, known)


def _template(book: Playbook, stage: Stage) -> MessageTemplate | None:
    public = (one for one in book.messages if one.audience == "public")
    return next((one for one in public if one.public_state == stage), None)


def _lesson(found: Pending) -> str:
    """Return the postmortem's public text where it is out and was not told here yet."""
    path = settings.PROVIDERS.get("public_postmortem")
    if not path or found.public is None or found.public.state != Stage.RESOLVED:
        return ""
    text: str = import_string(path)(found.incident.pk)
    return text


def promise_length(incident: Incident) -> timedelta:
    """Return how far ahead the next public word is promised: as the playbook says, half an hour unless it does."""
    for cadence in _cadences(incident):
        elapsed = cadence.every.elapsed if cadence.every is not None else None
        if elapsed:
            return elapsed
    return USUAL_PROMISE


def speakers(incident: Incident) -> list[str]:
    """Return the roles that the playbook has speak to the public of an incident, the first first."""
    return list(dict.fromkeys(one.owner_role for one in _cadences(incident)))


def _cadences(incident: Incident) -> list[Cadence]:
    found = incident.playbook.playbook.cadences
    return [one for one in found if one.audience == "public" and incident.rank in one.ranks]


def began_at(incident: Incident) -> datetime:
    """Return when it began to hurt, as far as is known (UTC)."""
    marked = incident.milestones.filter(kind="impact_started").order_by("at").first()
    return marked.at if marked is not None else incident.opened_at


def clock_time(moment: datetime | None, page: Page) -> str:
    """Return an instant as a sentence says it, in the page's zone: "14:05 UTC"; "" for none."""
    if moment is None:
        return ""
    local = moment.astimezone(page.zone)
    return f"{local:%H:%M} {local.tzname()}"
