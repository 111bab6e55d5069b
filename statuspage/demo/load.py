"""Add the status page to the demo company: what it lists, a season of incidents, one open, one draft waiting."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from core.actor import ENGINE, Actor, person
from core.models import Team, User
from core.secrets import digest
from incidents.models import Incident, Service
from statuspage.actions import Announcement, record, render, save_draft
from statuspage.actions.drafting import began_at
from statuspage.actions.maintenance import Plan, plan
from statuspage.actions.maintenance_steps import move
from statuspage.actions.maintenance_words import say
from statuspage.actions.owning import Look, set_look
from statuspage.actions.publishing import tell_inside
from statuspage.actions.tokens import give_secret
from statuspage.demo.data import (
    CaseData,
    DraftData,
    Everything,
    FollowData,
    GroupData,
    UpdateData,
    WorkData,
    clock_on,
    marks,
    read,
    span,
)
from statuspage.models import (
    Component,
    ComponentGroup,
    ComponentService,
    FollowedComponent,
    Mailing,
    Maintenance,
    Page,
    Proposal,
    PublicIncident,
    PublicUpdate,
    Subscriber,
)

Ids = Mapping[str, str]
_State = Subscriber.State
NEVER = timedelta(days=36500)
_FOLLOWERS = {
    "kim": _State.CONFIRMED,
    "sana": _State.CONFIRMED,
    "lars": _State.CONFIRMED,
    "noor": _State.PENDING,
    "former": _State.QUARANTINED,
}


def load(at: datetime) -> None:
    """Add it as of `at`; runs in the transaction that loads the demo company."""
    data = read()
    page = _page(data, at)
    ids: dict[str, str] = {}
    for place, group in enumerate(data.groups, start=1):
        ids |= _group(page, group, place, at)
    people = {user.username: person(user) for user in User.objects.filter(is_active=True)}
    set_look(page.pk, Look(marks=marks()), accepts=True, by=people["ines"], at=at)
    for told in data.maintenances:
        _work(page, told, ids, people, now=at)
    Mailing.objects.filter(page=page).update(finished_at=at)  # of long ago: nobody is sent it now
    for case in sorted(data.incidents, key=lambda case: _began(case, at)):
        _tell(page, case, ids, people, now=at)
    for draft in data.drafts:
        _draft(draft, ids, people, now=at)
        _declined(draft, people, now=at)
    _subscribe(page, at)
    render(page, at)
    render(_publishers(page, at), at)


def _page(data: Everything, at: datetime) -> Page:
    told = data.page
    made_at = at - timedelta(days=told.age)
    return Page.objects.create(
        public_id=told.id,
        name=told.name,
        slug=told.slug,
        team=Team.objects.get(slug=told.team),
        support_url=told.support_url,
        shows_promises=True,
        created_at=made_at,
        updated_at=made_at,
    )


def _group(page: Page, told: GroupData, place: int, at: datetime) -> dict[str, str]:
    """Write a group with its components and their services; return the components' ids by key."""
    since = {"created_at": page.created_at, "updated_at": page.created_at}
    group = ComponentGroup.objects.create(
        page=page, public_id=told.id, name=told.name, position=place, **since
    )
    services = {row.slug: row for row in Service.objects.all()}
    for number, one in enumerate(told.components.values(), start=1):
        row = Component.objects.create(
            page=page,
            group=group,
            public_id=one.id,
            name=one.name,
            description=one.does,
            position=number,
            start_date=at.date() - timedelta(days=one.since) if one.since else None,
            **since,
        )
        ComponentService.objects.bulk_create(
            ComponentService(component=row, service=services[slug]) for slug in one.services
        )
        if one.follows is not None:
            _follow(row, one.follows, at)
    return {key: one.id for key, one in told.components.items()}


def _follow(row: Component, told: FollowData, at: datetime) -> None:
    """Let a component be somebody else's, read a moment ago; the page that it names does not exist, so it is not asked."""
    FollowedComponent.objects.create(
        component=row,
        provider=told.provider,
        url=told.url,
        external_id=told.id,
        state="operational",
        checked_at=at,
        next_check_at=at + NEVER,
    )


def _began(case: CaseData, now: datetime) -> datetime:
    """Return when a case was opened (UTC)."""
    if not case.incident:
        return clock_on(case.days, case.at, now=now)
    return Incident.objects.get(pk=case.incident).opened_at


def _tell(
    page: Page, case: CaseData, ids: Ids, people: Mapping[str, Actor], *, now: datetime
) -> None:
    """Say every update of a case at its moment; what is told of an internal incident stands on its timeline."""
    opened = _began(case, now)
    inside = Incident.objects.filter(pk=case.incident).first()
    first = opened + span(case.updates[0].after)
    public = PublicIncident.objects.create(
        public_id=case.id,
        page=page,
        incident=inside,
        name=case.name,
        summary=case.summary,
        started_at=began_at(inside) if inside else opened,
        created_at=first,
        updated_at=first,
    )
    for one in case.updates:
        at, by = opened + span(one.after), people[one.by]
        update = record(public, _said(case, one, ids, at), by=by, at=at)
        if inside is not None:
            tell_inside(inside, update, by=by, at=at)
    page.updated_at = max(page.updated_at, public.updated_at)
    page.save(update_fields=["updated_at"])


