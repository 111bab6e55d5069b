"""A webhook leaves signed and small, and only a 2xx counts as sent (Standard Webhooks, F15)."""

import ipaddress
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook as Verifier

from notify.channels import ChannelError
from notify.channels.webhook import LARGEST_BODY, Webhook, body_of
from notify.http import HttpSettings
from notify.signing import new_secret
from tests.certificates import certificate
from tests.notify.channels.messages import NINE, a_message
from tests.servers import Answer, http_server, resolver_of

OLD, NEW = "whsec_" + "A" * 32, "whsec_" + "B" * 32
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
HOOK = Webhook(HttpSettings(LOOPBACK, time_limit_s=5))


@pytest.fixture
def server():
    with http_server() as running:
        yield running


def refusal(url, *, hook=HOOK, secret=NEW, **changes):
    """Send a message that is not taken; return the error."""
    with pytest.raises(ChannelError) as error:
        hook.send(a_message(**changes), url, secret)
    return error.value


def test_the_receivers_own_library_verifies_what_arrives(server):
    url = server.answers("/hook", 200)

    receipt = HOOK.send(a_message(payload={"title": "Zahlung schlägt fehl"}), url, f"{OLD} {NEW}")

    request = server.requests[0]
    for secret in (OLD, NEW):
        with time_machine.travel(NINE, tick=False):
            body = Verifier(secret).verify(request.body, request.headers)
        assert body == {
            "type": "page.created",
            "timestamp": "2026-11-23T09:00:00.000Z",
            "data": {"title": "Zahlung schlägt fehl"},
        }
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == receipt.provider_id == "page-7-12"
    assert receipt.detail == "the receiver answered 200"
    assert "x-watchbill-repeat" not in request.headers


def test_a_retry_has_the_same_id_and_body_and_a_new_timestamp(server):
    url = server.answers("/hook", 503, 200)
    later = NINE + timedelta(seconds=5)

    refusal(url, occurred_at=NINE)
    HOOK.send(a_message(occurred_at=NINE, sent_at=later, possible_repeat=True), url, NEW)

    first, second = server.requests
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 5
    assert second.headers["x-watchbill-repeat"] == "possible"


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_success(server, status):
    url = server.answers("/hook", Answer(status, body=b""))

    assert HOOK.send(a_message(), url, NEW).detail == f"the receiver answered {status}"


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        (301, True), (302, True), (303, True), (304, True), (307, True), (308, True),
        (400, True), (401, True), (403, True), (404, True), (405, True), (409, True), (410, True), (413, True), (422, True), (451, True),
        (408, False), (425, False), (429, False),
        (500, False), (501, False), (502, False), (503, False), (504, False), (599, False), (600, False),
    ],
)  # fmt: skip
def test_any_other_answer_is_not_sent(server, status, permanent):
    target = server.answers("/elsewhere", 200)
    url = server.answers("/hook", Answer(status, {"Location": target}, body=b""))

    error = refusal(url)

    assert error.permanent is permanent
    assert str(status) in str(error)
    assert len(server.requests) == 1


def test_a_receiver_that_is_gone_is_told_apart(server):
    assert "gone" in str(refusal(server.answers("/hook", 410)))


@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("0", 0), ("7", 7), ("60", 60), ("61", 60), ("999999999999999999999", 60),
        (format_datetime(NINE + timedelta(seconds=20), usegmt=True), 20),
        (format_datetime(NINE + timedelta(hours=1), usegmt=True), 60),
        (format_datetime(NINE - timedelta(hours=1), usegmt=True), 0),
        ("Mon, 23 Nov 2026 09:00:10 -0000", 10),
        ("", None), ("-1", None), ("1.5", None), ("soon", None), ("²", None), ("Mon, 23 Nov 99999999999999999999 09:00:00 GMT", None), ("Mon, 23 Nov 2026 09:00:00 +999999999999999", None), ("Mon, 99 Nov 2026 09:00:00 GMT", None),
    ],
)  # fmt: skip
def test_it_passes_on_how_long_to_wait_up_to_a_minute(server, status, asked, wait):
    url = server.answers("/hook", Answer(status, {"Retry-After": asked}))

    error = refusal(url)

    assert error.retry_after == wait
    assert not error.permanent


