"""What people read when a page is refused: what, why, and what to do. Needs no database and no session."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


@dataclass(frozen=True, slots=True)
class Refusal:
    """One page. `way_back`: whether Now is a way on."""

    status: int
    title: str
    text: str
    advice: str
    way_back: bool = True


_UNREADABLE = Refusal(
    400,
    "That could not be read",
    "The address or the form holds something that no page of ours sends. Nothing was done.",
    "Go back, reload the page, and try again.",
)
_NOT_ALLOWED = Refusal(
    403,
    "Not allowed",
    "Your rights do not reach this page, or it takes nothing in this way. Nothing was done.",
    "Ask a manager of the team that owns it, or an Administrator.",
)
_FORGED = Refusal(
    403,
    "Nothing was done",
    "The page is older than your latest sign-in, or the form was sent from elsewhere.",
    "Go back, copy what you typed, reload the page, and press again.",
)
_NOT_FOUND = Refusal(
    404,
    "There is no such page",
    "The address is wrong, or what it named is gone.",
    "Look for it by its name or number.",
)
_AWAY = Refusal(
    503,
    "Not just now",
    "The database is away, or busy with somebody else's change. Nothing of this was stored.",
    "Go back: what you typed is still there. Then press once more.",
    way_back=False,
)
_BROKEN = Refusal(
    500,
    "This is our fault",
    "Something broke that should not. It is in the log, and nothing was half done.",
    "Go back: what you typed is still there. If it happens again, tell whoever runs Watchbill here.",
    way_back=False,
)


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what can't be understood: an odd filter, a form without end, a broken upload."""
    return _page(_UNREADABLE)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer whoever asks for what is not theirs."""
    return _page(_NOT_ALLOWED)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a POST without the session's own CSRF token."""
    return _page(_FORGED)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a staff address that names nothing."""
    return _page(_NOT_FOUND)


def away() -> HttpResponse:
    """Answer while the database is away or busy."""
    answer = _page(_AWAY)
    answer["Retry-After"] = "5"
    return answer


def broken() -> HttpResponse:
    """Answer a bug, without a word of what it was."""
    return _page(_BROKEN)


def _page(refusal: Refusal) -> HttpResponse:
    text = render_to_string("core/refused.html", {"refusal": refusal})
    return HttpResponse(text, status=refusal.status)
