"""What is looked for besides patterns: the people, numbers and components of this house."""

import pytest

from oncall.models import ContactMethod, Responder
from statuspage.actions import findings
from statuspage.models import Page, SharedComponent
from tests.factories import AUser
from tests.statuspage.scenes import a_component, a_page, said

pytestmark = pytest.mark.django_db


def kinds(page: Page, body: str) -> list[str]:
    return [one.kind for one in findings(page, said(body=body))]


@pytest.fixture
def page() -> Page:
    """Give the public page."""
    return a_page()


@pytest.fixture
def inner() -> Page:
    """Give a page that only people with an account may read."""
    return a_page(slug="staff", name="Staff", is_default=False, audience="login")


def test_what_another_audience_is_shown_is_asked_about(page: Page, inner: Page) -> None:
    a_component(inner, "Warehouse robots")

    assert kinds(page, "Warehouse robots stand still.") == ["foreign_component"]
    assert kinds(inner, "Warehouse robots stand still.") == []


def test_what_the_public_reads_of_already_is_not(page: Page, inner: Page) -> None:
    own, robots = a_component(page, "Payments"), a_component(inner, "Warehouse robots")
    SharedComponent.objects.create(page=page, component=robots, name="Robots")
    SharedComponent.objects.create(page=inner, component=own)

    assert kinds(page, "Payments and Robots fail.") == []
    assert kinds(inner, "Payments and Robots fail.") == []
    assert kinds(page, "Warehouse robots stand still.") == ["foreign_component"]


def test_the_number_of_who_is_paged_is_asked_about(page: Page) -> None:
    responder = Responder.objects.create(user=AUser())
    ContactMethod.objects.create(responder=responder, channel="sms", address="+351912345678")

    assert kinds(page, "Call 912 345 678.") == ["staff_phone"]
    assert kinds(page, "Call +49 30 901820.") == []
