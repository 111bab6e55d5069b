"""What a subscription form offers, and what was ticked in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, QueryDict

from core.errors import Invalid
from statuspage.actions import subscribing
from statuspage.actions.endpoints import sign_up_endpoint
from statuspage.actions.subscribing import Choices
from statuspage.look import subscribing as look
from statuspage.models import Page, Subscriber

MOST_PICKED = 2000
LONGEST_TYPED = 2049


@dataclass(frozen=True, slots=True)
class Typed:
    """Who signs up: by mail (`address`), or a program or a Slack channel (`address` is its URL) with its keeper's mail."""

    kind: str
    address: str
    contact: str

    @classmethod
    def of(cls, kind: str, posted: QueryDict) -> "Typed":
        """Return what was typed."""
        name = "address" if kind == "email" else "endpoint"
        contact = "" if kind == "email" else posted.get("address", "")
        return cls(kind, posted.get(name, "")[:LONGEST_TYPED], contact[:LONGEST_TYPED])

    @property
    def shown(self) -> str:
        """Return what was typed, fit for the form that is shown again."""
        return self.address.replace("\0", "")

    def keep(self, page: Page, choices: Choices, *, at: datetime, is_trapped: bool) -> str:
        """Sign up and return the sentence of the answer; whoever filled the trap is kept nowhere. Raises DomainError."""
        if self.kind == "email":
            address = subscribing.mail_address(self.address)
            subscribing.checked(page, choices)
            if not is_trapped:
                subscribing.sign_up(page, address, choices, at=at)
            return f"If {address} can receive our mail, a message with a link is on its way."
        if not is_trapped:
            sign_up_endpoint(page, self.kind, self.address, choices, contact=self.contact, at=at)
        return "If the address can be reached, one message is on its way there."


def offered(page: Page, follows: frozenset[str] | None) -> list[look.Choice]:
    """Return what may be followed: each group with its components, then the components of no group."""
    is_all = follows is None
    wanted = follows or frozenset()
    components = list(page.components.all())
    found = []
    for group in page.groups.all():
        parts = tuple(
            look.Choice(one.public_id, one.name, one.public_id in wanted)
            for one in components
            if one.group_id == group.pk
        )
        names = ", ".join(part.name for part in parts)
        is_on = is_all or group.public_id in wanted
        found.append(look.Choice(group.public_id, group.name, is_on, names, parts))
    alone = (one for one in components if one.group_id is None)
    found += [
        look.Choice(one.public_id, one.name, is_all or one.public_id in wanted) for one in alone
    ]
    return found


def chosen(page: Page, posted: QueryDict) -> Choices:
    """Read the form; where every group and every single component is ticked, all of the page is followed."""
    ticked = frozenset(posted.getlist("follow")[:MOST_PICKED])
    whole = {one.id for one in offered(page, None)}
    return Choices(
        follows=None if whole <= ticked else ticked,
        wants=posted.get("wants", Subscriber.Wants.EVERYTHING.value),
        wants_maintenance="maintenance" in posted,
    )


def wanted_by(row: Subscriber) -> Choices:
    """Return what a subscriber follows now."""
    rows = row.subscriptions.select_related("group", "component")
    ids = frozenset(one.public_id for each in rows if (one := each.group or each.component))
    return Choices(None if row.follows_all else ids, row.wants, row.wants_maintenance)


def errors_of(refusal: Invalid) -> dict[str, str]:
    """Return each problem of a refusal by the form's field."""
    told: Any = refusal.extra.get("errors", [])
    return {str(one["pointer"]).removeprefix("/"): str(one["detail"]) for one in told}


def is_ours(request: HttpRequest) -> bool:
    """Tell whether a form was sent from this very page; browsers say so themselves (Fetch Metadata).

    `Origin` is "null" under our own referrer policy, so it refuses only where it names somebody else.
    """
    site_said = request.headers.get("Sec-Fetch-Site")
    if site_said is not None:
        return site_said in ("same-origin", "none")
    origin = request.headers.get("Origin", "null")
    return origin == "null" or urlsplit(origin).netloc.lower() == request.get_host().lower()
