"""A status page and a program that writes to it."""

import pytest

from statuspage.models import Page
from tests.statuspage.api.drop_in import Sender
from tests.statuspage.scenes import a_page


@pytest.fixture
def page() -> Page:
    """Give the default page."""
    return a_page()


@pytest.fixture
def send(page: Page) -> Sender:
    """Give a program of somebody who manages the page's team."""
    return Sender(manages=page.team)
