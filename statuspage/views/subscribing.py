"""The doors of a subscription: never kept, no cookie; a link shows, a button acts (public.md 9; RFC 8058)."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from allauth.core.internal import ratelimit
from django.db import Error as DatabaseAway
from django.db import connection
from django.http import HttpRequest, HttpResponse

from core import clock
from core.errors import DomainError, Invalid, NotFound
from core.middleware import PUBLIC_POLICY, REPLY_HEADERS
from core.sign_in import limits
from statuspage.actions import subscribing, tokens
from statuspage.actions.letters import what_is_wanted
from statuspage.actions.looks import address_of
from statuspage.actions.picture import bare
from statuspage.actions.places import place_of
from statuspage.actions.resource import HTML
from statuspage.actions.shapes import site
from statuspage.actions.subscribing import Choices
from statuspage.look import subscribing as look
from statuspage.look.shape import Site
from statuspage.look.times import Times
from statuspage.models import Page, Subscriber
from statuspage.views import subscribers_json as api
from statuspage.views.answers import READS, unavailable
from statuspage.views.choices import Typed, chosen, errors_of, is_ours, offered, wanted_by
from statuspage.views.shelf import Look

Door = Callable[[HttpRequest, Look], HttpResponse]
Handle = Callable[["Visit"], HttpResponse]
STYLE = "statuspage/forms.css"
HEADERS = {
    **REPLY_HEADERS,
    "Content-Security-Policy": PUBLIC_POLICY,
    "X-Content-Type-Options": "nosniff",
}
_LINK = re.compile(r"/subscribe/(?P<act>confirm|manage|leave)/(?P<token>[A-Za-z0-9_-]{20,128})")
_SIGN_UPS = {
    "/subscribe": "email",
    "/subscribe/webhook": "webhook",
    "/subscribe/slack": "slack",
}
_WAYS = {"email": "Mail", "webhook": "Webhook", "slack": "Slack"}
_SAME = "You see this same page whether or not the address was known to us."
_SEEN_SAME = {
    "email": f"{_SAME} The link in the message ends after a day; look into the spam folder before you ask again.",
    "webhook": f"{_SAME} The challenge is sent within a minute, and counts for a day.",
    "slack": f"{_SAME} The link in the message ends after a day.",
}


class Visit:
    """One request at a door: the page, the instant, and what is drawn around every answer."""

    def __init__(self, request: HttpRequest, page: Page, at: datetime, token: str) -> None:
        self.request, self.page, self.at, self.token = request, page, at, token
        self.place = place_of(page)
        self.style = address_of(STYLE)

    @property
    def is_post(self) -> bool:
        """Return whether a button was pressed."""
        return self.request.method == "POST"

    @property
    def site(self) -> Site:
        """Return what every page of the site shares."""
        return site(bare(self.page, self.at))

    def path(self, inner: str) -> str:
        """Return an address for links."""
        return self.place.path(inner)

    def notice(
        self, title: str, *words: str, status: int = 200, is_done: bool = False
    ) -> HttpResponse:
        """Answer with a page that only says something."""
        link = (self.path("/subscribe"), "Subscribe") if self.page.takes_subscribers else ("", "")
        shown = look.Notice(title, words, link, is_done)
        return answered(look.notice_page(self.site, shown, style=self.style), status)


def door(path: str) -> Door | None:
    """Return what answers at an address of subscriptions, the path being within the status page; None for any other."""
    if path in _SIGN_UPS:
        return lambda request, seen: _open(request, seen, _sign_up, _SIGN_UPS[path])
    if path == api.PATH:
        return api.subscribers
    if path == "/subscribe/left":
        return lambda request, seen: _open(request, seen, _left, "")
    found = _LINK.fullmatch(path)
    if found is None:
        return None
    handle, token = _ACTS[found["act"]], found["token"]
    return lambda request, seen: _open(request, seen, handle, token)


def is_known_link(seen: Look) -> bool:
    """Return whether a path is a link of somebody's: it works wherever its owner is, whoever may read the page."""
    found = _LINK.fullmatch(seen.path)
    page = Page(pk=seen.entry.page_id)
    return found is not None and (
        tokens.find(page, found["act"], found["token"], seen.at) is not None
    )


