"""My shifts, swaps and time off in the admin: each person looks after their own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from core.actor import person
from core.models import Membership, Team, User
from oncall import rota
from oncall.actions import swaps
from oncall.admin.swaps import waiting
from oncall.models import Override, Schedule, ShiftNotice, Swap, Unavailability, plan_of
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import NINE, ASchedule, ATeam, AUser
from tests.oncall.desk import manager, page, press, someone, text, words
from tests.query_budget import assert_flat

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
DAY = timedelta(days=1)
TUESDAY, WEDNESDAY = NINE + DAY, NINE + 2 * DAY


@pytest.fixture
def team() -> Team:
    return ATeam(slug="own", name="Own")


@pytest.fixture
def anna(team: Team) -> User:
    return someone("Anna", member_of=team)


@pytest.fixture
def ben(team: Team) -> User:
    return someone("Ben", member_of=team)


@pytest.fixture
def schedule(team: Team, anna: User, ben: User) -> Schedule:
    """Anna has this week, Ben the next."""
    made: Schedule = ASchedule(name="Shop", team=team, people=[anna, ben])
    return made


def offered(schedule: Schedule, owner: User, taker: User | None) -> Swap:
    offer = swaps.Offer(owner, (TUESDAY, WEDNESDAY), taker, note="dentist")
    return swaps.offer_swap(schedule, offer, by=person(owner), at=NINE)


def verbs(browser: Client, swap: Swap) -> list[str]:
    """Return the verbs that a person finds on a swap's page."""
    html = text(browser.get(page(swap)))
    return [
        verb for verb in ("accept", "approve", "decline", "withdraw", "revert") if f'data-action="{verb}"' in html
    ]  # fmt: skip


# Swaps


def test_each_person_finds_the_verbs_that_are_theirs(
    schedule: Schedule, team: Team, anna: User, ben: User
) -> None:
    swap = offered(schedule, anna, ben)
    mona, rob = manager(team)[1], scene.signed_in(someone("Rob"))

    found = [verbs(browser, swap) for browser in (scene.signed_in(anna), scene.signed_in(ben), mona, rob)]  # fmt: skip

    assert found == [["withdraw"], ["accept", "decline"], ["withdraw"], []]


def test_an_open_swap_is_offered_to_the_schedule_s_people_and_its_team_s_alone(
    schedule: Schedule, team: Team, anna: User, ben: User
) -> None:
    swap = offered(schedule, anna, None)
    ted, rob = (scene.signed_in(someone(name, **more)) for name, more in (("Ted", {"member_of": team}), ("Rob", {})))  # fmt: skip

    assert [verbs(one, swap) for one in (scene.signed_in(ben), ted, rob)] == [["accept"], ["accept"], []]  # fmt: skip
    refused = press(rob, swap, "accept")

    assert "Rob is in no rotation of Shop and not in the team Own." in words(refused)
    assert Swap.objects.get().state == "open"


def test_an_accepted_swap_is_in_force_and_can_be_undone_after_a_question(
    schedule: Schedule, anna: User, ben: User
) -> None:
    swap, browser = offered(schedule, anna, ben), scene.signed_in(ben)

    accepted = press(browser, swap, "accept")
    assert rota.on_call(plan_of(schedule), TUESDAY) == (ben.pk,)
    asked = press(browser, swap, "revert")
    press(browser, swap, "revert", confirmed="1")

    assert "Accepted." in text(accepted)
    assert "Both are told." in text(asked)
    assert rota.on_call(plan_of(schedule), TUESDAY) == (anna.pk,)
    assert Swap.objects.get().state == "reverted"


def test_where_the_schedule_asks_a_manager_who_is_no_party_approves(
    schedule: Schedule, team: Team, anna: User, ben: User
) -> None:
    Schedule.objects.update(swap_needs_approval=True)
    Membership.objects.filter(user=ben).update(role="manager")
    swap = offered(schedule, anna, ben)
    mona, browser = manager(team)

    accepted = press(scene.signed_in(ben), swap, "accept")

    assert "A manager of the team has to approve." in text(accepted)
    assert "approve" not in verbs(scene.signed_in(ben), swap)
    assert verbs(browser, swap) == ["approve", "decline", "withdraw"]
    assert [row.what for row in waiting(mona, NINE)] == ["Approve: Ben serves for Anna"]
    press(browser, swap, "approve")
    assert rota.on_call(plan_of(schedule), TUESDAY) == (ben.pk,)
    assert waiting(mona, NINE) == []


