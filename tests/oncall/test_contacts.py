"""Addresses: only those that their owner confirmed get pages (invariant 10)."""

import re
from datetime import timedelta

import pytest

from core.actor import person
from core.errors import Invalid, NotAllowed, NotPossible
from core.models import User
from notify.models import Delivery, KeptMail
from oncall import actions
from oncall.actions import contacts
from oncall.models import ContactMethod
from tests.factories import NINE, AUser, somebody
from tests.pager import Pager, a_person, policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(pager: Pager) -> User:
    return a_person("ana", contact="")


def add(user: User, address: str = "ana@home.example", pager: Pager | None = None) -> ContactMethod:
    contact = actions.add_contact(user, "email", address, by=person(user), at=NINE)
    if pager is not None:
        pager.settle()
    return contact


def code(to: str = "ana@home.example") -> str:
    mail = KeptMail.objects.filter(to=to, delivery__kind="verification").latest("pk")
    return re.search(r"Your code is (\w+)", mail.text, re.IGNORECASE).group(1)


def test_an_address_gets_pages_only_after_its_code_came_back(pager: Pager, ana: User) -> None:
    a_person("root", user__group="Administrator")
    policy((300, [ana]))
    contact = add(ana, pager=pager)
    pager.opens()
    assert pager.paged() == ["root"]

    actions.confirm_contact(contact.pk, f" {code().upper()} ", by=person(ana), at=NINE)
    pager.forward(minutes=5)

    assert pager.paged() == ["root", "ana"]


def test_a_wrong_code_proves_nothing(pager: Pager, ana: User) -> None:
    contact = add(ana, pager=pager)

    with pytest.raises(Invalid):
        actions.confirm_contact(contact.pk, "00000000", by=person(ana), at=NINE)
    with pytest.raises(Invalid):
        actions.confirm_contact(contact.pk, "", by=person(ana), at=NINE)

    contact.refresh_from_db()
    assert contact.verified_at is None


def test_a_code_is_kept_hashed_and_ends_after_an_hour(pager: Pager, ana: User) -> None:
    contact = add(ana, pager=pager)
    contact.refresh_from_db()
    assert code() not in str(ContactMethod.objects.values())

    with pytest.raises(NotPossible):
        actions.confirm_contact(contact.pk, code(), by=person(ana), at=pager.clock.forward(hours=1))


def test_only_the_newest_code_works(pager: Pager, ana: User) -> None:
    contact = add(ana, pager=pager)
    old = code()
    contacts.resend_code(contact.pk, by=person(ana), at=pager.clock.forward(seconds=31))
    pager.settle()

    with pytest.raises(Invalid):
        actions.confirm_contact(contact.pk, old, by=person(ana), at=pager.clock.now)

    actions.confirm_contact(contact.pk, code(), by=person(ana), at=pager.clock.now)


def test_a_code_is_not_asked_for_twice_in_half_a_minute(pager: Pager, ana: User) -> None:
    contact = add(ana, pager=pager)

    with pytest.raises(NotPossible):
        contacts.resend_code(contact.pk, by=person(ana), at=pager.clock.forward(seconds=29))


def test_an_address_is_added_once(pager: Pager, ana: User) -> None:
    assert add(ana) == add(ana)

    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    ("channel", "address"), [("pigeon", "ana"), ("email", "ana"), ("webhook", "ftp://x.example/")]
)
def test_an_address_that_can_not_be_one_is_refused(ana: User, channel: str, address: str) -> None:
    with pytest.raises(Invalid):
        actions.add_contact(ana, channel, address, by=person(ana), at=NINE)


def test_addresses_of_others_are_for_administrators(pager: Pager, ana: User) -> None:
    contact = add(ana)
    stranger = person(AUser())

    for refused in (
        lambda: actions.add_contact(ana, "email", "x@home.example", by=stranger, at=NINE),
        lambda: actions.confirm_contact(contact.pk, "x", by=stranger, at=NINE),
        lambda: actions.send_test(contact.pk, by=stranger, at=NINE),
        lambda: contacts.remove_contact(contact.pk, by=stranger, at=NINE),
        lambda: contacts.switch_contact(contact.pk, on=False, by=stranger, at=NINE),
    ):
        with pytest.raises(NotAllowed):
            refused()
    actions.send_test(contact.pk, by=somebody("Administrator"), at=NINE)


def test_a_test_page_goes_also_to_an_address_that_is_not_verified(pager: Pager, ana: User) -> None:
    contact = add(ana)

    actions.send_test(contact.pk, by=person(ana), at=NINE)
    pager.settle()

    mail = KeptMail.objects.get(delivery__kind="test")
    assert "Nothing is wrong" in mail.text
    assert mail.to == "ana@home.example"


def test_a_removed_address_gets_nothing_that_still_waits(pager: Pager, ana: User) -> None:
    contact = add(ana)
    actions.send_test(contact.pk, by=person(ana), at=NINE)

    contacts.remove_contact(contact.pk, by=person(ana), at=NINE)
    pager.settle()

    assert not KeptMail.objects.exists()


def test_a_new_webhook_has_a_secret_of_its_own(ana: User) -> None:
    made = actions.add_contact(ana, "webhook", "https://hook.example/a", by=person(ana), at=NINE)

    assert made.secret
    assert "whsec_" not in made.secret


def test_nobody_makes_us_write_to_strangers_without_end(ana: User) -> None:
    for number in range(29):
        contact = add(ana, f"stranger-{number}@home.example")
        contacts.remove_contact(contact.pk, by=person(ana), at=NINE)
    contact = add(ana)

    with pytest.raises(NotPossible):
        actions.send_test(contact.pk, by=person(ana), at=NINE)
    with pytest.raises(NotPossible):
        add(ana, "one-more@home.example")

    assert Delivery.objects.filter(recipient=ana).count() == 30
    assert not ContactMethod.objects.filter(address="one-more@home.example").exists()
    actions.send_test(contact.pk, by=person(ana), at=NINE + timedelta(hours=1))
