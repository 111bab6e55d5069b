"""A Cachet is taken over by its API, old and new, page by page, and what it can't tell is said."""

import json
import time
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client

from statuspage.actions import cachet as reader
from statuspage.models import (
    Component,
    ComponentGroup,
    ComponentInterval,
    Hold,
    Maintenance,
    Page,
    PublicIncident,
)
from statuspage.rules.cachet import Export, as_statuspage, rows
from tests.factories import NINE
from tests.servers import Answer
from tests.statuspage.cachet import Cachet, Rows, cachet
from tests.statuspage.scenes import a_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SAID = [
    {"id": 1, "status": 2, "message": "The bank it is.", "created_at": "2026-11-23 08:20:00"},
    {"id": 2, "status": 3, "message": "We keep watching.", "created_at": "2026-11-23 08:40:00"},
]


def old() -> dict[str, Rows]:
    """Return what a Cachet 2.x holds."""
    made = {
        "created_at": "2020-02-01 00:00:00",
        "updated_at": "2026-11-23 08:00:00",
        "deleted_at": None,
    }
    return {
        "components": [
            {"id": 1, "name": "Payments", "description": "Cards", "status": 3, "order": 1, "group_id": 1, "enabled": True, **made},
            {"id": 2, "name": "Search", "description": "", "status": "2", "order": 2, "group_id": 0, "enabled": True, **made},
            {"id": 3, "name": "Backstage", "description": "", "status": 4, "order": 3, "group_id": 0, "enabled": False, **made},
            {"id": 4, "name": "Vault", "description": "", "status": 1, "order": 4, "group_id": 2, "enabled": True, **made},
            {"id": 5, "name": "Letters", "description": "", "status": 0, "order": 5, "group_id": 0, "enabled": True, **made},
        ],
        "components/groups": [
            {"id": 1, "name": "Shop", "order": 1, "visible": 1, **made},
            {"id": 2, "name": "Inside", "order": 2, "visible": 0, **made},
        ],
        "incidents": [
            {"id": 7, "name": "Cards fail", "status": 1, "visible": 1, "component_id": 1, "message": "We look.", "occurred_at": "2026-11-23 08:00:00", "created_at": "2026-11-23 08:05:00"},
            {"id": 6, "name": "Slow", "status": 4, "visible": True, "component_id": 2, "message": "It was slow.", "occurred_at": "2026-11-20 08:00:00", "created_at": "2026-11-20 08:05:00", "updates": []},
            {"id": 5, "name": "Secret", "status": 1, "visible": 0, "component_id": 1, "message": "Inside.", "created_at": "2026-11-20 08:05:00"},
            {"id": 4, "name": "Old plan", "status": 0, "visible": 1, "component_id": 0, "message": "Disks.", "created_at": "2019-11-20 08:05:00"},
        ],
        "incidents/7/updates": SAID,
        "schedules": [
            {"id": 1, "name": "New disks", "status": 0, "message": "At night.", "scheduled_at": "2026-11-24 02:00:00", "completed_at": None, "created_at": "2026-11-20 10:00:00", "components": [{"id": 9, "schedule_id": 1, "component_id": 2, "component_status": 1}]},
            {"id": 2, "name": "Old disks", "status": 2, "message": "", "scheduled_at": "2026-11-10 02:00:00", "completed_at": "2026-11-10 03:30:00", "created_at": "2026-11-09 10:00:00", "components": []},
        ],
    }  # fmt: skip


def when(name: str, text: str | None) -> dict[str, Any]:
    return {name: {"human": "a while ago", "string": text}}


def planned(search: dict[str, Any]) -> Rows:
    return [
        {"id": 1, "name": "New disks", "status": {"value": 0}, "message": "At night.", **when("scheduled", "2026-11-24 02:00:00"), **when("completed", None), **when("published", "2026-11-20 10:00:00"), **when("created", "2026-11-20 10:00:00"), "@components": [search]},
        {"id": 2, "name": "Old disks", "status": {"value": 2}, "message": "", **when("scheduled", "2026-11-10 02:00:00"), **when("completed", "2026-11-10 03:30:00"), **when("created", "2026-11-09 10:00:00")},
        {"id": 3, "name": "A draft", "status": {"value": 0}, "message": "", **when("scheduled", "2026-12-10 02:00:00"), **when("published", None), **when("created", "2026-11-09 10:00:00")},
    ]  # fmt: skip


