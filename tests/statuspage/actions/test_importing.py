"""Another page's API v2 is taken over whole, once, and whatever it holds."""

import json
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from core.command_line import COMMAND_LINE
from core.errors import Invalid
from statuspage.actions.importing import Report, take_over
from statuspage.models import (
    Component,
    ComponentGroup,
    ComponentInterval,
    Edition,
    Hold,
    Mailing,
    Maintenance,
    Page,
    PublicIncident,
    PublicUpdate,
)
from statuspage.rules.pieces import Piece, clear_of, flattened
from statuspage.rules.states import ComponentState
from tests.factories import NINE
from tests.statuspage.scenes import a_component, a_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
GROUP, CARDS, SEARCH = "g1g1g1g1g1g1", "c1c1c1c1c1c1", "c2c2c2c2c2c2"


def at(hour: int, minute: int = 0, day: int = 20) -> str:
    return f"2026-11-{day:02}T{hour:02}:{minute:02}:00.000-07:00"


def listed(public_id: str, name: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": public_id, "name": name, "status": "operational", "created_at": "2024-01-02T00:00:00.000Z",
        "updated_at": at(1), "position": 1, "description": None, "showcase": True, "start_date": None,
        "group_id": None, "page_id": "p", "group": False, "only_show_if_degraded": False, **fields,
    }  # fmt: skip


def update(number: int, status: str, when: str, **states: str) -> dict[str, Any]:
    affected = [
        {"code": code, "name": code, "old_status": "operational", "new_status": state}
        for code, state in states.items()
    ]
    return {
        "id": f"update{number:06}", "status": status, "body": f"Words {number}", "created_at": when,
        "display_at": when, "affected_components": affected or None,
    }  # fmt: skip


def incident(public_id: str = "i1i1i1i1i1i1", **fields: Any) -> dict[str, Any]:
    return {
        "id": public_id, "name": "Cards fail", "status": "resolved", "impact": "major", "created_at": at(9),
        "started_at": at(9), "resolved_at": at(11), "components": [],
        "incident_updates": [
            update(3, "resolved", at(11), **{CARDS: "operational"}),
            update(2, "monitoring", at(10), **{CARDS: "degraded_performance"}),
            update(1, "investigating", at(9), **{CARDS: "major_outage"}),
        ],
        **fields,
    }  # fmt: skip


def work(**fields: Any) -> dict[str, Any]:
    return {
        **incident("m1m1m1m1m1m1"), "name": "New disks", "status": "scheduled", "impact": "maintenance",
        "resolved_at": None, "components": [listed(CARDS, "Cards")], "scheduled_for": at(2, day=28),
        "scheduled_until": at(4, day=28), "incident_updates": [update(9, "scheduled", at(9))], **fields,
    }  # fmt: skip


def a_document(**fields: Any) -> dict[str, Any]:
    return {
        "page": {"id": "p"},
        "components": [
            listed(CARDS, "Cards", group_id=GROUP),
            listed(GROUP, "Shop", group=True, components=[CARDS]),
            listed(SEARCH, "Search", start_date="2025-05-01"),
        ],
        "incidents": [incident()],
        "scheduled_maintenances": [work()],
        **fields,
    }


@pytest.fixture
def page() -> Page:
    """Give the default page."""
    return a_page()


def take(page: Page, *documents: object, dry_run: bool = False, now: datetime = NINE) -> Report:
    return take_over(page.pk, documents, dry_run=dry_run, by=COMMAND_LINE, at=now)


def test_everything_is_taken_under_its_own_ids(page: Page) -> None:
    report = take(page, a_document())

    cards = Component.objects.get(public_id=CARDS)
    told = PublicIncident.objects.get()
    assert report.taken == {
        "groups": 1, "components": 2, "incidents": 1, "maintenances": 1, "stretches": 2,
    }  # fmt: skip
    assert (cards.group.public_id if cards.group else "", cards.name) == (GROUP, "Cards")
    assert (told.public_id, told.state, told.impact) == ("i1i1i1i1i1i1", "resolved", "major")
    assert told.is_backfilled
    assert [one.body for one in told.updates.all()] == ["Words 1", "Words 2", "Words 3"]
    assert Maintenance.objects.get().touched.get().component == cards
    assert not Mailing.objects.exists()
    shown = Client().get("/api/v2/incidents.json").json()["incidents"][0]
    assert shown["incident_updates"][2]["affected_components"][0]["new_status"] == "major_outage"


