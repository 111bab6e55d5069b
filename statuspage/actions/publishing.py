"""Say something in public: the one way by which anything reaches the page (design.md 2.9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from core.actor import Actor
from core.errors import Conflict, Invalid, NotPossible
from core.permissions import require
from incidents import actions as incidents
from incidents.models import Incident
from statuspage.actions import ledger, mailings
from statuspage.actions.asking import tell_author
from statuspage.actions.components import state_named
from statuspage.actions.concerning import concern
from statuspage.actions.drafting import Announcement, Pending, chosen, pendings
from statuspage.actions.leaks import findings
from statuspage.actions.places import place_of
from statuspage.actions.rendering import render
from statuspage.actions.second import alone
from statuspage.actions.texts import line_of, text_of
from statuspage.models import (
    Component,
    ComponentChange,
    Draft,
    Page,
    Proposal,
    PublicIncident,
    PublicUpdate,
)
from statuspage.models.public import LONGEST_BODY, LONGEST_NAME
from statuspage.rules.states import (
    OVER,
    ComponentState,
    Impact,
    Stage,
    impact_of,
    words,
    worse_impact,
)

LONGEST_ADVICE = 1000
LONGEST_PROMISE = timedelta(days=30)


class Leak(NotPossible):
    """Something in the text looks like ours alone; `extra["findings"]` names each, and it may be said all the same."""

    code = "leak_suspected"


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
    leaks = findings(found.page, said)
    if leaks and not press.despite_findings:
        told = [{"kind": one.kind, "excerpt": one.excerpt, "why": one.why} for one in leaks]
        text = " ".join(one.why for one in leaks)
        raise Leak(f"This may not be for the public: {text}", extra={"findings": told})


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
        proposal.withdraw(None, at)
        proposal.save()
        tell_author(proposal, at)


def checked(
    said: Announcement, page: Page, public: PublicIncident | None, at: datetime
) -> Announcement:
    """Return what is to be said of `public` (None: of a new one), made fit to store.

    Raises Invalid for the first field that is not, NotPossible for a step that there is not.
    """
    state = _stage(said.state)
    name = line_of(said.name, "/name", LONGEST_NAME, "name")
    body = text_of(said.body, "/body", LONGEST_BODY)
    if not body:
        raise Invalid.field("/body", "Write what is to be said.", "required")
    _refuse_impossible(public, state)
    promise = None if state in OVER else said.next_update_by
    if promise is not None and not at < promise <= at + LONGEST_PROMISE:
        days = LONGEST_PROMISE.days
        raise Invalid.field(
            "/next_update_by", f"The next update is promised for a time ahead, within {days} days."
        )
    if said.started_at is not None and said.started_at > at:
        raise Invalid.field("/started_at", "It can't begin in the future.")
    return Announcement(
        name=name,
        state=state,
        body=body,
        components=_component_states(said.components, page, state),
        next_update_by=promise,
        advice=text_of(said.advice, "/advice", LONGEST_ADVICE),
        started_at=said.started_at,
    )


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


def _stage(text: str) -> Stage:
    try:
        return Stage(text)
    except ValueError as error:
        raise Invalid.field(
            "/status", f"status is one of {', '.join(Stage)}; not {text[:50]!r}."
        ) from error


def _refuse_impossible(public: PublicIncident | None, state: Stage) -> None:
    if public is None and state is Stage.POSTMORTEM:
        raise NotPossible("Nothing was told of this incident, so there is no postmortem to tell.")
    if public is None or public.state == state:
        return
    steps = {one.target for one in public.get_available_state_transitions()}  # type: ignore[attr-defined]
    if state not in steps:
        raise NotPossible(f"What is {words(public.state)} in public can't become {words(state)}.")


def _component_states(
    given: Mapping[str, str], page: Page, stage: Stage
) -> dict[str, ComponentState]:
    wanted = {key: state_named(state, f"/components/{key}") for key, state in given.items()}
    known = set(
        Component.objects.filter(
            page=page, public_id__in=list(wanted), retired_at=None
        ).values_list("public_id", flat=True)
    )
    for key, state in wanted.items():
        if key not in known:
            raise Invalid.field(
                "/components",
                f"There is no component {key[:50]!r} on {page.name}.",
                "unknown_component",
            )
        if stage in OVER and state != ComponentState.OPERATIONAL:
            raise Invalid.field(
                f"/components/{key}", "What is over holds nothing back: choose operational."
            )
    return wanted
