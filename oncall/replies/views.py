"""`/r/<token>/`: GET shows and changes nothing, POST does one of five things. The token is the capability."""

from dataclasses import replace

from django.conf import settings
from django.db import Error as DatabaseAway
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core import clock
from core.errors import Invalid
from oncall import actions
from oncall.models import Page
from oncall.replies.screen import screen
from oncall.screens import LostRace, ReplyScreen, ReplyState, Verb, render_reply

LONGEST_SPAN = 4  # digits
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@csrf_exempt  # no cookie means nothing to forge: whoever holds the token holds the right
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, token: str) -> HttpResponse:
    """Show the page's state, or do what a button says and show the state that follows."""
    try:
        return _reply(request, token)
    except DatabaseAway:
        return _not_recorded(request)


def _reply(request: HttpRequest, token: str) -> HttpResponse:
    at = clock.now()
    page = actions.find_page(token, at)
    if page is None:
        expired = ReplyScreen(
            state=ReplyState.EXPIRED, at=at, sign_in_url=f"{settings.STAFF_URL}/admin/"
        )
        return HttpResponse(render_reply(expired), status=410 if request.method == "POST" else 404)
    if request.method != "POST":
        return HttpResponse(render_reply(screen(page, at)))
    try:
        verb = _verb(request)
        done = actions.answer(page, verb, at=at, minutes=_minutes(request))
    except Invalid as refusal:
        return HttpResponse(render_reply(screen(page, at, messages=(str(refusal),))), status=422)
    messages = (done.text,) if done.text else ()
    shown = screen(page, clock.now(), messages=messages)
    if done.is_done and shown.state is not ReplyState.OPEN:
        # the state's own sentence says it, in the person's zone
        shown = replace(shown, messages=())
    if not done.is_done:
        shown = _lost_race(page, shown, verb)
    return HttpResponse(render_reply(shown), status=200 if done.is_done else 409)


def _verb(request: HttpRequest) -> str:
    """Return what was pressed; an empty POST acknowledges, a body that is no form must not by accident."""
    has_body = int(request.META.get("CONTENT_LENGTH") or 0) > 0
    if has_body and request.content_type not in FORMS:
        raise Invalid("The answer could not be read. Nothing was changed; press a button.")
    return request.POST.get("action", "acknowledge")


def _minutes(request: HttpRequest) -> int:
    """Return the span that was chosen; 0, which nothing offers, for what is no such number."""
    text = request.POST.get("minutes", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_SPAN else 0


def _lost_race(page: Page, shown: ReplyScreen, verb: str) -> ReplyScreen:
    """Say who was first, where somebody was."""
    won_at = shown.ending.at if shown.ending else shown.acknowledged_at
    if won_at is None or shown.state is ReplyState.OPEN:
        return shown
    return replace(shown, messages=(), lost_race=LostRace(Verb(verb), shown.at, won_at))


def _not_recorded(request: HttpRequest) -> HttpResponse:
    """Say that nothing was stored, with the same button once more; never a traceback at three at night."""
    pressed = request.POST.get("action", "acknowledge") if request.method == "POST" else ""
    now = clock.without_database()
    shown = ReplyScreen(
        state=ReplyState.OPEN,
        at=now,
        saved=not pressed,
        pressed=Verb(pressed) if pressed in set(Verb) else Verb.ACKNOWLEDGE,
        pressed_minutes=_minutes(request),
    )
    return HttpResponse(render_reply(shown), status=503, headers={"Retry-After": "5"})
