"""`POST /api/v2/subscribers.json`, as Statuspage's own clients sign up (areas/statuspage.md 2.9).

The same double opt-in as the form, and the same answer for every address. Leaving needs the token of a message.
"""

from typing import Any

import orjson
from allauth.core.internal import ratelimit
from django.db import Error as DatabaseAway
from django.db import connection
from django.http import HttpRequest, HttpResponse, QueryDict

from core import clock
from core.errors import DomainError, Invalid, NotFound
from core.sign_in import limits
from statuspage.actions import subscribing
from statuspage.actions.endpoints import sign_up_endpoint
from statuspage.actions.places import place_of
from statuspage.actions.subscribing import Choices
from statuspage.models import Page
from statuspage.views.answers import unavailable
from statuspage.views.shelf import Look

PATH = "/api/v2/subscribers.json"
LARGEST = 16_384
HEADERS = {"Cache-Control": "no-store", "Access-Control-Allow-Origin": "*"}


def subscribers(request: HttpRequest, seen: Look) -> HttpResponse:
    """Sign up a mail address or an endpoint; DELETE with `token`, of any message, ends a subscription."""
    if request.method not in ("POST", "DELETE"):
        return HttpResponse(status=405, headers={**HEADERS, "Allow": "POST, DELETE"})
    try:
        return _taken(request, _page(seen))
    except DomainError as refusal:
        return _answer({"error": str(refusal)}, refusal.status)
    except DatabaseAway:
        connection.close()
        return unavailable()


def _taken(request: HttpRequest, page: Page) -> HttpResponse:
    if request.method == "DELETE":
        subscribing.leave(page, request.GET.get("token", ""), at=clock.now())
        return HttpResponse(status=204, headers=HEADERS)
    if ratelimit.consume(request, app=limits.APP, action="subscribe") is None:
        return _answer({"error": "Too many sign-ups from your network."}, 429)
    return _answer(_signed_up(page, _asked(request)), 202)


def _page(seen: Look) -> Page:
    page = Page.objects.filter(pk=seen.entry.page_id).first()
    if page is None:
        raise NotFound("There is no status page here.")
    return page


def _signed_up(page: Page, asked: dict[str, str]) -> dict[str, Any]:
    at, wanted = clock.now(), asked.get("component_id", "")
    choices = Choices(frozenset({wanted}) if wanted else None)
    endpoint, email = asked.get("endpoint", ""), asked.get("email", "")
    if endpoint:
        sign_up_endpoint(page, "webhook", endpoint, choices, contact=email, at=at)
    elif email:
        subscribing.sign_up(page, email, choices, at=at)
    else:
        raise Invalid.field("/subscriber", "Give subscriber.email or subscriber.endpoint.")
    told = {"id": page.public_id, "name": page.name, "url": place_of(page).site}
    mode = {"webhook": endpoint, "email": email} if endpoint else {"email": email}
    return {
        "page": told,
        "subscriber": {
            "mode": "webhook" if endpoint else "email_sms",
            **mode,
            "can_select_components": True,
        },
    }


def _asked(request: HttpRequest) -> dict[str, str]:
    """Read `subscriber`, from JSON or from a form with names like `subscriber[email]`. Raises Invalid."""
    if request.content_type != "application/json":
        return _of_form(request.POST)
    try:
        told = orjson.loads(request.body) if len(request.body) <= LARGEST else None
    except orjson.JSONDecodeError:
        told = None
    asked = told.get("subscriber") if isinstance(told, dict) else None
    if not isinstance(asked, dict):
        raise Invalid('Send JSON such as {"subscriber": {"email": "kim@example.com"}}.')
    return {key: value for key, value in asked.items() if isinstance(value, str)}


def _of_form(posted: QueryDict) -> dict[str, str]:
    return {
        key.removeprefix("subscriber[").removesuffix("]"): str(value)
        for key, value in posted.items()
        if key.startswith("subscriber[")
    }


def _answer(body: dict[str, Any], status: int) -> HttpResponse:
    return HttpResponse(
        orjson.dumps(body),
        status=status,
        content_type="application/json; charset=utf-8",
        headers=HEADERS,
    )
