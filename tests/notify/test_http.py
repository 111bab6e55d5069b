"""The outbound client goes only where it may, and always comes back in time (S15, S16, F15)."""

import ipaddress
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.addresses import is_public, read_url
from notify.http import HttpClient, HttpFailure, HttpSettings, UrlNotAllowed, check_url
from tests.certificates import certificate
from tests.servers import Answer, free_port, http_server, mute_server, resolver_of

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
OPEN = HttpSettings(LOOPBACK, time_limit_s=5)
STRICT = HttpSettings(time_limit_s=5)

LOOPBACK_FORMS = [
    "127.0.0.1", "127.0.0.2", "127.255.255.254", "127.1", "127.0.1", "0177.0.0.1", "0177.1", "00000177.0.0.1",
    "2130706433", "017700000001", "0x7f000001", "0x7f.1", "0x7f.0.0.1", "0x7F.0x0.0x0.0x1", "127.0x0.0.1",
    "0", "0.0.0.0", "0x0", "00", "127.0.0.01", "127.0.0.1.", "4294967295",  # noqa: S104  nothing is bound
    "18446744073709551617",
    "①②⑦.0.0.1", "१२७.0.0.1", "127。0。0。1", "127.0.0.1%00", "127.0.0.1%2e", "%31%32%37.0.0.1",
    "localhost", "LOCALHOST", "LocalHost", "localhost.", "a.localhost", "localhost.localdomain", "metadata",
    "metadata.google.internal", "printer.local", "router.lan", "box.home.arpa", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "localhost\u3002",
    "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::7f00:1]",
    "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::1]",
    "[fe80::1]", "[fe80::1%25lo]", "[fec0::1]", "[fd00:ec2::254]", "[ff02::1]", "[2001:db8::1]", "[3fff::1]",
    "[2001:20::1]", "[2001:4:112::1]",
    "[5f00::1]", "[100::1]", "[::ffff:0:127.0.0.1]",
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.9", "192.0.2.1",
    "192.88.99.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
]  # fmt: skip


@pytest.fixture
def server():
    with http_server() as running:
        yield running


def client(*addresses, settings=OPEN):
    return HttpClient(settings, resolver_of(*addresses))


@pytest.mark.parametrize("form", LOOPBACK_FORMS)
def test_no_way_of_writing_a_forbidden_address_is_allowed(server, form):
    port_443, named_port = f"https://{form}/hook", f"http://{form}:{server.port}/hook"

    for url in (port_443, named_port):
        with pytest.raises(UrlNotAllowed) as at_save:
            check_url(url, STRICT)
        with pytest.raises(UrlNotAllowed) as at_send:
            client("127.0.0.1", settings=STRICT).post(url, b"{}", {})
        assert str(at_save.value) == str(at_send.value)
    assert server.connections == 0
    assert at_save.value.code == "url_not_allowed"


@pytest.mark.parametrize(
    "url",
    [
        "", "hook", "//hooks.example.com/x", "ftp://hooks.example.com/", "file:///etc/passwd", "gopher://hooks.example.com/",
        "http://hooks.example.com/", "https://", "https:///x", "https:hooks.example.com", "https://hooks.example.com:25/",
        "https://hooks.example.com:0/", "https://hooks.example.com:65536/", "https://hooks.example.com:+443/",
        "https://ana@hooks.example.com/", "https://ana:secret@hooks.example.com/", "https://hooks.example.com@127.0.0.1/",
        "https://hooks.example.com/#part", "https://hooks.example.com#@127.0.0.1/", "https://hooks.example.com\\@127.0.0.1/",
        "https://hooks.example.com/a b", "https://hooks.example.com/\r\nX: y", "https://hooks.example.com/\t", " https://hooks.example.com/",
        "https://hooks.exam\nple.com/", "https://hooks.example.com/\x00", "https://bücher.example/", "https://\u0430pple.example/",
        "https://-hooks.example.com/", "https://hooks..example.com/", "https://.example.com/", "https://hooks.example.com./",
        "https://[::1/", "https://::1/", "https://[127.0.0.1]/", "https://[hooks.example.com]/", "https://[v1.x]/",
        "https://" + "a" * 64 + ".example.com/", "https://hooks.example.com/" + "a" * 2048, "https://" + "a.b" * 100 + ".example/",
    ],
)  # fmt: skip
def test_only_a_plain_https_address_is_allowed(url):
    with pytest.raises(UrlNotAllowed) as refusal:
        check_url(url, STRICT)

    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://hooks.example.com", "hooks.example.com", 443, "/"),
        ("https://hooks.example.com:443/a?b=c&d=%20", "hooks.example.com", 443, "/a?b=c&d=%20"),
        ("HTTPS://Hooks.Example.COM/x", "hooks.example.com", 443, "/x"),
        ("https://hooks.example.com:80/", "hooks.example.com", 80, "/"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example", 443, "/"),
        ("https://a_b.example.com/", "a_b.example.com", 443, "/"),
        ("https://8.8.8.8/", "8.8.8.8", 443, "/"),
        ("https://[2606:4700::1111]/", "2606:4700::1111", 443, "/"),
        ("https://[::ffff:8.8.8.8]/", "::ffff:8.8.8.8", 443, "/"),
    ],
)
def test_a_public_https_address_is_allowed(url, host, port, path):
    found = read_url(url, STRICT.allowed_private)

    assert (found.scheme, found.host, found.port, found.path) == ("https", host, port, path)


