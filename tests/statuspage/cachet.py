"""A Cachet as the tests play it: both of its APIs, in pages, with the moods of a small server."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from tests.servers import Answer, HttpServer, http_server

Rows = Sequence[Mapping[str, Any]]


@dataclass
class Cachet:
    """A Cachet 2.x (`is_old`) or 3.x. `moods`: answers that come before the true ones, by path, each once."""

    server: HttpServer
    lists: dict[str, Rows]
    is_old: bool
    per_page: int = 2
    moods: dict[str, list[Answer]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.server.port}"

    def asked(self) -> list[str]:
        """Return what was asked for, in order."""
        return [one.path for one in self.server.requests]

    def answer(self, target: str) -> Answer:
        """Return what it says to a request: a page of a list, or that there is none."""
        path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
        if moods := self.moods.get(path, []):
            return moods.pop(0)
        name = path.removeprefix("/api/v1/" if self.is_old else "/api/")
        if name not in self.lists:
            return Answer(404, body=b"<html>Not found</html>")
        number = int(query.get("page", ["1"])[0])
        first = (number - 1) * self.per_page
        rows = self.lists[name][first : first + self.per_page]
        is_last = first + self.per_page >= len(self.lists[name])
        shape = self._old if self.is_old else self._new
        return Answer(body=orjson.dumps(shape(rows, number, is_last=is_last, name=name)))

    def _old(self, rows: Rows, number: int, *, is_last: bool, name: str) -> dict[str, Any]:
        total = -(-len(self.lists[name]) // self.per_page)
        links = {"next_page": None if is_last else f"{self.url}/elsewhere", "previous_page": None}
        pagination = {"total": len(self.lists[name]), "count": len(rows), "per_page": self.per_page,
                      "current_page": number, "total_pages": total, "links": links}  # fmt: skip
        return {"meta": {"pagination": pagination}, "data": list(rows)}

    def _new(self, rows: Rows, number: int, *, is_last: bool, name: str) -> dict[str, Any]:
        """Give JSON:API: what a row is related to stands in `included`."""
        beside: list[Any] = []
        data = [_resource(name, row, beside) for row in rows]
        following = None if is_last else f"http://169.254.169.254/api/{name}?page={number + 1}"
        return {
            "data": data,
            "included": beside,
            "links": {"first": None, "last": None, "prev": None, "next": following},
            "meta": {"current_page": number, "per_page": self.per_page},
        }


def _resource(kind: str, row: Mapping[str, Any], beside: list[Any]) -> dict[str, Any]:
    own = {name: value for name, value in row.items() if not name.startswith("@")}
    links: dict[str, Any] = {}
    for name, related in row.items():
        if name.startswith("@"):
            made = [_resource(name[1:], one, beside) for one in related]
            beside.extend(made)
            pointers = [{"id": one["id"], "type": one["type"]} for one in made]
            links[name[1:]] = {"data": pointers[0] if name == "@group" else pointers}
    return {"id": str(row["id"]), "type": kind, "attributes": own, "relationships": links}


@contextmanager
def cachet(lists: dict[str, Rows], *, is_old: bool) -> Iterator[Cachet]:
    """Run one."""
    with http_server() as server:
        site = Cachet(server, lists, is_old)
        server.next_answer = site.answer  # type: ignore[method-assign]
        yield site
