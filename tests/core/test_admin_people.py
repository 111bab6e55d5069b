"""Admin screens of people, teams and tokens, stale pages and red marks."""

import re
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from core.models import ApiToken, Heartbeat, Membership, Team, User
from core.models.people import validate_zone
from core.people import administrators
from oncall.models import PolicyStep
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import APolicy, ASchedule, AUser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


def stored() -> dict[str, list[str]]:
    """Return every row of every table."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  a table of ours
            found[table] = sorted(repr(row) for row in cursor.fetchall())
    return found


def test_s5_a_token_is_shown_once_and_only_its_beginning_is_kept() -> None:
    people = scene.cast()
    browser = scene.signed_in(people.viewer)

    shown = browser.post(
        "/admin/core/apitoken/add/",
        {"name": "laptop", "scope": "read", "user": people.viewer.pk},
        follow=True,
    ).content.decode()

    plain = re.search(r"wbt_[\w-]{40,}", shown)
    assert plain is not None
    token = ApiToken.objects.get()
    assert token.prefix == plain[0][:12]
    assert not any(plain[0] in row for rows in stored().values() for row in rows)
    again = browser.get(f"/admin/core/apitoken/{token.pk}/change/").content.decode()
    assert plain[0] not in again
    assert token.prefix in again


def test_only_an_administrator_makes_tokens_for_others() -> None:
    people = scene.cast()
    form = {"name": "token", "scope": "read", "user": people.administrator.pk}

    refused = scene.signed_in(people.responder).post("/admin/core/apitoken/add/", form)
    made = scene.signed_in(people.administrator).post(
        "/admin/core/apitoken/add/", form | {"user": people.responder.pk}
    )

    assert refused.status_code == 422
    assert made.status_code == 302
    assert ApiToken.objects.get().user == people.responder


def test_a_third_token_of_one_name_is_refused_in_words() -> None:
    people = scene.cast()
    browser, form = (
        scene.signed_in(people.viewer),
        {"name": "t", "scope": "read", "user": people.viewer.pk},
    )
    for _ in range(2):
        browser.post("/admin/core/apitoken/add/", form)

    reply = browser.post("/admin/core/apitoken/add/", form)

    assert reply.status_code == 409
    assert "Two tokens named t are live already" in reply.content.decode()


def test_revoking_a_token_asks_first() -> None:
    people = scene.cast()
    browser = scene.signed_in(people.viewer)
    browser.post(
        "/admin/core/apitoken/add/", {"name": "t", "scope": "read", "user": people.viewer.pk}
    )
    address = f"/admin/core/apitoken/{ApiToken.objects.get().pk}/press/revoke/"

    asked = browser.post(address)
    assert "can&#x27;t be taken back" in asked.content.decode()
    assert ApiToken.objects.get().revoked_at is None

    browser.post(address, {"confirmed": "1"})
    assert ApiToken.objects.get().revoked_at is not None


def test_nobody_sees_or_revokes_the_token_of_another() -> None:
    people = scene.cast()
    scene.fill(people.team)
    token = ApiToken.objects.get()
    browser = scene.signed_in(people.responder)

    assert token.prefix not in browser.get("/admin/core/apitoken/").content.decode()
    assert (
        browser.post(
            f"/admin/core/apitoken/{token.pk}/press/revoke/", {"confirmed": "1"}
        ).status_code
        == 403
    )


# People


def person_form(user: User, **changes: Any) -> dict[str, Any]:
    form = {
        "username": user.username, "first_name": "", "last_name": "", "email": "", "time_zone": "UTC",
        "is_active": "on", "is_staff": "on", "groups": [group.pk for group in user.groups.all()],
    }  # fmt: skip
    form.update(changes)
    return {name: value for name, value in form.items() if value is not None}


def save(browser: Client, user: User, **changes: Any) -> str:
    reply = browser.post(
        f"/admin/core/user/{user.pk}/change/", person_form(user, **changes), follow=True
    )
    assert reply.status_code == 200
    return reply.content.decode()


def test_an_administrator_makes_a_person_with_a_password_and_a_group() -> None:
    browser = scene.signed_in(scene.cast().administrator)

    browser.post(
        "/admin/core/user/add/",
        {
            "username": "ines",
            "usable_password": "true",
            "password1": "correct-horse-9",
            "password2": "correct-horse-9",
        },
    )
    ines = User.objects.get(username="ines")
    group = Group.objects.get(name="Responder")
    save(browser, ines, groups=[group.pk], time_zone="Europe/Berlin")

    ines = User.objects.get(username="ines")
    assert ines.check_password("correct-horse-9")
    assert (ines.time_zone, ines.groups.get()) == ("Europe/Berlin", group)


def test_c85_the_last_administrator_stays() -> None:
    people = scene.cast()
    browser = scene.signed_in(people.administrator)

    assert "last Administrator" in save(browser, people.administrator, groups=[])
    assert "last Administrator" in save(browser, people.administrator, is_active=None)
    assert "last Administrator" in save(browser, people.administrator, is_staff=None)
    page = f"/admin/core/user/{people.administrator.pk}/delete/"
    assert "last Administrator" in browser.post(page, {"post": "yes"}).content.decode()
    assert User.objects.get(pk=people.administrator.pk).right.name == "ADMINISTRATOR"


def test_c85_nobody_demotes_themselves() -> None:
    people = scene.cast()
    AUser(group="Administrator")
    browser = scene.signed_in(people.administrator)

    for change in ({"groups": []}, {"is_active": None}, {"is_staff": None}):
        text = save(browser, people.administrator, **change)
        assert "Nobody takes their own rights away" in text


def test_an_administrator_who_may_not_sign_in_is_no_other_one() -> None:
    people = scene.cast()
    AUser(group="Administrator", is_staff=False)
    browser = scene.signed_in(people.administrator)

    assert "last Administrator" in save(browser, people.administrator, is_staff=None)
    assert set(administrators()) == {people.administrator}


def test_c85_whoever_is_on_call_now_can_t_be_switched_off_or_deleted() -> None:
    people = scene.cast()
    schedule = ASchedule(team=people.team, name="Payments", people=[people.responder])
    APolicy(team=people.team, name="Fast", steps=[(60, [people.manager, schedule])])
    browser = scene.signed_in(people.administrator)

    assert "rob is on call now by Payments" in save(browser, people.responder, is_active=None)
    assert "mona is named by the policy Fast" in save(browser, people.manager, is_active=None)
    assert "mona is named by the policy Fast" in save(browser, people.manager, is_staff=None)
    for person in (people.responder, people.manager):
        browser.post(f"/admin/core/user/{person.pk}/delete/", {"post": "yes"})
        assert User.objects.get(pk=person.pk).is_active
    assert PolicyStep.objects.get().people.exists()


def test_a_page_shows_no_part_of_a_password_hash() -> None:
    people = scene.cast()
    people.viewer.set_password("correct-horse-9")
    people.viewer.save()
    algorithm, *_rest, salt, stored_hash = people.viewer.password.split("$")
    page = f"/admin/core/user/{people.viewer.pk}/change/"

    html = scene.signed_in(people.administrator).get(page).content.decode()

    assert "<strong>set</strong>" in html
    assert not any(part in html for part in (algorithm, salt, stored_hash, stored_hash[:6]))
    people.viewer.set_unusable_password()
    people.viewer.save()
    html = scene.signed_in(people.administrator).get(page).content.decode()
    assert "<strong>no password</strong>" in html


def test_a_person_is_headed_by_name_and_a_new_one_is_a_person() -> None:
    people = scene.cast()
    ines = AUser(username="ines", first_name="Ines", last_name="Okafor")
    browser = scene.signed_in(people.administrator)

    assert (
        "<h1>Ines Okafor</h1>"
        in browser.get(f"/admin/core/user/{ines.pk}/change/").content.decode()
    )
    assert "<h1>New person</h1>" in browser.get("/admin/core/user/add/").content.decode()
    assert "New person</a>" in browser.get("/admin/core/user/").content.decode()


def test_a_manager_edits_the_members_of_their_own_team_only() -> None:
    people = scene.cast()
    member = Membership.objects.get(user=people.manager)
    form = {
        "name": "Own", "slug": "own", "memberships-TOTAL_FORMS": "2", "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": member.pk, "memberships-0-team": people.team.pk, "memberships-0-user": people.manager.pk,
        "memberships-0-role": "manager", "memberships-1-team": people.team.pk,
        "memberships-1-user": people.responder.pk, "memberships-1-role": "member",
    }  # fmt: skip

    page = f"/admin/core/team/{people.team.pk}/change/"
    assert scene.signed_in(people.manager).post(page, form).status_code == 302
    assert scene.signed_in(people.stranger).post(page, form).status_code == 403

    assert people.team.memberships.count() == 2


def test_a_person_has_one_place_in_a_team() -> None:
    people = scene.cast()
    member = Membership.objects.get(user=people.manager)
    form = {
        "name": "Own", "slug": "own", "memberships-TOTAL_FORMS": "2", "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": member.pk, "memberships-0-team": people.team.pk, "memberships-0-user": people.manager.pk,
        "memberships-0-role": "manager", "memberships-1-team": people.team.pk,
        "memberships-1-user": people.manager.pk, "memberships-1-role": "member",
    }  # fmt: skip

    reply = scene.signed_in(people.manager).post(f"/admin/core/team/{people.team.pk}/change/", form)

    assert reply.status_code == 200
    assert people.team.memberships.count() == 1


# Stale pages


def seen(browser: Client, page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', browser.get(page).content.decode())
    assert found is not None
    return found[1]


def test_c89_the_second_of_two_saves_is_refused_and_told_what_changed() -> None:
    people = scene.cast()
    team, browser = people.team, scene.signed_in(people.administrator)
    page = f"/admin/core/team/{team.pk}/change/"
    form = {"slug": "own", "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    opened = seen(browser, page)

    browser.post(page, form | {"name": "First", "seen": opened})
    refused = browser.post(page, form | {"name": "Second", "seen": opened})

    assert "Name is now “First”." in refused.content.decode()
    assert 'value="Second"' in refused.content.decode()
    assert Team.objects.get(pk=team.pk).name == "First"
    fresh = re.search(r'name="seen" value="([^"]+)"', refused.content.decode())
    assert fresh is not None
    browser.post(page, form | {"name": "Second", "seen": fresh[1]})
    assert Team.objects.get(pk=team.pk).name == "Second"


def test_c89_a_changed_row_below_counts_too() -> None:
    people = scene.cast()
    browser = scene.signed_in(people.administrator)
    page = f"/admin/core/team/{people.team.pk}/change/"
    opened = seen(browser, page)
    Membership.objects.update(role="member")

    refused = browser.post(
        page,
        {
            "name": "Own",
            "slug": "own",
            "memberships-TOTAL_FORMS": "0",
            "memberships-INITIAL_FORMS": "0",
            "seen": opened,
        },
    )

    assert "Somebody saved this meanwhile. Membership" in refused.content.decode()


@pytest.mark.parametrize("forged", ["", "nonsense", "a:b:c"])
def test_a_page_without_or_with_a_forged_stamp_never_fails(forged: str) -> None:
    people = scene.cast()
    browser = scene.signed_in(people.administrator)

    reply = browser.post(
        f"/admin/core/team/{people.team.pk}/change/",
        {
            "name": "N",
            "slug": "own",
            "memberships-TOTAL_FORMS": "0",
            "memberships-INITIAL_FORMS": "0",
            "seen": forged,
        },
    )

    assert reply.status_code == (302 if not forged else 200)


# Red marks


def marks(browser: Client) -> list[str]:
    page = browser.get("/admin/").content.decode()
    return re.findall(r'class="red-mark".*?<span>([^<]+)</span>', page)


@pytest.fixture
def calm(clock: Clock) -> Callable[[], None]:
    """Return how to make all well: a beating engine and a default policy."""

    def make() -> None:
        Heartbeat.objects.create(part="engine", beat_at=clock.now)
        APolicy(default=True)

    return make


def test_r_a_calm_pager_shows_no_red_mark(calm: Callable[[], None]) -> None:
    calm()

    assert marks(scene.signed_in(scene.cast().viewer)) == []


def test_a_silent_engine_and_a_missing_default_are_red_on_every_page() -> None:
    found = marks(scene.signed_in(scene.cast().viewer))

    assert any("engine has never run" in text for text in found)
    assert any("no default escalation policy" in text for text in found)


def test_what_the_watchdog_found_is_red(calm: Callable[[], None], clock: Clock) -> None:
    calm()
    Heartbeat.objects.create(
        part="watchdog", beat_at=clock.now, detail={"red": ["The disk is full."]}
    )

    assert marks(scene.signed_in(scene.cast().viewer)) == ["The disk is full."]


def test_an_escalation_that_found_nobody_is_red(calm: Callable[[], None], clock: Clock) -> None:
    calm()
    people = scene.cast()
    scene.fill(people.team)
    Heartbeat.objects.filter(part="engine").update(beat_at=clock.now)
    from_scene = scene.Escalation.objects.get()
    from_scene.unreached_at = clock.now
    from_scene.save()

    assert any("found nobody to page" in text for text in marks(scene.signed_in(people.viewer)))


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("Europe/Berlin", True),
        ("UTC", True),
        ("localtime", False),
        ("Factory", False),
        ("posixrules", False),
        ("../../etc/passwd", False),
        ("Mars/Olympus", False),
        ("", False),
        ("UTC\0", False),
    ],
)
def test_a_time_zone_is_one_place_for_everybody(name: str, is_one: bool) -> None:
    with nullcontext() if is_one else pytest.raises(ValidationError):
        validate_zone(name)