def new() -> dict[str, Rows]:
    """Return the same in a Cachet 3.x."""
    made = when("created", "2020-02-01 00:00:00")
    shop = {"id": 1, "name": "Shop", "order": 1, "visible": 1, **made}
    inside = {"id": 2, "name": "Inside", "order": 2, "visible": 2, **made}
    payments = {
        "id": 1,
        "name": "Payments",
        "description": "Cards",
        "status": {"value": 3, "human": "Partial Outage"},
        "order": 1,
        "enabled": True,
        **made,
    }
    search = {
        "id": 2,
        "name": "Search",
        "description": None,
        "status": 2,
        "order": 2,
        "enabled": True,
        **made,
    }
    said = [
        {
            "id": one["id"],
            "status": {"value": one["status"]},
            "message": one["message"],
            **when("created", one["created_at"]),
        }
        for one in SAID
    ]
    return {
        "components": [
            {**payments, "@group": [shop]},
            search,
            {**search, "id": 3, "name": "Backstage", "enabled": False},
            {**search, "id": 4, "name": "Vault", "status": 1, "@group": [inside]},
            {**search, "id": 5, "name": "Letters", "status": 5},
        ],
        "component-groups": [shop, inside],
        "incidents": [
            {"id": 7, "name": "Cards fail", "status": {"value": 3}, "visible": 1, "message": "We look.", **when("occurred", "2026-11-23 08:00:00"), **when("created", "2026-11-23 08:05:00"), "@components": [payments], "@updates": said},
            {"id": 6, "name": "Slow", "status": {"value": 4}, "visible": 1, "message": "It was slow.", **when("occurred", "2026-11-20 08:00:00"), **when("created", "2026-11-20 08:05:00"), "@components": [search], "@updates": []},
            {"id": 5, "name": "Secret", "status": {"value": 1}, "visible": 0, "message": "Inside.", **when("created", "2026-11-20 08:05:00")},
            {"id": 4, "name": "Old plan", "status": {"value": 9}, "visible": 1, "message": "Disks.", **when("created", "2019-11-20 08:05:00")},
        ],
        "schedules": planned(search),
    }  # fmt: skip


@pytest.fixture(params=["2.x", "3.x"])
def site(request: pytest.FixtureRequest, settings: LazySettings) -> Iterator[Cachet]:
    """Give a Cachet of either kind."""
    settings.ALLOWED_PRIVATE_NETWORKS = (ip_network("127.0.0.0/8"),)
    is_old = request.param == "2.x"
    with cachet(old() if is_old else new(), is_old=is_old) as found:
        yield found


@pytest.fixture
def page() -> Page:
    """Give the default page."""
    return a_page()


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give the seconds that were waited, without waiting."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept


