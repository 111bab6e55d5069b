"""Middleware of sign-in: sessions that end, and the second factor that everybody must have where it is asked for."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from core.middleware import STAFF_PATHS, Respond
from core.models import User
from core.sign_in import session

OPEN_PATHS = ("/accounts/", "/admin/logout/", "/admin/login/")
WANTED = "This installation asks everybody for a second factor. Add an authenticator app or a passkey, then go on."


class SessionRules:
    """End what has lived too long; let nobody do anything without the second factor that is asked for."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on, as somebody or as nobody, or lead to the set-up of a second factor."""
        if "\0" in request.META.get("HTTP_USER_AGENT", ""):
            request.META["HTTP_USER_AGENT"] = "a hostile browser"  # PostgreSQL stores no NUL
        answer = self._pass(request)
        if request.path_info.startswith("/accounts/"):
            add_never_cache_headers(answer)
        return answer

    def _pass(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(STAFF_PATHS) and isinstance(request.user, User):
            if session.has_ended(request):
                request.session.flush()
                request.user = AnonymousUser()
            else:
                session.note_use(request)
                if session.lacks_factor(request, request.user):
                    return self._ask(request) or self.get_response(request)
        return self.get_response(request)

    def _ask(self, request: HttpRequest) -> HttpResponseBase | None:
        if request.path_info.startswith("/api/"):
            body = {
                "type": "about:blank",
                "title": "Second factor needed",
                "status": 403,
                "code": "second_factor_needed",
                "detail": WANTED,
            }
            return JsonResponse(body, status=403, content_type="application/problem+json")
        if request.path_info.startswith(OPEN_PATHS):
            return None
        return HttpResponseRedirect(reverse("mfa_index"))
