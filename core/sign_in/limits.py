"""How often somebody may try; counted in the cache that all processes share.

Strangers are counted for each typed name and for each address. A browser in which this person has
signed in before counts for itself, so that a stranger can't lock anybody out.
"""

import math
import time
from datetime import timedelta
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core import clock
from core.models import User
from core.secrets import new_hex

ACTION, KNOWN_ACTION = "login_failed", "login_failed_known"
APP = "allauth.account"
KNOWN_FOR = timedelta(days=180)
_SALT = "core.sign_in.known"
A_MINUTE = 60


def take(request: HttpRequest, *, name: str, person: User | None) -> Any:
    """Count one try under `name` and return it, to be given back when it succeeds. Raises the 429 page."""
    device = known_device(request, person)
    action, key = (KNOWN_ACTION, device) if device else (ACTION, name)
    taken = ratelimit.consume(request, app=APP, action=action, key=key)
    if taken is None:
        raise held_off(request, action, key)
    return taken


def held_off(request: HttpRequest, action: str, key: str) -> ImmediateHttpResponse:
    """Return, to be raised, the 429 page for a limit that is used up."""
    return ImmediateHttpResponse(refuse(request, wait_s=_wait(request, action, key)))


def _wait(request: HttpRequest, action: str, key: str) -> int:
    """Return after how many seconds one more try is free."""
    waits = [float(ratelimit.CACHE_LOCK_WAIT_TIMEOUT)]
    for rate in ratelimit.get_rates(app=APP, action=action):
        place = ratelimit.get_cache_key(request, app=APP, action=action, rate=rate, key=key)
        tries = cache.get(place, [])
        if len(tries) >= rate.amount:
            waits.append(tries[-1] + rate.duration - time.time())
    return math.ceil(max(waits))


def refuse(request: HttpRequest, *, wait_s: int) -> HttpResponse:
    """Return the page that says when to try again (429)."""
    again_at = clock.now() + timedelta(seconds=wait_s)
    context = {"title": "Too many tries", "again_at": again_at, "minutes": math.ceil(wait_s / 60)}
    answer = render(request, "account/too_many.html", context, status=429)
    answer["Retry-After"] = str(wait_s)
    return answer


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what allauth itself holds off: each of those limits counts one minute."""
    return refuse(request, wait_s=A_MINUTE)


def cookie_name() -> str:
    """Return the name of the cookie of known browsers; bound to the host where cookies are secure."""
    return "__Host-known" if settings.SESSION_COOKIE_SECURE else "known"


def known_device(request: HttpRequest, person: User | None) -> str:
    """Return the mark of a browser in which `person` has signed in before, "" for any other."""
    if person is None:
        return ""
    try:
        found = signing.loads(request.COOKIES.get(cookie_name(), ""), salt=_SALT, max_age=KNOWN_FOR)
    except signing.BadSignature:
        return ""
    return str(found[1]) if found[0] == person.pk else ""


def remember_device(request: HttpRequest, answer: HttpResponse, person: User) -> None:
    """Let this browser count for itself from now on; it opens no door."""
    mark = known_device(request, person) or new_hex()
    answer.set_cookie(
        cookie_name(),
        signing.dumps([person.pk, mark], salt=_SALT),
        max_age=KNOWN_FOR,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
