"""What is sent, written at the moment of sending from the rows as they then are.

Each function takes a Delivery and the instant and returns the Message; it may write rows (a reply
token is made for every sending and stored hashed).
"""

from datetime import datetime, timedelta

from django.conf import settings

from core.models import User
from core.secrets import digest, new_token
from incidents.models import Incident, RoleOffer
from incidents.playbook import role_word, severity_for
from incidents.playbook.lifecycle import State
from notify.channels import Message
from notify.models import Delivery
from oncall.actions.contacts import fresh_code
from oncall.actions.outlook import duty_of, facts_of, next_page
from oncall.models import ContactMethod, Escalation, Page, ReplyToken
from oncall.screens import (
    ClearedMail,
    Link,
    NoticeMail,
    PageMail,
    cleared_mail,
    notice_mail,
    page_mail,
)

TOKEN_LIFE = timedelta(hours=24)
TOKEN_BYTES = 18  # 144 random bits, 24 characters
OFFER_CHANGES_NO_PAGER = (
    "Who is paged does not change with a role: the schedule alone decides that."
)


def unwanted(delivery: Delivery, at: datetime) -> str:
    """Return why a page must not leave any more, or "": asked under the lease, just before the send."""
    page = (
        Page.objects.select_related("user", "escalation__incident")
        .filter(pk=delivery.object_id)
        .first()
    )
    if page is None:
        return "the page is gone"
    return _answered(page) or _unreachable(page, delivery)


def _answered(page: Page) -> str:
    incident, run = page.escalation.incident, page.escalation
    if not incident.is_live:
        return "the incident is over"
    is_unheld = (
        incident.acknowledged_by_id == run.passed_by_id
    )  # passed on, or held by a machine only
    if incident.state != State.DETECTED and not is_unheld:
        return "somebody has it"
    return run.stop_reason if run.state == Escalation.State.STOPPED else ""


def _unreachable(page: Page, delivery: Delivery) -> str:
    if not page.user.is_active:
        return "the person has left"
    usable = ContactMethod.objects.usable().filter(
        responder__user=page.user, channel=delivery.channel, address=delivery.address
    )
    return "" if usable.exists() else "the address is no longer usable"


def _thread(incident: Incident) -> str:
    return f"incident-{incident.pk}"


def incident_url(incident: Incident) -> str:
    """Return the incident's address for staff."""
    return f"{settings.STAFF_URL}/admin/incidents/incident/{incident.pk}/"


def page_message(delivery: Delivery, at: datetime) -> Message:
    """Return a page: text, HTML, and its own fresh reply link."""
    page = Page.objects.select_related(
        "user", "escalation__incident__service", "escalation__incident__playbook"
    ).get(pk=delivery.object_id)
    token = new_token("", TOKEN_BYTES)
    ReplyToken.objects.create(
        page=page, digest=digest(token), created_at=at, expires_at=at + TOKEN_LIFE
    )
    incident = page.escalation.incident
    url = f"{settings.SITE_URL}/r/{token}/"
    duty = duty_of(page, at)
    mail = PageMail(
        incident=facts_of(incident),
        person=page.user.display_name,
        reply_url=url,
        sent_at=at,
        zone=page.user.time_zone,
        address=delivery.address,
        duty=duty,
        next_page=next_page(page.escalation, page.user, at),
        expires_at=at + TOKEN_LIFE,
        why="" if duty else f"Why you: {page.why}.",
    )
    subject, text, html = page_mail(mail)
    if not page.subject:
        page.subject = subject[:255]
        page.save(update_fields=["subject"])
    return Message(
        kind="page",
        subject=subject,
        text=text,
        html=html,
        id=f"page-{page.pk}-{delivery.pk}",
        thread=_thread(incident),
        event_type="page.created",
        payload=_payload(incident, page, url),
        sent_at=at,
    )


def _payload(incident: Incident, page: Page, url: str) -> dict[str, object]:
    return {
        "incident": incident.pk,
        "title": incident.title,
        "severity": {
            "rank": incident.rank,
            "code": severity_for(incident.playbook.playbook, incident.rank).code,
        },
        "service": incident.service.slug,
        "person": page.user.username,
        "why": page.why,
        "reply_url": url,
    }


def cleared_message(delivery: Delivery, at: datetime) -> Message:
    """Return "it cleared itself" to one person who was paged, in the thread of their page."""
    incident = Incident.objects.select_related("service", "playbook", "acknowledged_by").get(
        pk=delivery.object_id
    )
    person = _recipient(delivery)
    page = (
        Page.objects.filter(escalation__incident=incident, user=person).exclude(subject="").first()
    )
    holder = incident.acknowledged_by
    mail = ClearedMail(
        incident=facts_of(incident),
        person=person.display_name,
        page_subject=page.subject if page else incident.title,
        ended_at=incident.ended_at or at,
        zone=person.time_zone,
        holder=holder.display_name if holder else "",
        held_from=incident.acknowledged_at,
        incident_url=incident_url(incident),
    )
    return _mail(delivery, cleared_mail(mail), "incident.cleared", at, incident)


