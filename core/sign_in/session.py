"""How long a session lives: twelve hours without use, seven days in all. Django's own clock, as its sessions have."""

import time

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest

from core.models import User
from core.sign_in.break_glass import IN_SESSION

BEGAN, SEEN, HAS_FACTOR = "core.sign_in.began", "core.sign_in.seen", "core.sign_in.has_factor"
IDLE_S, WHOLE_S, NOTE_EVERY_S = 12 * 3600, 7 * 24 * 3600, 600
STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def begin(request: HttpRequest) -> None:
    """Start both clocks."""
    request.session[BEGAN] = request.session[SEEN] = int(time.time())


def has_ended(request: HttpRequest) -> bool:
    """Return whether the session has been idle, or has lived, for too long."""
    now = time.time()
    began, seen = request.session.get(BEGAN, now), request.session.get(SEEN, now)
    return bool(now - seen > IDLE_S or now - began > WHOLE_S)


def note_use(request: HttpRequest) -> None:
    """Remember that the session is in use; written every ten minutes, not with every request."""
    now = int(time.time())
    if now - request.session.get(SEEN, 0) < NOTE_EVERY_S:
        return
    request.session[SEEN] = now
    request.session.setdefault(BEGAN, now)
    UserSession.objects.create_from_request(request)


def broke_glass(request: HttpRequest) -> bool:
    """Return whether this session was opened by break-glass."""
    return bool(request.session.get(IN_SESSION))


def forget_factor(request: HttpRequest) -> None:
    """Look again, at the next request, whether the person has a second factor."""
    request.session.pop(HAS_FACTOR, None)


def lacks_factor(request: HttpRequest, user: User) -> bool:
    """Return whether this person must set up a second factor before anything else."""
    if not settings.REQUIRE_SECOND_FACTOR or broke_glass(request):
        return False
    if request.session.get(HAS_FACTOR):
        return False
    found = Authenticator.objects.filter(user=user, type__in=STRONG).exists()
    if found:
        request.session[HAS_FACTOR] = True
    return not found
