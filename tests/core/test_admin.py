"""The admin as a whole: who may what on which screen, GET changes nothing."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client

from core.admin.base import GuardedAdmin
from core.models import Installation, LateCall, Team
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import AUser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


# What each role may do: v(iew), a(dd), c(hange), d(elete). manager: of the row's team; stranger: of another.
MATRIX = {
    # screen                  administrator manager   stranger  responder viewer
    "core.apitoken":          ("va",   "-a",   "-a",   "-a",   "-a"),
    "core.heartbeat":         ("v",    "v",    "v",    "v",    "v"),
    "core.latecall":          ("v",    "v",    "v",    "v",    "v"),
    "core.signin":            ("v",    "",     "",     "",     ""),
    "core.team":              ("vacd", "vc",   "v",    "v",    "v"),
    "core.user":              ("vacd", "v",    "v",    "v",    "v"),
    "incidents.alert":        ("v",    "v",    "v",    "v",    "v"),
    "incidents.changeevent":  ("v",    "v",    "v",    "v",    "v"),
    "incidents.incident":     ("va",   "va",   "va",   "va",   "v"),
    "incidents.playbookversion": ("v", "v",    "v",    "v",    "v"),
    "incidents.rawevent":     ("v",    "v",    "v",    "v",    "v"),
    "incidents.rejection":    ("v",    "v",    "v",    "v",    "v"),
    "incidents.service":      ("vacd", "vacd", "va",   "v",    "v"),
    "incidents.source":       ("vacd", "vacd", "va",   "v",    "v"),
    "notify.delivery":        ("v",    "v",    "v",    "v",    ""),
    "notify.keptmail":        ("v",    "-",    "-",    "-",    "-"),
    "oncall.escalation":      ("v",    "v",    "v",    "v",    "v"),
    "oncall.escalationpolicy": ("vacd", "vacd", "va",  "v",    "v"),
    "oncall.foreigncalendar": ("va",   "va",   "va",   "va",   "v"),
    "oncall.handoff":         ("v",    "v",    "v",    "v",    "v"),
    "oncall.holidaycalendar": ("vacd", "vacd", "va",   "v",    "v"),
    "oncall.override":        ("va",   "va",   "va",   "v",    "v"),
    "oncall.page":            ("v",    "v",    "v",    "v",    "v"),
    "oncall.payplan":         ("vacd", "vacd", "va",   "v",    ""),
    "oncall.policybinding":   ("vacd", "v",    "v",    "v",    "v"),
    "oncall.responder":       ("vacd", "v",    "v",    "v",    "v"),
    "oncall.schedule":        ("vacd", "vacd", "va",   "v",    "v"),
    "oncall.swap":            ("v",    "v",    "v",    "v",    "v"),
    "oncall.unavailability":  ("va",   "va",   "va",   "va",   "v"),
    "postmortems.actionitem": ("va",   "va",   "va",   "va",   "v"),
    "postmortems.postmortem": ("v",    "v",    "v",    "v",    "v"),
    "statuspage.component":   ("vacd", "vacd", "va",   "v",    "v"),
    "statuspage.componentgroup": ("vacd", "vacd", "va", "v",   "v"),
    "statuspage.mailing":     ("v",    "v",    "v",    "v",    "v"),
    "statuspage.maintenance": ("va",  "va",   "va",   "va",   "v"),
    "statuspage.page":        ("vacd", "vacd", "va",   "v",    "v"),
    "statuspage.proposal":    ("v",    "v",    "v",    "v",    "v"),
    "statuspage.publicincident": ("v", "v",    "v",    "v",    "v"),
    "statuspage.reader":       ("va",   "va",   "-a",   "-",    "-"),
    "statuspage.subscriberlist": ("va", "va",  "-a",   "-",    "-"),
    "statuspage.subscriber":  ("va",   "va",   "va",   "v",    "v"),
}  # fmt: skip
INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=\"|javascript:")
ROLES = ("administrator", "manager", "stranger", "responder", "viewer")


def screen_of(label: str) -> Any:
    return next(s for s in scene.screens() if s.opts.label_lower == label)


def stored() -> dict[str, list[str]]:
    """Return every row of every table."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  a table of ours
            found[table] = sorted(repr(row) for row in cursor.fetchall())
    return found


