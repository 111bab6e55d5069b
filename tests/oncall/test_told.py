"""Whoever's shifts move hears of it, and whoever is asked for something: in every seat, by every way."""

from datetime import timedelta

import pytest

from core.actor import person
from core.models import Membership, User
from oncall.actions.absences import Away, add_absence, cancel_absence
from oncall.actions.judging import tell_quality
from oncall.actions.overrides import add_override
from oncall.actions.schedules import write_layer
from oncall.actions.specs import LayerSpec
from oncall.actions.swaps import Offer, accept, offer_swap
from oncall.actions.wish import Wish
from oncall.models import (
    Layer,
    RotationSlot,
    RotationVersion,
    Schedule,
    ShiftNotice,
    Swap,
    Unavailability,
)
from tests.conftest import Clock
from tests.core.api.callers import shelve_playbooks
from tests.factories import AResponder, ASchedule, ATeam, AUser

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MOVED = "Your shifts of Shop changed"


@pytest.fixture
def schedule(clock: Clock) -> Schedule:
    """Ana has this week, Bob the next, Cyd the one after; Mona manages. All can be paged."""
    team = ATeam(slug="web")
    people = [AResponder(user__username=name).user for name in ("ana", "bob", "cyd")]
    for one in people:
        Membership.objects.create(team=team, user=one)
    AUser(username="mona", group="Responder", manages=team, email="mona@n.example")
    made: Schedule = ASchedule(slug="shop", name="Shop", team=team, people=people)
    RotationVersion.objects.update(anchor_local="2026-11-23T09:00")
    return made


def user(name: str) -> User:
    found: User = User.objects.get(username=name)
    return found


def told() -> list[tuple[str, str]]:
    return sorted(ShiftNotice.objects.values_list("user__username", "subject"))


def words(name: str) -> str:
    return " ".join(ShiftNotice.objects.filter(user__username=name).latest("pk").paragraphs)


def beside(schedule: Schedule, seat: str, who: str) -> Layer:
    """Return a layer of another seat that one person holds."""
    layer: Layer = Layer.objects.create(schedule=schedule, name=seat)
    version = RotationVersion.objects.create(layer=layer, anchor_local="2026-11-23T09:00", seat=seat)  # fmt: skip
    RotationSlot.objects.create(version=version, position=0, user=user(who))
    return layer


def offered(schedule: Schedule, at: Clock, *, by: str = "ana", taker: str = "") -> Swap:
    span = (at.now, at.now + DAY)
    offer = Offer(user("ana"), span, taker=user(taker) if taker else None)
    return offer_swap(schedule, offer, by=person(user(by)), at=at.now)


def test_whoever_steps_in_for_somebody_away_is_told_and_told_again_when_it_is_taken_back(
    schedule: Schedule, clock: Clock
) -> None:
    away = Away(user("ana"), clock.now, clock.now + 3 * DAY, mode="skip")

    row = add_absence(away, by=person(user("ana")), at=clock.now)

    assert told() == [("bob", MOVED)]
    assert "you are on call, before it was ana." in words("bob")
    cancel_absence(row.pk, by=person(user("ana")), at=clock.forward(hours=1))
    assert told() == [("bob", MOVED), ("bob", MOVED)]
    assert "you are not on call any more, now it is ana." in words("bob")


def test_an_absence_that_is_only_marked_moves_nobody(schedule: Schedule, clock: Clock) -> None:
    add_absence(Away(user("ana"), clock.now, clock.now + DAY), by=person(user("ana")), at=clock.now)

    assert told() == []


def test_a_swap_that_an_absence_makes_idle_ends_and_says_so(
    schedule: Schedule, clock: Clock
) -> None:
    swap = offered(schedule, clock, taker="cyd")
    accept(swap.pk, by=person(user("cyd")), at=clock.now)
    away = Away(user("ana"), clock.now, clock.now + 3 * DAY, mode="skip")

    add_absence(away, by=person(user("ana")), at=clock.now)

    assert Swap.objects.get().state == "stale"
    assert {name for name, said in told() if "no longer fits" in said} == {"ana", "cyd"}


