"""What allauth asks us about accounts: sign-up is closed, one answer for every refusal, limits that hold."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from core.middleware import STAFF_PATHS
from core.models import SignIn, User
from core.sign_in import audit, limits
from core.sign_in.addresses import address_of
from core.sign_in.fresh import is_fresh
from core.sign_in.passwords import judge, named, normal, why_not
from core.sign_in.words import NO_ENTRY, TOO_MANY, refusal

REFUSED = SignIn.Event.REFUSED


class AccountAdapter(DefaultAccountAdapter):
    """Doors for people whom an Administrator has made, and for nobody else."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": NO_ENTRY,
        "incorrect_password": "That is not your password.",
        "enter_current_password": "That is not your present password.",
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return no: an Administrator makes accounts."""
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        """Return no: there is one way to speak to these pages, forms."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Return whether somebody may be led there after signing in: a staff path of ours, and nothing else."""
        plain = bool(url) and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
        return plain and str(url).startswith(STAFF_PATHS)

    def get_login_stages(self) -> list[str]:
        """Return what stands between a right password and the session."""
        return ["allauth.mfa.stages.AuthenticateStage"]

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that limits count by."""
        return address_of(request)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return the person of this name and password; count and record every refusal. Raises the 429 page."""
        typed = str(credentials.get("username", ""))
        person = named(typed)
        try:
            taken = limits.take(request, name=normal(typed), person=person)
        except ImmediateHttpResponse:
            audit.record_held_off(request, person or typed)
            raise
        verdict = judge(typed, str(credentials.get("password", "")))
        if verdict.user is not None:
            taken.rollback()
            return verdict.user
        method = SignIn.Method.PASSWORD
        audit.record(request, REFUSED, verdict.named or typed, method=method, why=verdict.why)
        return None

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Turn away who may no longer come in, in the words that this door has for everybody."""
        method, _second = audit.how(request, user)
        clear_login(request)
        audit.record(request, REFUSED, user, method=method, why=why_not(user))
        messages.error(request, refusal(method))
        return HttpResponseRedirect(reverse("account_login"))

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Return the refusal of who may not sign in, None for everybody else."""
        if why_not(user):
            return self.respond_user_inactive(request, user)
        return None

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Lead on, and know this browser from now on."""
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        limits.remember_device(request, answer, user)
        return answer

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return to one's account."""
        return reverse("mfa_index")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Return whether to ask again who it is: not within five minutes of having proved it."""
        request = self.request
        return not is_fresh(get_authentication_records(request, request.user))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send nothing: what people are told goes through the outbox."""
