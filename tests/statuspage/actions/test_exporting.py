"""Static copies: a folder or a bucket that says the same as we do, only what moved is written, what is gone goes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client

from core.errors import Invalid, NotPossible
from statuspage.actions import export_due, render_rooms
from statuspage.actions.exporting import export
from statuspage.actions.sinks import SinkFailure
from statuspage.admin.marks import red_marks
from statuspage.models import Component, Export, Page
from tests.factories import NINE, AUser
from tests.servers import HOST, free_port
from tests.statuspage.scenes import MINUTE, a_component, a_page, shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


@pytest.fixture
def page() -> Page:
    """Give a rendered page with its rooms."""
    page = a_page()
    for name in ("Payments", "Search"):
        a_component(page, name)
    render_rooms(NINE)
    shown(page)
    return page


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder that is not there yet."""
    return tmp_path / "www" / "status"


def test_a_folder_holds_everything_that_visitors_ask_for(page: Page, folder: Path) -> None:
    export(page, str(folder), at=NINE)

    row = Component.objects.get(name="Payments")
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {
        "index.html", "404.html", "history.html", "history/2026-11.html", f"components/{row.public_id}.html",
        f"components/{row.public_id}/badge.svg", "badge.svg", "history.rss", "history.atom", "api/v2/summary.json",
        "api/v2/incidents/unresolved.json", "_headers", "_nginx.conf",
    } <= names  # fmt: skip
    assert not [name for name in names if "shape" in name or Path(name).name.startswith(".")]
    assert {path.stat().st_mode & 0o777 for path in folder.rglob("*.html")} == {0o644}


def test_only_what_has_moved_is_written_again(page: Page, folder: Path) -> None:
    first = export(page, str(folder), at=NINE)

    assert first > 30
    assert export(page, str(folder), at=NINE + MINUTE) == 0
    (folder / "badge.svg").unlink()
    assert export(page, str(folder), at=NINE + MINUTE) == 1


def test_what_is_gone_is_deleted_and_what_is_not_ours_stays(page: Page, folder: Path) -> None:
    export(page, str(folder), at=NINE)
    (folder / "CNAME").write_text("status.northwind.example")
    row = Component.objects.get(name="Search")
    path = folder / "components" / row.public_id
    row.delete()
    render_rooms(NINE + MINUTE)
    shown(page, NINE + MINUTE)

    export(page, str(folder), at=NINE + MINUTE)

    assert not path.with_suffix(".html").exists()
    assert not path.exists()
    assert (folder / "CNAME").exists()


def test_a_page_under_its_name_keeps_its_addresses(page: Page, folder: Path) -> None:
    labs = a_page(name="Labs", slug="labs", is_default=False)
    shown(labs)

    export(labs, str(folder), at=NINE)

    assert (folder / "status" / "labs" / "index.html").is_file()
    assert "/status/labs/404.html" in (folder / "_nginx.conf").read_text()


def test_a_page_that_is_not_for_everybody_needs_a_word(page: Page, folder: Path) -> None:
    private = a_page(name="Board", slug="board", is_default=False, audience="login")
    shown(private)

    with pytest.raises(NotPossible, match="--private"):
        export(private, str(folder), at=NINE)
    assert not folder.exists()
    assert export(private, str(folder), at=NINE, is_private_meant=True)


@pytest.mark.parametrize("to", ["ftp://x/y", " ", "s3://", "s3://bucket"])
def test_an_unknown_kind_of_place_is_refused(page: Page, to: str) -> None:
    with pytest.raises(Invalid):
        export(page, to, at=NINE)


def test_the_minute_task_exports_and_a_late_copy_is_a_red_mark(
    page: Page, folder: Path, settings: LazySettings
) -> None:
    assert red_marks(NINE) == []
    settings.STATUSPAGE_EXPORT_TO = str(folder)
    assert "Nothing was exported" in red_marks(NINE)[0]

    assert export_due(NINE) > 30

    assert red_marks(NINE + timedelta(minutes=10)) == []
    [mark] = red_marks(NINE + timedelta(minutes=11))
    assert "23 Nov 09:00 UTC" in mark


def test_a_page_that_moves_takes_no_file_of_another_page_away(
    page: Page, folder: Path, settings: LazySettings
) -> None:
    settings.STATUSPAGE_EXPORT_TO = str(folder)
    labs = a_page(name="Labs", slug="labs", is_default=False)
    shown(labs)
    export_due(NINE)
    Page.objects.filter(pk=page.pk).update(is_default=False)
    Page.objects.filter(pk=labs.pk).update(is_default=True)

    export(Page.objects.get(pk=labs.pk), str(folder), at=NINE + MINUTE)
    export(Page.objects.get(pk=page.pk), str(folder), at=NINE + MINUTE)

    assert "Labs" in (folder / "index.html").read_text()