def _work(
    page: Page, told: WorkData, ids: Ids, people: Mapping[str, Actor], *, now: datetime
) -> None:
    """Announce planned work at its moment, and let it begin and end as far as its time has come."""
    by = people[told.by]
    begins = now - span(told.ago) if told.ago else clock_on(told.days, told.at, now=now)
    ends = begins + span(told.lasts)
    planned = Plan(
        name=told.name,
        scheduled_for=begins,
        scheduled_until=ends,
        components={ids[key]: "under_maintenance" for key in told.components},
        body=told.body,
        advice=told.advice,
        remind_minutes=told.remind or None,
    )
    work = plan(page.pk, planned, by=by, at=begins - span(told.told), despite_findings=True)
    Maintenance.objects.filter(pk=work.pk).update(public_id=told.id)
    work = Maintenance.objects.get(pk=work.pk)
    if begins > now:
        return
    move(work, "begin", by=ENGINE, at=begins, is_sent=True)
    for after, body in told.said.items():
        say(work, body, by=by, at=begins + span(after), is_sent=True)
    if ends <= now:
        move(work, "complete", by=ENGINE, at=ends, is_sent=True)


def _said(case: CaseData, told: UpdateData, ids: Ids, at: datetime) -> Announcement:
    return Announcement(
        name=case.name,
        state=told.state,
        body=told.body.strip(),
        components={ids[key]: state for key, state in told.components.items()},
        next_update_by=at + span(told.promise) if told.promise else None,
        advice=case.advice,
    )


def _draft(told: DraftData, ids: Ids, people: Mapping[str, Actor], *, now: datetime) -> None:
    public = PublicIncident.objects.get(incident=told.incident)
    said = Announcement(
        name=public.name,
        state=told.state,
        body=told.body.strip(),
        components={ids[key]: state for key, state in told.components.items()},
        next_update_by=now + span(told.promise),
        advice=public.advice,
    )
    save_draft(told.incident, said, seen=0, by=people[told.by], at=now)


def _declined(told: DraftData, people: Mapping[str, Actor], *, now: datetime) -> None:
    """Let an earlier wording have been proposed, and declined with a word by another person."""
    public = PublicIncident.objects.get(incident=told.incident)
    other = next(one for name, one in sorted(people.items()) if name != told.by)
    words = {"name": public.name, "state": told.state, "body": "All is well again.", "notify": True}
    row = Proposal(
        page=public.page,
        incident=public.incident,
        said={**words, "components": {}, "advice": "", "next_update_by": None, "started_at": None},
        asked_by=people[told.by].user,
        asked_at=now - timedelta(minutes=4),
    )
    row.decline(other.user, now - timedelta(minutes=3))
    row.answer = "Not yet: say which payments still fail."
    row.save()


def _publishers(page: Page, at: datetime) -> Page:
    """Open a page for some readers alone, which lists two components of the public one; one reader has come."""
    since = {"created_at": page.created_at, "updated_at": page.created_at}
    private = Page.objects.create(
        name=f"{page.name} for publishers",
        slug="publishers",
        team=page.team,
        is_default=False,
        audience=Page.Audience.LOGIN,
        **since,
    )
    for place, component in enumerate(page.components.order_by("pk")[:2], start=1):
        private.shared.create(component=component, position=place)
    host = User.objects.filter(is_active=True).order_by("pk").first()
    for name, seen in (("ines", at - timedelta(days=2)), ("otto", None)):
        private.readers.create(
            email=f"{name}@example.com",
            invited_by=host,
            invited_at=at - timedelta(days=30),
            seen_at=seen,
        )
    return private


def _subscribe(page: Page, at: datetime) -> None:
    """Let some follow the page: one is still to confirm, and one can't be reached any more."""
    for number, (name, state) in enumerate(_FOLLOWERS.items(), start=1):
        address = f"{name}@example.com"
        row = Subscriber(
            page=page,
            channel=Subscriber.Channel.EMAIL,
            state=state,
            address=address,
            address_hash=digest(address),
            created_at=at - timedelta(days=20 * number),
            confirmed_at=None if state == Subscriber.State.PENDING else at - timedelta(days=20),
            failure="550 no such mailbox" if state == Subscriber.State.QUARANTINED else "",
        )
        give_secret(row)
        row.save()
    page.subscriber_lists.create(
        name="former-status-page.csv",
        is_agreed=True,
        reason="They had confirmed at our former status page.",
        report={"new": 2, "left_out": 1, "unread": ["phone"], "lines": [[4, "it was “unsubscribed” where it comes from."]]},
        taken=2,
        created_by=User.objects.filter(is_active=True).order_by("pk").first(),
        created_at=at - timedelta(days=40),
        begun_at=at - timedelta(days=40),
        done_at=at - timedelta(days=40),
    )  # fmt: skip
    told = Subscriber.objects.told().filter(page=page).count()
    update = PublicUpdate.objects.filter(incident__page=page).latest("display_at")
    Mailing.objects.create(
        page=page,
        kind=Mailing.Kind.UPDATE,
        update=update,
        facts={"subject": update.incident.name},
        wanted=told,
        queued=told,
        created_at=update.display_at,
        finished_at=update.display_at,
    )
