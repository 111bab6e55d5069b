"""A list of subscribers is read strictly: what can't be read is said by line, and nothing is guessed."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.rules.subscriber_list import LARGEST, MOST, BadList, Line, read


@pytest.mark.parametrize(
    "content",
    [
        b"email\nkim@example.com\n",
        b"\xef\xbb\xbf\"address\"\r\n\"kim@example.com\"\r\n",
        b"Name;E-Mail\nKim;kim@example.com\n",
        b"name\tEMAIL\nKim\tkim@example.com",
        b"address,state\nkim@example.com,Confirmed\n\n , \n",
    ],
)  # fmt: skip
def test_the_address_is_found_whatever_wrote_the_file(content: bytes) -> None:
    found = read(content)

    assert [line.address for line in found.lines] == ["kim@example.com"]
    assert found.lines[0].number == 2
    assert not found.faults


def test_choices_are_read_and_columns_that_mean_nothing_are_named() -> None:
    found = read(
        b"phone,address,wants,maintenance,follows,state\n"
        b'1,a@x.example,ENDS,no," Payments ;p4ymentsc006; ",pending\n'
    )

    assert found.lines == (
        Line(2, "a@x.example", "ends", False, ("Payments", "p4ymentsc006"), waits=True),
    )
    assert found.unread == ("phone",)


def test_what_is_left_out_is_named_by_line_and_reason() -> None:
    found = read(
        b"address,channel,state,wants,maintenance\n"
        b"a@x.example,webhook,,,\n"
        b"b@x.example,email,unsubscribed,,\n"
        b"c@x.example,,quarantined,,\n"
        b"d@x.example,,,sometimes,\n"
        b"e@x.example,,,,perhaps\n"
        b",,,everything,\n"
        b"g@x.example,,,,yes\n"
    )

    assert [line.address for line in found.lines] == ["g@x.example"]
    assert [number for number, _why in found.faults] == [2, 3, 4, 5, 6, 7]
    assert "“unsubscribed”" in found.faults[1][1]


def test_the_apostrophe_that_kept_an_address_from_being_a_formula_is_taken_off() -> None:
    found = read(b"address\n'+tag@example.com\n'kim@example.com\n")

    assert [line.address for line in found.lines] == ["+tag@example.com", "'kim@example.com"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"name\nKim\n", "names no column"),
        (b"email,address\na,b\n", "two columns named address"),
        ("address\nkim@example.com".encode("utf-16"), "UTF-16"),
        ("address\nkim@example.com\nmüller@example.com".encode("latin-1"), "Line 3 is not UTF-8"),
        (b"address\na@x.example\n\0\n", "Line 3 holds a NUL"),
        (b'address\n"a@x.example\n', "no CSV"),
        (b'address\n"a"b@x.example\n', "Line 2 is no CSV"),
        (b"address\n" + b"x" * 200_000, "no CSV"),
        (b"address" + b"," * 5_000_000, "first line is too long"),
        (b"address\n" + b"a" * LARGEST, "larger than 10 MiB"),
        (b"address\n" + b"a@x.example\n" * (MOST + 1), "more than 50,000"),
    ],
    ids=range(13),
)  # fmt: skip
def test_a_file_that_is_none_is_refused_in_words(content: bytes, why: str) -> None:
    with pytest.raises(BadList, match=why):
        read(content)


@given(st.binary())
def test_no_bytes_break_it(content: bytes) -> None:
    with suppress(BadList):
        assert read(b"address\n" + content).unread == ()
