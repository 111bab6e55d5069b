"""The record of sign-ins: one row for each thing that happens at the door, and no secret in any of them."""

import logging
from datetime import timedelta

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from core import clock
from core.facts import publish
from core.models import BreakGlassLink, SignIn, User
from core.sign_in.addresses import address_of
from core.sign_in.passwords import normal

logger = logging.getLogger(__name__)

Event, Method = SignIn.Event, SignIn.Method

KEPT_FOR = timedelta(days=400)
HELD_OFF_EVERY_S = 60
BROKEN = "sign_in.glass_broken"
FACTORS: dict[str, str] = {
    Authenticator.Type.TOTP: Method.TOTP,
    Authenticator.Type.RECOVERY_CODES: Method.RECOVERY_CODE,
    Authenticator.Type.WEBAUTHN: Method.PASSKEY,
}


def keyed_digest(typed: str) -> str:
    """Return 16 hex digits that tell two typed names apart, and tell nothing else without our key."""
    return salted_hmac("core.sign_in.typed", normal(typed), algorithm="sha256").hexdigest()[:16]


def record(
    request: HttpRequest | None,
    event: str,
    who: User | str = "",
    *,
    method: str = "",
    second: str = "",
    why: str = "",
) -> SignIn:
    """Write one row, and one log line where somebody was turned away.

    `who`: the person, or what was typed by whom we don't know; of that only a digest is kept.
    """
    user, typed = (who, "") if isinstance(who, User) else (None, who)
    agent = request.headers.get("User-Agent", "") if request is not None else ""
    row = SignIn(
        at=clock.now(),
        event=event,
        method=method,
        second=second,
        user=user,
        who=user.username if user else "",
        typed=keyed_digest(typed) if typed else "",
        why=why[:200],
        address=address_of(request) if request is not None else None,
        agent=agent[:200],
    )
    row.save()
    if event == Event.REFUSED:
        logger.warning("sign-in refused: %s from %s: %s", row.who or row.typed, row.address, why)
    return row


def record_held_off(
    request: HttpRequest, who: User | str, *, method: str = Method.PASSWORD
) -> None:
    """Write down that somebody tries too often: once a minute for each address, however often that is."""
    if cache.add(f"sign_in.held_off:{address_of(request)}", 1, timeout=HELD_OFF_EVERY_S):
        record(request, Event.HELD_OFF, who, method=method)


def record_entry(request: HttpRequest, user: User, *, method: str = "", second: str = "") -> None:
    """Write down that somebody is in; how, unless it is told, from what they have just proved."""
    if not method:
        method, second = how(request, user)
    record(request, Event.SIGNED_IN, user, method=method, second=second)


def record_glass_broken(request: HttpRequest, user: User) -> None:
    """Write down that the glass was broken, and let every Administrator be told."""
    with transaction.atomic():
        row = record(request, Event.SIGNED_IN, user, method=Method.BREAK_GLASS)
        publish(BROKEN, [row.pk], at=row.at)
    logger.critical("break-glass was used by %s from %s", user.username, row.address)


def how(request: HttpRequest, user: User) -> tuple[str, str]:
    """Return by which method a session was opened, and the word for its second factor, from allauth's notes."""
    first = second = ""
    for note in get_authentication_records(request, user):
        if note.get("method") == "password":
            first = Method.PASSWORD
        elif note.get("method") == "socialaccount":
            first = Method.OIDC
        elif note.get("passwordless"):
            first = Method.PASSKEY
        elif note.get("method") == "mfa":
            second = Method(FACTORS[note["type"]]).label
    return first, second


def forget_old() -> None:
    """Delete what is older than 400 days, and sessions that have ended."""
    before = clock.now() - KEPT_FOR
    SignIn.objects.filter(at__lt=before).delete()
    BreakGlassLink.objects.filter(expires_at__lt=before).delete()
    SessionStore.clear_expired()
