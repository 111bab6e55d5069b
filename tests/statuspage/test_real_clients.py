"""Programs that were written for Statuspage read our page: each is run as its makers ship it (areas/statuspage.md 2.12)."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connections, transaction
from django.test import Client

from statuspage.models import Component, Page
from tests.factories import AService
from tests.servers import HOST, free_port
from tests.statuspage.conftest import Timer
from tests.statuspage.scenes import (
    MINUTE,
    NINE,
    a_component,
    a_group,
    a_page,
    an_incident,
    shown,
    tell,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shipped", "clock")]
EXPORTER = "statuspage_prometheus_exporter"
TIME_LIMIT_S = 120


def package(name: str) -> Any:
    """Return a module that the tests need; without it the test is skipped, and says so."""
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"the package {name} is not installed (requirements/dev.txt)")
    return importlib.import_module(name)


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *_args: object) -> None:
        """Leave the log alone."""


@pytest.fixture
def payments() -> Component:
    """Give a page with a group, a component in it, and one by itself; nothing is wrong."""
    page = a_page()
    component = a_component(page, service=AService(), group=a_group(page, "Shop"))
    a_component(page, "Search", position=2)
    with transaction.atomic():
        shown(page)
    return component


@pytest.fixture
def address(payments: Component) -> Iterator[str]:
    """Give the address of a server that answers as ours does."""
    server = make_server(HOST, free_port(), get_wsgi_application(), handler_class=Quiet)

    def serve() -> None:
        try:
            server.serve_forever()
        finally:
            connections.close_all()  # the thread's own

    thread = Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://{HOST}:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def metrics(address: str, folder: Path) -> str:
    """Return what the exporter makes of the page."""
    services = {
        "northwind": {
            "name": "Northwind Books",
            "url": f"{address}/api/v2/summary.json",
            "interval": 60,
        }
    }
    (folder / "services.json").write_text(json.dumps(services), encoding="utf-8")
    environment = {
        **os.environ,
        "RUN_MODE": "once",
        "SERVICES_JSON_PATH": str(folder / "services.json"),
        "METRICS_TEXTFILE_PATH": str(folder / "page.prom"),
        "NO_PROXY": HOST,
    }
    code = f"from {EXPORTER}.status_monitoring import main; raise SystemExit(main())"
    made = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=environment,
        capture_output=True,
        timeout=TIME_LIMIT_S,
        check=False,
    )
    assert made.returncode == 0, made.stderr.decode()[-2000:]
    return (folder / "page.prom").read_text(encoding="utf-8")


def test_the_prometheus_exporter_reads_the_summary_w6(
    address: str, payments: Component, timer: Timer, tmp_path: Path
) -> None:
    package(EXPORTER)

    calm = metrics(address, tmp_path)
    tell(
        an_incident(payments.bindings.get().service),
        components={payments.public_id: "major_outage"},
    )
    timer.forward(2)
    troubled = metrics(address, tmp_path)

    assert "Payments" in calm
    assert "Card payments failing" not in calm
    assert "Card payments failing" in troubled


@pytest.mark.parametrize("feed", ["history.rss", "history.atom"])
def test_feedparser_finds_nothing_wrong_with_the_feeds_f1(
    payments: Component, timer: Timer, feed: str
) -> None:
    feedparser = package("feedparser")
    incident = an_incident(payments.bindings.get().service)
    tell(incident, body="Fails ]]> & <b>hard</b>\u2028 now", name="Cards\r\nfail")
    first = feedparser.parse(Client().get(f"/{feed}").content)
    tell(incident, "resolved", body="Over.", at=NINE + MINUTE)
    timer.forward(2)

    second = feedparser.parse(Client().get(f"/{feed}").content)

    assert not first.bozo, first.get("bozo_exception")
    assert not second.bozo
    assert [one.id for one in first.entries] == [one.id for one in second.entries]
    assert first.entries[0].title == "Cards fail"
    assert "Over." in second.entries[0].get("summary", "") + str(second.entries[0].get("content"))
    assert Page.objects.count() == 1