def test_what_a_second_time_changes_nothing_an_absence_taken_back(
    schedule: Schedule, clock: Clock
) -> None:
    away = Away(user("ana"), clock.now, clock.now + DAY, mode="skip")
    row = add_absence(away, by=person(user("ana")), at=clock.now)
    first = cancel_absence(row.pk, by=person(user("ana")), at=clock.forward(hours=1))

    cancel_absence(row.pk, by=person(user("ana")), at=clock.forward(hours=1))

    assert Unavailability.objects.get().cancelled_at == first.cancelled_at


@pytest.mark.parametrize(("seat", "duty"), [
    ("secondary", "you are the backup, before it was bob."),
    ("shadow", "you are learning beside who is on call, before it was bob."),
])  # fmt: skip
def test_an_edit_of_another_seat_tells_its_people(
    schedule: Schedule, clock: Clock, seat: str, duty: str
) -> None:
    layer = beside(schedule, seat, "bob")
    spec = LayerSpec(seat, "2026-11-23T09:00", "UTC", ((user("cyd").pk,),), seat=seat)

    write_layer(layer.pk, spec, by=person(user("mona")), at=clock.now)

    assert told() == [("bob", MOVED), ("cyd", MOVED)]
    assert duty in words("cyd")


def test_a_substitute_hears_of_both_seats_in_one_word(schedule: Schedule, clock: Clock) -> None:
    beside(schedule, "secondary", "ana")
    wish = Wish("substitute", clock.now, clock.now + DAY, user=user("cyd"), subject=user("ana"))

    add_override(schedule, wish, by=person(user("mona")), at=clock.now)

    assert told() == [("ana", MOVED), ("cyd", MOVED)]
    assert "you are on call" in words("cyd")
    assert "you are the backup" in words("cyd")


def test_an_open_swap_asks_everybody_of_the_schedule_and_its_team_who_may_be_paged(
    schedule: Schedule, clock: Clock
) -> None:
    swap = offered(schedule, clock)

    asked = "ana looks for somebody to take a shift of Shop"
    assert told() == [("bob", asked), ("cyd", asked)]
    assert ShiftNotice.objects.first().path == f"/admin/oncall/swap/{swap.pk}/change/"  # type: ignore[union-attr]


def test_for_whom_a_manager_asks_is_told_what_was_asked_for_them(
    schedule: Schedule, clock: Clock
) -> None:
    offered(schedule, clock, by="mona", taker="bob")

    assert told() == [
        ("ana", "mona asks for a swap of your shift of Shop"),
        ("bob", "ana asks you to take a shift of Shop"),
    ]


@pytest.mark.parametrize("trouble", ["no manager", "the manager has left", "the manager takes it"])
def test_a_swap_that_waits_for_approval_is_told_to_somebody_who_can(
    schedule: Schedule, clock: Clock, trouble: str
) -> None:
    Schedule.objects.update(swap_needs_approval=True)
    AUser(username="root", group="Administrator", email="root@n.example")
    if trouble == "no manager":
        Membership.objects.filter(user=user("mona")).delete()
    elif trouble == "the manager has left":
        User.objects.filter(username="mona").update(is_active=False)
    taker = "mona" if trouble == "the manager takes it" else "bob"

    accept(offered(schedule, clock, taker=taker).pk, by=person(user(taker)), at=clock.now)

    assert ("root", "A swap of Shop waits for your approval") in told()


def test_what_goes_wrong_at_night_is_told_to_its_managers_in_the_morning(
    schedule: Schedule, clock: Clock
) -> None:
    Schedule.objects.update(time_zone="Asia/Tokyo")
    shelve_playbooks()
    RotationSlot.objects.exclude(user=user("ana")).delete()  # the layer hangs on her alone

    heard = [tell_quality(clock.now + timedelta(hours=hours)) for hours in (10, 13, 14, 15)]

    assert heard == [0, 0, 1, 0]  # 09:00 UTC is 18:00 in Tokyo: the fourteenth hour after is 08:00