def test_the_ledger_has_what_the_updates_told(page: Page) -> None:
    take(page, a_document())

    nine = datetime.fromisoformat(at(9))
    rows = ComponentInterval.objects.order_by("from_at").values_list("state", "from_at", "to_at")
    assert list(rows) == [
        ("major_outage", nine, nine + timedelta(hours=1)),
        ("degraded_performance", nine + timedelta(hours=1), nine + timedelta(hours=2)),
    ]


def test_a_second_run_takes_only_what_is_new(page: Page) -> None:
    take(page, a_document())
    again = take(page, a_document())
    later = incident("i2i2i2i2i2i2", started_at=at(14), resolved_at=at(15), incident_updates=[update(11, "investigating", at(14), **{SEARCH: "partial_outage"}), update(12, "resolved", at(15))])  # fmt: skip
    more = take(page, a_document(incidents=[later, incident()]))

    assert again.taken == {}
    assert again.known == {"groups": 1, "components": 2, "incidents": 1, "maintenances": 1}
    assert more.taken == {"incidents": 1, "stretches": 1}
    assert PublicUpdate.objects.count() == 5


def test_a_dry_run_tells_the_same_and_keeps_nothing(page: Page) -> None:
    report = take(page, a_document(), dry_run=True)

    assert report.taken["components"] == 2
    assert not Component.objects.exists()
    assert not Edition.objects.exists()


def test_what_is_open_there_holds_here(page: Page) -> None:
    ongoing = incident(
        status="identified",
        resolved_at=None,
        incident_updates=[update(1, "identified", at(9), **{CARDS: "partial_outage"})],
    )
    running = work(
        status="in_progress",
        scheduled_for=at(8),
        scheduled_until=at(23, day=24),
        components=[listed(SEARCH, "Search")],
        incident_updates=[update(9, "in_progress", at(8))],
    )

    take(page, a_document(incidents=[ongoing], scheduled_maintenances=[running]))

    assert sorted(Hold.objects.values_list("component__name", "state")) == [
        ("Cards", "partial_outage"),
        ("Search", "under_maintenance"),
    ]
    assert ComponentInterval.objects.filter(to_at=None).count() == 2


def test_a_component_of_the_same_name_is_the_same_and_its_ledger_is_not_written_over(
    page: Page,
) -> None:
    known = a_component(page, "Cards")
    nine = datetime.fromisoformat(at(9))
    known.intervals.create(state="partial_outage", from_at=nine, to_at=nine + timedelta(minutes=5))

    report = take(page, a_document())

    assert report.known == {"components": 1}
    assert list(known.intervals.order_by("from_at").values_list("state", flat=True)) == [
        "partial_outage",
        "degraded_performance",
    ]
    assert any("meet what is known" in one for one in report.skipped)


def test_ids_of_another_form_are_made_ours_each_time_the_same(page: Page) -> None:
    given = a_document(components=[listed("8b6c-uuid", "Cards")], incidents=[incident("77")])
    take(page, given)

    assert len(PublicIncident.objects.get().public_id) == 12
    assert take(page, given).taken == {}


