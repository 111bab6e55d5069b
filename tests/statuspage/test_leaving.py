"""Whoever leaves is forgotten: the address at once, where copies went within 25 hours, and no list brings them back."""

import pytest
from django.test import Client

from notify.models import Delivery, DeliveryAttempt, KeptMail
from statuspage.actions import forget_old, tokens
from statuspage.actions.admission import ask_link, invite, uninvite
from statuspage.actions.leaving import left
from statuspage.actions.subscribing import Choices, confirm, end, leave, sign_up
from statuspage.models import Departure, Page, Reader, Subscriber
from tests.conftest import Clock
from tests.factories import NINE, somebody
from tests.notify.conftest import pager
from tests.pager import Pager
from tests.statuspage.letters import a_subscriber
from tests.statuspage.scenes import a_component, a_page, an_incident, shown, tell

__all__ = ["pager"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
KIM = "kim@example.com"


@pytest.fixture
def page() -> Page:
    row = a_page()
    a_component(row, "Payments")
    shown(row)
    return row


def an_update(page: Page, pager: Pager) -> None:
    payments = page.components.get()
    incident = an_incident()
    payments.bindings.create(service=incident.service)
    tell(incident, components={payments.public_id: "major_outage"}, at=pager.clock.now)
    pager.settle()


def stored() -> str:
    """Return all that the record of what was sent holds."""
    tables = (Delivery, DeliveryAttempt, KeptMail, Subscriber, Departure)
    return "\n".join(repr(list(table.objects.values())) for table in tables)


def test_within_25_hours_nothing_that_was_sent_holds_the_address_or_a_secret(
    page: Page, pager: Pager
) -> None:
    sign_up(page, KIM, Choices(), at=NINE)
    pager.settle()
    row = Subscriber.objects.get()
    confirm(page, tokens.confirming(row), at=NINE)
    an_update(page, pager)
    a_subscriber(page, "lars@example.com")
    an_update(page, pager)
    assert stored().count(KIM) > 4

    leave(page, tokens.leaving(Subscriber.objects.get(pk=row.pk)), at=pager.clock.now)
    forget_old(pager.clock.forward(hours=25))

    assert KIM not in stored()
    assert "example.com" in stored()  # lars stays
    of_kim = Delivery.objects.filter(address="")
    assert {one.state for one in of_kim} == {"sent"}
    assert all(one.proof and one.sent_at and not one.secret for one in of_kim)


def test_a_day_long_they_count_for_the_limits_of_confirming_mails(
    page: Page, clock: Clock, pager: Pager
) -> None:
    for _hour in range(5):
        sign_up(page, KIM, Choices(), at=clock.now)
        pager.settle()
        end(Subscriber.objects.exclude(state="ended").get(), clock.now)
        forget_old(clock.forward(hours=1))

    assert Delivery.objects.filter(kind="subscribe").count() == 3


def test_what_waits_is_not_sent_to_who_left(page: Page, pager: Pager) -> None:
    sign_up(page, KIM, Choices(), at=NINE)
    end(Subscriber.objects.get(), NINE)

    pager.settle()

    assert not KeptMail.objects.exists()
    assert Delivery.objects.get().state == "suppressed"


def test_copies_go_with_who_never_confirmed_and_whom_nothing_reaches(
    page: Page, pager: Pager
) -> None:
    sign_up(page, KIM, Choices(), at=NINE)
    pager.settle()

    forget_old(pager.clock.forward(days=7))

    assert not Subscriber.objects.exists()
    assert KIM not in stored()


def test_a_reader_who_is_shut_out_is_forgotten_and_sent_nothing_more(
    page: Page, pager: Pager
) -> None:
    boss = somebody("Administrator")
    Page.objects.update(audience="login", is_default=False)
    page.refresh_from_db()
    invite(page.pk, [KIM, "lea@example.com"], by=boss, at=NINE)
    ask_link(page, KIM, at=NINE)
    pager.settle()
    ask_link(page, "lea@example.com", at=NINE)

    for row in Reader.objects.all():
        uninvite(page.pk, row.pk, by=boss, at=NINE)
    pager.settle()

    assert [mail.to for mail in KeptMail.objects.all()] == []
    assert set(Delivery.objects.values_list("address", "secret")) == {("", "")}
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["sent", "suppressed"]


def test_a_link_that_was_on_its_way_is_forgotten_within_the_hour(page: Page, pager: Pager) -> None:
    boss = somebody("Administrator")
    Page.objects.update(audience="login", is_default=False)
    page.refresh_from_db()
    invite(page.pk, [KIM], by=boss, at=NINE)
    ask_link(page, KIM, at=NINE)
    pager.settle()
    Reader.objects.all().delete()

    forget_old(pager.clock.now)

    assert KIM not in stored()


def test_who_left_is_known_by_a_digest_until_the_address_is_confirmed_anew(
    page: Page, pager: Pager
) -> None:
    row = a_subscriber(page)
    leave(page, tokens.leaving(row), at=NINE)
    assert left(page, [KIM, "lea@example.com"]) == {KIM}
    assert "kim" not in repr(list(Departure.objects.values()))

    sign_up(page, KIM, Choices(), at=NINE)
    assert left(page, [KIM]) == {KIM}
    new = Subscriber.objects.get(state="pending")
    confirm(page, tokens.confirming(new), at=NINE)

    assert left(page, [KIM]) == set()


def test_the_page_that_says_goodbye_names_the_time(page: Page) -> None:
    assert b"within 25 hours" in Client().get("/subscribe/left").content
