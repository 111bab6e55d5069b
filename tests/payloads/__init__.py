"""Requests captured from real senders, byte for byte, and what each must be read as.

`NAME.json` is a capture; `NAME.expected.json` beside it lists the readings of the requests in
scope. A bug report becomes a test by dropping in the two files.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
_KIND_OF_PATH = {
    "/am/webhook/KEY": "alertmanager",
    "/am/bearer": "alertmanager",
    "/am/basic": "alertmanager",
    "/v2/enqueue": "pagerduty",
    "/v2/change/enqueue": "pagerduty_change",
}


@dataclass(frozen=True, slots=True)
class Captured:
    """One request in scope: which capture, which request in it (from 0), its format and its bytes."""

    capture: str
    index: int
    kind: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def __str__(self) -> str:
        return f"{self.capture}[{self.index}]"


def captures() -> list[str]:
    """Return the names of all captures."""
    return sorted(
        path.stem for path in FOLDER.glob("*.json") if not path.stem.endswith(".expected")
    )


def captured(
    kinds: tuple[str, ...] = ("alertmanager", "pagerduty", "pagerduty_change"),
) -> list[Captured]:
    """Return every captured request of these formats, in the order in which they were sent."""
    return [request for name in captures() for request in _requests(name) if request.kind in kinds]


def _requests(name: str) -> Iterator[Captured]:
    capture = json.loads((FOLDER / f"{name}.json").read_text())
    for index, request in enumerate(capture["requests"]):
        kind = _KIND_OF_PATH.get(request["path"].rstrip("/"), "")
        if kind:
            yield Captured(
                name,
                index,
                kind,
                request["path"],
                tuple((field, value) for field, value in request["headers"]),
                _body(request),
            )


def _body(request: dict[str, object]) -> bytes:
    raw = request.get("raw")
    if isinstance(raw, str):
        return raw.encode()
    return json.dumps(request["json"], ensure_ascii=False, separators=(",", ":")).encode()