def command_message(delivery: Delivery, at: datetime) -> Message:
    """Return who commands an incident now, to the new commander and the one before."""
    incident = Incident.objects.select_related("service", "playbook").get(pk=delivery.object_id)
    person = _recipient(delivery)
    holder = incident.roles.filter(role="commander", to_at=None).select_related("user").first()
    who = (
        "You command"
        if holder and holder.user_id == person.pk
        else f"{holder.user.display_name if holder else 'Nobody'} commands"
    )
    notice = NoticeMail(
        subject=f"{who} {incident.label}",
        label="Command",
        heading=f"{who} {incident.label}: {incident.title}",
        person=person.display_name,
        paragraphs=("Who is paged does not change: the schedule alone decides that.",),
        link=Link("Open the incident", incident_url(incident)),
        why="You get this because you command it, or did until now.",
    )
    return _mail(delivery, notice_mail(notice), "incident.command_taken", at, incident)


def offer_message(delivery: Delivery, at: datetime) -> Message:
    """Return an offered role to the person who is to answer, or the answer to who offered it."""
    rows = RoleOffer.objects.select_related(
        "incident__service", "incident__playbook", "user", "offered_by"
    )
    offer = rows.get(pk=delivery.object_id)
    incident, person = offer.incident, _recipient(delivery)
    label = role_word(incident.playbook.playbook, offer.role)
    is_mine = person.pk == offer.user_id
    answer = f"{offer.user.display_name} {offer.state}: {label} of {incident.label}"
    subject = f"{offer.offered_by.display_name} offers you {label} of {incident.label}"
    notice = NoticeMail(
        subject=subject if is_mine else answer,
        label="Role",
        heading=f"{subject if is_mine else answer}: {incident.title}",
        person=person.display_name,
        paragraphs=tuple(filter(None, (offer.note if is_mine else "", OFFER_CHANGES_NO_PAGER))),
        link=Link("Open the incident", incident_url(incident)),
        why="You get this because the role is offered to you."
        if is_mine
        else "You get this because you offered the role.",
    )
    return _mail(delivery, notice_mail(notice), "incident.role_offered", at, incident)


def severity_message(delivery: Delivery, at: datetime) -> Message:
    """Return that the severity rose, to the person who has the incident."""
    incident = Incident.objects.select_related("service", "playbook").get(pk=delivery.object_id)
    code = facts_of(incident).code
    notice = NoticeMail(
        subject=f"{incident.label} is {code} now",
        label="Severity rose",
        heading=f"{code}: {incident.title}",
        person=_recipient(delivery).display_name,
        paragraphs=(f"{incident.label} is {code} now, and you have it.",),
        link=Link("Open the incident", incident_url(incident)),
        why="You get this because you acknowledged it.",
        tone="warn",
    )
    return _mail(delivery, notice_mail(notice), "incident.severity_raised", at, incident)


def reopened_message(delivery: Delivery, at: datetime) -> Message:
    """Return that an incident goes on after all and who has it now, to who had it or commands it."""
    rows = Incident.objects.select_related("service", "playbook", "acknowledged_by")
    incident = rows.get(pk=delivery.object_id)
    holder = incident.acknowledged_by
    who = holder.display_name if holder else "Nobody"
    notice = NoticeMail(
        subject=f"{incident.label} was reopened",
        label="Reopened",
        heading=f"Reopened: {incident.title}",
        person=_recipient(delivery).display_name,
        paragraphs=(f"It was not over after all. {who} has it now; nobody is paged.",),
        link=Link("Open the incident", incident_url(incident)),
        why="You get this because you had it before, or command it.",
        tone="warn",
    )
    return _mail(delivery, notice_mail(notice), "incident.reopened", at, incident)


def verification_message(delivery: Delivery, at: datetime) -> Message:
    """Return the code that proves an address; made now, so that only the newest code works."""
    contact = ContactMethod.objects.select_related("responder__user").get(pk=delivery.object_id)
    code = fresh_code(contact)
    notice = NoticeMail(
        subject="Watchbill: confirm this address",
        label="Confirm",
        heading=f"Your code is {code}",
        person=contact.responder.user.display_name,
        paragraphs=(
            "Enter it beside the address in Watchbill within an hour. Until then no page comes here.",
        ),
        link=Link(
            "Open Watchbill",
            f"{settings.STAFF_URL}/admin/oncall/contactmethod/{contact.pk}/change/",
        ),
        why="You get this because the address was added to your account. Ignore it if it was not you.",
    )
    return _mail(delivery, notice_mail(notice), "contact.verification", at, None)


def test_message(delivery: Delivery, at: datetime) -> Message:
    """Return a test page: like a page, about nothing."""
    person = _recipient(delivery)
    notice = NoticeMail(
        subject="Test page: nothing is wrong",
        label="Test",
        heading="This is how a page reaches you here",
        person=person.display_name,
        paragraphs=(
            "Nothing is wrong and nobody else was told. If this woke you, pages will too.",
        ),
        why="You get this because a test page was asked for.",
        tone="good",
    )
    return _mail(delivery, notice_mail(notice), "page.test", at, None)


def _recipient(delivery: Delivery) -> User:
    person = delivery.recipient
    if person is None:
        raise ValueError(f"delivery {delivery.pk} has no recipient any more")
    return person


def _mail(
    delivery: Delivery,
    mail: tuple[str, str, str],
    event: str,
    at: datetime,
    incident: Incident | None,
) -> Message:
    subject, text, html = mail
    return Message(
        kind=delivery.kind,
        subject=subject,
        text=text,
        html=html,
        id=f"{delivery.kind}-{delivery.pk}",
        thread=_thread(incident) if incident else None,
        event_type=event,
        payload={"incident": incident.pk if incident else None, "subject": subject},
        sent_at=at,
    )
