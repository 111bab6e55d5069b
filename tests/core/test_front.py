"""The front collects whole requests under a cap, a time and a budget; threads see nothing else."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from core import front
from core.front import Front

SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/in/généric/",
    "query_string": b"a=1",
    "headers": [(b"cookie", b"a=1"), (b"cookie", b"b=2"), (b"x-a", b"1"), (b"x-a", b"2"), (b"x_forwarded_proto", b"https")],
    "server": ("127.0.0.1", 8000),
    "client": ("127.0.0.1", 5),
}  # fmt: skip


def answered(
    *events: dict[str, Any], headers: Iterable[tuple[bytes, bytes]] = ()
) -> tuple[int, bytes, dict[str, Any]]:
    """Run one request through a front; return status, body and the environment that the application saw."""
    seen: dict[str, Any] = {}
    sent: list[dict[str, Any]] = []
    left = list(events)

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update(environ, body=environ["wsgi.input"].read())
        start_response("202 Accepted", [("X-Said", "so")])
        return [b"o", b"k"]

    async def receive() -> dict[str, Any]:
        if left:
            return left.pop(0)
        await asyncio.Event().wait()
        raise AssertionError("nobody wakes this")

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    scope = {**SCOPE, "headers": [*SCOPE["headers"], *headers]}
    asyncio.run(Front(application)(scope, receive, send))
    return sent[0]["status"], sent[1]["body"], seen


def piece(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_request_in_pieces_reaches_the_application_whole() -> None:
    status, body, seen = answered(piece(b"ab", more=True), piece(b"c"))

    assert (status, body, seen["body"], seen["CONTENT_LENGTH"]) == (202, b"ok", b"abc", "3")
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/in/généric/"
    assert (seen["HTTP_COOKIE"], seen["HTTP_X_A"], seen["QUERY_STRING"]) == (
        "a=1; b=2",
        "1,2",
        "a=1",
    )


def test_a_header_spelled_with_an_underscore_passes_for_no_other() -> None:
    assert "HTTP_X_FORWARDED_PROTO" not in answered(piece(b""))[2]


def test_a_body_that_does_not_come_is_408(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "PATIENCE_S", 0.01)

    status, body, seen = answered(piece(b"a", more=True))

    assert (status, seen) == (408, {})
    assert b"body_too_slow" in body


def test_a_body_that_breaks_off_is_400_and_unseen() -> None:
    status, _body, seen = answered(piece(b"a", more=True), {"type": "http.disconnect"})

    assert (status, seen) == (400, {})


def test_too_many_bodies_at_once_are_503(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "BUDGET", 2)

    assert answered(piece(b"abc"))[0] == 503


def test_what_announces_or_sends_too_much_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "limit_for", lambda _path: 4)

    announced = answered(headers=[(b"content-length", b"5")])[2]
    sent = answered(piece(b"abc", more=True), piece(b"def", more=True))[2]

    assert (announced["body"], announced["CONTENT_LENGTH"]) == (b"", "5")
    assert (sent["body"], sent["CONTENT_LENGTH"]) == (b"abcde", "5")
