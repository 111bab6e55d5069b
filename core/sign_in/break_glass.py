"""Break-glass: a link from the command line lets one Administrator in when nothing else does.

It asks for no password, no second factor and no provider, so it is loud: a red mark on every staff page
for a day, a row in the record of sign-ins, and word to every Administrator.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from core.actor import Actor
from core.errors import NotFound, NotPossible
from core.models import BreakGlassLink, SignIn, User
from core.people import administrators
from core.pulse import LOUD_FOR, pulse
from core.secrets import digest, new_token
from core.sign_in import audit

LIFE = timedelta(minutes=15)
IN_SESSION = "core.sign_in.broke_glass"


def make_link(username: str, *, by: Actor, at: datetime) -> str:
    """Return the address that lets this Administrator in, once, for 15 minutes. A newer one ends it."""
    user = administrators().filter(username=username).first()
    if user is None:
        there = ", ".join(administrators().values_list("username", flat=True)[:20])
        raise NotFound(f"{username} is no active Administrator; there are: {there or 'none'}.")
    token = new_token("")
    with transaction.atomic():
        BreakGlassLink.objects.filter(user=user, used_at=None, expires_at__gt=at).update(
            expires_at=at
        )
        BreakGlassLink.objects.create(
            user=user, digest=digest(token), made_at=at, expires_at=at + LIFE
        )
        audit.record(
            None,
            SignIn.Event.GLASS_PREPARED,
            user,
            method=SignIn.Method.BREAK_GLASS,
            why=by.label,
        )
    return f"{settings.STAFF_URL}/accounts/break-glass/{token}/"


def live_link(token: str, *, at: datetime) -> BreakGlassLink | None:
    """Return the link of this token while it opens, None for every other."""
    links = BreakGlassLink.objects.select_related("user")
    found = links.filter(digest=digest(token), used_at=None, expires_at__gt=at).first()
    still = found and administrators().filter(pk=found.user_id).exists()
    return found if still else None


def use_link(token: str, *, at: datetime) -> User:
    """Spend the link and return its person; raise NotPossible where it opens nothing (any more)."""
    link = live_link(token, at=at)
    spent = link and BreakGlassLink.objects.filter(pk=link.pk, used_at=None).update(used_at=at)
    if link is None or not spent:
        raise NotPossible("This link has been used, has ended, or never was one.")
    return link.user


def red_marks(at: datetime) -> list[str]:
    """Return a sentence for each time that the glass was broken within a day."""
    used = [(who, when) for who, when in pulse().broken if at - LOUD_FOR < when <= at]
    return [
        f"Break-glass was used by {who} at {when:%H:%M} UTC on {when:%-d %b}. "
        "If nobody knows why, disable that person and read Sign-ins."
        for who, when in used[:5]
    ]
