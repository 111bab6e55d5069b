"""Lists of the admin: what is searched and filtered is bounded, whoever asks for what."""

import re
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from core.models import User
from incidents.admin.alerts import AlertAdmin
from incidents.models import Source
from oncall.models import Page
from tests.core import admin_scene as scene
from tests.factories import AService, ASource, AUser
from tests.query_budget import statements

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
ALERTS, PAGES, SOURCES = (
    "/admin/incidents/alert/",
    "/admin/oncall/page/",
    "/admin/incidents/source/",
)


@pytest.fixture
def browser() -> Client:
    """An Administrator's, over three rows behind every screen."""
    people = scene.cast()
    scene.fill(people.team, 3)
    return scene.signed_in(people.administrator)


def listed(reply: Any) -> int:
    assert reply.status_code == 200
    body = reply.content.decode().partition("<tbody>")[2]
    return body.count("<tr>")


def searched(browser: Client, address: str, term: str) -> list[str]:
    asked = statements(lambda: browser.get(address, {"q": term}))
    return [sql for sql in asked if "LIKE" in sql]


@pytest.mark.parametrize("term", ["a " * 5_000, "a" * 5_000, '"' * 300, "% " * 100, "x' OR 1=1 --"])
@pytest.mark.parametrize("address", ["/admin/core/user/", ALERTS, "/admin/oncall/schedule/"])
def test_no_search_term_makes_a_long_statement(browser: Client, address: str, term: str) -> None:
    asked = searched(browser, address, term)

    assert asked
    assert max(sql.count("LIKE") for sql in asked) <= 6 * 4
    assert max(map(len, asked)) < 8_000


def test_a_search_reads_the_first_two_hundred_characters(browser: Client) -> None:
    AUser(username="needle")

    found = browser.get("/admin/core/user/", {"q": "needle" + " " * 194 + "nowhere-after-that"})

    assert listed(found) == 1


def test_a_wildcard_means_itself(browser: Client) -> None:
    AUser(username="per", first_name="100%")

    assert listed(browser.get("/admin/core/user/", {"q": "%"})) == 1


def test_of_a_large_table_the_newest_rows_are_searched_and_the_page_says_so(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert listed(browser.get(ALERTS, {"q": "CPU"})) == 3

    monkeypatch.setattr(AlertAdmin, "searched", 1)

    assert listed(browser.get(ALERTS, {"q": "CPU"})) == 1
    nothing = unescape(browser.get(ALERTS, {"q": "disk"}).content.decode())
    assert "Searched for “disk” among the newest 1 row" in nothing


def test_a_list_is_headed_by_its_tab_and_no_person_is_called_a_user(browser: Client) -> None:
    tabs = [
        tab for entry in settings.SIDEBAR for tab in entry.tabs if tab.name.endswith("changelist")
    ]

    for tab in tabs:
        html = unescape(browser.get(reverse(f"admin:{tab.name}")).content.decode())
        assert f"<h1>{tab.label}</h1>" in html
        assert not re.search(r">\s*Users?\s*<", html), tab.label


# Filters by a row of many


def offered(reply: Any) -> list[str]:
    html = unescape(reply.content.decode())
    return re.findall(r'<a href="(\?[^"]*user=[^"]*)"', html)


def test_a_filter_by_a_person_offers_a_few_of_many_and_takes_a_name(browser: Client) -> None:
    for _ in range(40):
        AUser()
    page = Page.objects.first()
    assert page is not None
    User.objects.filter(pk=page.user_id).update(first_name="Ines", last_name="Okafor")

    html = browser.get(PAGES)

    assert len(offered(html)) == 20
    assert '<label for="to-user">Person by name</label>' in html.content.decode()
    assert listed(browser.get(PAGES, {"user": "okaf ines"})) == 1
    assert listed(browser.get(PAGES, {"user": page.user_id})) == 1
    assert "Person: Ines Okafor" in unescape(browser.get(PAGES, {"user": page.user_id}).content.decode())  # fmt: skip


@pytest.mark.parametrize("value", ["nobody-here", "9" * 18, "9" * 60, "%", "' OR 1=1"])
def test_a_filter_by_a_row_that_is_not_there_leaves_nothing(browser: Client, value: str) -> None:
    reply = browser.get(PAGES, {"user": value})

    assert reply.status_code == 200
    assert "Nothing matches" in reply.content.decode()


def test_a_typed_filter_keeps_the_other_filters_and_the_search(browser: Client) -> None:
    html = browser.get(PAGES, {"is_fallback__exact": "0", "user": "1"}).content.decode()

    kept = re.search(r'<form method="get" class="menu-form">.*?</form>', html, re.DOTALL)

    assert kept is not None
    assert '<input type="hidden" name="is_fallback__exact" value="0">' in kept[0]
    assert kept[0].count('name="user"') == 1


def test_what_has_no_slug_is_filtered_by_name_too(browser: Client) -> None:
    berlin = ASource(name="Prometheus Berlin", service=AService())

    reply = browser.get("/admin/incidents/rawevent/", {"source": "berlin"})
    named = unescape(browser.get("/admin/incidents/alert/", {"source": berlin.pk}).content.decode())

    assert "Nothing matches" in reply.content.decode()
    assert "Source: Prometheus Berlin" in named
    assert Source.objects.count() == 4


def test_lists_with_such_filters_cost_the_same_among_three_thousand(browser: Client) -> None:
    browser.get(PAGES)
    few = statements(lambda: browser.get(PAGES))
    User.objects.bulk_create(User(username=f"p{number}") for number in range(3_000))

    many = statements(lambda: browser.get(PAGES))

    assert len(many) == len(few)
