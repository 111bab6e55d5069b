"""The record of sign-ins: everything that happens, nothing secret, nothing changed afterwards (S34, S35)."""

import logging
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from core.models import SignIn
from core.sign_in.audit import forget_old, keyed_digest
from tests.conftest import Clock
from tests.core.door import CODE, PASSWORD, a_person, code_now, enter, said, with_app, with_codes
from tests.core.test_sign_in_sessions import NEW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

Event, Method = SignIn.Event, SignIn.Method


def rows() -> list[tuple[str, str, str, str]]:
    """Return what is recorded, the oldest first."""
    return list(SignIn.objects.order_by("pk").values_list("event", "method", "second", "who"))


def test_a_password_is_recorded_with_when_and_from_where(clock: Clock) -> None:
    a_person()

    enter(Client(REMOTE_ADDR="203.0.113.7", headers={"user-agent": "Lynx\x002.9"}))

    row = SignIn.objects.get()
    assert rows() == [("signed_in", "password", "", "ines")]
    assert (row.at, row.address, row.agent) == (clock.now, "203.0.113.7", "a hostile browser")


def test_the_second_factor_is_recorded_beside_it() -> None:
    user = a_person()
    with_app(user)
    codes = with_codes(user)
    for code in (code_now(), codes[0]):
        browser = Client()
        enter(browser)
        browser.post(CODE, {"code": code})

    assert rows() == [
        ("signed_in", "password", "Authenticator app", "ines"),
        ("signed_in", "password", "Recovery code", "ines"),
    ]


def test_a_wrong_code_is_recorded() -> None:
    with_app(a_person())
    browser = Client()
    enter(browser)
    browser.post(CODE, {"code": "000000"})

    assert rows() == [("refused", "totp", "", "ines")]


@pytest.mark.parametrize(
    ("fields", "typed", "password", "who", "why"),
    [
        ({}, "ines", "x", "ines", "wrong password"),
        ({}, "ines@northwind.example", "x", "ines", "wrong password"),
        ({"is_active": False}, "ines", PASSWORD, "ines", "the person is disabled"),
        ({"is_staff": False}, "ines", PASSWORD, "ines", "the person may not sign in"),
        ({}, "Tr0ub4dor&3", "x", "", "nobody has this name"),
    ],
)
def test_each_refusal_says_why_to_administrators(
    fields: dict[str, Any], typed: str, password: str, who: str, why: str
) -> None:
    a_person(**fields)

    enter(Client(), typed, password)

    row = SignIn.objects.get()
    assert (row.event, row.who, row.why) == ("refused", who, why)


def test_changes_of_what_opens_the_door_are_recorded() -> None:
    user = a_person()
    browser = Client()
    enter(browser)
    with_app(user)
    browser.post(
        "/accounts/password/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    )
    browser.post("/accounts/again/", {"password": NEW})
    browser.post("/accounts/2fa/app/remove/")
    browser.post("/admin/logout/")

    assert [event for event, *_ in rows()] == [
        "signed_in", "password_changed", "confirmed", "factor_removed", "signed_out",
    ]  # fmt: skip


def test_what_nobody_is_called_is_kept_as_a_digest_only(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        enter(Client(), "Tr0ub4dor&3", "hunter2-hunter2")
        enter(Client(), " tr0ub4dor&3 ", "hunter2-hunter2")
        enter(Client(), "somebody else", "hunter2-hunter2")

    first, second, other = SignIn.objects.order_by("pk").values_list("typed", flat=True)
    assert first == second == keyed_digest("Tr0ub4dor&3")
    assert other != first
    everything = everything_stored() + caplog.text
    assert "Tr0ub4dor" not in everything.replace("tr0ub4dor", "Tr0ub4dor")
    assert "hunter2" not in everything


def everything_stored() -> str:
    """Return every row of every table as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  a table of ours
            found += [repr(row) for row in cursor.fetchall()]
    return "\n".join(found)


def test_no_password_and_no_code_is_stored_or_logged(caplog: pytest.LogCaptureFixture) -> None:
    user = a_person()
    with_app(user)
    codes = with_codes(user)
    code = code_now()
    with caplog.at_level(logging.DEBUG):
        browser = Client()
        enter(browser)
        browser.post(CODE, {"code": "987654"})
        browser.post(CODE, {"code": code})
        enter(Client(), "ines", "another-guess-of-mine")

    everything = everything_stored() + caplog.text
    for secret in (PASSWORD, "another-guess-of-mine", "987654", *codes):
        assert secret not in everything


def test_a_refusal_leaves_one_log_line_however_it_is_typed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        enter(Client(), 'x\r\n{"level":"CRITICAL"}', "x")

    assert len([record for record in caplog.records if "sign-in refused" in record.message]) == 1
    assert "CRITICAL" not in caplog.text


def test_rows_are_written_once() -> None:
    enter(Client(), "nobody", "x")
    row = SignIn.objects.get()
    row.why = "changed"

    with pytest.raises(TypeError):
        row.save()
    with pytest.raises(TypeError):
        SignIn.objects.update(why="changed")


def test_a_row_outlives_its_person() -> None:
    user = a_person()
    enter(Client())

    user.delete()

    assert rows() == [("signed_in", "password", "", "ines")]


def test_rows_are_kept_for_four_hundred_days(clock: Clock) -> None:
    enter(Client(), "nobody", "x")
    clock.forward(days=399)
    forget_old()
    assert SignIn.objects.count() == 1

    clock.forward(days=2)
    forget_old()

    assert SignIn.objects.count() == 0


def test_an_administrator_reads_and_filters_all_and_nobody_changes_any(clock: Clock) -> None:
    a_person("ada", group="Administrator")
    browser = Client()
    enter(Client(), "<b>nobody</b>", "x")
    enter(browser, "ada")
    row = SignIn.objects.get(event=Event.REFUSED)

    listed = said(browser.get("/admin/core/signin/?event__exact=refused"))
    page = f"/admin/core/signin/{row.pk}/change/"

    assert "nobody has this name" in listed
    assert row.typed in said(browser.get(page))
    assert browser.post(page, {"why": "x"}).status_code == 403
    assert browser.post(f"/admin/core/signin/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert browser.get("/admin/core/signin/add/").status_code == 403
    assert browser.get("/admin/core/signin/?q=203.0").status_code == 200


def test_nobody_else_reads_them() -> None:
    a_person("rob")
    browser = Client()
    enter(browser, "rob")

    assert browser.get("/admin/core/signin/").status_code == 403