def test_the_matrix_names_every_screen() -> None:
    assert sorted(s.opts.label_lower for s in scene.screens()) == sorted(MATRIX)
    assert all(isinstance(s, GuardedAdmin) for s in scene.screens())
    assert not admin.site.is_registered(Installation)


@pytest.mark.parametrize("role", ROLES)
def test_s1_each_role_opens_what_the_table_says_and_nothing_else(role: str, settings: Any) -> None:
    settings.PANELS = {**settings.PANELS, "red_marks": []}
    people = scene.cast()
    scene.fill(people.team)
    browser = scene.signed_in(getattr(people, role))

    found = {label: letters(browser, screen_of(label), people.team) for label in MATRIX}

    assert found == {label: cells[ROLES.index(role)] for label, cells in MATRIX.items()}


def letters(browser: Client, screen: Any, team: Team) -> str:
    """Return what a browser may do: "-" for a list that it may open without seeing the row."""
    row = scene.row_of(screen, team)
    if browser.get(scene.url(screen, "changelist")).status_code == 403:
        return ""
    page = scene.url(screen, "change", row.pk)
    asked = {
        "v": browser.get(page).status_code,
        "a": browser.get(scene.url(screen, "add")).status_code,
        "c": browser.post(page, {}).status_code,
        "d": browser.get(scene.url(screen, "delete", row.pk)).status_code,
    }
    assert set(asked.values()) <= {200, 302, 403}
    seen = "-" if asked["v"] == 302 else ""
    done = {"v": (200,), "a": (200,), "c": (200, 302), "d": (200,)}
    return seen + "".join(letter for letter, status in asked.items() if status in done[letter])


def test_i12_no_get_of_the_admin_changes_a_row_or_holds_inline_script() -> None:
    people = scene.cast()
    scene.fill(people.team)
    browser = scene.signed_in(people.administrator)
    before = stored()

    for address in addresses(people.team):
        reply = browser.get(address)
        assert reply.status_code in (200, 403, 405)
        assert not INLINE.search(reply.content.decode()), address

    assert stored() == before


def addresses(team: Team) -> Iterator[str]:
    """Return every page of every screen, and every button as if it were a link."""
    yield from ("/admin/", "/admin/search/?q=a", "/admin/keys/", "/admin/lamp/", "/admin/style/")
    yield "/admin/password_change/"
    for screen in scene.screens():
        row = scene.row_of(screen, team)
        yield from (scene.url(screen, page) for page in ("changelist", "add"))
        yield from (scene.url(screen, page, row.pk) for page in ("change", "delete", "history"))
        for name in ("acknowledge", "revoke", "new_key", "replay", "run_again", "cancel"):
            yield scene.url(screen, "press", row.pk, name)


def test_whoever_is_not_signed_in_is_asked_to() -> None:
    reply = Client().get("/admin/incidents/incident/")

    assert reply.status_code == 302
    assert reply["Location"].startswith("/admin/login/")
    assert Client().get("/admin/login/").status_code == 200


@pytest.mark.parametrize("page", ["change", "delete", "history"])
def test_c86_a_popup_that_names_no_field_is_the_plain_page(page: str) -> None:
    people = scene.cast()
    browser = scene.signed_in(people.administrator)

    answer = browser.get(f"/admin/core/user/{people.viewer.pk}/{page}/?_popup=1&_to_field=")

    assert answer.status_code == 200


def test_c86_a_popup_can_t_reach_for_the_password() -> None:
    browser = scene.signed_in(scene.cast().administrator)

    assert browser.get("/admin/core/user/?_popup=1&_to_field=password").status_code == 400


# Buttons


def late_call() -> LateCall:
    from_clock = Clock().now
    return LateCall.objects.create(
        fact="a", handler="b", object_id=1, created_at=from_clock, due_at=from_clock
    )


def test_a_forged_button_is_refused() -> None:
    browser, call = scene.signed_in(scene.cast().administrator), late_call()

    assert browser.post(f"/admin/core/latecall/{call.pk}/press/delete/").status_code == 403
    assert browser.post("/admin/core/latecall/99/press/run_again/").status_code == 403


