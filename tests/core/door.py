"""What a person at the door does: types, reads a code off a phone, holds a cookie."""

import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.http import HttpResponse
from django.test import Client

from core.models import User
from tests.factories import AUser

LOGIN, CODE = "/admin/login/", "/accounts/2fa/authenticate/"
PASSWORD = "correct horse battery staple"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def a_person(username: str = "ines", *, group: str = "Responder", **fields: Any) -> User:
    """Return somebody with PASSWORD."""
    user = AUser(username=username, group=group, **fields)
    user.set_password(PASSWORD)
    user.save()
    return user


def with_app(user: User) -> Authenticator:
    """Give a person an authenticator app with SECRET."""
    return TOTP.activate(user, SECRET).instance


def with_codes(user: User) -> list[str]:
    """Give a person recovery codes, and return them."""
    return list(RecoveryCodes.activate(user).get_unused_codes())


def code_now(offset: int = 0, *, secret: str = SECRET) -> str:
    """Return what the app shows now, or `offset` steps of 30 s later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + offset)))


def enter(
    browser: Client, name: str = "ines", password: str = PASSWORD, **more: Any
) -> HttpResponse:
    """Fill in the sign-in page."""
    return browser.post(LOGIN, {"username": name, "password": password, **more})


def is_in(browser: Client) -> bool:
    """Return whether this browser gets past the door, at the admin and at the API."""
    staff = browser.get("/admin/lamp/").status_code
    program = browser.get("/api/v1/incidents/").status_code
    assert (staff, program) in {(200, 200), (302, 401)}, (staff, program)
    return staff == 200


def said(reply: HttpResponse) -> str:
    """Return a page's text."""
    return reply.content.decode()
