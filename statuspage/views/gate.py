"""The gate of pages that are not for everybody: by account or mailed link, by secret link, by network.

A stranger to a page by link or network gets what anybody gets where there is no page. What is let through is never
kept by a cache.
"""

import re
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from core import clock
from core.actor import person
from core.errors import Invalid, NotFound
from core.middleware import NeedsSession
from core.permissions import may
from core.sign_in import limits
from core.sign_in.addresses import address_of
from statuspage.actions import admission
from statuspage.actions.headers import NAMED
from statuspage.actions.looks import address_of as address_of_file
from statuspage.actions.picture import Picture
from statuspage.actions.places import place_of
from statuspage.actions.shapes import site
from statuspage.look import private as look
from statuspage.look.shape import Links, Site
from statuspage.models import Page
from statuspage.views.answers import READS
from statuspage.views.choices import errors_of, is_ours
from statuspage.views.directory import Entry
from statuspage.views.shelf import Look
from statuspage.views.subscribing import HEADERS, STYLE, answered, is_known_link

_ENTER = re.compile(r"/enter/(?P<token>[A-Za-z0-9_-]{20,128})")
PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Cookie", "X-Robots-Tag": "noindex"}


def admitted(request: HttpRequest, seen: Look) -> bool:
    """Return whether this reader may read this page. Raises NeedsSession where their account must be asked for first."""
    entry = seen.entry
    if entry.is_public or seen.path.startswith(NAMED) or is_known_link(seen):
        return True
    if entry.audience == Page.Audience.NETWORK:
        return admission.is_within(address_of(request), entry.networks)
    text = request.COOKIES.get(_cookie(entry), "")
    told = admission.read_pass(entry.public_id, text) if text else {}
    if entry.audience == Page.Audience.LINK:
        return bool(entry.link_hash) and told.get("link") == entry.link_hash[:16]
    if told and admission.reader_counts(entry.page_id, told, text, entry.public_id):
        return True
    return _has_account(request)


def may_know(request: HttpRequest, seen: Look) -> bool:
    """Return whether whoever asks may learn that there is such a page: who may read it, or has a link that lets in."""
    if seen.entry.audience == Page.Audience.LOGIN or admitted(request, seen):
        return True
    found = _ENTER.fullmatch(seen.path)
    page = Page.objects.filter(pk=seen.entry.page_id).first() if found else None
    return found is not None and page is not None and admission.knows(page, found["token"], seen.at)


def shut(request: HttpRequest, seen: Look) -> HttpResponse | None:
    """Return what a stranger gets: the way in, or None where the page is to be as none."""
    page = Page.objects.filter(pk=seen.entry.page_id).first()
    if page is None:
        return None
    found = _ENTER.fullmatch(seen.path)
    if found is not None:
        return _by_link(request, page, seen, found["token"])
    if page.audience != Page.Audience.LOGIN or not _is_for_people(seen.path):
        return None
    return _by_mail(request, page, seen)


def sealed(answer: HttpResponse) -> HttpResponse:
    """Return an answer of a page that is not for everybody, so that no cache and no other site keeps it."""
    for name, value in PRIVATE.items():
        answer.headers[name] = value
    answer.headers.pop("Access-Control-Allow-Origin", None)
    return answer


def _by_link(request: HttpRequest, page: Page, seen: Look, token: str) -> HttpResponse | None:
    at = clock.now()
    if not admission.knows(page, token, at):
        return _by_mail(request, page, seen) if page.audience == Page.Audience.LOGIN else None
    place = place_of(page)
    if request.method in READS:
        shown = look.enter_page(
            _site(page, seen), place.path(seen.path), style=address_of_file(STYLE)
        )
        return answered(shown)
    try:
        text, life = admission.enter(page, token, at=at)
    except NotFound:
        return _by_mail(request, page, seen) if page.audience == Page.Audience.LOGIN else None
    moved = HttpResponse(status=303, headers={**HEADERS, "Location": place.path("/")})
    moved.set_cookie(
        _cookie(seen.entry),
        text,
        max_age=life,
        path=place.path("/"),
        secure=place.site.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )
    return moved


def _by_mail(request: HttpRequest, page: Page, seen: Look) -> HttpResponse:
    place = place_of(page)
    form = look.SignIn(action=place.path("/"), account=_account(page))
    if request.method in READS:
        return _way_in(page, seen, form, 403)
    form = replace(form, address=request.POST.get("address", "").strip()[:254])
    try:
        if not is_ours(request):
            raise Invalid.field("/address", "Send the form from this page.")
        if ratelimit.consume(request, app=limits.APP, action="subscribe") is None:
            return _way_in(
                page,
                seen,
                replace(form, error="Too many tries from your network; try again in an hour."),
                429,
            )
        admission.ask_link(page, form.address, at=clock.now())
    except Invalid as refusal:
        return _way_in(page, seen, replace(form, error=" ".join(errors_of(refusal).values())), 422)
    return _way_in(page, seen, replace(form, is_sent=True), 202)


def _way_in(page: Page, seen: Look, form: look.SignIn, status: int) -> HttpResponse:
    return answered(
        look.sign_in_page(_site(page, seen), form, style=address_of_file(STYLE)), status
    )


def _site(page: Page, seen: Look) -> Site:
    """Return whose page it is, and nothing else of it."""
    marks = {mark.kind: mark for mark in page.marks.all()}
    whole = site(Picture(page, seen.at, seen.at.date(), place=place_of(page), marks=marks))
    links = Links(
        home=whole.links.home, history="", stylesheet=whole.links.stylesheet, icon=whole.links.icon
    )
    return replace(whole, links=links)


def _account(page: Page) -> str:
    """Return where people with an account sign in; "" where their session would not reach this page."""
    place = place_of(page)
    if urlsplit(settings.STAFF_URL).hostname != urlsplit(place.site).hostname:
        return ""
    return f"{settings.STAFF_URL}{reverse('admin:login')}?{urlencode({'next': place.path('/')})}"


def _has_account(request: HttpRequest) -> bool:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    user = getattr(request, "user", None)
    if user is None:
        raise NeedsSession
    return bool(user.is_authenticated and user.is_staff and may(person(user), "statuspage.view"))


def _is_for_people(path: str) -> bool:
    return "." not in path and not path.startswith("/api/")


def _cookie(entry: Entry) -> str:
    return f"page-{entry.public_id}"
