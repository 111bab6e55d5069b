"""One subscriber's copy of a mailing, as its channel has it: mail, Statuspage's webhook body, Slack text (2.8)."""

from datetime import datetime

from django.db.models import Q

from notify.channels import Message
from notify.models import Delivery
from statuspage.actions import tokens
from statuspage.actions.letters import update_mail
from statuspage.actions.picture import Told, take
from statuspage.actions.places import place_of
from statuspage.actions.wire import Document, Wire
from statuspage.actions.work_copies import work_message
from statuspage.look import letters as look
from statuspage.models import PublicNotice, PublicUpdate, Subscriber
from statuspage.rules.states import UNRESOLVED, Stage, words

_Channel = Subscriber.Channel


def status_message(delivery: Delivery, at: datetime) -> Message:
    """Return what is sent to one subscriber, written now."""
    rows = PublicNotice.objects.select_related(
        "subscriber__page",
        "mailing__update__incident__page",
        "mailing__work_update",
        "mailing__page",
    )
    notice = rows.get(pk=delivery.object_id)
    update, work = notice.mailing.update, notice.mailing.work_update
    if work is not None:
        return work_message(delivery, notice, work, at)
    if update is None:
        return _component_message(delivery, notice, at)
    if notice.subscriber.channel == _Channel.EMAIL:
        return update_mail(delivery, notice, update, at)
    payload = (
        {} if notice.subscriber.channel == _Channel.SLACK else _incident_body(notice, update, at)
    )
    return Message(
        kind=delivery.kind,
        subject=update.incident.name,
        text=_slack_text(notice, update),
        id=f"{update.incident.public_id}.{update.number}.{notice.subscriber.public_id}",
        sent_at=at,
        occurred_at=update.display_at,
        payload=payload,
        event_type="incident.updated",
    )


def _component_message(delivery: Delivery, notice: PublicNotice, at: datetime) -> Message:
    """Return the body of a component that was set by hand."""
    facts, mailing = notice.mailing.facts, notice.mailing
    wire, _told = _wire(notice, None, at)
    component = next(one for one in wire.components() if one["id"] == facts["component"])
    said = {
        "old_status": facts["old_status"],
        "new_status": facts["new_status"],
        "created_at": wire.moment(mailing.created_at),
        "component_type": "Component",
        "id": f"{mailing.pk:012d}",
        "component_id": facts["component"],
    }
    return Message(
        kind=delivery.kind,
        subject=f"{component['name']}: {words(facts['new_status'])}",
        text=f"{component['name']}: {words(facts['new_status'])}\n",
        id=f"component.{mailing.pk}.{notice.subscriber.public_id}",
        sent_at=at,
        occurred_at=mailing.created_at,
        payload={**_head(notice, wire, at), "component_update": said, "component": component},
        event_type="component.updated",
    )


def _incident_body(notice: PublicNotice, update: PublicUpdate, at: datetime) -> Document:
    wire, told = _wire(notice, update, at)
    if told is None:
        return {}
    body = wire.incident(told)
    for one in body["incident_updates"]:
        one |= {"wants_twitter_update": False, "twitter_updated_at": None}
    return {**_head(notice, wire, at), "incident": {**body, **_further(wire, told)}}


def _further(wire: Wire, told: Told) -> Document:
    """Return what Statuspage's webhook says of an incident beyond its public API."""
    lesson = next((one for one in reversed(told.updates) if one.state == Stage.POSTMORTEM), None)
    published = wire.moment(lesson.display_at) if lesson else None
    return {
        "backfilled": told.row.is_backfilled,
        "impact_override": told.row.impact_override or None,
        "postmortem_body": lesson.body if lesson else None,
        "postmortem_body_last_updated_at": published,
        "postmortem_ignored": False,
        "postmortem_published_at": published,
        "postmortem_notified_subscribers": bool(lesson and lesson.is_sent),
        "postmortem_notified_twitter": False,
        "scheduled_for": None,
        "scheduled_until": None,
        "scheduled_remind_prior": False,
        "scheduled_reminded_at": None,
        "scheduled_auto_in_progress": False,
        "scheduled_auto_completed": False,
    }


def _head(notice: PublicNotice, wire: Wire, at: datetime) -> Document:
    place, row = place_of(notice.mailing.page), notice.subscriber
    status = wire.status()
    return {
        "meta": {
            "unsubscribe": place.url(f"/subscribe/leave/{tokens.leaving(row)}"),
            "documentation": place.url("/subscribe/webhook"),
            "generated_at": wire.moment(at),
        },
        "page": {
            "id": notice.mailing.page.public_id,
            "status_indicator": status["indicator"],
            "status_description": status["description"],
        },
    }


def _wire(
    notice: PublicNotice, update: PublicUpdate | None, at: datetime
) -> tuple[Wire, Told | None]:
    """Return the page as programs read it now, and the incident that is spoken of."""
    page = notice.mailing.page
    wanted = update.incident_id if update else None
    picture = take(
        page, at, incidents=page.incidents.filter(Q(pk=wanted) | Q(state__in=UNRESOLVED))
    )
    told = next((one for one in picture.incidents if one.row.pk == wanted), None)
    return Wire(picture, picture.place.site), told


def _slack_text(notice: PublicNotice, update: PublicUpdate) -> str:
    """Return the update for a chat: what is it, how far, what was said, where to read on."""
    page, place = update.incident.page, place_of(update.incident.page)
    leave = place.url(f"/subscribe/leave/{tokens.leaving(notice.subscriber)}")
    lines = [
        f"*{look.slack(page.name)}: {look.slack(update.incident.name)}*",
        f"{words(update.state).capitalize()}. {look.slack(update.body.strip())}",
        place.url(update.incident.path),
        f"<{leave}|Stop these messages>",
    ]
    return "\n".join(lines) + "\n"
