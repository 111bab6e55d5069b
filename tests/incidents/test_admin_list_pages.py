"""Pages of the list: by keyset, in order, whatever changes meanwhile; and what a hostile address does."""

import re
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client

from core.models import User
from incidents.lists import counts, pages, rows
from incidents.lists.names import Names
from incidents.lists.wanted import RECENT, Place, Wanted, read
from incidents.models import Incident
from tests.core import admin_scene as scene
from tests.factories import NINE, AnIncident, AService, AUser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]

LIST = "/admin/incidents/incident/"


@pytest.fixture
def browser() -> Client:
    return scene.signed_in(AUser())


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a page four rows long."""
    monkeypatch.setattr(pages, "SIZE", 4)


def mixed() -> None:
    """Store some of every part of the list."""
    service, holder = AService(), AUser()
    for rank in (2, 1, 3):
        AnIncident(service=service, rank=rank, declared=True)
        AnIncident(service=service, rank=rank)
        AnIncident(
            service=service, rank=rank, declared=True, acknowledged=True, acknowledged_by=holder
        )
        AnIncident(service=service, rank=rank, resolved=True)


def walk(wanted: Wanted = RECENT, *, back: bool = False) -> list[list[int]]:
    """Return the numbers of every page, from the first to the last, or backwards."""
    reading = pages.Reading(wanted, Names(), None, NINE)
    found, after, before = list[list[int]](), None, Place(4, 1, 1) if back else None
    while True:
        page = pages.page(reading, after, before)
        found.append([row.pk for _, row in page.rows])
        edges = page.edges
        if edges is None or not (page.has_previous if back else page.has_next):
            return found
        after, before = (None, edges[0]) if back else (edges[1], None)


@pytest.mark.usefixtures("small")
def test_pages_hold_every_incident_once_in_the_order_of_the_whole() -> None:
    mixed()

    found = walk()

    assert [len(page) for page in found] == [4, 4, 4]
    whole = [pk for page in found for pk in page]
    assert sorted(whole) == sorted(Incident.objects.values_list("pk", flat=True))
    states = [Incident.objects.get(pk=pk) for pk in whole]
    key = [
        (row.ended_at is not None, row.state != "detected", not row.is_declared) for row in states
    ]
    assert key == sorted(key)


@pytest.mark.usefixtures("small")
def test_previous_leads_back_over_the_same_pages() -> None:
    mixed()
    forwards = walk()

    backwards = [pk for page in reversed(walk(back=True)) for pk in page]

    assert backwards == [pk for page in forwards for pk in page]


@pytest.mark.usefixtures("small")
def test_new_incidents_neither_repeat_nor_hide_a_row_of_the_next_page(browser: Client) -> None:
    for number in range(10):
        AnIncident(title=f"Old {number}", resolved=True)
    first = browser.get(f"{LIST}?state=ended").content.decode()
    onwards = re.search(r'rel="next" href="(.*?)"', first)
    for number in range(5):
        AnIncident(title=f"New {number}", resolved=True)

    assert onwards is not None
    second = browser.get(LIST + onwards[1].replace("&amp;", "&")).content.decode()

    assert re.findall("Old [0-9]", first) == ["Old 9", "Old 8", "Old 7", "Old 6"]
    assert re.findall("Old [0-9]", second) == ["Old 5", "Old 4", "Old 3", "Old 2"]
    assert "New" not in re.findall(r"<tbody>.*</tbody>", second, re.DOTALL)[0]
    assert 'rel="prev"' in second


@pytest.mark.usefixtures("small")
def test_the_foot_says_how_much_there_is(browser: Client) -> None:
    for _ in range(6):
        AnIncident(resolved=True)

    assert "4 of 6, 100 a page" in browser.get(f"{LIST}?state=ended").content.decode()
    assert "1 to 4 of 4" not in browser.get(f"{LIST}?state=ended").content.decode()


def test_counts_stop_at_their_bound_and_say_so() -> None:
    for _ in range(5):
        AnIncident()

    found = counts.Counting({"open": Incident.objects.open()}, 3).read()

    assert (str(found["open"]), str(found["all"])) == ("3+", "5")


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only its planner is asked")
def test_beyond_the_bound_postgresql_estimates(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(20):
        AnIncident()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE incidents_incident")
    monkeypatch.setattr(counts, "LARGE", 5)

    found = counts.Counting({}).read()["all"]
    planned = counts.believed(Incident.objects.open(), counts.Count(5, is_more=True))

    assert (found.is_estimate, str(found)) == (True, "about 20")
    assert planned.is_estimate


def test_a_short_word_is_looked_for_among_the_newest_and_the_page_says_so(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    AnIncident(title="ab old")
    AnIncident(title="ab new")
    monkeypatch.setattr(rows, "NEWEST", 1)

    page = browser.get(f"{LIST}?q=ab&state=all").content.decode()

    assert "ab new" in page
    assert "ab old" not in page
    assert "Titles are searched among the newest 1 incidents." in page


# Hostile addresses

HOSTILE = [
    "q=%00", "q=" + "a" * 10_240, "q=%FF%FE", "q=%25_%5C'\"", "q=" + "9" * 400, "q=INC-" + "9" * 30,
    "q=INC-0", "severity=9", "severity=1,1,1,,x", "severity=%D9%A1", "state=nonsense", "state=%00",
    "kind[]=x", "holder=%00", "holder=" + "a" * 300, "service=%27%3B+DROP", "since=1+year",
    "after=4.1.x", "after=9.9.9", "before=4.1.99999999999999999999", "after=4.1.5&before=4.1.9",
    "after=-1.1.1", "e=1", "o=-7.3", "p=99999", "all=", "state__exact=x", "rank__in=1,2", "a=b&a=c",
    "_popup=1", "_changelist_filters=x", "part=%00", "q=(((", "q=%E2%80%AE", "open=%00",
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE)
def test_a_hostile_address_is_never_a_fault(browser: Client, query: str) -> None:
    AnIncident()

    reply = browser.get(f"{LIST}?{query}")

    assert reply.status_code in (200, 302, 404)
    assert reply.status_code != 302 or reply["Location"] == f"{LIST}?e=1"


def test_what_is_no_filter_is_left_out_and_named(browser: Client) -> None:
    AnIncident(title="Still here")

    page = browser.get(f"{LIST}?nonsense=1&state=odd").content.decode()

    assert "Still here" in page
    assert "Left out: state &#x27;odd&#x27;." in page
    assert "Left out: &#x27;nonsense&#x27; is no filter." in page


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", RECENT),
        ("nonsense=1", RECENT),
        ("state=all", Wanted()),
        ("severity=2,1,7&kind=triage", Wanted(kind="triage", severity=(1, 2))),
        ("severity=1,2,3,4", Wanted()),
        ("q=+a++b+", Wanted(q="a b")),
        ("open=no", Wanted(state="ended")),
    ],
)
def test_an_address_is_read_and_written_alike(query: str, wanted: Wanted) -> None:
    assert read(QueryDict(query).lists()).wanted == wanted
    assert read(QueryDict(wanted.query).lists()).wanted == wanted


@pytest.mark.parametrize(
    "state", ["", "recent", "open", "unheld", "ended", "review", "closed", "detected"]
)
@pytest.mark.parametrize("kind", ["", "triage", "declared"])
def test_parts_and_whole_agree_for_every_filter(state: str, kind: str) -> None:
    mixed()
    AnIncident(declared=True, resolved=True, rank=1)
    wanted, me = Wanted(state=state, kind=kind), User.objects.first()

    shown = {
        row.pk for _, row in pages.page(pages.Reading(wanted, Names(), None, NINE), None, None).rows
    }

    whole = rows.matching(wanted, Names(), me=me.pk if me else None, at=NINE)
    assert shown == set(whole.values_list("pk", flat=True))


def test_titles_are_indexed_where_the_database_can(db: Any) -> None:
    assert rows.has_word_index() is (connection.vendor == "postgresql")