@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",),
        ("93.184.215.14", "127.0.0.1"),
        ("2606:4700::1111", "::1"),
        ("::ffff:10.0.0.1",),
        ("fe80::1%lo",),
        ("64:ff9b::a9fe:a9fe",),
    ],
)
def test_a_name_with_any_forbidden_address_is_refused(server, addresses):
    with pytest.raises(UrlNotAllowed):
        client(*addresses, settings=STRICT).post("https://hooks.example.com/", b"{}", {})

    assert server.connections == 0


def test_a_name_that_changes_its_address_is_asked_only_once(server):
    server.answers("/hook", 200)
    answers = iter([["127.0.0.1"], ["10.9.9.9"], ["10.9.9.9"]])
    asked = []

    def rebinding(host, port):
        asked.append(host)
        return next(answers)

    reply = HttpClient(OPEN, rebinding).post(
        f"http://hooks.example.com:{server.port}/hook", b"{}", {}
    )

    assert reply.status == 200
    assert asked == ["hooks.example.com"]
    assert server.requests[0].headers["host"] == f"hooks.example.com:{server.port}"


def test_a_name_that_turns_private_after_saving_is_blocked_at_send(server):
    check_url("https://hooks.example.com/", STRICT)

    with pytest.raises(UrlNotAllowed):
        client("127.0.0.1", settings=STRICT).post("https://hooks.example.com/", b"{}", {})

    assert server.connections == 0


@pytest.mark.parametrize("url", ["http://hooks.example.com/", "https://hooks.example.com:8443/"])
def test_plain_http_and_other_ports_stay_inside_the_operators_networks(url):
    check_url(url, OPEN)

    with pytest.raises(UrlNotAllowed):
        client("93.184.215.14").post(url, b"{}", {})


def test_the_operators_list_opens_nothing_else():
    for url in ("https://10.0.0.1/", "https://[fe80::1]/", "https://169.254.169.254/"):
        with pytest.raises(UrlNotAllowed):
            check_url(url, OPEN)


def test_an_ipv4_mapped_address_is_judged_by_the_address_inside(server):
    server.answers("/hook", 204)

    reply = client("::ffff:127.0.0.1").post(f"http://hooks.example.com:{server.port}/hook", b"", {})

    assert reply.status == 204


@given(st.ip_addresses(network="0.0.0.0/0"))
def test_every_public_ipv4_address_is_global_unicast(address):
    if is_public(address):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_reserved


@given(st.ip_addresses(v=6))
def test_every_public_ipv6_address_is_global_unicast_and_carries_no_ipv4_address(address):
    if is_public(address):
        assert address in ipaddress.ip_network("2000::/3")
        assert address.sixtofour is None
        assert address.teredo is None
        assert address.ipv4_mapped is None


def test_it_posts_the_body_and_returns_the_answer(server):
    url = server.answers("/a/b", Answer(201, {"Retry-After": "7"}, b"thanks"))

    reply = client().post(f"{url}?c=d%20e", b'{"a":1}', {"Content-Type": "application/json"})

    assert (reply.status, reply.headers["retry-after"], reply.body) == (201, "7", b"thanks")
    request = server.requests[0]
    assert (request.method, request.path, request.body) == ("POST", "/a/b?c=d%20e", b'{"a":1}')
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"] == "Watchbill"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(server, status):
    target = server.answers("/internal", 200)
    url = server.answers("/hook", Answer(status, {"Location": target}))

    reply = client().post(url, b"{}", {})

    assert reply.status == status
    assert [request.path for request in server.requests] == ["/hook"]


def test_of_a_huge_body_only_64_kib_are_read(server):
    url = server.answers("/hook", Answer(body=b"x" * 5_000_000))

    reply = client().post(url, b"{}", {})

    assert len(reply.body) == 64 * 1024


@pytest.mark.parametrize("how", ["cut", "drip"])
def test_a_body_that_breaks_off_does_not_unsay_the_status(server, how):
    url = server.answers("/hook", Answer(202, {"Content-Length": "900"}, b"x" * 900, how))

    reply = client(settings=HttpSettings(LOOPBACK, time_limit_s=0.4)).post(url, b"{}", {})

    assert reply.status == 202
    assert len(reply.body) < 900