def test_all_that_guests_see_there_is_taken_page_by_page(
    site: Cachet, page: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_statuspage", site.url, "--cachet")

    told = capsys.readouterr().out
    assert told.splitlines()[0].startswith(
        "Took 1 groups, 3 components, 2 incidents, 2 maintenances"
    )
    assert sorted(Component.objects.values_list("name", "group__name")) == [
        ("Letters", None), ("Payments", "Shop"), ("Search", None),
    ]  # fmt: skip
    [slow, cards] = PublicIncident.objects.order_by("started_at")
    assert (cards.state, cards.impact, slow.state) == ("monitoring", "major", "resolved")
    assert list(cards.updates.values_list("state", "body")) == [
        ("investigating", "We look."),
        ("identified", "The bank it is."),
        ("monitoring", "We keep watching."),
    ]
    assert Hold.objects.get(component__name="Payments").state == "partial_outage"
    assert all("169.254" not in path and "elsewhere" not in path for path in site.asked())


def test_what_could_not_be_taken_is_said(
    site: Cachet, page: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_statuspage", site.url, "--cachet", "--dry-run")

    told = capsys.readouterr().out
    assert told.startswith("Would take ")
    for words in (
        "“Inside” was left out: guests do not see it there.",
        "“Backstage” was left out: guests do not see it there.",
        "“Vault” was left out: guests do not see it there.",
        "“Secret” was left out: guests do not see it there.",
        "“Old plan” was left out: its status",
        "“New disks” was given an hour: Cachet knows no planned end. Set it.",
        "“Letters” has a status there that says nothing; it is taken as operational.",
        "“Search” is in degraded performance there and no open incident says so",
        "Cachet keeps no past states of components",
    ):
        assert words in told
    assert ("“A draft” was left out: it is not published there." in told) is not site.is_old
    assert not Component.objects.exists()


def test_days_that_cachet_knows_nothing_of_have_no_data(site: Cachet, page: Page) -> None:
    call_command("import_statuspage", site.url, "--cachet")

    assert {row.start_date for row in Component.objects.all()} == {NINE.date()}
    assert not ComponentInterval.objects.exclude(to_at=None).exists()
    assert [row["name"] for row in Client().get("/api/v2/incidents.json").json()["incidents"]] == [
        "Cards fail",
        "Slow",
    ]


def test_maintenances_have_the_times_that_are_known(site: Cachet, page: Page) -> None:
    call_command("import_statuspage", site.url, "--cachet", "--zone", "Europe/Berlin")

    done, planned = Maintenance.objects.order_by("scheduled_for")
    assert f"{planned.scheduled_for:%d %H:%M}-{planned.scheduled_until:%H:%M}" == "24 01:00-02:00"
    assert f"{done.scheduled_for:%d %H:%M}-{done.scheduled_until:%H:%M}" == "10 01:00-02:30"
    assert (planned.state, done.state) == ("scheduled", "completed")
    assert planned.touched.get().component.name == "Search"


def test_a_second_run_takes_nothing_twice(
    site: Cachet, page: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_statuspage", site.url, "--cachet")
    capsys.readouterr()

    call_command("import_statuspage", f"{site.url}/api/v1/", "--cachet")

    assert capsys.readouterr().out.startswith("Took 0 groups, 0 components, 0 incidents")
    assert ComponentGroup.objects.count() == 1


def test_a_busy_cachet_is_asked_again_a_little_later(
    site: Cachet, page: Page, naps: list[float]
) -> None:
    root = "/api/v1" if site.is_old else "/api"
    site.moods[f"{root}/incidents"] = [
        Answer(429, {"Retry-After": "7"}),
        Answer(503, {"Retry-After": "99999"}),
        Answer(502),
    ]

    call_command("import_statuspage", site.url, "--cachet")

    assert naps == [7, 1, 1]
    assert PublicIncident.objects.count() == 2


@pytest.mark.parametrize(
    ("mood", "words"),
    [
        ([Answer(500)], "answered 500, not 200"),
        ([Answer(429, {"Retry-After": "1"})] * 4, "answered 429, not 200"),
        ([Answer(body=b"{")], "JSON"),
        ([Answer(body=b'{"data": [', how="cut")], "incidents"),
        ([Answer(404)], "is not there. Name the address of a Cachet."),
        ([Answer(302, {"Location": "http://169.254.169.254/"})], "private or reserved"),
    ],
)
def test_what_goes_wrong_is_one_sentence_and_nothing_is_taken(
    site: Cachet, page: Page, naps: list[float], mood: list[Answer], words: str
) -> None:
    root = "/api/v1" if site.is_old else "/api"
    site.moods[f"{root}/incidents"] = list(mood)

    with pytest.raises(CommandError, match=words):
        call_command("import_statuspage", site.url, "--cachet")

    assert not Component.objects.exists()


def test_one_that_never_ends_is_left(
    site: Cachet, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "MOST_PAGES", 1)

    with pytest.raises(CommandError, match="more than 1 pages"):
        call_command("import_statuspage", site.url, "--cachet")


def test_one_that_hangs_is_left_in_time(
    site: Cachet, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "TIME_LIMIT_S", 0.2)
    root = "/api/v1" if site.is_old else "/api"
    site.moods[f"{root}/schedules"] = [Answer(how="hang")]

    with pytest.raises(CommandError, match="schedules"):
        call_command("import_statuspage", site.url, "--cachet")


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "http://169.254.169.254/api/v1"])
def test_a_private_address_is_never_asked(page: Page, address: str) -> None:
    with pytest.raises(CommandError, match=r"127\.0\.0\.1|169\.254"):
        call_command("import_statuspage", address, "--cachet")


def test_saved_answers_do_as_well(
    page: Page, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = old()
    for name in ("components", "schedules"):
        (tmp_path / f"{name}.json").write_text(json.dumps({"data": held[name]}), encoding="utf-8")
    (tmp_path / "groups.json").write_text(
        json.dumps({"data": held["components/groups"]}), encoding="utf-8"
    )
    for number, row in enumerate(held["incidents"]):
        saved = json.dumps({"data": [row]})
        (tmp_path / f"incidents-{number}.json").write_text(saved, encoding="utf-8")

    call_command("import_statuspage", str(tmp_path), "--cachet")

    assert "Took 1 groups, 3 components, 2 incidents, 2 maintenances" in capsys.readouterr().out


def test_a_file_of_another_name_and_a_zone_that_is_none_are_refused(
    page: Page, tmp_path: Path
) -> None:
    file = tmp_path / "users.json"
    file.write_text("{}", encoding="utf-8")

    with pytest.raises(CommandError, match="save Cachet's answers as"):
        call_command("import_statuspage", str(file), "--cachet")
    with pytest.raises(CommandError, match="no time zone"):
        call_command("import_statuspage", str(file), "--cachet", "--zone", "Mars/Olympus")


@pytest.mark.parametrize(
    "odd",
    [
        {"data": [{"id": None, "name": None, "status": {"value": [1]}, "visible": []}]},
        {"data": [{"id": 1, "name": "x", "status": "9" * 5000, "created_at": "0000-00-00 00:00:00"}]},
        {"data": [{"id": 1, "name": "x", "status": 1, "created_at": 7, "components": {"a": 1}, "updates": "x"}]},
        {"data": [{"id": "1", "type": "x", "attributes": {"status": 1, "scheduled": {"string": "9999-12-31 23:59:59"}}, "relationships": {"components": {"data": [None, 7, {}]}, "group": 7}}], "included": [None, {"id": "1"}]},
        {"data": [{"id": "1", "type": "a", "attributes": {"name": "x"}, "relationships": {"group": {"data": {"id": "1", "type": "a"}}}}], "included": [{"id": "1", "type": "a", "attributes": {}, "relationships": {"group": {"data": {"id": "1", "type": "a"}}}}]},
        {"data": "x"},
        [],
        None,
    ],
)  # fmt: skip
def test_odd_answers_are_read_as_far_as_they_go(page: Page, odd: object) -> None:
    from_all = Export(rows(odd), rows(odd), rows(odd), rows(odd))

    reading = as_statuspage(from_all, page.zone, NINE)

    assert set(reading.document) == {"components", "incidents", "scheduled_maintenances"}