def test_an_administrator_finds_on_now_what_waits_for_approval_anywhere_but_their_own(
    schedule: Schedule, anna: User, ben: User
) -> None:
    Schedule.objects.update(swap_needs_approval=True)
    root, rob = AUser(group="Administrator"), someone("Rob")
    swap = offered(schedule, anna, ben)
    press(scene.signed_in(ben), swap, "accept")
    anna.groups.set(Group.objects.filter(name="Administrator"))

    assert [row.what for row in waiting(root, NINE)] == ["Approve: Ben serves for Anna"]
    shifts = words(scene.signed_in(root).get("/admin/shifts/"))
    assert "Waits for your answer 1 Shop: Anna asks Ben" in shifts
    assert waiting(rob, NINE) == waiting(User.objects.get(pk=anna.pk), NINE) == []


def test_a_shift_that_moved_meanwhile_is_covered_by_no_swap(
    schedule: Schedule, anna: User, ben: User
) -> None:
    swap = offered(schedule, anna, ben)
    Override.objects.create(
        schedule=schedule, kind="cover", user=someone("Cyd"), created_at=NINE,
        starts_at=TUESDAY, ends_at=WEDNESDAY,
    )  # fmt: skip

    said = text(press(scene.signed_in(ben), swap, "accept"))

    assert "the swap no longer fits" in said
    assert Swap.objects.get().state == "stale"


def test_nobody_presses_for_others(schedule: Schedule, anna: User, ben: User) -> None:
    swap = offered(schedule, anna, ben)
    rob = scene.signed_in(someone("Rob"))

    refused = [press(rob, swap, verb, confirmed="1").status_code for verb in ("accept", "decline", "withdraw")]  # fmt: skip

    assert refused == [403, 403, 403]
    assert Swap.objects.get().state == "offered"


def test_the_list_says_how_many_wait(schedule: Schedule, anna: User, ben: User) -> None:
    offered(schedule, anna, ben)

    html = words(scene.signed_in(ben).get("/admin/oncall/swap/"))

    assert "1 swap waits for an answer." in html
    assert "Shop Anna Tue 24 Nov 09:00 to Wed 25 Nov 09:00 (UTC) Ben" in html


def test_now_lists_what_waits_for_the_reader(schedule: Schedule, anna: User, ben: User) -> None:
    swap = offered(schedule, anna, ben)

    html = words(scene.signed_in(ben).get("/admin/"))
    rows = waiting(ben, NINE)

    assert "Anna asks you to serve" in html
    assert [(row.due_at, row.url) for row in rows] == [(TUESDAY, page(swap))]
    assert waiting(anna, NINE) == []


# My shifts


def test_my_shifts_tell_what_comes_what_waits_and_when_somebody_is_away(
    schedule: Schedule, anna: User, ben: User
) -> None:
    offered(schedule, anna, ben)
    Unavailability.objects.create(
        user=ben, created_at=NINE, starts_at=NINE + 30 * DAY, ends_at=NINE + 34 * DAY, note="Crete"
    )

    own = words(scene.signed_in(anna).get("/admin/shifts/"))
    his = words(scene.signed_in(ben).get("/admin/shifts/"))

    assert "You are on call now: Shop, until Mon 30 Nov 09:00. Next: Shop, Mon 7 Dec 09:00, 7 days." in own  # fmt: skip
    assert "Your swaps Shop: Anna asks Ben" in own
    assert "Withdraw" in own
    assert "You are not on call now. Next: Shop, Mon 30 Nov 09:00, 7 days." in his
    assert "Waits for your answer 1 Shop: Anna asks Ben Tue 24 Nov 09:00 to Wed 25 Nov 09:00 (UTC): dentist" in his  # fmt: skip
    assert "Accept: I serve then" in his
    assert "vacation, about 4 days: Crete mark it Take it back" in his.replace("Vacation", "vacation")  # fmt: skip


def test_somebody_without_shifts_is_told_so_and_a_viewer_asks_for_nothing(team: Team) -> None:
    html = words(scene.signed_in(AUser(group="Viewer")).get("/admin/shifts/"))

    assert "No shift in the next 26 weeks" in html
    assert "Add time off" not in html