@pytest.mark.parametrize("how", ["hang", "drip-head"])
def test_a_receiver_that_hangs_or_drips_does_not_outlive_the_limit(server, how):
    url = server.answers("/hook", Answer(how=how))
    started = time.monotonic()

    with pytest.raises(HttpFailure, match=r"no answer within 0\.4 s") as failure:
        client(settings=HttpSettings(LOOPBACK, time_limit_s=0.4)).post(url, b"{}", {})

    assert time.monotonic() - started < 1.0
    assert not failure.value.permanent


def test_a_handshake_that_hangs_does_not_outlive_the_limit():
    started = time.monotonic()

    with mute_server() as port, pytest.raises(HttpFailure, match="no answer within"):
        client(settings=HttpSettings(LOOPBACK, time_limit_s=0.2)).post(
            f"https://127.0.0.1:{port}/", b"{}", {}
        )

    assert time.monotonic() - started < 1.0


def test_a_name_server_that_hangs_does_not_outlive_the_limit():
    over, started = threading.Event(), time.monotonic()

    def hanging(host, port):
        over.wait()
        return []

    with pytest.raises(HttpFailure, match="no answer within"):
        HttpClient(HttpSettings(time_limit_s=0.2), hanging).post(
            "https://hooks.example.com/", b"{}", {}
        )

    assert time.monotonic() - started < 1.0
    over.set()


def test_the_usual_limit_is_ten_seconds():
    assert HttpSettings().time_limit_s == 10.0


def test_a_reset_is_a_failure_that_may_pass(server):
    url = server.answers("/hook", Answer(how="reset"))

    with pytest.raises(HttpFailure, match="broke off") as failure:
        client().post(url, b"{}", {})

    assert not failure.value.permanent


def test_a_refused_connection_is_a_failure_that_may_pass():
    with pytest.raises(HttpFailure, match="could not be reached") as failure:
        client().post(f"http://127.0.0.1:{free_port()}/", b"{}", {})

    assert not failure.value.permanent


def test_an_unknown_name_is_a_failure_that_may_pass():
    def unknown(host, port):
        raise OSError("no such name")

    with pytest.raises(HttpFailure, match="could not be reached") as failure:
        HttpClient(OPEN, unknown).post("https://hooks.example.com/", b"{}", {})

    assert not failure.value.permanent


def test_the_second_address_is_tried_when_the_first_refuses(server):
    server.answers("/hook", 200)

    reply = client("::1", "127.0.0.1").post(
        f"http://hooks.example.com:{server.port}/hook", b"{}", {}
    )

    assert reply.status == 200


def test_a_header_can_not_be_smuggled_in(server):
    url = server.answers("/hook", 200)

    with pytest.raises(ValueError, match="header"):
        client().post(url, b"{}", {"webhook-id": "a\r\nX-Forged: 1"})

    assert server.requests == []


# --- TLS ---


def over_tls(served, *, trusted=None, host="hooks.example.com"):
    """Post to a server that shows the certificate `served`, as if it were `host`; return the status."""
    with http_server(served) as server:
        server.answers("/hook", 200)
        settings = HttpSettings(LOOPBACK, time_limit_s=5, ca_file=(trusted or served).ca_file)
        return (
            client("127.0.0.1", settings=settings)
            .post(f"https://{host}:{server.port}/hook", b"{}", {})
            .status
        )


def test_a_proper_certificate_is_accepted_by_name_and_by_address(tmp_path):
    assert over_tls(certificate(tmp_path, "hooks.example.com")) == 200
    assert over_tls(certificate(tmp_path, "127.0.0.1"), host="127.0.0.1") == 200


@pytest.mark.parametrize(
    ("names", "expired", "fault"),
    [
        (("other.example.com",), False, "is for another name"),
        (("hooks.example.com",), True, "has expired"),
    ],
)
def test_a_wrong_certificate_is_a_permanent_failure(tmp_path, names, expired, fault):
    with pytest.raises(HttpFailure, match=fault) as failure:
        over_tls(certificate(tmp_path, *names, expired=expired))

    assert failure.value.permanent
    assert "example.com" not in str(failure.value)


def test_a_certificate_for_another_address_is_a_permanent_failure(tmp_path):
    with pytest.raises(HttpFailure, match="is for another address"):
        over_tls(certificate(tmp_path, "hooks.example.com"), host="127.0.0.1")


def test_an_unknown_authority_is_not_trusted(tmp_path):
    served, other = (
        certificate(tmp_path, "hooks.example.com"),
        certificate(tmp_path, "unrelated.example"),
    )

    with pytest.raises(HttpFailure, match="is not trusted"):
        over_tls(served, trusted=other)


def test_a_server_without_tls_on_an_https_address_is_a_failure_that_may_pass(server):
    with pytest.raises(HttpFailure) as failure:
        client().post(f"https://127.0.0.1:{server.port}/", b"{}", {})

    assert not failure.value.permanent
