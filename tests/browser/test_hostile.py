"""Hostile text in every field is inert on every screen: it is shown as it was typed, and nothing of it runs.

The watch fails a test whose page opens a dialog, breaks the policy, or asks for the picture.
"""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Looks
from tests.browser.house import HOSTILE, House, Look

pytestmark = pytest.mark.slow

STAFF = [
    "/admin/incidents/incident/",
    "/admin/incidents/incident/?state=all",
    "/admin/incidents/incident/{incident}/",
    "/admin/incidents/incident/add/?service={service}",
    "/admin/statuspage/publish/{incident}/",
    "/admin/incidents/service/",
    "/admin/incidents/service/{service}/change/",
    "/admin/core/user/",
    "/admin/core/user/{person}/change/",
    "/admin/core/team/",
    "/admin/statuspage/publicincident/",
    "/admin/statuspage/component/",
    "/admin/postmortems/postmortem/",
    "/admin/postmortems/postmortem/{postmortem}/change/",
    "/admin/postmortems/postmortem/{postmortem}/read/",
    "/admin/postmortems/actionitem/",
    "/admin/search/?q=onerror",
]
PUBLIC = ["/", "/history"]


def read(page: Page, path: str) -> None:
    """Open a page; the text has to be on it, in words or in a field, and its element nowhere."""
    page.goto(path)

    fields = page.locator("input, textarea, option").evaluate_all(
        "all => all.map((one) => one.value + one.textContent)"
    )
    words = [page.locator("main").inner_text(), *fields]
    assert any("onerror=alert(1)" in text for text in words), f"{path} doesn't show it"
    expect(page.locator("img[onerror]")).to_have_count(0)


@pytest.mark.parametrize("path", STAFF)
def test_staff_read_it_and_nothing_runs(path: str, looks: Looks, house: House) -> None:
    read(looks(Look(), is_staff=True)[0], path.format(**house.hostile))


@pytest.mark.parametrize("path", PUBLIC)
def test_visitors_read_it_and_nothing_runs(path: str, looks: Looks) -> None:
    read(looks(Look(), is_staff=False)[0], path)


def test_a_form_that_is_refused_gives_it_back_as_text(looks: Looks) -> None:
    # With script nothing is refused: it shows at once.
    page, _watch = looks(Look(has_script=False), is_staff=True)
    page.goto("/admin/incidents/incident/add/")
    page.get_by_label("What is wrong?").fill(HOSTILE)

    page.locator("[data-action=check]:visible").first.click()
    page.wait_for_load_state()

    expect(page.get_by_label("What is wrong?")).to_have_value(HOSTILE)