def test_my_shifts_cost_the_same_for_many(team: Team, anna: User, ben: User) -> None:
    browser = scene.signed_in(ben)

    def more(number: int) -> None:
        for _ in range(number):
            row = ASchedule(team=team, people=[anna, ben])
            offered(row, anna, ben)
            offered(row, anna, None)
            Unavailability.objects.create(
                user=ben, created_at=NINE, starts_at=NINE + 9 * DAY, ends_at=NINE + 10 * DAY
            )

    def ask() -> None:
        assert browser.get("/admin/shifts/").status_code == 200

    assert_flat(ask, more, most=20)


# Time off


AWAY = {
    "starts": "2026-11-24T08:00",
    "ends": "2026-11-26T08:00",
    "kind": "vacation",
    "mode": "skip",
}


def told(browser: Client, who: User, **typed: Any) -> Any:
    form = AWAY | {"user": who.pk, **typed}
    return browser.post("/admin/oncall/unavailability/add/", form, follow=True)


def test_time_off_is_told_in_one_s_own_zone_and_says_what_it_touches(
    schedule: Schedule, anna: User, ben: User
) -> None:
    User.objects.filter(pk=anna.pk).update(time_zone="Europe/Oslo")

    reply = told(scene.signed_in(User.objects.get(pk=anna.pk)), anna, mode="flag")

    row = Unavailability.objects.get()
    assert row.starts_at == datetime(2026, 11, 24, 7, tzinfo=UTC)
    assert "1 shift lies in that time: find cover." in words(reply)
    assert "Shop Tue 24 Nov 07:00 to Thu 26 Nov 07:00 (UTC)" in words(reply)
    assert f"kind=swap&at=2026-11-24T07:00:00Z&who={anna.pk}" in text(reply)


def test_a_skipping_absence_passes_the_turn_until_it_is_taken_back_and_tells_to_whom(
    schedule: Schedule, anna: User, ben: User, clock: Clock
) -> None:
    browser = scene.signed_in(anna)

    noted = told(browser, anna)
    assert "Turns in that time pass on; everybody whose shifts moved is told." in words(noted)
    assert rota.on_call(plan_of(schedule), TUESDAY) == (ben.pk,)
    clock.forward(minutes=1)
    back = press(browser, Unavailability.objects.get(), "take_back")

    assert "Taken back: the turns are as they were." in text(back)
    assert rota.on_call(plan_of(schedule), TUESDAY) == (anna.pk,)
    heard = ShiftNotice.objects.filter(user=ben).order_by("pk")
    assert ["you are on call, before it was Anna" in one.paragraphs[0] for one in heard] == [
        True,
        False,
    ]
    assert "you are not on call any more" in heard[1].paragraphs[0]
    assert not ShiftNotice.objects.filter(user=anna).exists()


@pytest.mark.parametrize(("typed", "said"), [
    ({"ends": "2026-11-24T08:00"}, "must end after it starts"),
    ({"starts": "2026-11-01T08:00", "ends": "2026-11-02T08:00"}, "is over already"),
    ({"ends": "2028-11-24T08:00"}, "a year at most"),
    ({"kind": "nap"}, "not one of the available choices"),
    ({"starts": "soon"}, "is not a time such as"),
])  # fmt: skip
def test_time_off_that_can_t_be_is_refused_in_words(
    anna: User, typed: dict[str, str], said: str
) -> None:
    reply = told(scene.signed_in(anna), anna, **typed)

    assert reply.status_code == 422
    assert said in words(reply)
    assert not Unavailability.objects.exists()


def test_nobody_tells_the_time_off_of_others_but_their_managers(
    team: Team, anna: User, ben: User, clock: Clock
) -> None:
    by_ben = told(scene.signed_in(ben), anna)
    by_mona = told(manager(team)[1], anna)

    assert by_ben.status_code == 422
    row = Unavailability.objects.get()
    assert row.user == anna
    assert by_mona.status_code == 200
    assert press(scene.signed_in(ben), row, "take_back").status_code == 403
    assert 'data-action="take_back"' not in text(scene.signed_in(ben).get(page(row)))
    clock.forward(days=9)
    assert 'data-action="take_back"' not in text(scene.signed_in(anna).get(page(row)))


def test_the_list_says_who_is_away_now(anna: User) -> None:
    browser = scene.signed_in(anna)
    calm = words(browser.get("/admin/oncall/unavailability/"))
    Unavailability.objects.create(user=anna, created_at=NINE, starts_at=NINE, ends_at=NINE + DAY)

    assert "Nobody is away now." in calm
    assert "Away now: Anna." in words(browser.get("/admin/oncall/unavailability/"))
