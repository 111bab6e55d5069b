"""Odd bodies through the server that we ship, byte by byte (corpus rows 19, 21, 39; stack.md 1)."""

import gzip
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from core.management.commands.up import web_command
from tests.incidents.ingest.posts import GENERIC
from tests.servers import HOST
from tests.stack import Moulds, Stack

pytestmark = pytest.mark.slow
BODY = json.dumps(GENERIC).encode()
MIB = 1024 * 1024


class Door:
    """One generic source behind a real server."""

    def __init__(self, stack: Stack) -> None:
        self.stack, self.key = stack, stack.keys["generic"]

    def says(self, *pieces: bytes, wait_s: float = 20) -> bytes:
        """Send raw bytes, half-close, and return all that is answered; b"" when the line was cut."""
        with socket.create_connection((HOST, self.stack.port), timeout=wait_s) as line:
            try:
                for piece in pieces:
                    line.sendall(piece)
                return b"".join(iter(lambda: line.recv(65_536), b""))
            except (ConnectionError, TimeoutError):
                return b""

    def head(self, *fields: str, path: str = "") -> bytes:
        address = path or f"/in/generic/{self.key}/"
        lines = [f"POST {address} HTTP/1.1", f"Host: {HOST}", "Connection: close", *fields, "", ""]
        return "\r\n".join(lines).encode()

    def status(self, *pieces: bytes) -> int:
        answer = self.says(*pieces)
        return int(answer.split(b" ", 2)[1]) if answer else 0

    def events(self) -> list[bytes]:
        return [
            bytes(row[0])
            for row in self.stack.rows("SELECT body FROM incidents_rawevent ORDER BY id")
        ]


@pytest.fixture(scope="module")
def door(moulds: Moulds, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with moulds.stack("sqlite", tmp_path_factory.mktemp("door") / "stack") as stack:
        words = web_command()[1:]
        at = words.index("--port") + 1
        stack.start(*words[:at], str(stack.port), *words[at + 1 :])
        stack.wait_for("/healthz")
        yield Door(stack)


def chunks(body: bytes, size: int = 7) -> bytes:
    pieces = [body[n : n + size] for n in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)


def test_a_chunked_body_arrives_whole(door: Door) -> None:
    before = len(door.events())

    status = door.status(door.head("Transfer-Encoding: chunked"), chunks(BODY), b"0\r\n\r\n")

    assert (status, door.events()[before:]) == (202, [BODY])


def test_an_empty_chunked_body_is_never_accepted(door: Door) -> None:
    before = door.events()

    assert door.status(door.head("Transfer-Encoding: chunked"), b"0\r\n\r\n") == 400
    assert door.events() == before


@pytest.mark.parametrize("path", ["", "/v2/enqueue"])
def test_a_chunked_body_without_an_end_frees_the_worker_and_the_next_is_stored_whole(
    door: Door, path: str
) -> None:
    before = door.events()
    with socket.create_connection((HOST, door.stack.port), timeout=5) as line:
        line.sendall(door.head("Transfer-Encoding: chunked", path=path) + chunks(BODY))

    assert door.status(door.head(f"Content-Length: {len(BODY)}"), BODY) == 202
    stored = door.events()[len(before) :]
    assert stored in (
        [BODY],
        [BODY, BODY],
    )  # whole when it broke off after its last byte; never a part


def test_a_body_shorter_than_its_announced_length_is_not_stored(door: Door) -> None:
    before = door.events()
    with socket.create_connection((HOST, door.stack.port), timeout=5) as line:
        line.sendall(door.head(f"Content-Length: {len(BODY) + 10}") + BODY)
        line.shutdown(socket.SHUT_WR)
        answer = line.recv(65_536)

    assert not answer or b" 400 " in answer.splitlines()[0]
    assert door.events() == before


def test_a_body_longer_than_its_announced_length_is_cut_and_refused(door: Door) -> None:
    before = door.events()

    assert door.status(door.head(f"Content-Length: {len(BODY) - 3}"), BODY) == 400
    assert door.events() == before


@pytest.mark.parametrize("length", ["abc", "-5", "5, 6", "99999999999999999999999"])
def test_a_length_that_is_none_is_refused(door: Door, length: str) -> None:
    before = door.events()

    assert door.status(door.head(f"Content-Length: {length}"), BODY) in (0, 400, 413)
    assert door.events() == before


@pytest.mark.parametrize("chunked", [True, False])
def test_a_gzip_body_is_inflated(door: Door, chunked: bool) -> None:
    before, packed = len(door.events()), gzip.compress(BODY)
    framing = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(packed)}"
    sent = chunks(packed) + b"0\r\n\r\n" if chunked else packed

    status = door.status(door.head(framing, "Content-Encoding: gzip"), sent)

    assert (status, door.events()[before:]) == (202, [BODY])


