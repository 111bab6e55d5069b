"""The head of every page of a site is the same: the owner's logo, and the way to planned work while there is some."""

import pytest
from django.test import Client

from statuspage.actions.owning import Look, set_look
from statuspage.models import Page
from tests.factories import NINE, somebody
from tests.statuspage.conftest import Timer
from tests.statuspage.scenes import a_component, a_page, shown
from tests.statuspage.test_admin_look import LOGO
from tests.statuspage.works import planned

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
PATHS = ("/", "/history", "/history/2026-10", "/subscribe", "/subscribe/webhook", "/subscribe/left")


@pytest.fixture
def page() -> Page:
    """Give a page with a component."""
    row = a_page()
    a_component(row, "Payments")
    return row


def head(client: Client, path: str) -> str:
    """Return what stands before the main part of a page."""
    return client.get(path).content.decode().partition("<main")[0].partition("<header")[2]


@pytest.mark.parametrize("path", PATHS)
def test_the_logo_of_the_owner_is_on_every_page(client: Client, page: Page, path: str) -> None:
    set_look(
        page.pk, Look(marks={"logo": LOGO}), accepts=True, by=somebody("Administrator"), at=NINE
    )

    assert '<img src="/mark-' in head(client, path)


@pytest.mark.parametrize("path", PATHS)
def test_planned_work_is_one_link_away_while_there_is_some(
    client: Client, page: Page, path: str, timer: Timer
) -> None:
    shown(page)
    assert "#planned" not in head(client, path)

    planned(page.components.get())
    shown(page)
    timer.forward(1)

    assert '<a href="/#planned">Maintenance</a>' in head(client, path)
    assert '<h2 id="planned">' in client.get("/").content.decode()