def test_a_folder_that_can_not_be_written_says_why(
    page: Page, folder: Path, settings: LazySettings
) -> None:
    folder.parent.mkdir()
    folder.write_text("a file")
    settings.STATUSPAGE_EXPORT_TO = str(folder)

    assert export_due(NINE) == 0

    [mark] = red_marks(NINE)
    assert "never" in mark
    assert str(folder) in Export.objects.get().error


def test_the_command_exports_and_refuses_in_one_line(page: Page, folder: Path, capsys: Any) -> None:
    call_command("export_statuspage", to=str(folder))
    assert "files were written" in capsys.readouterr().out

    with pytest.raises(CommandError, match="no status page nobody"):
        call_command("export_statuspage", to=str(folder), page="nobody")


@pytest.mark.parametrize(
    ("name", "why"), [("in/the/way", "Not a directory"), ("n" * 300, "name too long"), ("l" * 501, "at most 500")],
)  # fmt: skip
def test_the_command_says_in_one_line_that_a_place_can_not_be_written(
    page: Page, tmp_path: Path, name: str, why: str
) -> None:
    (tmp_path / "in").write_text("a file")

    with pytest.raises(CommandError, match=why) as error:
        call_command("export_statuspage", to=str(tmp_path / name))

    assert (error.value.returncode, "\n" in str(error.value)) == (2, False)


def test_the_page_s_screen_says_when_its_copy_was_written_also_when_all_is_well(
    page: Page, folder: Path, settings: LazySettings
) -> None:
    settings.STATUSPAGE_EXPORT_TO = str(folder)
    browser = Client()
    browser.force_login(AUser(group="Viewer"))

    def said() -> str:
        return browser.get(f"/admin/statuspage/page/{page.pk}/change/").content.decode()

    assert "not written yet" in said()
    export_due(NINE)
    assert "Static copies" in said()
    assert "23 Nov 2026 09:00:00" in said()
    assert "Written" in said()
    with a_store(settings, status=403), pytest.raises(SinkFailure):
        export(page, "s3://public/status", at=NINE + MINUTE)
    assert "s3://public/status" in said()
    assert "was answered with 403" in said()


def test_a_private_page_says_that_it_has_no_copy(folder: Path, settings: LazySettings) -> None:
    settings.STATUSPAGE_EXPORT_TO = str(folder)
    page = a_page(audience="login", is_default=False)
    browser = Client()
    browser.force_login(AUser(group="Viewer"))

    answer = browser.get(f"/admin/statuspage/page/{page.pk}/change/").content.decode()

    assert "Static copies" not in answer


class _Store(BaseHTTPRequestHandler):
    objects: dict[str, tuple[bytes, dict[str, str]]]
    status = 200

    def _take(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.command == "PUT" and self.status == 200:
            self.objects[self.path] = (body, dict(self.headers))
        elif self.command == "DELETE":
            self.objects.pop(self.path, None)
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_PUT = do_DELETE = _take  # noqa: N815  the names are the library's

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def a_store(settings: LazySettings, status: int = 200) -> Iterator[dict[str, Any]]:
    """Run a store that keeps what is put."""
    objects: dict[str, Any] = {}
    handler = type("Store", (_Store,), {"objects": objects, "status": status})
    server = HTTPServer((HOST, free_port()), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.S3_ENDPOINT = f"http://{HOST}:{server.server_port}"
    settings.S3_ACCESS_KEY_ID, settings.S3_SECRET_ACCESS_KEY = "key", "secret"
    settings.ALLOWED_PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    try:
        yield objects
    finally:
        server.shutdown()
        server.server_close()


def test_a_bucket_gets_signed_objects_with_their_types(page: Page, settings: LazySettings) -> None:
    with a_store(settings) as objects:
        moved = export(page, "s3://public/status", at=NINE)

        assert len(objects) == moved
        body, headers = objects["/public/status/api/v2/status.json"]
        assert json.loads(body)["status"]["indicator"] == "none"
        assert headers["Content-Type"] == "application/json; charset=utf-8"
        assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=key/")
        assert list(objects)[-1].endswith("index.html")

        gone = Component.objects.get(name="Search")
        gone.delete()
        render_rooms(NINE + MINUTE)
        shown(page, NINE + MINUTE)
        export(page, "s3://public/status", at=NINE + MINUTE)
        assert not [name for name in objects if gone.public_id in name]


def test_a_bucket_that_refuses_says_so(page: Page, settings: LazySettings) -> None:
    with a_store(settings, 403), pytest.raises(SinkFailure, match="answered with 403"):
        export(page, "s3://public/status", at=NINE)