def answered(html: str, status: int = 200) -> HttpResponse:
    """Return a page that nobody may keep."""
    return HttpResponse(html, status=status, content_type=HTML, headers=HEADERS)


def _open(request: HttpRequest, seen: Look, handle: Handle, token: str) -> HttpResponse:
    if request.method not in (*READS, "POST"):
        return HttpResponse(status=405, headers={**HEADERS, "Allow": "GET, HEAD, POST"})
    try:
        page = Page.objects.get(pk=seen.entry.page_id)
        visit = Visit(request, page, clock.now(), token)
        try:
            return handle(visit)
        except NotFound:
            return visit.notice(
                "This link does not work any more",
                "It was used already, or it is too old. Nothing was changed. "
                "The newest message from us holds a link that works; or subscribe anew.",
                status=404,
            )
    except Page.DoesNotExist:
        return HttpResponse(status=404, headers=HEADERS)
    except DatabaseAway:
        connection.close()
        return unavailable()


def _sign_up(visit: Visit) -> HttpResponse:
    if not visit.page.takes_subscribers:
        return visit.notice(
            f"{visit.page.name} takes no subscribers",
            "The feeds work without an address.",
            status=404,
        )
    if not visit.is_post:
        return _signing_up(visit, Typed(visit.token, "", ""), Choices())
    if not is_ours(visit.request):
        return visit.notice(
            "Nothing was sent", "Open the form on this page and send it from here.", status=403
        )
    if ratelimit.consume(visit.request, app=limits.APP, action="subscribe") is None:
        return visit.notice(
            "Too many sign-ups from your network",
            "Nothing was kept. Try again in an hour.",
            status=429,
        )
    return _signed_up(visit, Typed.of(visit.token, visit.request.POST))


def _signed_up(visit: Visit, typed: Typed) -> HttpResponse:
    choices = chosen(visit.page, visit.request.POST)
    try:
        said = typed.keep(
            visit.page, choices, at=visit.at, is_trapped=bool(visit.request.POST.get("website"))
        )
    except Invalid as refusal:
        return _signing_up(visit, typed, choices, refusal)
    except DomainError as refusal:
        return visit.notice("Nothing was kept", str(refusal), status=refusal.status)
    title = "Check your mail" if typed.kind == "email" else "One answer is missing"
    return visit.notice(title, said, _SEEN_SAME[typed.kind], status=202, is_done=True)


def _signing_up(
    visit: Visit, typed: Typed, choices: Choices, refusal: Invalid | None = None
) -> HttpResponse:
    form = replace(
        _form(visit, choices, typed.shown, errors=errors_of(refusal) if refusal else None),
        action=visit.path(f"/subscribe{'' if typed.kind == 'email' else f'/{typed.kind}'}"),
        kind=typed.kind,
        contact=typed.contact,
        others=[
            (visit.path(path), _WAYS[kind])
            for path, kind in _SIGN_UPS.items()
            if kind != typed.kind
        ],
    )
    return answered(look.sign_up_page(visit.site, form, style=visit.style), 422 if refusal else 200)


def _confirm(visit: Visit) -> HttpResponse:
    if visit.is_post:
        row = subscribing.confirm(visit.page, visit.token, at=visit.at)
        return _moved(visit, f"/subscribe/manage/{tokens.managing(row, visit.at)}?said=confirmed")
    row = _known(visit, tokens.CONFIRM)
    until = Times.of(visit.site.zone, visit.at).words(row.confirm_until or visit.at)
    question = look.Question(
        title="Confirm your subscription",
        action=visit.path(f"/subscribe/confirm/{visit.token}"),
        button="Confirm subscription",
        name="confirm",
        paragraphs=[f"Messages to {look.masked(row.address)}: {what_is_wanted(row)}."],
        small=f"Opening this page changed nothing. Not you? Close it; the request lapses by itself: {until}.",
    )
    return answered(look.question_page(visit.site, question, style=visit.style))


