"""Eligibility (R136): silent until a playbook asks or something is noted; it warns, and never changes who is paged."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from core.admin.panel import NOTHING
from core.models import Team, User
from incidents.models import PlaybookVersion
from oncall import tasks
from oncall.actions.eligibility import shadowed
from oncall.actions.readiness import tell_unready
from oncall.actions.rules import rules_of
from oncall.models import Eligibility, Schedule, ServedShift, ShiftNotice
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.core.api.callers import Caller, a_caller, a_token, assert_problem, shelve_playbooks
from tests.factories import NINE, APolicy, AResponder, ASchedule, AService, ATeam, AUser
from tests.oncall.desk import a_layer, page, words
from tests.query_budget import assert_flat

pytestmark = pytest.mark.django_db
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
LONG_AGO = date(2026, 1, 5)
ALL_DONE = {"onboarded_on": LONG_AGO, "access_on": LONG_AGO, "monitoring_on": LONG_AGO, "training_on": LONG_AGO}  # fmt: skip


@pytest.fixture
def team(clock: Clock) -> Team:
    shelve_playbooks()
    made: Team = ATeam(slug="web")
    AUser(username="mona", first_name="Mona", manages=made)
    return made


@pytest.fixture
def schedule(team: Team) -> Schedule:
    """Nia serves from 30 November on, after Ana; the policy pages by it."""
    people = [AResponder(user=AUser(username=name, first_name=name.title(), member_of=team)).user for name in ("ana", "nia")]  # fmt: skip
    made: Schedule = ASchedule(slug="shop", name="Shop", team=team, people=people)
    APolicy(steps=[(300, [made])], default=True)
    return made


def asks(**rule: Any) -> None:
    """Let the playbook of a service ask for eligibility."""
    imag = PlaybookVersion.objects.get(slug="imag")
    rules = {**imag.document["on_call"], "eligibility": rule}
    PlaybookVersion.objects.create(
        slug="imag", number=2, name="Strict", document={**imag.document, "on_call": rules},
        checksum="2", created_at=NINE,
    )  # fmt: skip
    AService(playbook_slug="imag")


def by(name: str) -> Caller:
    user = User.objects.get(username=name)
    return Caller(user, a_token(user))


def noted(name: str, **fields: Any) -> Eligibility:
    user = User.objects.get(username=name)
    return Eligibility.objects.create(user=user, changed_at=NINE, **fields)


def quality() -> Any:
    return a_caller("Viewer", "read").get("schedules/shop/quality/").json()


def findings() -> dict[str, str]:
    """Return what is said of people who are not eligible, and how gravely."""
    return {
        one["said"]: one["level"] for one in quality()["findings"] if one["code"] == "not_eligible"
    }


def told() -> list[tuple[str, str]]:
    rows = ShiftNotice.objects.filter(occasion__startswith="ineligible").order_by("user__username")
    return list(rows.values_list("user__username", "subject"))


def a_shadow_shift(schedule: Schedule, name: str, *spans: tuple[int, int]) -> None:
    """Let somebody have shadowed in these spans, in days before now, as the ledger has them."""
    user = User.objects.get(username=name)
    for start, end in spans:
        ServedShift.objects.create(
            schedule=schedule, seat="shadow", user=user, source="rotation",
            starts_at=NINE - start * DAY, ends_at=NINE - end * DAY,
        )  # fmt: skip
    Schedule.objects.update(served_to=NINE)


# Silent


def test_without_a_playbook_that_asks_nobody_is_judged(schedule: Schedule) -> None:
    AService(playbook_slug="imag")

    tell_unready(NINE)

    assert (findings(), told()) == ({}, [])
    assert quality()["rules"]["eligibility"] is None
    assert rules_of(schedule).eligibility is None
    nia = User.objects.get(username="nia")
    html = words(scene.signed_in(User.objects.get(username="mona")).get(person(nia)))
    assert "Eligible for on call" not in html


def test_of_whom_something_is_noted_is_judged_by_the_guides_numbers(schedule: Schedule) -> None:
    noted("nia", onboarded_on=date(2026, 11, 20), access_on=LONG_AGO)

    assert findings() == {
        "Nia is not eligible yet: Onboarded for 10 of 30 days. Shadowed 0 of 2 shifts. Knowing the monitoring is not"
        " confirmed. The incident training is not confirmed. The first shift is on Mon 30 Nov 2026.": "advice"
    }  # fmt: skip


# Asked


def test_a_playbook_that_asks_judges_everybody_when_their_shift_begins(schedule: Schedule) -> None:
    asks(onboarded_days=10, shadowed_shifts=1, monitoring=False, training=False)
    noted("nia", onboarded_on=date(2026, 11, 20), access_on=LONG_AGO, shadowed_elsewhere=1)

    assert quality()["rules"]["eligibility"] == {
        "onboarded_days": 10, "shadowed_shifts": 1, "access": True, "monitoring": False, "training": False,
    }  # fmt: skip
    [(said, level)] = findings().items()
    assert said.startswith("Ana is not eligible yet: No day is noted")
    assert level == "wrong"


def test_of_several_playbooks_the_strictest_number_holds(schedule: Schedule) -> None:
    asks(onboarded_days=10, shadowed_shifts=3, training=False)
    imag = PlaybookVersion.objects.get(slug="imag", number=2)
    rules = {**imag.document["on_call"], "eligibility": {"onboarded_days": 45}}
    PlaybookVersion.objects.create(
        slug="other", number=1, name="Other", document={**imag.document, "on_call": rules}, checksum="3", created_at=NINE,
    )  # fmt: skip
    AService(playbook_slug="other")

    found = rules_of(schedule).eligibility

    assert found is not None
    assert (found.onboarded_days, found.shadowed_shifts) == (45, 3)
    assert found.marks == {"access", "monitoring", "training"}


def test_whoever_serves_too_early_and_the_managers_are_told_once_and_nobody_s_turn_changes(
    schedule: Schedule, clock: Clock
) -> None:
    asks()
    noted("ana", **ALL_DONE, shadowed_elsewhere=2)
    before = by("mona").get("oncall/", at="2026-12-01T09:00:00Z", schedule="shop").json()

    for _ in range(3):
        tasks.shifts()
        clock.forward(minutes=5)

    assert told() == [
        ("mona", "Nia is not eligible yet and on call for Shop"),
        ("nia", "Before your shift of Shop: you are not eligible yet"),
    ]
    lines = ShiftNotice.objects.get(user__username="nia", occasion__startswith="inel").paragraphs
    assert "Shadowed 0 of 2 shifts." in lines
    readiness = {one["user"]: one["lacking"] for one in quality()["readiness"]}
    assert readiness["ana"] == []
    assert "Shadowed 0 of 2 shifts." in readiness["nia"]
    after = by("mona").get("oncall/", at="2026-12-01T09:00:00Z", schedule="shop").json()
    assert after["results"] == before["results"]
    assert after["results"][0]["users"] == ["nia"]


def test_a_shadow_seat_asks_for_nothing(schedule: Schedule) -> None:
    asks(shadowed_shifts=0)
    for name in ("nia", "ana"):
        noted(name, **ALL_DONE)
    a_layer(schedule, [AUser(username="new")], "Learning", seat="shadow")

    assert findings() == {}


def test_who_should_cover_puts_the_eligible_first(schedule: Schedule) -> None:
    asks()
    for name in ("ola", "pia"):
        AResponder(user=AUser(username=name, member_of=schedule.team))
    noted("pia", **ALL_DONE, shadowed_elsewhere=2)

    people = a_caller("Viewer", "read").get(
        "schedules/shop/quality/", cover_from="2027-01-01T00:00:00Z", cover_to="2027-01-02T00:00:00Z"
    ).json()["cover"]["people"]  # fmt: skip

    ranked = [(one["user"], one["eligible"]) for one in people if one["user"] in ("ola", "pia")]
    assert ranked == [("pia", True), ("ola", False)]
    assert (
        "Shadowed 0 of 2 shifts." in next(one for one in people if one["user"] == "ola")["missing"]
    )


def test_the_cost_does_not_grow_with_the_people(schedule: Schedule) -> None:
    asks()

    def more(count: int) -> None:
        for _ in range(count):
            user = AUser(member_of=schedule.team)
            a_layer(schedule, [user], f"Layer {user.pk}", seat="secondary")
            noted(user.username, **ALL_DONE)

    assert_flat(quality, more, most=60)


# Counted


def test_shadowed_shifts_are_counted_from_the_ledger(schedule: Schedule) -> None:
    a_shadow_shift(schedule, "nia", (50, 45), (45, 43), (36, 29), (5, 0))
    a_shadow_shift(schedule, "ana", (43, 36))
    nia, ana = (User.objects.get(username=name) for name in ("nia", "ana"))

    # a freeze in between makes no second shift; one that runs is not over; somebody else's turn ends a shift
    assert shadowed([nia.pk, ana.pk]) == {nia.pk: 2, ana.pk: 1}
    Schedule.objects.update(served_to=NINE + DAY)
    assert shadowed([nia.pk])[nia.pk] == 3


def test_primary_shifts_are_no_shadowed_ones(schedule: Schedule) -> None:
    a_shadow_shift(schedule, "nia", (50, 45))
    ServedShift.objects.update(seat="primary")

    assert shadowed([User.objects.get(username="nia").pk]) == {}


# Warned about before a save


def test_the_preview_of_a_document_warns(schedule: Schedule) -> None:
    asks()
    noted("ana", **ALL_DONE, shadowed_elsewhere=2)
    turn = {"anchor": "2026-11-23T09:00", "participants": [["nia"], ["ana"]]}
    layers = [{"name": "Primary", "rotation": turn}]
    wish = {"name": "Shop", "layers": layers}

    seen = by("mona").post("schedules/shop/preview/", wish).json()["warnings"]
    shadow = [{**layers[0], "seat": "shadow"}]
    learning = by("mona").post("schedules/shop/preview/", wish | {"layers": shadow}).json()
    saved = by("mona").put("schedules/shop/", wish)

    assert [one[:24] for one in seen] == ["Nia is not eligible yet:"]
    assert learning["warnings"] == []
    assert saved.status_code == 200


def test_forms_of_layers_covers_and_new_schedules_warn_and_save_all_the_same(
    schedule: Schedule,
) -> None:
    noted("nia")
    mona, nia = scene.signed_in(User.objects.get(username="mona")), User.objects.get(username="nia")
    layer = {
        "name": "Second", "seat": "secondary", "priority": "1", "mode": "exclusive", "anchor": "2026-11-23T09:00",
        "time_zone": "UTC", "length": "1", "unit": "week", "turn_mode": "calendar", "holiday_effect": "none", "slot_0": "Nia",
    }  # fmt: skip
    cover = {"kind": "cover", "user": nia.pk, "starts": "2026-11-24T20:00", "ends": "2026-11-25T08:00", "subject": ""}  # fmt: skip
    fresh = {"title": "New", "slug": "new", "team": schedule.team_id, "zone": "UTC", "expectation": "24x7", **layer}  # fmt: skip
    early = "Nia is not eligible yet: No day is noted"

    assert early in words(mona.post(page(schedule, "layers/add/"), layer | {"check": "1"}))
    assert early not in words(mona.post(page(schedule, "layers/add/"), layer | {"seat": "shadow"}))
    assert early in words(mona.post(page(schedule, "plan/"), cover | {"check": "1"}))
    assert early in words(mona.post("/admin/oncall/schedule/add/", fresh | {"check": "1"}))
    mona.post(page(schedule, "layers/add/"), layer | {"save": "1"})
    assert schedule.layers.filter(name="Second").exists()


# Noted


def test_managers_note_dates_and_who_noted_them_is_kept(schedule: Schedule) -> None:
    path = "users/nia/eligibility/"

    first = by("mona").patch(path, {"onboarded_on": "2026-10-01", "shadowed_elsewhere": 2})
    then = by("mona").patch(path, {"training_on": "2026-11-20", "onboarded_on": "2026-10-01"})

    assert first.json()["onboarded"] == {"on": "2026-10-01", "by": "mona"}
    found = by("ana").get(path).json()
    assert found == then.json()
    assert (found["kept"], found["asked"], found["eligible"]) == (True, False, False)
    assert found["missing"] == ["Production access is not confirmed.", "Knowing the monitoring is not confirmed."]  # fmt: skip
    done = by("mona").patch(path, {"access_on": "2026-11-20", "monitoring_on": "2026-11-23"})
    assert (done.json()["eligible"], done.json()["missing"]) == (True, [])
    back = by("mona").patch(path, {"access_on": None})
    assert back.json()["access"] == {"on": None, "by": None}


def test_the_same_day_again_keeps_who_noted_it(schedule: Schedule) -> None:
    other = AUser(username="max", manages=schedule.team)
    by("mona").patch("users/nia/eligibility/", {"access_on": "2026-11-20"})

    again = by(other.username).patch("users/nia/eligibility/", {"access_on": "2026-11-20"})

    assert again.json()["access"] == {"on": "2026-11-20", "by": "mona"}


@pytest.mark.parametrize(
    "change",
    [
        {"training_on": "2026-11-24"},
        {"access_on": "1969-12-31"},
        {"onboarded_on": "yesterday"},
        {"shadowed_elsewhere": -1},
        {"shadowed_elsewhere": 1001},
        {"shadowed_elsewhere": None},
        {"eligible": True},
    ],
)
def test_what_can_t_be_noted_is_refused(schedule: Schedule, change: dict[str, Any]) -> None:
    problem = assert_problem(by("mona").patch("users/nia/eligibility/", change), 422)

    assert [one["pointer"] for one in problem["errors"]] == [f"/{name}" for name in change]
    assert not Eligibility.objects.exists()


def test_an_onboarding_may_begin_later(schedule: Schedule) -> None:
    found = by("mona").patch("users/nia/eligibility/", {"onboarded_on": "2026-12-01"}).json()

    assert found["missing"][0] == "The onboarding begins on 1 Dec 2026 only."


@pytest.mark.parametrize("who", ["nia", "ana", "olga"])
def test_nobody_notes_their_own_nor_those_of_another_team(schedule: Schedule, who: str) -> None:
    AUser(username="olga", manages=ATeam())

    assert_problem(by(who).patch("users/nia/eligibility/", {"access_on": "2026-11-20"}), 403)
    assert_problem(by(who).delete("users/nia/eligibility/"), 403)


def test_dates_are_kept_no_more_when_they_are_forgotten(schedule: Schedule) -> None:
    noted("nia")

    assert [by("mona").delete("users/nia/eligibility/").status_code for _ in range(2)] == [204] * 2
    assert by("mona").get("users/nia/eligibility/").json()["kept"] is False
    assert findings() == {}
    assert_problem(by("mona").get("users/nobody/eligibility/"), 404)


def test_a_change_over_a_newer_one_is_refused(schedule: Schedule) -> None:
    read = by("mona").get("users/nia/eligibility/")
    by("mona").patch("users/nia/eligibility/", {"access_on": "2026-11-20"})

    stale = by("mona").send(
        "PATCH", "users/nia/eligibility/", content=b'{"access_on": null}', **{"If-Match": read["ETag"]}
    )  # fmt: skip

    assert_problem(stale, 412)


# On the person's page


def person(user: User) -> str:
    return f"/admin/core/user/{user.pk}/change/"


def form(user: User) -> str:
    return f"/admin/core/user/{user.pk}/eligibility/"


@pytest.fixture
def nia(schedule: Schedule) -> User:
    return User.objects.get(username="nia")


@pytest.fixture
def mona(team: Team) -> Client:
    return scene.signed_in(User.objects.get(username="mona"))


def test_the_person_s_page_shows_what_is_asked_and_takes_dates(nia: User, mona: Client) -> None:
    asks()
    assert "Nia is not eligible yet for the primary or the secondary seat" in words(
        mona.get(person(nia))
    )

    reply = mona.post(
        form(nia), {"onboarded_on": "2026-10-01", "access_on": "2026-11-02", "shadowed_elsewhere": "1"}, follow=True
    )  # fmt: skip

    said = words(reply)
    assert "Noted for Nia." in said
    assert "Onboarding 30 days since 1 Oct 2026, 53 days Mona" in said
    assert "Shifts shadowed 2 1, 1 of them before the ledger" in said
    assert "Production access yes 2 Nov 2026 Mona" in said
    assert f"Knowing the monitoring yes not yet {NOTHING}" in said


def test_a_day_to_come_is_refused_at_its_field(nia: User, mona: Client) -> None:
    reply = mona.post(form(nia), {"training_on": "2026-12-24"})

    assert reply.status_code == 422
    assert "has not come yet" in words(reply)
    assert not Eligibility.objects.exists()


def test_once_noted_it_can_be_kept_no_more(nia: User, mona: Client) -> None:
    noted("nia", **ALL_DONE)
    assert "Keep no dates" in words(mona.get(person(nia)))

    reply = mona.post(form(nia), {"forget": "1"}, follow=True)

    assert "No dates of Nia are kept any more." in words(reply)
    assert not Eligibility.objects.exists()


def test_others_look_and_can_t_note(nia: User) -> None:
    noted("nia", **ALL_DONE, shadowed_elsewhere=2)
    ana = scene.signed_in(User.objects.get(username="ana"))

    said = words(ana.get(person(nia)))

    assert "Nia is eligible for the primary and the secondary seat." in said
    assert "Note what is done" not in said
    assert ana.post(form(nia), {}).status_code == 403
    assert ana.get(form(nia)).status_code == 403
    assert scene.signed_in(User.objects.get(username="mona")).get("/admin/core/user/999/eligibility/").status_code == 404  # fmt: skip
