"""What every channel can rely on."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.channels import CHANNELS, TIME_LIMIT_S, ChannelError, channel
from notify.channels.base import many_lines, one_line
from tests.notify.channels.messages import a_message


@pytest.mark.parametrize(
    "changes",
    [
        {"sent_at": datetime(2026, 11, 23, 9, 0)},  # noqa: DTZ001  naive on purpose
        {"occurred_at": datetime(2026, 11, 23, 9, 0)},  # noqa: DTZ001  naive on purpose
        {"id": ""},
        {"id": "page 7"},
        {"id": "page-7\r\nBcc: eve@example.org"},
        {"id": "p" * 201},
        {"thread": "incident\n1"},
        {"reply_headers": {"Bcc": "eve@example.org"}},
    ],
)
def test_a_message_that_can_not_be_sent_can_not_be_made(changes):
    with pytest.raises(ValueError, match=r"message"):
        a_message(**changes)


@given(st.text(alphabet=st.characters()))
def test_a_header_line_is_one_line_without_controls(text):
    line = one_line(text, 200)

    assert len(line) <= 200
    assert len(line.splitlines()) <= 1
    assert not any(
        ord(letter) < 32 or 127 <= ord(letter) < 160 or letter in "\u2028\u2029" for letter in line
    )
    line.encode("utf-8")


@given(st.text(alphabet=st.characters()))
def test_a_body_has_newlines_and_tabs_only(text):
    body = many_lines(text)

    assert not any(ord(letter) < 32 and letter not in "\t\n" for letter in body)
    body.encode("utf-8")


def test_a_lone_surrogate_does_not_stop_a_text():
    assert many_lines("a\ud800b\r\nc\x00") == "a?b\nc"


@pytest.mark.parametrize("kind", list(CHANNELS))
def test_every_channel_is_found_under_its_own_kind(kind, settings):
    settings.EMAIL_URL, settings.ALLOWED_PRIVATE_NETWORKS = "smtp://mail.example:25", ()

    found = channel(kind)

    assert found.kind == kind
    assert found.label


def test_an_unknown_channel_is_a_permanent_error():
    with pytest.raises(ChannelError, match="no such channel") as error:
        channel("pigeon")

    assert error.value.permanent


@pytest.mark.parametrize("kind", list(CHANNELS))
def test_every_channel_refuses_an_empty_address_in_one_sentence(kind, settings):
    settings.EMAIL_URL = ""

    with pytest.raises(ValueError, match=r"\.$"):
        channel(kind).validate("")


def test_an_attempt_takes_ten_seconds_at_most():
    assert TIME_LIMIT_S == 10.0


def test_only_the_webhook_needs_a_secret(settings):
    settings.EMAIL_URL = ""

    assert channel("webhook").new_secret().startswith("whsec_")
    assert channel("email").new_secret() == ""
