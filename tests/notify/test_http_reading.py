"""Reading by the outbound client: whole or not at all, at most so large, led on three times, each address checked."""

import tracemalloc

import pytest

from notify.http import HttpFailure, HttpSettings, UrlNotAllowed
from tests.certificates import certificate
from tests.notify.test_http import LOOPBACK, OPEN, client, server
from tests.servers import Answer, http_server

__all__ = ["server"]


def read(url, settings=OPEN, largest=1000, **headers):
    return client(settings=settings).get(url, headers, largest=largest)


def test_what_is_read_is_whole_and_as_large_as_it_may_be(server):
    url = server.answers("/a.ics", Answer(200, {"ETag": '"1"'}, b"x" * 1000))

    reply = read(f"{url}?k=v", **{"If-None-Match": '"0"'})

    assert (reply.status, reply.headers["etag"], reply.body) == (200, '"1"', b"x" * 1000)
    request = server.requests[0]
    assert (request.method, request.path, request.body) == ("GET", "/a.ics?k=v", b"")
    assert request.headers["if-none-match"] == '"0"'
    assert request.headers["accept-encoding"] == "identity"


def test_unchanged_is_an_answer_without_a_body(server):
    url = server.answers("/a.ics", Answer(304, {"Content-Length": "0"}, b""))

    assert (read(url).status, read(url).body) == (304, b"")


def test_more_than_was_asked_for_is_not_read(server):
    url = server.answers("/a.ics", Answer(200, body=b"x" * 5_000_000))

    with pytest.raises(HttpFailure, match="larger than 1 KiB") as failure:
        read(url, largest=1024)

    assert failure.value.permanent


@pytest.mark.parametrize("how", ["cut", "drip"])
def test_half_an_answer_is_none(server, how):
    url = server.answers("/a.ics", Answer(200, {"Content-Length": "900"}, b"x" * 900, how))

    with pytest.raises(HttpFailure, match=r"The server (could not|gave no)") as failure:
        read(url, HttpSettings(LOOPBACK, time_limit_s=0.4))

    assert not failure.value.permanent


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_reader_is_led_on_three_times_at_most(server, status):
    end = server.answers("/end", Answer(body=b"here"))
    places = ["/3", "/2", "/1"]
    for before, after in zip(places, ["/end", *places], strict=False):
        server.answers(before, Answer(status, {"Location": after}))
    fourth = server.answers("/4", Answer(status, {"Location": "/1"}))

    assert read(end.replace("/end", "/1")).body == b"here"
    with pytest.raises(HttpFailure, match="too often"):
        read(fourth)


CHUNKED = {"Transfer-Encoding": "chunked", "Content-Length": ""}


def test_a_chunk_of_no_length_is_not_read_to_its_end(server):
    """Python's client reads a chunk of length -1 until the connection ends: as much as somebody cares to send."""
    url = server.answers("/a.ics", Answer(200, CHUNKED, b"-1\r\n" + b"x" * 60_000_000))

    tracemalloc.start()
    try:
        with pytest.raises(HttpFailure, match="broke off"):
            read(url, largest=1024)
        posted = client().post(url, b"{}", {})
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert (posted.status, posted.body) == (200, b"")
    assert most < 20_000_000


@pytest.mark.parametrize("chunk", [b"-5\r\nabc", b"-0x5\r\nabc", b"FFFFFFFFFFFFFFFFFFFF\r\nabc"])
def test_a_chunk_that_lies_is_no_answer_to_who_reads_and_no_fault_to_who_posts(server, chunk):
    url = server.answers("/a.ics", Answer(200, CHUNKED, chunk))

    with pytest.raises(HttpFailure, match="broke off"):
        read(url)
    assert client().post(url, b"{}", {}).status == 200


def test_an_answer_that_only_announces_itself_ends(server):
    url = server.answers("/a.ics", Answer(200, CHUNKED, b"0\r\n" + b"a: b\r\n" * 2_000_000))

    with pytest.raises(HttpFailure, match="broke off"):
        read(url)


@pytest.mark.parametrize("place", ["//[", "http://[::1", "http://[x]/", "https://[::ffff:10.0.0.1%25eth0]/"])  # fmt: skip
def test_a_reader_is_not_led_to_what_is_no_address(server, place):
    url = server.answers("/a.ics", Answer(302, {"Location": place}))

    with pytest.raises((HttpFailure, UrlNotAllowed)):
        read(url)


def test_a_redirect_is_checked_like_the_first_address(server):
    inside = server.answers("/inside", 200)
    for number, place in enumerate(["http://10.0.0.1/", "https://169.254.169.254/", "ftp://x.example/", "//[::1]:1/"]):  # fmt: skip
        url = server.answers(f"/{number}", Answer(302, {"Location": place}))
        with pytest.raises(UrlNotAllowed):
            read(url, HttpSettings(LOOPBACK[:1], time_limit_s=5))

    assert inside
    assert server.connections == 4
    assert "/inside" not in {request.path for request in server.requests}


def test_nobody_is_led_from_https_to_http(tmp_path):
    served = certificate(tmp_path, "127.0.0.1")
    with http_server(served) as secured, http_server() as plain:
        target = plain.answers("/end", 200)
        secured.answers("/a.ics", Answer(302, {"Location": target}))
        settings = HttpSettings(LOOPBACK, time_limit_s=5, ca_file=served.ca_file)
        with pytest.raises(HttpFailure, match="without https"):
            read(f"https://127.0.0.1:{secured.port}/a.ics", settings)

    assert plain.connections == 0
