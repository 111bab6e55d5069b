"""What the managers of a page do for its subscribers: add with a question, ask again, end."""

from datetime import datetime

from django.db import transaction

from core.actor import Actor
from core.errors import NotFound, NotPossible
from core.permissions import require
from core.secrets import digest
from notify.models import Delivery
from statuspage.actions import subscribing, tokens
from statuspage.actions.leaving import NOTICE
from statuspage.actions.subscribing import Choices
from statuspage.models import Mailing, Page, PublicNotice, Subscriber

_State = Subscriber.State


def add_subscriber(page: Page, address: str, *, by: Actor, at: datetime) -> Subscriber:
    """Ask the owner of a mail address whether to tell it everything; its answer decides. Raises NotAllowed, Invalid."""
    require(by, "statuspage.edit_page", page)
    subscribing.sign_up(page, address, Choices(), at=at)
    wanted = digest(subscribing.mail_address(address))
    return page.subscribers.get(channel=Subscriber.Channel.EMAIL, address_hash=wanted)


def ask_again(subscriber_id: int, *, by: Actor, at: datetime) -> str:
    """Send the question anew to who has not confirmed, or whom nothing reached. Raises NotAllowed, NotPossible."""
    with transaction.atomic():
        row = _locked(subscriber_id, by)
        if row.state not in (_State.PENDING, _State.QUARANTINED):
            raise NotPossible("Only who has not confirmed, or is quarantined, is asked again.")
        if not subscribing.may_ask(row, at):
            raise NotPossible("It was asked within ten minutes, or three times today; wait.")
        tokens.give_confirming(row, at)
        row.asked_at = at
        row.save()
        subscribing.ask(row, at)
    return "The question is on its way."


def end_subscription(subscriber_id: int, *, by: Actor, at: datetime) -> str:
    """End a subscription and delete its address. Raises NotAllowed, NotFound; twice changes nothing."""
    with transaction.atomic():
        row = _locked(subscriber_id, by)
        if row.state != _State.ENDED:
            subscribing.end(row, at)
    return "Nothing more is sent there; the address is deleted."


def delivered(mailing: Mailing) -> str:
    """Say what became of a mailing's copies: "9,120 of 10,000 sent, 3 failed"."""
    notices = PublicNotice.objects.filter(mailing=mailing).values("pk")
    states = list(
        Delivery.objects.filter(kind=NOTICE, object_id__in=notices).values_list("state", flat=True)
    )
    failed = states.count(Delivery.State.FAILED)
    sent = f"{states.count(Delivery.State.SENT):,} of {mailing.wanted:,} sent"
    return f"{sent}, {failed:,} failed" if failed else sent


def _locked(subscriber_id: int, by: Actor) -> Subscriber:
    rows = Subscriber.objects.select_for_update(no_key=True, of=("self",)).select_related("page")
    row = rows.filter(pk=subscriber_id).first()
    if row is None:
        raise NotFound("There is no such subscriber.")
    require(by, "statuspage.edit_page", row)
    return row