def _manage(visit: Visit) -> HttpResponse:
    if not visit.is_post:
        row = _known(visit, tokens.MANAGE)
        return _managed(visit, row, wanted_by(row))
    row, choices = _known(visit, tokens.MANAGE), chosen(visit.page, visit.request.POST)
    try:
        row = subscribing.choose(visit.page, visit.token, choices, at=visit.at)
    except Invalid as refusal:
        return _managed(visit, row, choices, refusal)
    return _moved(visit, f"/subscribe/manage/{tokens.managing(row, visit.at)}?said=saved")


def _managed(
    visit: Visit, row: Subscriber, choices: Choices, refusal: Invalid | None = None
) -> HttpResponse:
    address = look.masked(row.address)
    said = {
        "confirmed": ("Confirmed.", f"Messages go to {address} from now on."),
        "saved": ("Saved.", f"Messages to {address} follow these choices from now on."),
    }.get(visit.request.GET.get("said", ""), ("", ""))
    form = _form(
        visit,
        choices,
        address,
        errors=errors_of(refusal) if refusal else None,
        said=said,
        leave=visit.path(f"/subscribe/leave/{tokens.leaving(row)}"),
        action=f"/subscribe/manage/{visit.token}",
    )
    return answered(look.manage_page(visit.site, form, style=visit.style), 422 if refusal else 200)


def _leave(visit: Visit) -> HttpResponse:
    if visit.is_post:
        subscribing.leave(visit.page, visit.token, at=visit.at)
        if "leave" in visit.request.POST:  # our own button; a mail program wants no page
            return _moved(visit, "/subscribe/left")
        return HttpResponse(status=200, headers=HEADERS)
    row = tokens.find(visit.page, tokens.LEAVE, visit.token, visit.at)
    if row is None or row.state == Subscriber.State.ENDED:
        return visit.notice(
            "You are not subscribed", "Nothing is sent to the address of this link."
        )
    question = look.Question(
        title=f"Stop messages to {look.masked(row.address)}?",
        action=visit.path(f"/subscribe/leave/{visit.token}"),
        button="Unsubscribe",
        name="leave",
        paragraphs=[
            f"You will get no more messages from {visit.page.name}. Your address is deleted."
        ],
        small="Opening this page changed nothing.",
    )
    return answered(look.question_page(visit.site, question, style=visit.style))


def _left(visit: Visit) -> HttpResponse:
    return visit.notice(
        "You are unsubscribed",
        "Nothing more is sent. Your address is deleted; in the record of what was sent, within 25 hours.",
        is_done=True,
    )


_ACTS: dict[str, Handle] = {"confirm": _confirm, "manage": _manage, "leave": _leave}


def _known(visit: Visit, purpose: str) -> Subscriber:
    row = tokens.find(visit.page, purpose, visit.token, visit.at)
    if row is None:
        raise NotFound("This link was used, or is too old.")
    return row


def _moved(visit: Visit, inner: str) -> HttpResponse:
    """Lead on after a press, so that reloading presses nothing again (RFC 9110, 15.4.4)."""
    return HttpResponse(status=303, headers={**HEADERS, "Location": visit.path(inner)})


def _form(  # noqa: PLR0913  what was typed, and what came of it
    visit: Visit,
    choices: Choices,
    address: str = "",
    *,
    errors: dict[str, str] | None = None,
    said: tuple[str, str] = ("", ""),
    leave: str = "",
    action: str = "/subscribe",
) -> look.Form:
    return look.Form(
        action=visit.path(action),
        choices=offered(visit.page, choices.follows),
        wants=choices.wants,
        wants_maintenance=choices.wants_maintenance,
        address=address,
        errors=errors,
        said=said,
        leave=leave,
    )
