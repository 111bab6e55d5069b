"""Sign up, confirm, choose, leave: what the owner of an address does. Nothing is sent before it is confirmed.

Whoever signs up is told the same, whether or not the address was known: the mail alone says more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q

from core.errors import Invalid, NotFound, NotPossible
from core.secrets import decrypt, digest, encrypt
from notify import actions as notify
from notify.channels import channel as channel_of
from notify.models import Delivery
from statuspage.actions import leaving, tokens
from statuspage.actions.leaving import ASKED, CHALLENGED
from statuspage.models import Component, ComponentGroup, Page, Subscriber, Subscription

# By which channel of the outbox each of ours goes.
_State, _Channel = Subscriber.State, Subscriber.Channel
WAYS = {_Channel.EMAIL: "email", _Channel.WEBHOOK: "endpoint", _Channel.SLACK: "slack"}
PAUSE, DAY, HOUR = timedelta(minutes=10), timedelta(days=1), timedelta(hours=1)
MOST_A_DAY, MOST_OF_A_DOMAIN, MOST_OF_ALL = 3, 100, 1000


@dataclass(frozen=True, slots=True)
class Choices:
    """What a subscriber wants. `follows`: public ids of groups and components; None: all of the page."""

    follows: frozenset[str] | None = None
    wants: str = Subscriber.Wants.EVERYTHING.value
    wants_maintenance: bool = True


@dataclass(frozen=True, slots=True)
class Followed:
    """The same as rows of the page."""

    groups: tuple[ComponentGroup, ...]
    components: tuple[Component, ...]


def sign_up(page: Page, address: str, choices: Choices, *, at: datetime) -> None:
    """Keep a mail address that wants to follow a page, and mail it a link; within the limits of such mails.

    What is chosen counts only until it was confirmed: later its owner alone changes it. Raises Invalid, NotPossible.
    """
    if not page.takes_subscribers:
        raise NotPossible(f"{page.name} takes no new subscribers.")
    wanted = mail_address(address)
    fresh = Subscriber(
        page=page,
        channel=_Channel.EMAIL,
        address=wanted,
        address_hash=digest(wanted),
        created_at=at,
    )
    keep(fresh, choices, at=at)


def keep(fresh: Subscriber, choices: Choices, *, at: datetime) -> None:
    """Keep an address that signs up, or find it, and ask it to confirm; by the same statements. Raises Invalid."""
    followed = checked(fresh.page, choices)
    tokens.give_secret(fresh)
    with transaction.atomic():
        Subscriber.objects.bulk_create([fresh], ignore_conflicts=True)
        rows = Subscriber.objects.select_for_update(no_key=True, of=("self",))
        row = rows.get(page=fresh.page, channel=fresh.channel, address_hash=fresh.address_hash)
        if row.state == _State.PENDING:
            _choose(row, choices, followed)
        if may_ask(row, at):
            tokens.give_confirming(row, at)
            row.asked_at = at
            ask(row, at)
        row.save()


def confirm(page: Page, token: str, *, at: datetime) -> Subscriber:
    """Begin to send: the owner of the address has said yes. The link works once. Raises NotFound."""
    with transaction.atomic():
        row = _locked(page, tokens.CONFIRM, token, at)
        if row.state == _State.CONFIRMED:
            row.confirm_hash, row.confirm_until = "", None
        else:
            row.confirm(at)
            leaving.welcome_back(row)
        tokens.give_managing(row, at)
        row.save()
    return row


def choose(page: Page, token: str, choices: Choices, *, at: datetime) -> Subscriber:
    """Change what a subscriber gets; its managing link is replaced by a fresh one. Raises NotFound, Invalid."""
    followed = checked(page, choices)
    with transaction.atomic():
        row = _locked(page, tokens.MANAGE, token, at)
        _choose(row, choices, followed)
        tokens.give_managing(row, at)
        row.save()
    return row


def leave(page: Page, token: str, *, at: datetime) -> None:
    """End a subscription and forget its address; twice, or with a token of nobody's, changes nothing."""
    with transaction.atomic():
        row = _found(page, tokens.LEAVE, token, at)
        if row is not None and row.state != _State.ENDED:
            end(row, at)


def end(row: Subscriber, at: datetime) -> None:
    """End a locked subscription: nothing of its address stays, but its leaving link still answers."""
    leaving.note_departure(row, at)
    row.end(at)
    row.address, row.contact, row.secret, row.signing_secret = "", "", "", ""
    row.address_hash, row.leave_secret = row.public_id, ""
    row.confirm_hash, row.confirm_until, row.manage_hash, row.manage_until = "", None, "", None
    row.failure = ""
    row.save()
    row.subscriptions.all().delete()