def test_a_gzip_bomb_is_413_and_the_server_lives(door: Door) -> None:
    bomb = gzip.compress(bytes(64 * MIB))

    status = door.status(door.head(f"Content-Length: {len(bomb)}", "Content-Encoding: gzip"), bomb)

    assert status == 413
    assert door.stack.ask("GET", "/healthz")[0] == 200


@pytest.mark.parametrize(
    ("path", "fields"), [("", ()), ("/v2/enqueue", ()), ("", ("Expect: 100-continue",))]
)
def test_what_announces_too_much_is_413_before_it_is_sent(
    door: Door, path: str, fields: tuple[str, ...]
) -> None:
    began = time.monotonic()

    answer = door.says(door.head(f"Content-Length: {600 * 1024}", *fields, path=path))

    assert answer.split(b" ", 2)[1] == b"413"
    assert time.monotonic() - began < 5


def test_what_is_sent_in_chunks_beyond_the_limit_is_413(door: Door) -> None:
    before = door.events()
    big = chunks(b"x" * (600 * 1024), 64 * 1024) + b"0\r\n\r\n"

    assert door.status(door.head("Transfer-Encoding: chunked"), big) in (0, 413)
    assert door.events() == before


@pytest.mark.parametrize("path", ["/v2/enqueue", ""])
def test_an_unknown_coding_is_refused_in_the_shape_of_its_door(door: Door, path: str) -> None:
    fields = ("Content-Encoding: br", f"Content-Length: {len(BODY)}")

    answer = door.says(door.head(*fields, path=path), BODY)

    expected = (b"400", b"invalid event") if path else (b"415", b"unsupported_encoding")
    assert (answer.split(b" ", 2)[1], expected[1] in answer) == (expected[0], True)


def test_two_authorization_headers_are_refused(door: Door) -> None:
    fields = [f"Authorization: Bearer {door.key}"] * 2
    length = f"Content-Length: {len(BODY)}"
    before = door.events()

    statuses = [
        door.status(door.head(length, *fields[:count], path="/in/generic/"), BODY)
        for count in (1, 2)
    ]

    assert statuses == [202, 400]
    assert door.events() == [*before, BODY]


def test_a_slow_header_is_cut_off_and_delays_nobody(door: Door) -> None:
    with socket.create_connection((HOST, door.stack.port), timeout=20) as line:
        line.sendall(b"POST /in/generic/x/ HTTP/1.1\r\nHost: ")
        began = time.monotonic()

        assert door.status(door.head(f"Content-Length: {len(BODY)}"), BODY) == 202
        answer = line.recv(65_536)

        assert time.monotonic() - began < 15
        assert not answer or b" 408 " in answer.splitlines()[0]


def test_s22_slow_senders_silence_nobody(door: Door) -> None:
    head = door.head("Transfer-Encoding: chunked") + b"1\r\n{\r\n"
    with ExitStack() as lines:
        for _ in range(40):
            line = lines.enter_context(socket.create_connection((HOST, door.stack.port), timeout=5))
            line.sendall(head)

        assert door.status(door.head(f"Content-Length: {len(BODY)}"), BODY) == 202
