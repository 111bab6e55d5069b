"""Programs and Slack channels that follow a page: signed up by their address, active once they have answered."""

from datetime import datetime
from urllib.parse import urlsplit

from core.errors import Invalid, NotPossible
from core.secrets import decrypt, digest, encrypt
from notify.channels import ChannelError, Message
from notify.channels import channel as channel_of
from notify.channels.endpoint import CHALLENGE
from notify.models import Delivery
from statuspage.actions import subscribing, tokens
from statuspage.actions.places import place_of
from statuspage.actions.subscribing import Choices
from statuspage.look import letters as look
from statuspage.models import Page, Subscriber

SLACK_HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")
_Channel = Subscriber.Channel


def sign_up_endpoint(
    page: Page, channel: str, url: str, choices: Choices, *, contact: str = "", at: datetime
) -> None:
    """Keep the URL of a program or of a Slack channel, and send it the question that it must answer first.

    `contact`: who is mailed when nothing reaches it. Nothing is sent within the request. Raises Invalid, NotPossible.
    """
    if not page.takes_subscribers:
        raise NotPossible(f"{page.name} takes no new subscribers.")
    way = _Channel(channel)
    wanted = _url(way, url.strip())
    fresh = Subscriber(
        page=page,
        channel=way,
        address=urlsplit(wanted).hostname or "",
        address_hash=digest(wanted),
        secret=encrypt(wanted),
        contact=subscribing.mail_address(contact) if contact.strip() else "",
        created_at=at,
    )
    if way == _Channel.WEBHOOK:
        fresh.signing_secret = encrypt(channel_of("webhook").new_secret())
    subscribing.keep(fresh, choices, at=at)


def challenge_message(delivery: Delivery, at: datetime) -> Message:
    """Return the question to an endpoint: whoever sends `challenge` back in the answer's body wants what follows."""
    row = Subscriber.objects.select_related("page").get(pk=delivery.object_id)
    place = place_of(row.page)
    payload = {
        "type": CHALLENGE,
        "challenge": tokens.confirming(row),
        "signing_secret": decrypt(row.signing_secret),
        "page": {"id": row.page.public_id, "name": row.page.name, "url": place.site},
        "unsubscribe": place.url(f"/subscribe/leave/{tokens.leaving(row)}"),
    }
    return Message(
        kind=delivery.kind,
        subject=f"{row.page.name}: challenge",
        text="Send the challenge back.",
        id=f"challenge-{row.public_id}-{delivery.pk}",
        sent_at=at,
        payload=payload,
        event_type=CHALLENGE,
    )


def quarantined_message(delivery: Delivery, at: datetime) -> Message:
    """Return the mail to the keeper of an endpoint that nothing reaches any more."""
    row = Subscriber.objects.select_related("page").get(pk=delivery.object_id)
    place = place_of(row.page)
    title = "Nothing reaches your endpoint"
    letter = look.Letter(
        page=row.page.name,
        code="",
        word="",
        title=title,
        preheader=look.preheader(f"{row.address}: {row.failure}"),
        button=("Sign it up again", place.url("/subscribe/webhook")),
        foot=look.Foot(
            f"You get this because you keep an endpoint that follows {row.page.name} status."
        ),
        rows=[look.Row("Endpoint", (row.address,)), look.Row("Last failure", (row.failure,))],
        body="Nothing more is sent there. Repair it, and sign it up again within 90 days; then it is forgotten.",
    )
    text, html = look.written(letter)
    return Message(
        kind=delivery.kind,
        subject=f"{row.page.name}: nothing reaches your endpoint",
        text=text,
        html=html,
        id=f"quarantined-{row.public_id}-{delivery.pk}",
        sent_at=at,
        sender_name=row.page.name,
    )


def _url(way: Subscriber.Channel, url: str) -> str:
    try:
        channel_of(subscribing.WAYS[way]).validate(url)
    except (ValueError, ChannelError) as error:
        raise Invalid.field("/endpoint", str(error)) from error
    if way == _Channel.SLACK and urlsplit(url).hostname not in SLACK_HOSTS:
        raise Invalid.field(
            "/endpoint",
            "Write the address of an incoming webhook, https://hooks.slack.com/services/…",
        )
    return url