def test_a_get_on_a_button_does_nothing_and_says_so() -> None:
    browser, call = scene.signed_in(scene.cast().administrator), late_call()

    reply = browser.get(f"/admin/core/latecall/{call.pk}/press/run_again/")

    assert reply.status_code == 405
    assert "Nothing was done" in reply.content.decode()


def test_a_press_without_the_right_is_refused_in_words(clock: Clock) -> None:
    browser, call = scene.signed_in(scene.cast().viewer), late_call()
    clock.forward(minutes=5)

    reply = browser.post(f"/admin/core/latecall/{call.pk}/press/run_again/")

    assert reply.status_code == 403
    assert "vera may not do this" in reply.content.decode()
    assert LateCall.objects.get().due_at == call.due_at


def test_run_again_makes_a_late_call_due_now(clock: Clock) -> None:
    browser, call = scene.signed_in(scene.cast().administrator), late_call()
    now = clock.forward(minutes=5)

    reply = browser.post(f"/admin/core/latecall/{call.pk}/press/run_again/", follow=True)

    assert "Run again now: done." in reply.content.decode()
    assert LateCall.objects.get().due_at == now


def test_a_press_needs_the_csrf_token() -> None:
    people, call = scene.cast(), late_call()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people.administrator)

    assert browser.post(f"/admin/core/latecall/{call.pk}/press/run_again/").status_code == 403


# Tokens


@pytest.mark.parametrize(
    ("label", "query"),
    [
        ("incidents.incident", "state__exact=%00"),
        ("incidents.rawevent", "verdict__exact=%00"),
        ("incidents.rawevent", "received_at__year=99999"),
        ("incidents.rawevent", "received_at__year=0"),
        ("notify.delivery", "state__in=%00,x"),
    ],
)
def test_s23_a_filter_that_no_database_understands_shows_the_whole_list(
    label: str, query: str
) -> None:
    browser = scene.signed_in(scene.cast().administrator)
    list_path = scene.url(screen_of(label), "changelist")

    answer = browser.get(f"{list_path}?{query}")

    assert (answer.status_code, answer["Location"]) == (302, f"{list_path}?e=1")


@pytest.mark.parametrize(
    ("label", "query"),
    [
        ("notify.delivery", "address__startswith=a"),
        ("notify.delivery", "secret__regex=."),
        ("notify.delivery", "proof__contains=250"),
        ("notify.delivery", "recipient__password__startswith=p"),
        ("core.apitoken", "digest__startswith=a"),
        ("core.user", "password__startswith=p"),
        ("incidents.rawevent", "body__contains=x"),
        ("oncall.page", "user__password__startswith=p"),
    ],
)
def test_a_list_answers_no_question_about_what_it_does_not_offer_as_a_filter(
    label: str, query: str
) -> None:
    browser = scene.signed_in(scene.cast().administrator)

    answer = browser.get(f"{scene.url(screen_of(label), 'changelist')}?{query}")

    assert answer.status_code == 400


@pytest.mark.parametrize("name", ["%00", "9" * 5000])
@pytest.mark.parametrize("method", ["get", "post"])
def test_s23_what_names_no_row_is_not_found(name: str, method: str) -> None:
    browser = scene.signed_in(scene.cast().administrator)

    answer = getattr(browser, method)(f"/admin/core/team/{name}/change/")

    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


@pytest.mark.parametrize(("screen", "is_open"), [("schedule", False), ("holidaycalendar", True)])
def test_rare_tabs_stand_behind_more_which_is_open_while_one_of_them_is(
    client: Client, screen: str, is_open: bool
) -> None:
    client.force_login(AUser(group="Viewer"))

    html = client.get(f"/admin/oncall/{screen}/").content.decode()

    [tabs] = re.findall(r'<nav class="tabs" aria-label="On call">.*?</nav>', html, re.DOTALL)
    usual, rare = tabs.split("<details", 1)
    assert ("Schedules" in usual, "Holidays" in usual, "Holidays" in rare) == (True, False, True)
    assert rare.startswith(" open") is is_open
