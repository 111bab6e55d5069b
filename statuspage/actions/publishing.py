"""Say something in public: the one way by which anything reaches the page (design.md 2.9)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from core.actor import Actor
from core.errors import Conflict, Invalid, NotPossible
from core.permissions import require
from incidents import actions as incidents
from incidents.models import Incident
from statuspage.actions import ledger, mailings
from statuspage.actions.components import state_named
from statuspage.actions.drafting import Announcement, Pending, pending
from statuspage.actions.leaks import findings
from statuspage.actions.places import place_of
from statuspage.actions.rendering import render
from statuspage.actions.texts import line_of, text_of
from statuspage.models import (
    Component,
    ComponentChange,
    Draft,
    Page,
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


def publish(  # noqa: PLR0913  what is said, what was seen of it, who and when
    incident_id: int,
    said: Announcement,
    *,
    by: Actor,
    at: datetime,
    seen: int | None = None,
    draft_seen: int | None = None,
    despite_findings: bool = False,
    notify: bool = True,
) -> PublicUpdate:
    """Tell the public of an internal incident, and return the update; visible at once.

    `notify`: those who subscribed are told of it.

    `seen`: how many updates there were when the person looked; somebody else's since then wins (Conflict), and
    the same press twice publishes once. `draft_seen`: the draft's version that the person knew; it is used up,
    a later one wins (Conflict), and None leaves a kept draft standing. Raises NotFound, NotAllowed, NotPossible,
    Leak, Invalid.
    """
    with transaction.atomic():
        found = _pending(incident_id, by, at)
        page = Page.objects.filter(pk=found.page.pk).locked().get()
        found = _pending(incident_id, by, at)  # as it is now that nobody else can publish
        said = checked(said, found.page, found.public, at)
        if seen is not None and seen != found.published:
            return _said_already(found, said, seen, by)
        if found.is_edited and draft_seen not in (None, found.version):
            raise Conflict(changed_draft(found.said.body))
        leaks = findings(page, said)
        if leaks and not despite_findings:
            told = [{"kind": one.kind, "excerpt": one.excerpt, "why": one.why} for one in leaks]
            text = " ".join(one.why for one in leaks)
            raise Leak(f"This may not be for the public: {text}", extra={"findings": told})
        update = record(_public(found, said, at), said, by=by, at=at, notify=notify)
        if draft_seen is not None or not found.is_edited:
            _use_up_draft(found)
        tell_inside(found.incident, update, by=by, at=at)
        page.updated_at = at
        page.save(update_fields=["updated_at"])
        render(page, at)
        return update


def record(
    public: PublicIncident, said: Announcement, *, by: Actor, at: datetime, notify: bool = False
) -> PublicUpdate:
    """Write one update of a public incident, and what it changes, inside the caller's transaction.

    `said` was checked. The first update's states count from when the incident began. `notify`: send it to
    those who subscribed.
    """
    number = public.updates.count() + 1
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
    worst = impact_of(ComponentState(state) for state in ledger.held_by(public).values())
    reached = worse_impact(Impact(public.impact), worst)
    public.impact = public.impact_override or reached
    public.save()
    if notify:
        mailings.announce(update, at=at)
    return update


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


def _pending(incident_id: int, by: Actor, at: datetime) -> Pending:
    incident = Incident.objects.select_related("service", "playbook").one(incident_id)
    require(by, "statuspage.publish", incident)
    if not incident.is_declared:
        raise NotPossible(f"{incident.label} is in triage; declare it before the public is told.")
    found = pending(incident, at)
    if found is None:
        raise NotPossible(
            f"No component of a status page stands for {incident.service.name}; bind one first."
        )
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


def tell_inside(incident: Incident, update: PublicUpdate, *, by: Actor, at: datetime) -> None:
    """Leave one line on the internal incident's timeline that says what the public was told."""
    stage = words(update.state).capitalize()
    incidents.tell(
        incident.pk,
        "update",
        f"Public update {update.number}, {stage}: {update.body}",
        by=by,
        at=at,
        data={
            "number": update.number,
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
