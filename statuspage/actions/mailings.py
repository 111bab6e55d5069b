"""What is said is sent to all who want it: a mailing is a row in the transaction of the publishing, fanned out in batches.

Each batch is a promised call of its own, so that the engine escalates and delivers between two of them.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from core import facts
from notify import actions as notify
from notify.models import Delivery
from statuspage.actions.leaving import GONE, NOTICE
from statuspage.actions.subscribing import WAYS, secret_of
from statuspage.models import (
    Component,
    Mailing,
    MaintenanceUpdate,
    Page,
    PublicIncident,
    PublicNotice,
    PublicUpdate,
    Subscriber,
)
from statuspage.rules.states import OVER, RUNNING, Stage, Work

BATCH = 500
_Kind = Mailing.Kind


def announce(update: PublicUpdate, *, at: datetime) -> Mailing:
    """Send a public update to all who want it, inside the transaction that published it."""
    incident = update.incident
    first = Mailing.objects.filter(kind=_Kind.UPDATE, update__incident=incident).order_by("pk")
    known = first.values_list("facts", flat=True).first()
    mailing = Mailing.objects.create(
        page=incident.page,
        kind=_Kind.UPDATE,
        update=update,
        facts=known or {"subject": incident.name},
        created_at=at,
    )
    mailing.wanted = audience(mailing).count()
    mailing.save(update_fields=["wanted"])
    begin(mailing, at=at)
    return mailing


def announce_work(update: MaintenanceUpdate, at: datetime, *, is_reminder: bool = False) -> Mailing:
    """Send a maintenance's update, or the reminder of it, to all who want it, inside the transaction that says it."""
    mailing = Mailing.objects.create(
        page=update.maintenance.page,
        kind=_Kind.REMINDER if is_reminder else _Kind.WORK,
        work_update=update,
        created_at=at,
    )
    mailing.wanted = audience(mailing).count()
    mailing.save(update_fields=["wanted"])
    begin(mailing, at=at)
    return mailing


def announce_component(component: Component, old: str, new: str, *, at: datetime) -> Mailing:
    """Send a state that was set by hand to the endpoints that follow it, inside the transaction that set it."""
    mailing = Mailing.objects.create(
        page=component.page,
        kind=_Kind.COMPONENT,
        facts={"component": component.public_id, "old_status": old, "new_status": new},
        created_at=at,
    )
    mailing.wanted = audience(mailing).count()
    mailing.save(update_fields=["wanted"])
    begin(mailing, at=at)
    return mailing


def begin(mailing: Mailing, *, at: datetime) -> None:
    """Promise the next batch of a mailing, inside the caller's transaction; one that nobody wants is over at once."""
    if not mailing.wanted:
        mailing.finished_at = at
        mailing.save(update_fields=["finished_at"])
        return
    facts.publish("mailing.due", [mailing.pk], at=at)


def fan_out(mailing_id: int, at: datetime) -> None:
    """Put the next batch of a mailing into the outbox, and promise the one after it. Twice changes nothing."""
    with transaction.atomic():
        mailing = Mailing.objects.select_for_update(no_key=True).filter(pk=mailing_id).first()
        if mailing is None or mailing.finished_at is not None:
            return
        batch = list(audience(mailing).filter(pk__gt=mailing.reached).order_by("pk")[:BATCH])
        _queue(mailing, batch, at)
        mailing.queued += len(batch)
        if batch:
            mailing.reached = batch[-1].pk
        if len(batch) < BATCH:
            mailing.finished_at = at
        else:
            begin(mailing, at=at)
        mailing.save(update_fields=["queued", "reached", "finished_at"])


def audience(mailing: Mailing) -> QuerySet[Subscriber]:
    """Return who is sent a mailing, as of now."""
    told = Subscriber.objects.told().filter(page=mailing.page_id)
    if mailing.kind == _Kind.COMPONENT:
        rows = Component.objects.filter(public_id=mailing.facts["component"])
        ids = set(rows.values_list("pk", flat=True))
        return told.filter(_touching(ids, None), channel=Subscriber.Channel.WEBHOOK).distinct()
    if mailing.work_update is not None:
        return _of_work(told, mailing, mailing.work_update)
    if mailing.update is None:
        return told.none()
    update = mailing.update
    followers = told.filter(_follows(update)).distinct()
    if update.state == Stage.RESOLVED:
        return followers
    wanting = Q(wants=Subscriber.Wants.EVERYTHING)
    if (
        update.state not in OVER
    ):  # for some it is the first that they hear: to them that is the start
        wanting |= ~Q(pk__in=_heard(told, update).values("pk"))
    return followers.filter(wanting)


