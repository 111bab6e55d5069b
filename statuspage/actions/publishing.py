"""Say something in public: the one way by which anything reaches the page (design.md 2.9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core.actor import Actor
from core.errors import Conflict, Invalid, NotPossible
from core.permissions import require
from incidents import actions as incidents
from incidents.models import Incident
from statuspage.actions import ledger, mailings
from statuspage.actions.asking import overtake
from statuspage.actions.checking import checked
from statuspage.actions.concerning import concern
from statuspage.actions.drafting import Announcement, Pending, chosen, pendings
from statuspage.actions.leaks import refuse_leaks
from statuspage.actions.places import place_of
from statuspage.actions.rendering import render
from statuspage.actions.second import alone
from statuspage.models import (
    Component,
    ComponentChange,
    Draft,
    Page,
    Proposal,
    PublicIncident,
    PublicUpdate,
)
from statuspage.rules.states import (
    OVER,
    ComponentState,
    Impact,
    Stage,
    impact_of,
    words,
    worse_impact,
)


@dataclass(frozen=True, slots=True)
class Press:
    """What a person who publishes had seen, and how they want it to be said.

    `seen`: how many updates there were when the person looked; None: they did not look. `draft_seen`: the
    draft's version that the person knew; None leaves a kept draft standing. `despite_findings`: the passages
    that look like ours may be public. `notify`: those who subscribed are told. `alone_because`: why it can't
    wait for a second person, where the page asks for one. `page`: the public id of the page where it is said; "":
    the first that has told of it, else the default page.
    """

    seen: int | None = None
    draft_seen: int | None = None
    despite_findings: bool = False
    notify: bool = True
    alone_because: str = ""
    page: str = ""


PLAIN = Press()


def publish(
    incident_id: int, said: Announcement, *, by: Actor, at: datetime, press: Press = PLAIN
) -> PublicUpdate:
    """Tell the public of an internal incident, and return the update; visible at once.

    Somebody else's update since `press.seen` wins (Conflict), and the same press twice publishes once. The draft
    of `press.draft_seen` is used up; a later one wins (Conflict). Raises NotFound, NotAllowed, NotPossible,
    SecondNeeded, Leak, Invalid.
    """
    with transaction.atomic():
        found = locked(incident_id, by, at, press.page)
        said = checked(said, found.page, found.public, at)
        if press.seen is not None and press.seen != found.published:
            return _said_already(found, said, press.seen, by)
        reason = alone(found.page, press.alone_because)
        refuse_unseen(found, said, press)
        update = say(found, said, press, by=by, at=at)
        if reason:
            text = f"Published alone{found.on_page}: {reason}"
            incidents.tell(incident_id, "update", text, by=by, at=at)
        return update


def locked(incident_id: int, by: Actor, at: datetime, page: str = "") -> Pending:
    """Lock a page of an incident, and return what may be said there now that nobody else can say anything.

    `page`: its public id; "" as for `pending`. Raises NotFound, NotAllowed, NotPossible, Invalid for a page that
    does not tell of it.
    """
    found = addressed(incident_id, by, at, page)
    Page.objects.filter(pk=found.page.pk).locked().get()
    return addressed(incident_id, by, at, found.page.public_id)


def refuse_unseen(found: Pending, said: Announcement, press: Press) -> None:
    """Raise Conflict over a draft that the person does not know, and Leak for what nobody has looked at."""
    if found.is_edited and press.draft_seen not in (None, found.version):
        raise Conflict(changed_draft(found.said.body))
    refuse_leaks(found.page, said.name, said.body, said.advice, despite=press.despite_findings)


def say(
    found: Pending,
    said: Announcement,
    press: Press,
    *,
    by: Actor,
    at: datetime,
    proposed_by: str = "",
) -> PublicUpdate:
    """Write what was checked, tell it inside and show it, inside the caller's transaction; the page is locked.

    `proposed_by`: the name of who wrote it, where another person approved it.
    """
    update = record(
        _public(found, said, at), said, by=by, at=at, notify=press.notify, shared=found.shared
    )
    if press.draft_seen is not None or not found.is_edited:
        _use_up_draft(found)
    where = found.on_page
    tell_inside(found.incident, update, by=by, at=at, proposed_by=proposed_by, where=where)
    found.page.updated_at = at
    found.page.save(update_fields=["updated_at"])
    render(found.page, at)
    return update


def record(
    public: PublicIncident,
    said: Announcement,
    *,
    by: Actor,
    at: datetime,
    notify: bool = False,
    shared: Sequence[Component] = (),
) -> PublicUpdate:
    """Write one update of a public incident, and what it changes, inside the caller's transaction.

    `said` was checked. The first update's states count from when the incident began. `notify`: send it to
    those who subscribed. `shared`: components of other pages that it concerns; their state is said there.
    """
    number = public.updates.count() + 1
    _overtake(public, at)
    if public.state != said.state:
        getattr(public, said.state)(at)
    public.name, public.advice, public.updated_at = said.name, said.advice, at
    public.next_update_by = said.next_update_by
    update = PublicUpdate.objects.create(
        incident=public,
        number=number,
        state=said.state,
        body=said.body,
        display_at=at,
        created_at=at,
        next_update_by=said.next_update_by,
        is_sent=notify,
        published_by=by.user,
    )
    since = public.started_at if number == 1 else at
    moved = _move(public, said, since)
    ComponentChange.objects.bulk_create(
        ComponentChange(
            update_of=update, component=one.component, old_state=one.old, new_state=one.new
        )
        for one in moved
    )
    present = [*ledger.held_by(public).values(), *concern(update, shared)]
    worst = impact_of(ComponentState(state) for state in present)
    reached = worse_impact(Impact(public.impact), worst)
    public.impact = public.impact_override or reached
    public.save()
    if notify:
        mailings.announce(update, at=at)
    return update


def _overtake(public: PublicIncident, at: datetime) -> None:
    """Withdraw what waits for approval: it was written before this was said."""
    waiting = Proposal.objects.filter(page=public.page_id, incident=public.incident_id)
    for proposal in waiting.filter(state=Proposal.State.ASKED):
        overtake(proposal, None, at)


def addressed(incident_id: int, by: Actor, at: datetime, page: str) -> Pending:
    """Return what may be said of an incident on one page; raises as `locked` does."""
    incident = Incident.objects.select_related("service", "playbook").one(incident_id)
    require(by, "statuspage.publish", incident)
    if not incident.is_declared:
        raise NotPossible(f"{incident.label} is in triage; declare it before the public is told.")
    several = pendings(incident, at)
    if not several:
        raise NotPossible(
            f"No component of a status page stands for {incident.service.name}; bind one first."
        )
    found = chosen(several, page)
    if found is None:
        text = f"No component of a page {page[:50]!r} stands for {incident.service.name}."
        raise Invalid.field("/page", text, "unknown_page")
    return found


def _public(found: Pending, said: Announcement, at: datetime) -> PublicIncident:
    if found.public is not None:
        return found.public
    return PublicIncident.objects.create(
        page=found.page,
        incident=found.incident,
        name=said.name,
        state=said.state,
        started_at=min(said.started_at or found.said.started_at or at, at),
        created_at=at,
        updated_at=at,
        monitoring_at=at if said.state == Stage.MONITORING else None,
        resolved_at=at if said.state == Stage.RESOLVED else None,
    )


def _move(public: PublicIncident, said: Announcement, since: datetime) -> list[ledger.Moved]:
    """Hold what the update names, let go of what it calls operational; a resolved incident holds nothing."""
    if said.state in OVER:
        return ledger.release(public, since)
    held = ledger.held_by(public)
    rows = Component.objects.filter(page=public.page_id, public_id__in=said.components)
    named = {row.public_id: row for row in rows}
    return [
        ledger.hold(row, ComponentState(said.components[key]), incident=public, since=since)
        for key, row in sorted(named.items(), key=lambda pair: (pair[1].position, pair[1].pk))
        if said.components[key] != ComponentState.OPERATIONAL or key in held
    ]


def _said_already(found: Pending, said: Announcement, seen: int, by: Actor) -> PublicUpdate:
    """Return the update that this very press made before; raises Conflict for anybody else's."""
    made = None
    if found.public is not None:
        made = found.public.updates.filter(number=seen + 1).first()
    if made is None:
        raise Conflict(f"You have seen {seen} updates; there are {found.published}. Look again.")
    if (made.body, made.state, made.published_by_id) != (said.body, said.state, by.user_id):
        raise Conflict(
            f"Somebody published update {made.number} meanwhile: “{made.body}” Look, and publish again."
        )
    return made


def changed_draft(body: str) -> str:
    """Return the sentence of a Conflict over a draft; `body`: what it says now, "" for nothing."""
    said = f" It says now: “{body}”" if body else ""
    return f"Somebody changed this draft meanwhile.{said}"


def _use_up_draft(found: Pending) -> None:
    draft = Draft.objects.filter(page=found.page, incident=found.incident).first()
    if draft is not None:
        draft.is_edited, draft.version = False, draft.version + 1
        draft.save(update_fields=["is_edited", "version"])


def tell_inside(
    incident: Incident,
    update: PublicUpdate,
    *,
    by: Actor,
    at: datetime,
    proposed_by: str = "",
    where: str = "",
) -> None:
    """Leave one line on the internal incident's timeline that says what the public was told; `where`: " on NAME"."""
    stage = words(update.state).capitalize()
    author = f", proposed by {proposed_by}" if proposed_by else ""
    incidents.tell(
        incident.pk,
        "update",
        f"Public update {update.number}{where}, {stage}{author}: {update.body}",
        by=by,
        at=at,
        data={
            "number": update.number,
            "page": update.incident.page.public_id,
            "stage": update.state,
            "body": update.body,
            "url": place_of(update.incident.page).url(update.incident.path),
        },
    )
