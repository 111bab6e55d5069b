"""The console writes one readable block."""

import logging

import pytest

from notify.channels import ChannelError
from notify.channels.console import Console
from tests.notify.channels.messages import a_message


def test_it_writes_one_block_to_the_log(caplog):
    caplog.set_level(logging.INFO, logger="notify.console")

    receipt = Console().send(
        a_message(subject="Payments\nfail", text="One\r\nTwo\x1b[2J\n"), "ana", ""
    )

    assert [record.getMessage() for record in caplog.records] == [
        "page for ana: Payments fail\n| One\n| Two[2J"
    ]
    assert receipt.provider_id == "page-7-12"


def test_it_marks_a_possible_repeat(caplog):
    caplog.set_level(logging.INFO, logger="notify.console")

    Console().send(a_message(possible_repeat=True), "ana", "")

    assert caplog.messages[0].startswith("page for ana (possibly a repeat): ")


@pytest.mark.parametrize("address", ["", "a\nb", " ana", "a" * 201])
def test_it_refuses_what_is_no_name(address):
    with pytest.raises(ChannelError) as error:
        Console().send(a_message(), address, "")

    assert error.value.permanent
