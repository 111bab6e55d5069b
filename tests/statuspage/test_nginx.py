"""An exported folder, served by plain nginx with the hint that lies in it, is the page as we serve it."""

import http.client
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.test import Client

from statuspage.actions import render_rooms
from statuspage.actions.exporting import export
from statuspage.models import Room
from tests.factories import NINE, AService
from tests.programs import require
from tests.servers import HOST, free_port
from tests.stack import eventually
from tests.statuspage.scenes import a_component, a_page, an_incident, shown, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
SAME = [
    "Content-Type", "Access-Control-Allow-Origin", "Cache-Control", "X-Content-Type-Options", "Referrer-Policy",
    "Content-Security-Policy",
]  # fmt: skip
_CONFIGURATION = """daemon off; master_process off; pid {folder}/pid; error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen {host}:{port}; root {root}; include {root}/_nginx.conf; }}
}}
"""


@contextmanager
def nginx(root: Path, folder: Path) -> Iterator[int]:
    """Serve a folder by nginx; give its port."""
    program, port = require("nginx"), free_port()
    folder.mkdir()
    configuration = folder / "nginx.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder, host=HOST, port=port, root=root))
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [program, "-p", str(folder), "-c", str(configuration)], stdout=log, stderr=log
        )
    try:
        eventually(
            lambda: ask(port, "GET", "/")[0] == 200, within_s=20, what=(folder / "log").read_text()
        )
        yield port
    finally:
        process.terminate()
        process.wait(10)


def ask(port: int, method: str, path: str) -> tuple[int, bytes, dict[str, str]]:
    """Make one request; status 0 where nobody answers."""
    with closing(http.client.HTTPConnection(HOST, port, timeout=10)) as line:
        try:
            line.request(method, path)
            answer = line.getresponse()
            return answer.status, answer.read(), dict(answer.getheaders())
        except OSError:
            return 0, b"", {}


def test_nginx_gives_the_same_bytes_types_and_rights(client: Client, tmp_path: Path) -> None:
    page, service = a_page(), AService()
    row = a_component(page, service=service)
    tell(an_incident(service), components={row.public_id: "major_outage"})
    render_rooms(NINE)
    shown(page)
    root = tmp_path / "root"
    export(page, str(root), at=NINE)
    paths = [
        *Room.objects.values_list("resource", flat=True),
        *page.snapshots.filter(resource__startswith="/").values_list("resource", flat=True),
        f"/components/{row.public_id}/badge.svg",
    ]
    assert len(paths) > 20

    with nginx(root, tmp_path / "nginx") as port:
        for path in paths:
            ours = client.get(path)
            status, body, headers = ask(port, "GET", path)
            assert (path, status, body) == (path, ours.status_code, ours.content)
            assert (path, {name: headers.get(name) for name in SAME}) == (
                path,
                {name: ours.headers.get(name) for name in SAME},
            )
        assert ask(port, "HEAD", "/api/v2/components.json")[:2] == (200, b"")
        assert ask(port, "GET", "/api/v2/nothing.json")[:2] == (404, b"")
        status, body, _headers = ask(port, "GET", "/nothing")
        assert (status, body) == (404, client.get("/nothing").content)
        assert ask(port, "GET", "/_nginx.conf")[0] == 404
        style = body.split(b'rel="stylesheet" href="')[1].split(b'"')[0].decode()
        assert ask(port, "GET", style)[2]["Content-Type"] == "text/css; charset=utf-8"


def test_two_pages_in_one_folder_are_each_served_as_their_own(
    client: Client, tmp_path: Path
) -> None:
    first, orders = a_page(), a_page(name="Orders", slug="orders", is_default=False)
    for page in (first, orders):
        a_component(page, f"Part of {page.name}")
        shown(page)
    root = tmp_path / "root"
    for page in (first, orders, first):
        export(page, str(root), at=NINE)
    paths = ["/", "/embed", "/nothing", "/api/v2/summary.json", "/badge.svg"]

    with nginx(root, tmp_path / "nginx") as port:
        for path in [*paths, *(f"/status/orders{one}" for one in paths)]:
            ours = client.get(path)
            status, body, headers = ask(port, "GET", path)
            assert (path, status, body) == (path, ours.status_code, ours.content)
            policy = "Content-Security-Policy"
            assert status == 404 or headers.get(policy) == ours.headers.get(policy)
