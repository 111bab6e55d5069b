"""The two pages of the company account: going there, and coming back."""

from allauth.account.utils import get_next_redirect_url
from allauth.core.internal import ratelimit
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base import AuthProcess, ProviderException
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST
from requests import RequestException

from core.sign_in import company, limits, oidc

FAILURES = (ProviderException, OAuth2Error, RequestException)


@require_POST
def go(request: HttpRequest) -> HttpResponse:
    """Lead to the provider by a page of our own.

    The content security policy lets a form end at this server only, and browsers hold a redirect of its
    answer to that as well (CSP 3, 6.4.1), so the answer is a page that moves on by itself.
    """
    _offered()
    if not ratelimit.consume(request, app="allauth.account", action="company"):
        return limits.too_many(request)
    provider = get_adapter().get_provider(request, oidc.PROVIDER)
    try:
        there = provider.redirect(
            request, process=AuthProcess.LOGIN, next_url=get_next_redirect_url(request)
        )
    except FAILURES as error:
        return _failed(request, error)
    answer = render(
        request,
        "account/company.html",
        {"title": "One moment", "url": there["Location"], "name": provider.name},
    )
    answer["Refresh"] = f"0;url={there['Location']}"
    return answer


def back(request: HttpRequest) -> HttpResponse:
    """Let in whom the provider vouches for."""
    _offered()
    view = OAuth2CallbackView.adapter_view(oidc.Strict(request, oidc.PROVIDER))
    try:
        answer: HttpResponse = view(request)
    except FAILURES as error:
        return _failed(request, error)
    return answer


def _offered() -> None:
    if not oidc.is_offered():
        raise Http404(f"{settings.OIDC_NAME} is not set up")


def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    company.failed(request, str(error))
    return HttpResponseRedirect(reverse("account_login"))