def ask(row: Subscriber, at: datetime) -> None:
    """Put the message that asks to confirm into the outbox; who is confirmed gets its managing link by it."""
    kind = CHALLENGED if row.channel == _Channel.WEBHOOK else ASKED
    wish = notify.Wish(
        unique_key=f"{kind}:{row.pk}:{at.timestamp():.3f}",
        kind=kind,
        object_id=row.pk,
        recipient_id=None,
        channel=WAYS[_Channel(row.channel)],
        address=row.address,
        secret=secret_of(row),
    )
    notify.queue([wish], at=at)


def secret_of(row: Subscriber) -> str:
    """Return what a delivery needs besides the address, encrypted: the URL, and what signs what is sent there."""
    if not row.signing_secret:
        return row.secret
    return encrypt(f"{decrypt(row.secret)} {decrypt(row.signing_secret)}")


def mail_address(text: str) -> str:
    """Return a mail address as it is kept, folded to lower case; raises Invalid for what is none."""
    address = text.strip().lower()
    try:
        channel_of(_Channel.EMAIL.value).validate(address)
    except ValueError as error:
        raise Invalid.field(
            "/address", "Write one e-mail address, such as kim@example.com."
        ) from error
    return address


def checked(page: Page, choices: Choices) -> Followed:
    """Return what is followed as rows; raises Invalid for what the page does not have, and for nothing at all."""
    if choices.wants not in Subscriber.Wants.values:
        raise Invalid.field("/wants", "Choose every update, or start and end.")
    if choices.follows is None:
        return Followed((), ())
    wanted = [key for key in choices.follows if "\0" not in key]
    groups = tuple(page.groups.filter(public_id__in=wanted))
    components = tuple(page.components.filter(public_id__in=wanted))
    if (not groups and not components) or len(groups) + len(components) < len(choices.follows):
        raise Invalid.field("/follow", "Choose at least one thing to be told of.", "nothing_chosen")
    return Followed(groups, components)


def subscription_rows(row: Subscriber, followed: Followed) -> Iterable[Subscription]:
    """Give the rows that say what a subscriber follows."""
    yield from (Subscription(subscriber=row, group=group) for group in followed.groups)
    yield from (Subscription(subscriber=row, component=one) for one in followed.components)


def _choose(row: Subscriber, choices: Choices, followed: Followed) -> None:
    row.wants, row.wants_maintenance = choices.wants, choices.wants_maintenance
    row.follows_all = choices.follows is None
    row.subscriptions.filter(incident=None).delete()
    Subscription.objects.bulk_create(subscription_rows(row, followed))


def may_ask(row: Subscriber, at: datetime) -> bool:
    """Tell whether one more confirming mail may leave: per address, per domain of the receivers, and of all."""
    is_mail = row.channel == _Channel.EMAIL
    domain = Q(address__endswith=f"@{row.address.rpartition('@')[2]}" if is_mail else row.address)
    same = Q(address=row.address) if is_mail else Q(object_id=row.pk)
    hour = Q(created_at__gt=at - HOUR)
    kinds = (ASKED, CHALLENGED)
    asked = Delivery.objects.filter(kind__in=kinds, created_at__gt=at - DAY).aggregate(
        lately=Count("pk", filter=same & Q(created_at__gt=at - PAUSE)),
        today=Count("pk", filter=same),
        of_domain=Count("pk", filter=domain & hour),
        of_all=Count("pk", filter=hour),
    )
    return bool(
        asked["lately"] == 0
        and asked["today"] < MOST_A_DAY
        and asked["of_domain"] < MOST_OF_A_DOMAIN
        and asked["of_all"] < MOST_OF_ALL
    )


def _found(page: Page, purpose: str, token: str, at: datetime) -> Subscriber | None:
    known = tokens.find(page, purpose, token, at)
    if known is None:
        return None
    rows = Subscriber.objects.select_for_update(no_key=True, of=("self",))
    row = rows.select_related("page").get(pk=known.pk)
    return row if getattr(row, f"{purpose}_hash") == digest(token) else None


def _locked(page: Page, purpose: str, token: str, at: datetime) -> Subscriber:
    row = _found(page, purpose, token, at)
    if row is None or row.state == _State.ENDED:
        raise NotFound("This link was used, or is too old.")
    return row
