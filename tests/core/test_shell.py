"""The frame around every staff page: sidebar, lamp, search, parts, marks."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.safestring import SafeString

from core.admin.panel import Panel
from core.models import Heartbeat
from core.templatetags import house
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import NINE, AnIncident, AService, AUser

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>\u202e{{ 7 }}"


def page(browser: Client, path: str = "/admin/") -> str:
    return browser.get(path).content.decode()


def test_the_sidebar_has_at_most_nine_entries_and_marks_the_open_one(shipped: None) -> None:
    assert len(settings.SIDEBAR) <= 9

    html = page(scene.signed_in(AUser()), "/admin/incidents/service/")

    assert html.count('class="side-word">Set-up<') == 1
    assert 'aria-current="page"><svg' in html
    assert '<a href="/admin/incidents/service/" aria-current="page">Services</a>' in html


def test_a_viewer_is_offered_only_tabs_that_open(shipped: None) -> None:
    browser = scene.signed_in(AUser(group="Viewer"))
    html = page(browser)

    for entry in settings.SIDEBAR:
        for tab in entry.tabs:
            url = reverse(f"admin:{tab.name}")
            if f'href="{url}"' in html:
                assert browser.get(url).status_code == 200


@pytest.mark.parametrize(("rank", "said", "fire"), [
    (1, "1 SEV-1 · 6\u00a0min", True), (3, "1 open, 1 nobody has", True), (None, "Nothing on fire", False),
])  # fmt: skip
def test_the_lamp_says_whether_anything_burns(
    shipped: None, clock: Clock, rank: int | None, said: str, fire: bool
) -> None:
    if rank:
        AnIncident(rank=rank, opened_at=NINE)
    clock.forward(minutes=6)

    html = page(scene.signed_in(AUser()), "/admin/lamp/")

    assert said in html
    assert ("lamp fire" in html) is fire


def test_the_lamp_tells_what_somebody_has_from_what_nobody_has(shipped: None) -> None:
    AnIncident(rank=2, acknowledged=True)

    assert "1 open<" in page(scene.signed_in(AUser()), "/admin/lamp/")


def test_the_pager_line_tells_a_working_engine_from_a_silent_one(
    shipped: None, clock: Clock
) -> None:
    browser = scene.signed_in(AUser())
    assert "Pager has never run" in page(browser)

    Heartbeat.objects.create(part="engine", beat_at=clock.now - timedelta(seconds=2))
    assert "Pager working · 2 s ago" in page(browser)

    clock.forward(minutes=2)
    assert "Pager silent since" in page(browser)


def test_search_finds_incidents_services_and_people_by_a_part_of_their_name(shipped: None) -> None:
    found = AnIncident(title="Card payments failing", service=AService(name="Paygate"))
    AUser(first_name="Payton", last_name="Ray")
    browser = scene.signed_in(AUser())

    assert "4 matches" not in page(browser, "/admin/search/?q=pay")
    html = page(browser, "/admin/search/?q=pay")
    assert all(word in html for word in ("Card payments failing", "Paygate", "Payton Ray"))
    assert "Card payments failing" in page(browser, f"/admin/search/?q=INC-{found.pk}")


def test_search_finds_runbooks_by_their_service_address_or_alert(shipped: None) -> None:
    AService(name="Paygate", runbook_url="https://wiki.example/cards-down")
    AService(name="Cards", runbook_url="")
    browser = scene.signed_in(AUser())

    for words in ("paygate", "cards-down"):
        html = page(browser, f"/admin/search/?q={words}")
        assert '<a href="https://wiki.example/cards-down"><b>Runbook of Paygate</b></a>' in html
    assert "Runbook of Cards" not in page(browser, "/admin/search/?q=cards")
    assert "<h2>Playbooks</h2>" in page(browser, "/admin/search/?q=imag")


def test_search_for_a_word_that_no_index_holds_looks_at_the_newest_only(
    shipped: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("incidents.lists.rows.NEWEST", 1)
    AnIncident(title="zq old")
    AnIncident(title="zq new")

    html = page(scene.signed_in(AUser()), "/admin/search/?q=zq")

    assert "zq new" in html
    assert "zq old" not in html


@pytest.mark.parametrize(
    "words", [HOSTILE, "a" * 10_000, "%", "_", "\0", "99999999999999999999", ""]
)
def test_search_stays_calm_whatever_is_asked(shipped: None, words: str) -> None:
    AnIncident(title=HOSTILE)

    answer = scene.signed_in(AUser()).get("/admin/search/", {"q": words})

    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


def test_the_page_of_components_exists_in_a_demo_only(shipped: None, settings: Any) -> None:
    browser = scene.signed_in(AUser())
    assert browser.get("/admin/style/").status_code == 200

    settings.DEMO = False
    assert browser.get("/admin/style/").status_code == 404


def test_a_part_that_does_not_exist_answers_404(shipped: None) -> None:
    assert scene.signed_in(AUser()).get("/admin/?part=nothing").status_code == 404


def test_now_costs_the_same_with_three_and_with_nine_open_incidents(
    shipped: None, clock: Clock
) -> None:
    browser = scene.signed_in(AUser())
    counts = []
    for _ in range(3):
        for _ in range(3):
            AnIncident(rank=2, acknowledged=True)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(browser)
        counts.append(len(queries))

    assert counts[0] == counts[-1]
    assert counts[0] <= 20


@pytest.mark.parametrize(("seconds", "long", "short"), [
    (0, "0:00", "0\u00a0min"), (1574, "26:14", "26\u00a0min"), (3600, "1\u00a0h 00\u00a0min", "1\u00a0h 00\u00a0min"),
    (10_920, "3\u00a0h 02\u00a0min", "3\u00a0h 02\u00a0min"), (176_400, "2\u00a0d 1\u00a0h", "2\u00a0d 1\u00a0h"),
    (-5, "0:00", "0\u00a0min"),
])  # fmt: skip
def test_a_length_reads_as_a_clock(seconds: int, long: str, short: str) -> None:
    assert house.span_of(timedelta(seconds=seconds)) == long
    assert house.short_of(timedelta(seconds=seconds)) == short


def test_another_day_is_named_and_todays_is_not(clock: Clock) -> None:
    assert house.wall(NINE) == "09:00"
    assert house.wall(NINE - timedelta(days=1), seconds=True) == "Sun 22 Nov 09:00:00"


@pytest.mark.parametrize(("minutes", "tone", "text"), [
    (41, 'promise "', "in 41:00"), (11, "t-amber", "in 11:00"), (-3, "t-red", "3\u00a0min late"),
])  # fmt: skip
def test_a_promise_is_quiet_then_amber_then_late(
    clock: Clock, minutes: int, tone: str, text: str
) -> None:
    pill = house.due(clock.now + timedelta(minutes=minutes))

    assert tone in pill
    assert text in pill


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ('<td class="field-a">7</td>', '<td class="field-a" data-label="Alerts &lt;b&gt;">7</td>'),
        (
            '<td class="field-a nowrap"><time datetime="x">15:04</time></td>',
            '<td class="field-a nowrap" data-label="Alerts &lt;b&gt;"><time datetime="x">15:04</time></td>',
        ),
        ('<td class="field-a">\u2013</td>', '<td class="field-a blank">\u2013</td>'),
        ('<td class="field-a"><a href="/x">INC-1</a></td>', None),
        ('<th class="field-a">7</th>', None),
    ],
)
def test_on_a_phone_bare_words_are_named_by_their_column(cell: str, shown: str | None) -> None:
    found = house.labelled([SafeString(cell)], [{"text": "alerts <b>"}])

    assert found == [shown or cell]
    assert isinstance(found[0], SafeString)


def test_every_cell_of_a_panels_table_knows_its_column() -> None:
    panel = Panel("Contacts", columns=("Address", ""), rows=[("ana@shop.example", "Remove")])

    assert panel.labelled == [[("Address", "ana@shop.example"), ("", "Remove")]]


def test_on_a_phone_the_menu_leads_to_the_search(shipped: None) -> None:
    """The field in the top bar is not drawn there, and nobody has a key to press."""
    html = page(scene.signed_in(AUser()))

    assert '<li class="only-phone"><a href="/admin/search/">' in html
