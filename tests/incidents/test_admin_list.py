"""The incident list: what it shows first, what it says, what it leaves out."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import User
from incidents.models import Incident, SavedView
from incidents.provided import PublicWord
from oncall.models import Escalation
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import NINE, AnIncident, AService, AUser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]

LIST = "/admin/incidents/incident/"
BUDGET = 12  # statements, those of the frame and of signing in among them


@pytest.fixture
def rob() -> User:
    return AUser(username="rob", first_name="Rob", last_name="Hale")


@pytest.fixture
def browser(rob: User) -> Client:
    return scene.signed_in(rob)


def html(browser: Client, query: str = "") -> str:
    reply = browser.get(LIST + query)
    assert reply.status_code == 200
    return reply.content.decode().replace("&#x27;", "'").replace("&amp;", "&")


def titles(page: str) -> list[str]:
    return re.findall(r'class="c-title"><div><a [^>]+>(.*?)</a>', page)


def headings(page: str) -> list[str]:
    return re.findall(r'scope="rowgroup">(.*?)</th>', page)


def row(page: str, title: str) -> str:
    return next(part for part in page.split("<tr") if "c-title" in part and f">{title}</a>" in part)


# What stands where


def test_what_nobody_has_stands_first_and_triage_apart_from_declared(browser: Client) -> None:
    AnIncident(title="Held", rank=1, declared=True, acknowledged=True, acknowledged_by=AUser())
    AnIncident(title="Alert alone", rank=1)
    AnIncident(title="Alone", rank=3, declared=True)
    AnIncident(title="Over", declared=True, resolved=True)

    page = html(browser)

    assert titles(page) == ["Alone", "Alert alone", "Held", "Over"]
    assert headings(page) == [
        "Needs attention · 2",
        "In triage · 1",
        "Open · 1",
        "Ended in the last 24 hours, or in review · 1",
    ]
    assert '<span class="pill">in triage</span>' in row(page, "Alert alone")
    assert "in triage</span>" not in row(page, "Held")


def test_the_worst_stand_first_then_the_newest(browser: Client) -> None:
    for rank, title in ((3, "Third"), (1, "First, older"), (1, "First, newer"), (2, "Second")):
        AnIncident(title=title, rank=rank, declared=True)

    assert titles(html(browser)) == ["First, newer", "First, older", "Second", "Third"]


def test_the_first_sentence_answers(browser: Client) -> None:
    assert "Nothing is open." in html(browser)

    AnIncident()
    AnIncident(acknowledged=True, acknowledged_by=AUser())

    assert '<b class="bad">1 has no holder</b>. 2 open.' in html(browser)


def test_promises_due_within_a_quarter_of_an_hour_need_attention(
    browser: Client, settings: Any
) -> None:
    calm = AnIncident(title="Calm", declared=True, acknowledged=True, acknowledged_by=AUser())
    soon = AnIncident(
        title="Owes a word", declared=True, acknowledged=True, acknowledged_by=AUser()
    )
    PUBLIC_WORDS.clear()
    PUBLIC_WORDS[soon.pk] = PublicWord("live", NINE + timedelta(minutes=11))
    PUBLIC_WORDS[calm.pk] = PublicWord("draft", NINE + timedelta(hours=1))
    settings.PROVIDERS = {**settings.PROVIDERS, "incident_public_words": f"{__name__}.public_words"}

    page = html(browser)

    assert headings(page) == ["Needs attention · 1", "Open · 1"]
    assert titles(page) == ["Owes a word", "Calm"]
    assert "1 promised update is due within 15 minutes. 2 open." in page
    assert "in 11:00" in row(page, "Owes a word")
    assert "Live" in row(page, "Owes a word")
    assert "Draft" in row(page, "Calm")


PUBLIC_WORDS: dict[int, PublicWord] = {}


def public_words(rows: Any) -> dict[int, PublicWord]:
    return PUBLIC_WORDS


def test_without_a_status_page_there_is_no_such_column(browser: Client, settings: Any) -> None:
    AnIncident()
    assert ">Page</th>" in html(browser)
    others = {
        name: path for name, path in settings.PROVIDERS.items() if name != "incident_public_words"
    }
    settings.PROVIDERS = others

    assert ">Page</th>" not in html(browser)


def test_an_ended_one_fades_and_says_how_long_it_lasted(browser: Client, clock: Clock) -> None:
    AnIncident(title="Over", resolved=True, ended_at=NINE + timedelta(minutes=37))
    clock.forward(hours=2)

    shown = row(html(browser), "Over")
    assert shown.startswith(' class="ended"')
    assert "37\u00a0min" in shown


def test_what_ended_yesterday_is_in_all_and_not_in_recent(browser: Client, clock: Clock) -> None:
    AnIncident(title="Long over", resolved=True)
    clock.forward(hours=25)

    assert titles(html(browser)) == []
    assert titles(html(browser, "?state=all")) == ["Long over"]


# Who has it


def test_a_snoozed_one_names_who_and_until_when_never_nobody(browser: Client) -> None:
    leila = AUser(first_name="Leila", last_name="Haddad")
    incident = AnIncident(title="Snoozed")
    Escalation.objects.create(
        incident=incident, generation=1, steps=[], started_at=NINE, snoozed_by=leila,
        next_due_at=NINE + timedelta(minutes=15),
    )  # fmt: skip

    shown = row(html(browser), "Snoozed")

    assert re.search("Leila Haddad, snoozed until <time[^>]+>09:15", shown)
    assert "Nobody" not in shown


def test_what_nobody_has_says_when_the_pager_goes_on(browser: Client) -> None:
    incident = AnIncident(title="Alone")
    Escalation.objects.create(
        incident=incident, generation=1, steps=[], started_at=NINE, next_due_at=NINE
    )

    shown = row(html(browser), "Alone")

    assert "Nobody" in shown
    assert re.search("pages again <time[^>]+>09:00", shown)


# Views, chips, search


def test_every_view_counts_what_it_shows(browser: Client, rob: User) -> None:
    AnIncident(title="Alert")
    AnIncident(title="Mine", declared=True, acknowledged=True, acknowledged_by=rob, rank=3)
    AnIncident(title="To review", declared=True, resolved=True, rank=1)
    AnIncident(title="Not to review", declared=True, resolved=True, rank=4)

    page = html(browser)
    views = re.findall(r'<a href="(\?[^"]+)"[^>]*>([^<]+?) <span class="count">(.*?)</span>', page)

    assert [label for _, label, _ in views] == [
        "Open and recent", "Unheld", "Mine", "In triage", "Declared", "SEV-1 and 2, 90 days", "Reviews due", "All",
    ]  # fmt: skip
    assert [number for _, _, number in views] == ["4", "1", "1", "1", "3", "2", "1", "4"]
    for query, _, number in views:
        assert len(titles(html(browser, query))) == int(number)


def test_a_view_is_kept_shown_and_forgotten_by_its_owner_alone(browser: Client, rob: User) -> None:
    browser.post(f"{LIST}views/", {"name": "Worst", "back": "severity=1&state=open&bad=x"})
    kept = SavedView.objects.get()

    assert (kept.user, kept.name, kept.query) == (rob, "Worst", "state=open&severity=1")
    assert "Worst" in html(browser)
    other = scene.signed_in(AUser())
    assert "Worst" not in html(other)
    other.post(f"{LIST}views/{kept.pk}/forget/")
    assert SavedView.objects.exists()
    assert 'data-action="forget_view"' in html(browser, f"?{kept.query}")

    browser.post(f"{LIST}views/{kept.pk}/forget/")

    assert not SavedView.objects.exists()


def test_a_view_without_a_name_and_the_twenty_first_are_refused_in_words(
    browser: Client, rob: User
) -> None:
    assert "Name it" in said(browser, name=" ")
    for number in range(20):
        SavedView.objects.create(user=rob, name=str(number), query="state=all", created_at=NINE)

    assert "You keep 20 views already" in said(browser, name="One more")
    assert SavedView.objects.count() == 20


@pytest.mark.parametrize(("query", "answer"), [
    ("q=" + "я" * 200, "too long to be kept"),
    ("&".join(f"x{n}=1" for n in range(60)), "at most 50 filters"),
])  # fmt: skip
def test_a_view_that_can_t_be_kept_is_refused_in_words(
    browser: Client, query: str, answer: str
) -> None:
    reply = browser.post(f"{LIST}views/", {"name": "Long", "back": query})

    assert reply.status_code == 302
    assert answer in str(browser.get(LIST).content.decode())
    assert not SavedView.objects.exists()


def said(browser: Client, **typed: str) -> str:
    reply = browser.post(f"{LIST}views/", {"back": "state=open", **typed}, follow=True)
    return str(reply.content.decode())


def test_a_chip_that_is_on_has_a_cross_that_drops_it_alone(browser: Client) -> None:
    AnIncident(service=AService(slug="mailer", name="mailer"), rank=1)

    page = html(browser, "?severity=1&service=mailer&state=open")

    assert 'class="chip-off" href="?state=open&service=mailer"' in page
    assert "Drop Severity: 1" in page
    assert 'class="chip-off" href="?state=open&severity=1"' in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=refund", {"Refund webhook fails"}),
        ("q=REFUND+webhook", {"Refund webhook fails"}),
        ("q=mailer", {"Mails late"}),
        ("q=hale", {"Mails late"}),
        ("q=late+hale", {"Mails late"}),
        ("q=late+refund", set()),
        ("holder=rob", {"Mails late"}),
        ("holder=Rob+Hale", {"Mails late"}),
        ("holder=me", {"Mails late"}),
        ("holder=nobody", {"Refund webhook fails", "Third"}),
        ("service=Mailer", {"Mails late"}),
        ("severity=1,3", {"Mails late", "Third"}),
        ("kind=triage", {"Refund webhook fails", "Third"}),
        ("state=resolved", {"Third"}),
        ("open=nobody", {"Refund webhook fails"}),
    ],
)
def test_search_and_filters_find(browser: Client, rob: User, query: str, found: set[str]) -> None:
    AnIncident(title="Refund webhook fails", rank=2)
    AnIncident(
        title="Mails late", service=AService(slug="mailer"), rank=1, declared=True, acknowledged=True,
        acknowledged_by=rob,
    )  # fmt: skip
    AnIncident(title="Third", rank=3, resolved=True)

    assert set(titles(html(browser, f"?{query}"))) == found


def test_since_leaves_out_what_is_older(browser: Client, clock: Clock) -> None:
    AnIncident(title="Old")
    clock.forward(days=8)
    AnIncident(title="New", opened_at=clock.now)

    assert titles(html(browser, "?since=7d")) == ["New"]
    assert titles(html(browser, "?since=30d")) == ["New", "Old"]


# Nothing to show


def test_an_empty_list_says_what_was_looked_for_and_which_filter_hides_it(browser: Client) -> None:
    AnIncident(title="Refund webhook", resolved=True)

    page = html(browser, "?q=refund&state=open&severity=2")

    assert "No incident matches “refund” with state open, severity 2" in page
    assert "1 matches without the “State” filter." in page
    assert 'href="?state=all&severity=2&q=refund">Drop the “State” filter' in page
    assert "Severity” filter." not in page


def test_calm_is_told_from_never_used(browser: Client, clock: Clock) -> None:
    assert "No incident yet" in html(browser)
    AnIncident(resolved=True)
    clock.forward(days=2)

    page = html(browser)

    assert "Nothing is open" in page
    assert "No incident yet" not in page


# Rights, cost, safety


def test_a_viewer_sees_everything_and_is_offered_nothing() -> None:
    AnIncident(title="Seen")
    page = html(scene.signed_in(AUser(group="Viewer")))

    assert titles(page) == ["Seen"]
    assert not re.findall(r'name="row"|data-action="(?!save_view)', page.split("<main")[1])


def test_thirty_rows_cost_what_three_cost_and_that_is_little(browser: Client, rob: User) -> None:
    many(3)
    html(browser)
    few = cost(browser)
    many(27)

    assert cost(browser) == few
    assert few <= BUDGET
    searched = cost(browser, f"{LIST}?q=checkout+service&state=all&severity=2&holder=me")
    assert searched <= BUDGET


def many(number: int) -> None:
    for _ in range(number):
        AnIncident(declared=True)
        AnIncident(acknowledged=True, acknowledged_by=AUser())
        AnIncident(resolved=True)


def cost(browser: Client, address: str = LIST) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(address).status_code == 200
    return len(queries)


def test_hostile_text_is_shown_as_text(browser: Client, rob: User) -> None:
    evil = "<script>alert(1)</script>"
    AnIncident(title=evil, service=AService(name=evil), acknowledged=True, acknowledged_by=rob)
    User.objects.filter(pk=rob.pk).update(first_name=evil)
    SavedView.objects.create(user=rob, name=evil[:40], query="state=all", created_at=NINE)

    for query in ("", f"?q={evil}", f"?service={evil}&holder={evil}&x{evil}=1", "?state=all"):
        assert "<script>alert" not in html(browser, query)


def test_the_live_part_is_the_rows_alone(browser: Client) -> None:
    AnIncident(title="Fresh")

    reply = browser.get(f"{LIST}?state=open&part=rows")

    assert "no-store" in reply["Cache-Control"]
    assert "Fresh" in reply.content.decode()
    assert '<template data-for="list-sentence">' in reply.content.decode()
    assert "<html" not in reply.content.decode()
    assert browser.get(f"{LIST}?part=unknown").status_code == 404


def test_a_get_keeps_and_forgets_nothing(browser: Client, rob: User) -> None:
    kept = SavedView.objects.create(user=rob, name="Mine", query="state=all", created_at=NINE)

    assert browser.get(f"{LIST}views/").status_code == 302
    assert browser.get(f"{LIST}views/{kept.pk}/forget/").status_code == 302
    assert browser.get(f"{LIST}bulk/").status_code == 302

    assert SavedView.objects.count() == 1
    assert not Incident.objects.exists()
