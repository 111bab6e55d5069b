"""The wrapper around Django: chunked, sizes, gzip, before anything is parsed (stack.md 1)."""

import gzip
import json
import tracemalloc
from io import BytesIO
from typing import Any

import pytest

from core.bodies import MIB, REFUSED, bounded, limit_for

SMALL = limit_for("/r/token/")


class Stream(BytesIO):
    """A body that counts how much of it was read."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.taken = 0

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        self.taken += len(piece)
        return piece


def send(
    body: bytes, path: str = "/r/token/", **environ: Any
) -> tuple[int, dict[str, Any], dict[str, Any]]:
    """Return the status, the environment that the application saw and the problem."""
    seen: dict[str, Any] = {}
    status: list[str] = []

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update(
            environ, body=environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        )
        start_response("200 OK", [])
        return [b"{}"]

    given = {
        "PATH_INFO": path,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": Stream(body),
        **environ,
    }
    given = {name: value for name, value in given.items() if value is not None}
    answer = b"".join(bounded(application)(given, lambda line, headers: status.append(line)))
    return int(status[0].split()[0]), seen, json.loads(answer)


def chunked(body: bytes, **environ: Any) -> tuple[int, dict[str, Any], dict[str, Any]]:
    return send(body, CONTENT_LENGTH=None, HTTP_TRANSFER_ENCODING="chunked", **environ)


def zipped(body: bytes, **environ: Any) -> tuple[int, dict[str, Any], dict[str, Any]]:
    return send(body, HTTP_CONTENT_ENCODING="gzip", **environ)


def test_a_plain_body_passes_untouched() -> None:
    status, seen, _ = send(b"abc")

    assert (status, seen["body"], seen["wsgi.input"].taken) == (200, b"abc", 3)


@pytest.mark.parametrize("size", [0, 1, SMALL])
def test_a_chunked_body_arrives_whole(size: int) -> None:
    status, seen, _ = chunked(b"x" * size)

    assert (status, len(seen["body"]), seen["CONTENT_LENGTH"]) == (200, size, str(size))
    assert "HTTP_TRANSFER_ENCODING" not in seen


def test_an_announced_body_that_is_too_large_is_not_even_read() -> None:
    stream = Stream(b"x" * (SMALL + 1))

    status, seen, problem = send(b"", CONTENT_LENGTH=str(SMALL + 1), **{"wsgi.input": stream})

    assert (status, seen, stream.taken, problem["code"]) == (413, {}, 0, "body_too_large")


def test_a_chunked_body_is_read_up_to_its_limit_and_no_further() -> None:
    stream = Stream(b"x" * SMALL * 4)

    status, _, problem = chunked(b"", **{"wsgi.input": stream})

    assert (status, problem["code"], stream.taken) == (413, "body_too_large", SMALL + 1)


@pytest.mark.parametrize("length", ["x", "1.5", "0x10"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    status, _, problem = send(b"abc", CONTENT_LENGTH=length)

    assert (status, problem["code"]) == (400, "bad_content_length")


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip", " gzip "])
def test_a_gzip_body_is_inflated(coding: str) -> None:
    packed = gzip.compress(b"hello")

    for send_it in (send, chunked):
        status, seen, _ = send_it(packed, HTTP_CONTENT_ENCODING=coding)
        assert (status, seen["body"], seen["CONTENT_LENGTH"]) == (200, b"hello", "5")
        assert "HTTP_CONTENT_ENCODING" not in seen


def test_every_member_of_a_gzip_body_counts() -> None:
    packed = gzip.compress(b"hello ") + gzip.compress(b"world") + b"\0\0\0"

    assert zipped(packed)[1]["body"] == b"hello world"
    assert zipped(gzip.compress(b"x" * SMALL) + gzip.compress(b"y"))[0] == 413


def test_a_gzip_bomb_is_refused_within_the_memory_of_its_cap() -> None:
    packed = gzip.compress(bytes(256 * MIB))
    tracemalloc.start()

    status, _, problem = zipped(packed, path="/in/alertmanager/k/")

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (status, problem["code"]) == (413, "body_too_large")
    assert peak < 40 * MIB


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"plain",
        gzip.compress(b"hello", mtime=0)[:-4],
        gzip.compress(b"a", mtime=0)[:5],
        gzip.compress(b"a", mtime=0) + b"tail",
    ],
)
def test_what_is_no_whole_gzip_is_refused(body: bytes) -> None:
    status, _, problem = zipped(body)

    assert (status, problem["code"]) == (400, "bad_gzip")


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_another_coding_is_415(coding: str) -> None:
    status, _, problem = send(b"x", HTTP_CONTENT_ENCODING=coding)

    assert (status, problem["code"]) == (415, "unsupported_encoding")


def test_exactly_the_limit_passes() -> None:
    assert send(b"x" * SMALL)[0] == zipped(gzip.compress(b"x" * SMALL))[0] == 200


def test_a_door_with_a_shape_of_its_own_gets_the_refusal_and_no_body() -> None:
    status, seen, _ = send(b"x", "/v2/enqueue", HTTP_CONTENT_ENCODING="br")

    assert (status, seen["body"], seen[REFUSED].code) == (200, b"", "unsupported_encoding")


@pytest.mark.parametrize(("path", "limit"), [
    ("/in/alertmanager/k/", 16 * MIB), ("/in/generic/k/", MIB // 2), ("/v2/enqueue", MIB // 2),
    ("/in/zabbix/k/", MIB // 4), ("/", MIB // 4), ("", MIB // 4),
])  # fmt: skip
def test_limits_by_door(path: str, limit: int) -> None:
    assert limit_for(path) == limit
