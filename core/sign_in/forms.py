"""The forms of signing in and of one's account: allauth's, with our labels, and without its gaps."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgainForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.cache import cache

from core.models import SignIn
from core.sign_in import audit, limits

LONGEST_CODE = 32
CODE: dict[str, Any] = {
    "autocomplete": "one-time-code",
    "inputmode": "numeric",
    "autofocus": True,
    "maxlength": LONGEST_CODE,
}


def dress(field: forms.Field, label: str, **attributes: Any) -> None:
    """Give a field our label and attributes; a placeholder would only repeat the label."""
    field.label, field.help_text = label, ""
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attributes)


class SignInForm(LoginForm):
    """Name and password. The name is sent as `username`; `login`, allauth's own word, is taken as well."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        sent = kwargs.get("data") or {}
        self.name_of_login = "login" if "login" in sent and "username" not in sent else "username"
        super().__init__(*args, **kwargs)
        plain = {"autocapitalize": "none", "spellcheck": "false", "maxlength": "254"}
        dress(self.fields["login"], "E-mail or user name", autocomplete="username", **plain)
        dress(self.fields["password"], "Password")
        if not self.is_bound:
            self.fields["login"].widget.attrs["autofocus"] = True

    def add_prefix(self, field_name: str) -> str:
        """Return the name under which a field is sent."""
        return self.name_of_login if field_name == "login" else str(super().add_prefix(field_name))


class PasswordForm(ChangePasswordForm):
    """The present password, and the new one once: a person who mistypes it has this browser still."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self.fields["oldpassword"], "Present password")
        dress(self.fields["password1"], "New password")
        dress(self.fields["password2"], "New password again")
        self.fields[
            "password1"
        ].help_text = "At least 8 characters; a sentence is better than a riddle."


class PasswordAgainForm(ReauthenticateForm):
    """The password once more, before something that a thief of the session would want."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self.fields["password"], "Password", autofocus=True)


class OnceOnly(AuthenticateForm):
    """A code of the app or a recovery code. One of the app is good once, for as long as it could be good."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self.fields["code"], "Code", **CODE)

    def clean_code(self) -> str:
        """Return the code; refuse one that has been used, which allauth forgets after 30 seconds.

        Raises the 429 page after too many wrong ones.
        """
        try:
            code = str(super().clean_code())
        except forms.ValidationError as refusal:
            if refusal.code != "too_many_login_attempts":
                raise
            request = context.request
            audit.record_held_off(request, self.user, method=SignIn.Method.TOTP)
            raise limits.held_off(request, limits.ACTION, f"mfa-auth-user-{self.user.pk}") from None
        if self.authenticator.type != Authenticator.Type.TOTP:
            return code
        place = f"sign_in.used_code:{self.user.pk}:{normalize_user_code(code)}"
        lives_s = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
        if not cache.add(place, 1, timeout=lives_s):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(OnceOnly):
    """The second factor at sign-in."""

    remember = forms.BooleanField(label="Remember this browser for 14 days", required=False)


class CodeAgain(OnceOnly, CodeAgainForm):
    """The second factor once more, before something that a thief of the session would want."""


class NewAppForm(ActivateTOTPForm):
    """The first code of a new authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(
            self.fields["code"], "Code that the app shows", **{**CODE, "autofocus": self.is_bound}
        )
