"""A word said by hand with nothing else running: served at once, until cleared or until something is published."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client

from statuspage.actions import render_rooms
from statuspage.actions.exporting import export
from statuspage.admin.marks import red_marks
from statuspage.models import Page
from tests.conftest import Clock
from tests.factories import NINE, AService
from tests.statuspage.conftest import Timer
from tests.statuspage.scenes import MINUTE, a_component, a_group, a_page, an_incident, shown, tell
from tests.statuspage.views.test_database_gone import gone, restarted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
WORDS = "Our data centre is dark. We work from the phone."
DOCUMENTS = [
    "summary.json", "status.json", "components.json", "incidents.json", "incidents/unresolved.json",
    "scheduled-maintenances.json",
]  # fmt: skip


@pytest.fixture
def page(client: Client, monkeypatch: pytest.MonkeyPatch) -> Page:
    """Give a page with a group, of which this machine has a copy."""
    monkeypatch.setattr("core.clock.without_database", lambda: NINE + MINUTE)
    page = a_page()
    group = a_group(page, "Shop")
    for name in ("Payments", "Checkout"):
        a_component(page, name, group=group, service=AService() if name == "Payments" else None)
    a_component(page, "Search")
    shown(page)
    client.get("/")
    return page


def override(**more: Any) -> None:
    """Run the command without a database."""
    with gone():
        call_command("statuspage_override", state="major_outage", message=WORDS, **more)


def test_it_is_served_without_the_database_by_old_and_new_processes(
    client: Client, page: Page, timer: Timer
) -> None:
    override()
    timer.forward(1)

    with gone():
        for _process in ("old", "new"):
            answer = client.get("/")
            assert WORDS.encode() in answer.content
            assert b"Major outage" in answer.content
            assert b"All systems operational" not in answer.content
            status = client.get("/api/v2/status.json").json()["status"]
            assert status == {"indicator": "critical", "description": "Major System Outage"}
            assert b"major outage" in client.get("/badge.svg").content
            restarted()


def test_programs_read_the_same_keys_as_ever(client: Client, page: Page, timer: Timer) -> None:
    service = page.components.get(name="Payments").services.get()
    tell(an_incident(service), components={page.components.get(name="Payments").public_id: "partial_outage"})  # fmt: skip
    timer.forward(1)
    client.get("/")
    before = {name: client.get(f"/api/v2/{name}").json() for name in DOCUMENTS}
    override(component=["Checkout"])
    timer.forward(1)

    after = {name: client.get(f"/api/v2/{name}").json() for name in DOCUMENTS}

    for name in DOCUMENTS:
        assert list(after[name]) == list(before[name])
    told, known = (found["incidents.json"]["incidents"] for found in (after, before))
    assert len(told) == len(known) + 1
    assert list(told[0]) == list(known[0])
    assert list(told[0]["incident_updates"][0]) == list(known[0]["incident_updates"][0])
    assert told[0] == after["summary.json"]["incidents"][0]
    assert told[0]["impact"] == "critical"
    states = {one["name"]: one["status"] for one in after["components.json"]["components"]}
    assert states == {
        "Shop": "major_outage", "Payments": "partial_outage", "Checkout": "major_outage", "Search": "operational",
    }  # fmt: skip
    assert after["status.json"]["status"]["indicator"] == "major"


def test_its_incident_has_a_page_and_its_components_badges(
    client: Client, page: Page, timer: Timer
) -> None:
    override(component=["Search"])
    timer.forward(1)

    with gone():
        incident = client.get("/api/v2/incidents.json").json()["incidents"][0]
        assert WORDS.encode() in client.get(f"/incidents/{incident['id']}").content
        badges = [
            client.get(f"/components/{one['id']}/badge.svg").content
            for one in client.get("/api/v2/components.json").json()["components"]
            if one["name"] == "Search"
        ]
    assert [b"major outage" in badge for badge in badges] == [True]


def test_it_outlives_the_time_after_which_a_page_is_stale(
    client: Client, page: Page, timer: Timer
) -> None:
    override()
    timer.forward(3600)

    with gone():
        assert WORDS.encode() in client.get("/").content


def test_of_what_was_not_named_an_old_copy_knows_nothing(
    client: Client, page: Page, timer: Timer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.clock.without_database", lambda: NINE + 10 * MINUTE)
    override(component=["Search"])
    timer.forward(1)

    assert b"Unknown" in client.get("/").content


def test_a_minute_task_does_not_take_it_away_but_a_publication_does(
    client: Client, page: Page, timer: Timer, clock: Clock
) -> None:
    override()
    clock.forward(minutes=2)
    timer.forward(1)
    shown(page, clock.now)
    assert WORDS.encode() in client.get("/").content
    assert "overridden by hand" in red_marks(clock.now)[0]

    service = page.components.get(name="Payments").services.get()
    tell(an_incident(service), body="We are back.", at=clock.now)
    timer.forward(1)

    content = client.get("/").content
    assert b"We are back." in content
    assert WORDS.encode() not in content
    assert red_marks(clock.now) == []


def test_clearing_brings_the_edition_back(client: Client, page: Page, timer: Timer) -> None:
    before = client.get("/").content
    override()
    timer.forward(1)
    assert client.get("/").content != before

    with gone():
        call_command("statuspage_override", clear=True)
    timer.forward(1)

    assert client.get("/").content == before
    with pytest.raises(CommandError, match="There is no override"):
        call_command("statuspage_override", clear=True)


def test_an_exported_folder_is_overridden_and_brought_back(
    page: Page, tmp_path: Any, settings: LazySettings
) -> None:
    folder = tmp_path / "www"
    render_rooms(NINE)
    export(page, str(folder), at=NINE)
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    override(dir=folder)
    assert WORDS in (folder / "index.html").read_text()
    assert "major outage" in (folder / "badge.svg").read_text()
    export(page, str(folder), at=NINE + MINUTE)
    assert WORDS in (folder / "index.html").read_text(), "the next export keeps it"

    with gone():
        call_command("statuspage_override", clear=True, dir=folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == files


@pytest.mark.parametrize("name", ["www", "photos", "file", "nowhere"])
def test_a_folder_that_can_not_be_overridden_is_said_in_one_line_after_the_word_itself(
    page: Page, tmp_path: Any, capsys: Any, name: str
) -> None:
    render_rooms(NINE)
    export(page, str(tmp_path / "www"), at=NINE)
    (tmp_path / "www" / "index.html").unlink()
    (tmp_path / "www" / "index.html").mkdir()
    (tmp_path / "photos").mkdir()
    (tmp_path / "file").write_text("no folder")
    why = "can't be written: " if name == "www" else f"{name} is no exported status page"

    with pytest.raises(CommandError, match=why) as error:
        override(dir=tmp_path / name)

    assert (error.value.returncode, "\n" in str(error.value)) == (2, False)
    assert "says major outage" in capsys.readouterr().out, (
        "what visitors of this machine see stands"
    )
    assert list((tmp_path / "photos").iterdir()) == []
    assert not (tmp_path / "nowhere").exists()


def test_copies_that_can_not_be_written_are_said_in_one_line(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("statuspage.actions.copied_files.write_file", full)

    with pytest.raises(CommandError, match="can't be written: No space left on device") as error:
        override()
    assert error.value.returncode == 2


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"message": " "}, "Say what visitors shall read"),
        ({"message": "x", "component": ["Nowhere"]}, "lists no component 'Nowhere'; it has Checkout"),
        ({"message": "x", "page": "nothinghere1"}, "no copy of such a status page"),
    ],
)  # fmt: skip
def test_what_can_not_be_said_is_refused_in_one_line(
    page: Page, more: dict[str, Any], why: str
) -> None:
    with pytest.raises(CommandError, match=why), gone():
        call_command("statuspage_override", state="major_outage", **more)


def test_hostile_words_stay_words(client: Client, page: Page, timer: Timer) -> None:
    with gone():
        call_command("statuspage_override", state="partial_outage", message="<script>]]>\x00\u2028 & co")  # fmt: skip
    timer.forward(1)

    assert b"<script" not in client.get("/").content


def test_a_broken_override_is_as_none(
    client: Client, page: Page, timer: Timer, settings: LazySettings
) -> None:
    (settings.STATUSPAGE_SNAPSHOT_DIR / f"{page.public_id}.override").write_bytes(b"\xc1")
    timer.forward(1)

    assert client.get("/").status_code == 200
