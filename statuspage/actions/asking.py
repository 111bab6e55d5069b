"""A proposal is never silent: who may approve it hears of it once, and its author hears once what became of it.

By mail or whatever a person has chosen, as a notice and never as a page.
"""

from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from core.actor import person
from core.models import Membership, User
from core.permissions import may
from notify.channels import Message
from notify.models import Delivery
from statuspage.actions.drafting import clock_time
from statuspage.actions.nudging import listeners
from statuspage.models import Proposal
from statuspage.rules.states import words

ASKED, ANSWERED = "approval_asked", "approval_answered"  # the kinds of the deliveries
_State = Proposal.State


def tell_approvers(row: Proposal, at: datetime) -> None:
    """Queue one notice to everybody who is asked to approve, inside the caller's transaction; again changes nothing."""
    tell_person = import_string(settings.PROVIDERS["tell_person"])
    for user in approvers(row):
        tell_person(user.pk, ASKED, row.pk, "", at)


def overtake(row: Proposal, by: User | None, at: datetime) -> None:
    """Take back what waits, since something newer takes its place, and tell its author; inside the caller's transaction."""
    row.withdraw(by, at)
    row.save()
    tell_author(row, at)


def tell_author(row: Proposal, at: datetime) -> None:
    """Queue one notice to whoever proposed it, inside the caller's transaction, unless they answered it themselves."""
    if row.answered_by_id != row.asked_by_id:
        tell_person = import_string(settings.PROVIDERS["tell_person"])
        tell_person(row.asked_by_id, ANSWERED, row.pk, "", at)


def approvers(row: Proposal) -> list[User]:
    """Return who is asked: the page's team and whoever works on the incident; everybody who may where that leaves nobody.

    Its author is never among them, nor who may not publish.
    """
    people = User.objects.filter(is_active=True).exclude(pk=row.asked_by_id).order_by("pk")
    team = Membership.objects.filter(team=row.page.team_id).values_list("user", flat=True)
    near = {*team, *(listeners(row.incident, is_wide=True) if row.incident is not None else ())}
    return _able(row, list(people.filter(pk__in=near))) or _able(row, list(people))


def _able(row: Proposal, people: list[User]) -> list[User]:
    return [user for user in people if may(person(user), "statuspage.publish", row.about)]


def asked_unwanted(delivery: Delivery, at: datetime) -> str:
    """Return why nobody need be asked any more, or ""."""
    row = Proposal.objects.filter(pk=delivery.object_id).first()
    if row is None:
        return "the proposal is gone"
    return "" if row.state == _State.ASKED else f"it was {words(row.state)} meanwhile"


def asked_message(delivery: Delivery, at: datetime) -> Message:
    """Return what somebody who may approve reads, written now: who proposed what, where, and the words themselves."""
    row = _row(delivery)
    promise = clock_time(row.moment("next_update_by"), row.page)
    promised = f"\nNext update by {promise}.\n" if promise else ""
    text = (
        f"{row.asked_by.display_name} proposed {row.what} on {row.page.name}. "
        "Nothing of it is public until another person approves it.\n\n"
        f"{row.said['name']}\n{row.said['body']}\n{promised}"
        f"\nRead it, approve it or decline it: {settings.STAFF_URL}{place(row)}\n"
    )
    return _message(delivery, row, f"Approve {row.what} on {row.page.name}", text, "asked")


def answered_message(delivery: Delivery, at: datetime) -> Message:
    """Return what the author reads, written now: who answered what and when, and what to do next."""
    row = _row(delivery)
    who = row.answered_by.display_name if row.answered_by else ""
    when = clock_time(row.answered_at, row.page)
    subject, told = {
        _State.APPROVED: (f"Approved: {row.what}", f"{who} approved it at {when}. It is public."),
        _State.DECLINED: (
            f"Declined: {row.what}",
            f"{who} declined it at {when}: {row.answer}\nNothing of it is public.",
        ),
    }.get(
        _State(row.state),
        (
            f"Overtaken: {row.what}",
            f"Something newer was {'proposed by ' + who if who else 'said'} at {when}. "
            "Nothing of yours is public.",
        ),
    )
    text = (
        f"{told}\n\nYou proposed on {row.page.name}:\n{row.said['body']}\n\n"
        f"Look: {settings.STAFF_URL}{place(row)}\n"
    )
    return _message(delivery, row, subject, text, "answered")


def place(row: Proposal) -> str:
    """Return the path among the staff's screens where it is read and answered."""
    if row.incident_id is None:
        return f"/admin/statuspage/proposal/{row.pk}/change/"
    return f"/admin/statuspage/publish/{row.incident_id}/?page={row.page.public_id}"


def _row(delivery: Delivery) -> Proposal:
    rows = Proposal.objects.select_related("incident", "page", "asked_by", "answered_by")
    return rows.get(pk=delivery.object_id)


def _message(delivery: Delivery, row: Proposal, subject: str, text: str, what: str) -> Message:
    return Message(
        kind=delivery.kind,
        subject=subject,
        text=text,
        id=f"{delivery.kind}-{delivery.pk}",
        thread=f"proposal-{row.pk}",
        event_type=f"status_page.proposal_{what}",
        payload={"subject": subject, "url": f"{settings.STAFF_URL}{place(row)}"},
        sent_at=delivery.created_at,
    )
