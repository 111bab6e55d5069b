"""One subscriber's copy of what is said of a maintenance: mail, Statuspage's webhook body, Slack text (2.8)."""

from datetime import datetime

from notify.channels import Message
from notify.models import Delivery
from statuspage.actions import tokens
from statuspage.actions.letters import foot, list_headers, zone_of
from statuspage.actions.picture import take
from statuspage.actions.places import place_of
from statuspage.actions.wire import Document, Wire
from statuspage.actions.works import Planned, read_works
from statuspage.look import letters as look
from statuspage.look.shape import Stage
from statuspage.look.states import stage_word
from statuspage.look.times import Times, day_short
from statuspage.models import Mailing, Maintenance, MaintenanceUpdate, PublicNotice, Subscriber
from statuspage.rules.states import Work

OVER = (Work.COMPLETED, Work.CANCELLED)
EVENT = "incident.updated"


def work_message(
    delivery: Delivery, notice: PublicNotice, update: MaintenanceUpdate, at: datetime
) -> Message:
    """Return a copy by the subscriber's channel, written now."""
    [one] = read_works(Maintenance.objects.filter(pk=update.maintenance_id))
    page, row = notice.mailing.page, one.row
    is_reminder = notice.mailing.kind == Mailing.Kind.REMINDER
    subject = f"{page.name}: {row.name}"
    is_first = update.number == 1 and not is_reminder
    channel = notice.subscriber.channel
    text, html = (
        look.written(_letter(notice, one, update, at, is_reminder=is_reminder))
        if channel == Subscriber.Channel.EMAIL
        else (_slack_text(notice, one, update, is_reminder=is_reminder), "")
    )
    mark = "reminder" if is_reminder else str(update.number)
    return Message(
        kind=delivery.kind,
        subject=subject if is_first else f"Re: {subject}",
        text=text,
        html=html,
        id=f"{row.public_id}.{mark}"
        + ("" if channel == Subscriber.Channel.EMAIL else f".{notice.subscriber.public_id}"),
        thread=f"{row.public_id}.1",
        sent_at=at,
        occurred_at=notice.mailing.created_at if is_reminder else update.display_at,
        reply_headers=list_headers(notice.subscriber)
        if channel == Subscriber.Channel.EMAIL
        else {},
        payload=_body(notice, one, at) if channel == Subscriber.Channel.WEBHOOK else {},
        sender_name=page.name,
        event_type=EVENT,
    )


def _letter(
    notice: PublicNotice,
    one: Planned,
    update: MaintenanceUpdate,
    at: datetime,
    *,
    is_reminder: bool,
) -> look.Letter:
    page, row = notice.mailing.page, one.row
    times = Times.of(zone_of(page), at)
    stage = _stage(update, is_reminder=is_reminder)
    rows = [look.Row("Stage", (stage,)), look.Row("When", (_span(times, row),))]
    names = tuple(each.component.name for each in one.touched)
    rows += [look.Row("Affected", names)] if names else []
    body = _words(update, times, row, is_reminder=is_reminder)
    return look.Letter(
        page=page.name,
        code="op" if update.state in OVER and not is_reminder else "mt",
        word=stage,
        title=row.name,
        preheader=look.preheader(f"{stage}. {body.strip().splitlines()[0]}"),
        button=("Read about the work", place_of(page).url(row.path)),
        foot=foot(notice.subscriber, at),
        rows=tuple(rows),
        body=body,
        advice="" if update.state in OVER else row.advice,
    )


def _stage(update: MaintenanceUpdate, *, is_reminder: bool) -> str:
    if is_reminder:
        return "Begins soon"
    return "Cancelled" if update.state == Work.CANCELLED else stage_word(Stage(update.state))


def _words(update: MaintenanceUpdate, times: Times, row: Maintenance, *, is_reminder: bool) -> str:
    return (
        f"It begins at {times.words(row.scheduled_for)}. {update.body}"
        if is_reminder
        else update.body
    )


def _span(times: Times, row: Maintenance) -> str:
    """Return "02:00 to 04:00 UTC, Sat 21 Nov 2026"; the second day is named where it is another."""
    first, last = times.day(row.scheduled_for), times.day(row.scheduled_until)
    begin = times.on(first).words(row.scheduled_for)
    end = times.on(last).words(row.scheduled_until)
    if first == last:
        return f"{begin} to {end}, {day_short(first)} {first.year}"
    return f"{begin}, {day_short(first)} {first.year}, to {end}, {day_short(last)} {last.year}"


def _body(notice: PublicNotice, one: Planned, at: datetime) -> Document:
    page, row = notice.mailing.page, one.row
    picture = take(page, at)
    wire, place = Wire(picture, picture.place.site), place_of(page)
    status, said = wire.status(), wire.maintenance(one)
    for each in said["incident_updates"]:
        each |= {"wants_twitter_update": False, "twitter_updated_at": None}
    return {
        "meta": {
            "unsubscribe": place.url(f"/subscribe/leave/{tokens.leaving(notice.subscriber)}"),
            "documentation": place.url("/subscribe/webhook"),
            "generated_at": wire.moment(at),
        },
        "page": {
            "id": page.public_id,
            "status_indicator": status["indicator"],
            "status_description": status["description"],
        },
        "incident": {
            **said,
            "backfilled": False,
            "impact_override": None,
            "postmortem_body": None,
            "postmortem_body_last_updated_at": None,
            "postmortem_ignored": False,
            "postmortem_published_at": None,
            "postmortem_notified_subscribers": False,
            "postmortem_notified_twitter": False,
            "scheduled_remind_prior": row.remind_minutes is not None,
            "scheduled_reminded_at": wire.moment(row.reminded_at),
            "scheduled_auto_in_progress": row.begins_itself,
            "scheduled_auto_completed": row.ends_itself,
        },
    }


def _slack_text(
    notice: PublicNotice, one: Planned, update: MaintenanceUpdate, *, is_reminder: bool
) -> str:
    page, row = notice.mailing.page, one.row
    times, place = Times.of(zone_of(page), update.display_at), place_of(page)
    leave = place.url(f"/subscribe/leave/{tokens.leaving(notice.subscriber)}")
    body = _words(update, times, row, is_reminder=is_reminder).strip()
    lines = [
        f"*{look.slack(page.name)}: {look.slack(row.name)}*",
        f"{_stage(update, is_reminder=is_reminder)}, {_span(times, row)}. {look.slack(body)}",
        place.url(row.path),
        f"<{leave}|Stop these messages>",
    ]
    return "\n".join(lines) + "\n"
