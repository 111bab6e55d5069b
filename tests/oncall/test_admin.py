"""The pager's screens: addresses, schedules, covers, policies."""

from typing import Any

import pytest
from django.db.models import ProtectedError
from django.test import Client

from core.actor import person
from core.errors import NotFound, NotPossible
from core.models import Team, User
from notify.addresses import masked
from notify.models import Delivery
from oncall.actions import add_contact, contacts
from oncall.actions.contacts import fresh_code
from oncall.actions.ledger import freeze
from oncall.admin.panels import why_needed
from oncall.models import ContactMethod, Responder, Schedule, ServedShift
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import APolicy, AResponder, ASchedule, ATeam, AUser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


@pytest.fixture
def team() -> Team:
    return ATeam(slug="own", name="Own")


@pytest.fixture
def mona(team: Team) -> User:
    return AUser(username="mona", manages=team)


@pytest.fixture
def browser(mona: User) -> Client:
    return scene.signed_in(mona)


@pytest.fixture
def ada() -> User:
    return AUser(username="ada", group="Administrator")


def text(reply: Any) -> str:
    return reply.content.decode().replace("&#x27;", "'").replace("&quot;", '"')


def press(browser: Client, row: Any, button: str, **typed: Any) -> Any:
    return browser.post(f"{page_of(row)[:-7]}press/{button}/", typed, follow=True)


def page_of(row: Any) -> str:
    return f"/admin/oncall/{type(row).__name__.lower()}/{row.pk}/change/"


# Addresses


def test_a_person_adds_confirms_and_tests_an_own_address() -> None:
    rob = AUser(username="rob")
    responder = Responder.objects.create(user=rob)
    browser = scene.signed_in(rob)

    press(browser, responder, "add_contact", channel="email", address="rob@northwind.example")
    contact = ContactMethod.objects.get()
    assert Delivery.objects.get().kind == "verification"
    wrong = press(browser, responder, f"confirm-{contact.pk}", code="00000000")
    assert "This is not the code that was sent." in text(wrong)
    press(browser, responder, f"confirm-{contact.pk}", code=fresh_code(contact))
    press(browser, responder, f"test-{contact.pk}")

    assert ContactMethod.objects.usable().get().pk == contact.pk
    assert Delivery.objects.filter(kind="test").count() == 1


def test_an_address_that_can_t_be_one_is_refused_and_kept() -> None:
    rob = AUser()
    responder = Responder.objects.create(user=rob)

    reply = press(
        scene.signed_in(rob), responder, "add_contact", channel="email", address="not an address"
    )

    assert reply.status_code == 422
    assert 'value="not an address"' in text(reply)
    assert not ContactMethod.objects.exists()


def test_only_the_person_sees_an_address_in_full(ada: User) -> None:
    responder = AResponder(contact="anna.long@northwind.example")

    own = text(scene.signed_in(responder.user).get(page_of(responder)))
    masked_one = text(scene.signed_in(ada).get(page_of(responder)))
    others = text(scene.signed_in(AUser()).get(page_of(responder)))

    assert "anna.long@northwind.example" in own
    assert "a…@northwind.example" in masked_one
    assert "anna.long@" not in masked_one + others
    assert "northwind.example" not in others


@pytest.mark.parametrize(("address", "shown"), [
    ("ines@shop.example", "i…@shop.example"), ("https://hooks.example/secret", "https://…"), ("", "…"), ("@x", "…@x"),
])  # fmt: skip
def test_masking_leaves_nothing_to_use(address: str, shown: str) -> None:
    assert masked(address) == shown


@pytest.mark.parametrize("button", ["test", "code", "off", "remove"])
def test_nobody_touches_the_address_of_another(button: str) -> None:
    responder = AResponder()
    contact = responder.contacts.get()

    reply = press(scene.signed_in(AUser()), responder, f"{button}-{contact.pk}", confirmed="1")

    assert reply.status_code == 403
    assert ContactMethod.objects.usable().exists()
    assert not Delivery.objects.exists()