def test_an_id_that_another_page_has_is_left_to_it(page: Page) -> None:
    other = a_page(slug="other", name="Other", is_default=False)
    take(page, a_document())

    report = take(other, a_document())

    assert report.taken["components"] == 2
    assert len([one for one in report.skipped if "another page" in one]) == 2
    assert other.components.exclude(public_id__in=[CARDS, SEARCH]).count() == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"components": [None, 7, {}, {"id": [], "name": {}}, listed("x" * 12, "\0")]},
        {"components": [listed(GROUP, "A", group=True, group_id=GROUP), listed(CARDS, "B", group_id=CARDS)]},
        {"components": [listed(CARDS, "Cards", position="x", start_date="0000-00-00", created_at=None)]},
        {"components": [listed(CARDS, "Same"), listed(SEARCH, "Same"), listed(GROUP, "Same", group=True)]},
        {"incidents": [incident(status="exploded")]},
        {"incidents": [incident(started_at="9999-12-31T23:59:59-12:00")]},
        {"incidents": [incident(started_at="2026-11-20 09:00")]},
        {"incidents": [incident(incident_updates=None), incident(incident_updates=[7, {}])]},
        {"incidents": [incident(incident_updates=[update(1, "gone", at(9))])]},
        {"incidents": [incident(incident_updates=[update(1, "resolved", at(11)), update(1, "identified", at(10))])]},
        {"scheduled_maintenances": [work(incident_updates=[update(1, "scheduled", at(9)), update(1, "scheduled", at(9))])]},
        {"incidents": [incident(name="x" * 9999, impact="huge", components=["a", {}])]},
        {"incidents": [incident(resolved_at=at(1))]},
        {"incidents": [incident(incident_updates=[update(1, "resolved", at(11), **{CARDS: "melted"})])]},
        {"scheduled_maintenances": [work(scheduled_until=at(1, day=1)), work(scheduled_for=None)]},
        {"scheduled_maintenances": [work(status="completed", resolved_at=None)]},
        {"incidents": {"a": 1}, "scheduled_maintenances": "x"},
    ],
)  # fmt: skip
def test_hostile_documents_are_taken_as_far_as_they_go(page: Page, fields: dict[str, Any]) -> None:
    take(page, [], a_document(**fields))
    take(page, a_document(**fields))

    assert Client().get("/").status_code == 200


def test_a_hundred_thousand_updates_are_cut_and_said(page: Page) -> None:
    many = [update(number, "investigating", at(9)) for number in range(100_000)]

    report = take(
        page, a_document(incidents=[incident(status="investigating", incident_updates=many)])
    )

    assert PublicUpdate.objects.count() == 1000
    assert any("only the newest 1,000 of 100,000" in one for one in report.skipped)


def test_an_import_takes_time_by_its_length_and_never_by_its_square() -> None:
    """All of it runs in one transaction, and everything else waits for that one on SQLite."""
    hour = timedelta(hours=1)
    pieces = [
        Piece(ComponentState.MAJOR, NINE + number * hour, NINE + (number + 3) * hour)
        for number in range(0, 120_000, 2)
    ]

    begun = time.monotonic()
    flat = flattened([*pieces, Piece(ComponentState.PARTIAL, NINE, NINE + 200_000 * hour)])
    apart = [(one.begin - hour / 2, one.begin - hour / 4) for one in pieces]
    clear = clear_of(pieces, apart)

    assert [one.state for one in flat] == [ComponentState.MAJOR, ComponentState.PARTIAL]
    assert flat[0].end == flat[1].begin == NINE + 120_001 * hour
    assert len(clear) == 1  # every other one holds what stands before the next
    assert time.monotonic() - begun < 10  # hours, where each looks at each


def test_what_is_no_status_page_is_refused(page: Page) -> None:
    with pytest.raises(Invalid, match="Nothing here"):
        take(page, {"data": []})


def test_the_command_reads_files_and_folders_and_reports(
    page: Page, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "summary.json").write_text(json.dumps(a_document()), encoding="utf-8")

    call_command("import_statuspage", str(tmp_path), "--dry-run")
    call_command("import_statuspage", str(tmp_path / "summary.json"), "--page", page.public_id)

    dry, real = capsys.readouterr().out.splitlines()
    rest = "1 groups, 2 components, 1 incidents, 1 maintenances, 2 stretches into Northwind Books."
    assert (dry, real) == (f"Would take {rest}", f"Took {rest}")
    assert ComponentGroup.objects.count() == 1


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("/nowhere/at-all.json", "can't be read"),
        ("status.example.com", "an address that begins with https://"),
        ("http://127.0.0.1:1/", r"127\.0\.0\.1.* only ALLOWED_PRIVATE_NETWORKS opens one"),
        ("https://169.254.169.254/", "169.254.169.254"),
    ],
)
def test_the_command_says_in_one_line_why_not(page: Page, source: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("import_statuspage", source)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], r"has no file that ends in \.json"),
        (["--zone", "Europe/Oslo"], "--zone is for --cachet"),
        (["--page", "nobody"], "There is no status page nobody; there are: "),
    ],
)
def test_the_command_says_which_of_its_words_is_wrong(
    page: Page, tmp_path: Path, words: list[str], said: str
) -> None:
    with pytest.raises(CommandError, match=said) as error:
        call_command("import_statuspage", str(tmp_path), *words)

    assert (error.value.returncode, "\n" in str(error.value)) == (2, False)
