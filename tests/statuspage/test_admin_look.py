"""The owner's look: saved, shown and served at once; what can't be read or shown is refused in words."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from statuspage.models import Mark, Page
from tests.factories import ATeam, AUser
from tests.statuspage.conftest import Timer
from tests.statuspage.rules.test_marks import PNG, SVG
from tests.statuspage.scenes import a_page, shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
LOGO = SVG.format('<path d="M0 0h9v9z"/>').encode()


@pytest.fixture
def page() -> Page:
    """Give a rendered page."""
    page = a_page(team=ATeam())
    shown(page)
    return page


@pytest.fixture
def address(page: Page) -> str:
    """Give where its look is set."""
    return f"/admin/statuspage/look/{page.pk}/"


def browser_of(group: str) -> Client:
    """Return the browser of somebody who has signed in."""
    browser = Client()
    browser.force_login(AUser(group=group))
    return browser


@pytest.fixture
def boss() -> Client:
    """Give an Administrator's browser."""
    return browser_of("Administrator")


def sheet(client: Client) -> str:
    """Return the style sheet that visitors are given."""
    front = client.get("/").content.decode()
    link = front.split('rel="stylesheet" href="')[1].split('"')[0]
    return client.get(link).content.decode()


def upload(content: bytes) -> SimpleUploadedFile:
    """Return a file as a browser sends it."""
    return SimpleUploadedFile("logo.svg", content)


def test_a_colour_is_in_the_one_style_sheet_at_once(
    boss: Client, address: str, client: Client, timer: Timer
) -> None:
    assert "#0a7a4b" not in sheet(client)

    assert boss.post(address, {"accent": "#0A7A4B", "accent_dark": ""}).status_code == 302

    timer.forward(1)
    assert "--acc:#0a7a4b;--onacc:#ffffff" in sheet(client)


def test_a_colour_that_cannot_be_read_is_moved_only_when_the_owner_agrees(
    boss: Client, address: str, page: Page
) -> None:
    refused = boss.post(address, {"accent": "#ffd400"})

    assert refused.status_code == 422
    assert "can&#x27;t be read" in refused.content.decode()
    assert Page.objects.get().accent == ""

    assert boss.post(address, {"accent": "#ffd400", "accepts": "on"}).status_code == 302
    assert Page.objects.get().accent not in {"", "#ffd400"}


@pytest.mark.parametrize("colour", ["red", "#fff", "#gggggg", "#12345;}"])
def test_what_is_no_colour_is_refused(boss: Client, address: str, colour: str) -> None:
    assert boss.post(address, {"accent": colour}).status_code == 422
    assert Page.objects.get().accent == ""


def test_a_logo_is_served_with_the_page_and_can_do_nothing(
    boss: Client, address: str, client: Client, timer: Timer
) -> None:
    assert boss.post(address, {"logo": upload(LOGO), "icon": upload(PNG)}).status_code == 302

    timer.forward(1)
    front = client.get("/").content.decode()
    source = front.split('<img src="')[1].split('"')[0]
    answer = client.get(source)
    assert (answer.content, answer["Content-Type"]) == (LOGO, "image/svg+xml; charset=utf-8")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "immutable" in answer["Cache-Control"]
    icon = front.split('rel="icon" href="')[1].split('"')[0]
    assert client.get(icon).content == PNG


def test_the_kept_logo_is_in_the_preview_as_wide_as_visitors_see_it(
    boss: Client, address: str, page: Page
) -> None:
    boss.post(address, {"logo": upload(LOGO)})
    mark = Mark.objects.get()

    html = boss.get(address).content.decode()

    assert f"There is one now: {mark.width} by {mark.height}." in html
    assert (mark.width, mark.height) == (120, 32)
    assert 'width="84" height="32"' in html
    assert "data:image/svg+xml;" in html


def test_a_logo_is_taken_away_again(boss: Client, address: str, page: Page) -> None:
    boss.post(address, {"logo": upload(LOGO)})
    boss.post(address, {"no_logo": "on"})

    assert not Mark.objects.exists()


@pytest.mark.parametrize(
    "content", [b"GIF89a", SVG.format("<script/>").encode(), LOGO + b" " * 21_000]
)
def test_a_picture_that_acts_or_is_too_large_is_refused_and_nothing_is_saved(
    boss: Client, address: str, content: bytes
) -> None:
    answer = boss.post(address, {"accent": "#0a7a4b", "logo": upload(content)})

    assert answer.status_code == 422
    assert (Mark.objects.count(), Page.objects.get().accent) == (0, "")


def test_the_preview_follows_what_is_typed_and_chosen_and_saves_nothing(
    boss: Client, address: str
) -> None:
    typed: dict[str, Any] = {"accent": "#ffd400", "logo": upload(LOGO)}

    text = boss.post(f"{address}?part=preview", typed).content.decode()

    assert "#ffd400 can't be read everywhere" in text
    assert "data:image/svg+xml;base64," in text
    assert "<html" not in text
    assert (Mark.objects.count(), Page.objects.get().accent) == (0, "")


@pytest.mark.parametrize("group", ["Responder", "Viewer"])
def test_only_its_managers_set_it(address: str, group: str) -> None:
    assert browser_of(group).get(address).status_code == 403
    assert browser_of(group).post(address, {"accent": "#0a7a4b"}).status_code == 403


def test_a_page_that_is_none_is_not_found(boss: Client) -> None:
    for number in (0, 99_999, 2**70):
        assert boss.get(f"/admin/statuspage/look/{number}/").status_code == 404