def test_an_address_of_another_responder_has_no_button_here() -> None:
    mine, foreign = AResponder(), AResponder()

    reply = press(
        scene.signed_in(mine.user), mine, f"remove-{foreign.contacts.get().pk}", confirmed="1"
    )

    assert reply.status_code == 403
    assert foreign.contacts.exists()


def test_an_address_is_switched_off_and_on_and_removed() -> None:
    responder = AResponder()
    browser, contact = scene.signed_in(responder.user), responder.contacts.get()

    assert "No page goes to" in text(press(browser, responder, f"off-{contact.pk}"))
    press(browser, responder, f"off-{contact.pk}", confirmed="1")
    assert not ContactMethod.objects.usable().exists()
    press(browser, responder, f"on-{contact.pk}")
    assert ContactMethod.objects.usable().exists()
    press(browser, responder, f"remove-{contact.pk}", confirmed="1")
    assert not ContactMethod.objects.exists()


def test_codes_are_not_sent_in_a_rush(clock: Clock) -> None:
    rob = AUser()
    contact = add_contact(rob, "email", "rob@northwind.example", by=person(rob), at=clock.now)

    with pytest.raises(NotPossible, match="wait half a minute"):
        contacts.resend_code(contact.pk, by=person(rob), at=clock.forward(seconds=29))
    contacts.resend_code(contact.pk, by=person(rob), at=clock.forward(seconds=2))

    assert Delivery.objects.count() == 2


def test_a_known_address_needs_no_code_and_a_lost_one_is_not_found(clock: Clock) -> None:
    responder = AResponder()
    by = person(responder.user)

    with pytest.raises(NotPossible, match="verified already"):
        contacts.resend_code(responder.contacts.get().pk, by=by, at=clock.now)
    with pytest.raises(NotFound):
        contacts.remove_contact(99, by=by, at=clock.now)


def test_the_list_says_who_can_t_be_reached(ada: User) -> None:
    AResponder()
    AResponder(contact="")
    AResponder(is_active=False)

    html = text(scene.signed_in(ada).get("/admin/oncall/responder/"))

    assert "Yes, by 1 contact<" in html
    assert "No: no confirmed contact" in html
    assert "No: switched off" in html


def test_a_schedule_that_a_policy_pages_by_can_t_be_deleted(browser: Client, team: Team) -> None:
    schedule = ASchedule(team=team)
    APolicy(name="Fast", team=team, steps=[(60, [schedule])])

    reply = browser.post(f"{page_of(schedule)[:-7]}delete/", {"post": "yes"})

    assert "The policy Fast pages by" in text(reply)
    assert Schedule.objects.exists()


def test_a_schedule_that_somebody_served_by_keeps_its_ledger(
    browser: Client, team: Team, mona: User, clock: Clock
) -> None:
    schedule = ASchedule(name="Shop", team=team, people=[mona])
    freeze(clock.now, [schedule.pk])

    reply = browser.post(f"{page_of(schedule)[:-7]}delete/", {"post": "yes"})

    assert "People have served by Shop, and what was served stays" in text(reply)
    assert ServedShift.objects.exists()
    with pytest.raises(ProtectedError):
        schedule.delete()


def test_a_schedule_that_nobody_served_by_can_be_deleted(browser: Client, team: Team) -> None:
    schedule = ASchedule(name="Typo", team=team)

    browser.post(f"{page_of(schedule)[:-7]}delete/", {"post": "yes"})

    assert not Schedule.objects.exists()


def test_c85_who_is_the_backup_now_is_needed_as_well(team: Team, mona: User) -> None:
    schedule = ASchedule(name="Shop", team=team, people=[mona])
    schedule.layers.get().versions.update(seat="secondary")

    assert why_needed(mona) == ["mona is on call now by Shop; let somebody cover first."]
