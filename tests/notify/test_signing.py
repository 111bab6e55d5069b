"""Signatures that the receivers' own library verifies."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from notify.signing import new_secret, signed_headers

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
VECTOR = json.loads((Path(__file__).parent / "standardwebhooks-vector.json").read_text())["vector"]
OLD, NEW = "whsec_" + "A" * 32, "whsec_" + "B" * 32


def verified(secret: str, body: bytes, headers: dict[str, str], *, at: datetime = NINE) -> object:
    with time_machine.travel(at, tick=False):
        return Webhook(secret).verify(body, headers)


def test_it_gives_the_signature_of_the_captured_vector():
    at = datetime.fromtimestamp(int(VECTOR["headers"]["webhook-timestamp"]), UTC)

    headers = signed_headers("msg_1", at, VECTOR["body"].encode(), VECTOR["secret"])

    assert headers == VECTOR["headers"]


def test_a_fresh_secret_signs_what_the_library_verifies():
    secret = new_secret()

    headers = signed_headers("page-1", NINE, b'{"a": "\xc3\xa9"}', secret)

    assert verified(secret, b'{"a": "\xc3\xa9"}', headers) == {"a": "é"}
    assert new_secret() != secret


@pytest.mark.parametrize("side", [OLD, NEW])
def test_during_a_rotation_old_and_new_receivers_both_verify(side):
    headers = signed_headers("page-1", NINE, b"{}", f"{OLD} {NEW}")

    assert verified(side, b"{}", headers) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("webhook-id", "page-2"),
        ("webhook-timestamp", str(int(NINE.timestamp()) + 1)),
        ("webhook-signature", "v1,AAAA"),
    ],
)
def test_no_part_can_be_changed(name, value):
    headers = signed_headers("page-1", NINE, b"{}", OLD) | {name: value}

    with pytest.raises(WebhookVerificationError):
        verified(OLD, b"{}", headers)


@pytest.mark.parametrize("skew", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_a_replay_after_five_minutes_is_refused_by_the_receiver(skew):
    headers = signed_headers("page-1", NINE, b"{}", OLD)

    with pytest.raises(WebhookVerificationError):
        verified(OLD, b"{}", headers, at=NINE + skew)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "   ",
        "A" * 32,
        "whsec_",
        "whsec_%%%",
        "whsec_" + "A" * 16 + "!" + "A" * 16,
        "whsec_" + "A" * 30,
        "whsec_" + "A" * 28,
        "whsec_" + "A" * 92,
        f"{OLD} x",
    ],
)
def test_a_malformed_secret_is_refused_and_not_repeated(secret):
    with pytest.raises(ValueError, match=r"secret") as refusal:
        signed_headers("page-1", NINE, b"{}", secret)

    assert "A" * 20 not in str(refusal.value)


@given(st.from_regex(r"\A[!-~]{1,200}\Z"), st.text().map(lambda text: json.dumps(text).encode()))
def test_every_id_and_body_verifies(message_id, body):
    headers = signed_headers(message_id, NINE, body, NEW)

    assert verified(NEW, body, headers) == json.loads(body)
