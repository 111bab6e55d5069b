"""The status page answers with the database stopped, every address of it, also in processes that start then."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.servers import free_port
from tests.stack import Moulds, Server, Stack, eventually

pytestmark = pytest.mark.slow
FRONT = [
    "/",
    "/history.rss",
    "/history.atom",
    "/api/v2/summary.json",
    "/api/v2/status.json",
    "/api/v2/components.json",
    "/api/v2/incidents.json",
    "/api/v2/incidents/unresolved.json",
    "/api/v2/scheduled-maintenances.json",
    "/api/v2/scheduled-maintenances/upcoming.json",
    "/api/v2/scheduled-maintenances/active.json",
]
_LINK = re.compile(rb'href="(/(?:incidents|components|history)[^"#?]*)"')


def every_address(stack: Stack) -> list[str]:
    """Return what there is to ask for: the known addresses, and all that a visitor finds by following links."""
    found = dict.fromkeys(FRONT)
    waiting = list(found)
    while waiting:
        status, body = stack.ask("GET", waiting.pop())
        assert status == 200
        new = {link.decode() for link in _LINK.findall(body)} - found.keys()
        found |= dict.fromkeys(new)
        waiting += new
    return list(found)


def statuses(stack: Stack, paths: Iterable[str]) -> set[tuple[str, int]]:
    return {(path, status) for path in paths if (status := stack.ask("GET", path)[0]) != 200}


@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
def test_every_public_address_answers_from_a_process_that_starts_without_the_database(
    request: pytest.FixtureRequest, moulds: Moulds, tmp_path: Path, kind: str
) -> None:
    with moulds.stack(kind, tmp_path / "gone") as stack:
        stack.seed("status_page")
        web = stack.start_web()
        paths = every_address(stack)
        assert {"incidents", "components", "history"} <= {path.split("/")[1] for path in paths}
        copies = stack.folder / "data" / "statuspage"
        eventually(
            lambda: len(list(copies.rglob("*.room"))) >= len(set(paths) - set(FRONT)),
            within_s=30,
            what="every room is copied",
        )
        web.kill()

        server: Server | None = None
        if kind == "postgresql":
            server = request.getfixturevalue("postgresql")
            server.stop()
        else:
            (stack.folder / "data" / "watchbill.sqlite3").rename(tmp_path / "elsewhere.sqlite3")
        try:
            stack.port = free_port()
            stack.start_web()

            assert statuses(stack, paths) == set()
            assert stack.ask("GET", "/incidents/nothinghere1")[0] == 503
        finally:
            if server is not None:
                server.start()
