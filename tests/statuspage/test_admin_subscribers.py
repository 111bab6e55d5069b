"""Managers of a page see who is told, masked; they ask again and end, and edit nobody's choices."""

import pytest
from django.test import Client

from core.errors import NotAllowed
from notify.models import Delivery
from statuspage.actions.keepers import add_subscriber, ask_again, end_subscription
from statuspage.models import Page, Subscriber
from tests.factories import NINE, AUser, somebody
from tests.statuspage.letters import a_subscriber
from tests.statuspage.scenes import a_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
LIST = "/admin/statuspage/subscriber/"


@pytest.fixture
def page() -> Page:
    return a_page()


def test_a_subscriber_is_found_by_the_whole_address_and_shown_masked(page: Page) -> None:
    a_subscriber(page)
    client = Client()
    client.force_login(AUser(group="Administrator"))

    def found(words: str) -> str:
        return client.get(LIST, {"q": words}).content.decode()

    assert "k…@example.com" in found("Kim@example.com")
    assert "k…@example.com" not in found("example.com")
    assert "kim@example.com" not in found("").replace('value="', "")
    assert "1 are told (1 by email)" in found("")


def test_a_manager_adds_asks_again_and_ends(page: Page) -> None:
    manager = somebody(manages=page.team)

    row = add_subscriber(page, "new@example.com", by=manager, at=NINE)
    assert (row.state, Delivery.objects.get().kind) == ("pending", "subscribe")
    end_subscription(row.pk, by=manager, at=NINE)

    row = Subscriber.objects.get()
    assert (row.state, row.address) == ("ended", "")


def test_nobody_else_touches_them(page: Page) -> None:
    row = a_subscriber(page, state="pending")
    stranger = somebody()

    for act in (ask_again, end_subscription):
        with pytest.raises(NotAllowed):
            act(row.pk, by=stranger, at=NINE)
    with pytest.raises(NotAllowed):
        add_subscriber(page, "x@example.com", by=stranger, at=NINE)
