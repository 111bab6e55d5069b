"""The forms of passkeys. What a browser sends is a stranger's word: nonsense is refused, and never a fault."""

import struct
from typing import Any, cast

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms

from core.sign_in.forms import dress

LONGEST_NAME = 60
LONGEST_ANSWER, MOST_OPENED = 16_384, 32
_NONSENSE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, struct.error)


class AnswerField(forms.JSONField):
    """What a browser's authenticator said: short, flat JSON, or refused before it is read."""

    def to_python(self, value: Any) -> Any:
        """Return the parsed answer."""
        text = str(value or "")
        if len(text) > LONGEST_ANSWER or text.count("[") + text.count("{") > MOST_OPENED:
            raise get_adapter().validation_error("incorrect_code")
        return super().to_python(value)


class Sturdy(forms.Form):
    """A form whose `credential` may be anything at all."""

    credential = AnswerField(widget=forms.HiddenInput)

    def clean_credential(self) -> Any:
        """Return what was proved, or the bare answer where the form judges it later."""
        judged = getattr(super(), "clean_credential", None)
        try:
            return judged() if judged else self.cleaned_data["credential"]
        except forms.ValidationError:
            raise
        except _NONSENSE as error:
            raise get_adapter().validation_error("incorrect_code") from error


class PasskeyEntry(Sturdy, LoginWebAuthnForm):
    """A passkey in place of name and password."""


class PasskeyAfter(Sturdy, AuthenticateWebAuthnForm):
    """A passkey as the second factor."""


class PasskeyAgain(Sturdy, ReauthenticateWebAuthnForm):
    """A passkey once more, before something that a thief of the session would want."""


class NewPasskeyForm(Sturdy, AddWebAuthnForm):
    """A new passkey: one that signs in alone, or one that only answers after the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self.fields["name"], "Name", maxlength=LONGEST_NAME, autocomplete="off")
        dress(self.fields["passwordless"], "Signs in alone, without the password")
        self.fields["passwordless"].initial = True

    def clean_name(self) -> str:
        """Return the name, cut to what a list can show."""
        return str(super().clean_name())[:LONGEST_NAME]

    def clean(self) -> dict[str, Any]:
        """Return what was sent, once the browser's answer fits what it was asked."""
        try:
            return cast(dict[str, Any], super().clean())
        except forms.ValidationError:
            raise
        except _NONSENSE as error:
            raise get_adapter().validation_error("incorrect_code") from error


class PasskeyNameForm(EditWebAuthnForm):
    """Another name for a passkey."""

    name = forms.CharField(label="Name", max_length=LONGEST_NAME)


def kind_of(passkey: Authenticator) -> str:
    """Return what a passkey is good for, in a few words."""
    return "signs in alone" if passkey.wrap().is_passwordless else "after the password"
