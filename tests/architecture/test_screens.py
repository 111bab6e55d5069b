"""No screen is forgotten: whatever the staff's addresses show is looked at in a browser (tests/browser/screens.py)."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests.browser.screens import PUBLIC, REPLY, STAFF, Screen
from tests.factories import AUser

OURS = ("admin/", "accounts/")
GENERIC = ("history", "delete")  # one template for all rows: one row of each is looked at
NO_PAGES = {
    # answers to a press, parts of a page, files, and what only leads elsewhere
    *("press", "bulk", "views", "forget", "save", "postmortems_section", "postmortems_open"),
    *(
        "postmortems_export",
        "oncall_load_csv",
        "lamp",
        "autocomplete",
        "jsi18n",
        "view_on_site",
        "app_list",
    ),
    *("end_sessions", "account_set_password", "mfa_login_webauthn", "mfa_list_webauthn"),
    *("openid_connect_login", "openid_connect_callback", "password_change_done"),
    # need a second factor, or another way of being half signed in: tests/browser/test_sign_in.py
    *("mfa_authenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
    *("mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_edit_webauthn"),
    "mfa_remove_webauthn",
    "incidents_incident_change",  # another address of the incident's screen
}


def patterns(within: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every address with its pattern; of two with one address, the later first."""
    for one in reversed(within.url_patterns):
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one, path)
        else:
            yield path, one


def short(name: str) -> str:
    """Return what a generic address of a model does, else its whole name."""
    last = name.rsplit("_", 1)[-1]
    return last if last in {*GENERIC, *NO_PAGES} else name


def shown(screen: Screen) -> str:
    """Return the name of the address that a screen shows, following its link to a row."""
    match = resolve(urlsplit(screen.path).path)
    name = str(match.url_name)
    if "/entries/" in screen.follow:
        return "incidents_entry"
    return short(name.replace("changelist", "change") if screen.follow else name)


def nobody_adds() -> set[str]:
    """Return the names of the forms that no Administrator may open."""
    request = RequestFactory().get("/")
    request.user = AUser(group="Administrator")
    return {
        f"{model._meta.app_label}_{model._meta.model_name}_add"
        for model, screen in admin.site._registry.items()
        if not screen.has_add_permission(request)
    }


@pytest.mark.django_db
def test_every_address_of_the_staff_is_among_the_screens_of_the_browser_tests() -> None:
    answers = dict(patterns(get_resolver()))  # the first of an address is the one that answers
    there = {short(one.name) for path, one in answers.items() if path.startswith(OURS) and one.name}
    looked_at = {shown(screen) for screen in (*STAFF, *PUBLIC) if screen.path != REPLY}

    assert there - NO_PAGES - nobody_adds() - looked_at == set()