def _heard(told: QuerySet[Subscriber], update: PublicUpdate) -> QuerySet[Subscriber]:
    """Return who was told already that an incident goes on, before an update of it; nobody anew after an end."""
    before = update.incident.updates.filter(number__lt=update.number).order_by("-number")
    end = before.filter(state=Stage.RESOLVED).first()
    going = before.filter(is_sent=True, number__gt=end.number if end is not None else 0)
    latest = going.exclude(state__in=OVER).first()
    return told.filter(_follows(latest)) if latest is not None else told.none()


def _of_work(
    told: QuerySet[Subscriber], mailing: Mailing, update: MaintenanceUpdate
) -> QuerySet[Subscriber]:
    """Return who is told of a maintenance: a reminder only while it is still to come.

    Some hear only what it will be, when that changes, and that it is over.
    """
    work = update.maintenance
    ids = set(work.touched.values_list("component", flat=True))
    wanting = told.filter(_touching(ids, None), wants_maintenance=True).distinct()
    if mailing.kind == _Kind.REMINDER:
        return wanting if work.state == Work.SCHEDULED else told.none()
    is_edge = update.number == 1 or update.state not in RUNNING
    return wanting if is_edge else wanting.filter(wants=Subscriber.Wants.EVERYTHING)


def counted(page: Page, public: PublicIncident | None, components: Sequence[Component]) -> int:
    """Return how many would be told of an incident that touches these components, and what it has touched already."""
    told = Subscriber.objects.told().filter(page=page)
    ids = {row.pk for row in components}
    if public is not None:
        ids |= set(_touched(public.updates.all()))
    return told.filter(_touching(ids, public)).distinct().count()


def still_subscribed(row: Delivery, at: datetime) -> str:
    """Return why a copy is no longer wanted just before it is sent; "" when it is."""
    notice = PublicNotice.objects.select_related("mailing__update__incident").filter(
        pk=row.object_id
    )
    found = notice.first()
    if found is None:
        return GONE
    if not audience(found.mailing).filter(pk=found.subscriber_id).exists():
        return "its subscriber wants it no more"
    return ""


def _follows(update: PublicUpdate) -> Q:
    """Return who follows what an incident had touched by an update of it."""
    said = update.incident.updates.filter(number__lte=update.number)
    return _touching(set(_touched(said)), update.incident)


def _touching(components: set[int], incident: PublicIncident | None) -> Q:
    """Return who follows one of these; what touches no component touches the whole page."""
    if not components:
        return Q()
    groups = Component.objects.filter(pk__in=components, group__isnull=False).values("group")
    follows = Q(follows_all=True) | Q(subscriptions__component__in=components)
    follows |= Q(subscriptions__group__in=groups)
    return follows | Q(subscriptions__incident=incident) if incident is not None else follows


def _touched(said: QuerySet[PublicUpdate]) -> Sequence[int]:
    rows = said.filter(changes__isnull=False).order_by()
    return list(rows.values_list("changes__component", flat=True).distinct())


def _queue(mailing: Mailing, batch: Sequence[Subscriber], at: datetime) -> None:
    PublicNotice.objects.bulk_create(
        [PublicNotice(mailing=mailing, subscriber=one) for one in batch], ignore_conflicts=True
    )
    notices = dict(
        PublicNotice.objects.filter(mailing=mailing, subscriber__in=batch).values_list(
            "subscriber", "pk"
        )
    )
    notify.queue(
        (
            notify.Wish(
                unique_key=f"{NOTICE}:{mailing.pk}:{one.pk}",
                kind=NOTICE,
                object_id=notices[one.pk],
                recipient_id=None,
                channel=WAYS[Subscriber.Channel(one.channel)],
                address=one.address,
                secret=secret_of(one),
                priority=Delivery.Priority.BULK,
            )
            for one in batch
        ),
        at=at,
    )