@pytest.mark.parametrize("status", [400, 500])
def test_other_answers_can_not_make_us_wait(server, status):
    url = server.answers("/hook", Answer(status, {"Retry-After": "30"}))

    assert refusal(url).retry_after is None


@pytest.mark.parametrize("how", ["hang", "drip-head", "reset"])
def test_a_receiver_that_does_not_answer_is_tried_again(server, how):
    url = server.answers("/hook", Answer(how=how))
    hook = Webhook(HttpSettings(LOOPBACK, time_limit_s=0.3))

    assert not refusal(url, hook=hook).permanent


def test_an_expired_certificate_is_final(tmp_path):
    expired = certificate(tmp_path, "127.0.0.1", expired=True)
    hook = Webhook(HttpSettings(LOOPBACK, time_limit_s=5, ca_file=expired.ca_file))

    with http_server(expired) as server:
        error = refusal(f"https://127.0.0.1:{server.port}/", hook=hook)

    assert error.permanent
    assert "expired" in str(error)


def test_a_private_address_is_final_and_gets_no_packet(server):
    hook = Webhook(HttpSettings(), resolver_of("127.0.0.1"))

    error = refusal("https://hooks.example.com/token-of-ana", hook=hook)

    assert error.permanent
    assert "token-of-ana" not in str(error)
    assert server.connections == 0


@pytest.mark.parametrize("secret", ["", "whsec_short", "plain"])
def test_without_a_proper_secret_nothing_leaves(server, secret):
    error = refusal(server.answers("/hook", 200), secret=secret)

    assert error.permanent
    assert server.connections == 0


def test_what_the_receiver_says_is_never_shown(server):
    url = server.answers("/hook", Answer(500, {"X-Secret": "s3cret"}, b"s3cret"))

    assert "s3cret" not in str(refusal(url))


def test_a_large_page_is_cut_and_still_leaves(server):
    url = server.answers("/hook", 200)
    payload = {
        "incident": 2041,
        "title": "Card payments fail",
        "labels": {"a": "x" * 30_000},
        "reply_url": "https://wb.example/r/t",
    }

    HOOK.send(a_message(payload=payload), url, NEW)

    body = server.requests[0].body
    data = json.loads(body)["data"]
    assert len(body) < LARGEST_BODY
    assert data["truncated"] is True
    assert (data["incident"], data["title"], data["reply_url"]) == (
        2041,
        "Card payments fail",
        "https://wb.example/r/t",
    )
    assert "labels" not in data


def test_a_message_without_payload_carries_its_text():
    data = json.loads(body_of(a_message(payload={})))["data"]

    assert data["subject"].startswith("[P1]")
    assert "https://wb.example/r/token" in data["text"]


@given(
    st.dictionaries(
        st.text(st.characters(), max_size=300),
        st.text(st.characters(), max_size=300) | st.integers() | st.dates(),
    ),
    st.text(st.characters(), max_size=2000),
    st.integers(1, 200),
)
def test_every_payload_becomes_a_small_valid_body(payload, text, times):
    body = body_of(a_message(payload=payload, text=text * times, subject=text))

    assert len(body) < LARGEST_BODY
    assert json.loads(body)["type"] == "page.created"


def test_the_time_in_the_body_is_utc_whatever_the_zone_of_the_event():
    event = datetime.fromisoformat("2026-11-23T10:00:00+02:00")

    assert (
        json.loads(body_of(a_message(occurred_at=event)))["timestamp"] == "2026-11-23T08:00:00.000Z"
    )


def test_it_is_configured_with_the_operators_networks(settings, server):
    url = server.answers("/hook", 200)
    settings.ALLOWED_PRIVATE_NETWORKS = LOOPBACK

    hook = Webhook.configured()
    hook.validate(url)

    assert hook.send(a_message(), url, new_secret()).provider_id == "page-7-12"
    settings.ALLOWED_PRIVATE_NETWORKS = ()
    with pytest.raises(ValueError, match=r"network"):
        Webhook.configured().validate(url)


def test_a_fresh_secret_signs(server):
    url = server.answers("/hook", 200)

    HOOK.send(a_message(sent_at=datetime(2026, 1, 1, tzinfo=UTC)), url, HOOK.new_secret())

    assert server.requests[0].headers["webhook-timestamp"] == "1767225600"
