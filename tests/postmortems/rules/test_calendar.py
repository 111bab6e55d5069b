"""A playbook's lengths of time on the calendar; 21 Nov 2026 is a Saturday."""

from datetime import UTC, datetime

import pytest

from incidents.playbook import Duration
from postmortems.rules.calendar import after


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "length", "end"),
    [
        (at(20, 15), "48h", at(22, 15)),
        (at(20, 15), "1 week", at(27, 15)),
        (at(20, 15), "immediate", at(20, 15)),
        (at(20, 15), "1 business day", at(23, 15)),
        (at(21, 15), "1 business day", at(23, 15)),
        (at(17, 15), "3 business days", at(20, 15)),
        (at(18, 15), "3 business days", at(23, 15)),
        (at(16, 15), "1 business week", at(23, 15)),
        (at(20, 15), "next business day", at(23, 17)),
        (at(19, 15), "same business day", at(19, 17)),
        (at(21, 15), "same business day", at(23, 17)),
        (at(19, 15), "4 business hours", at(20, 11)),
        (at(20, 16), "2 business hours", at(23, 10)),
        (at(19, 3), "30 business minutes", at(19, 9, 30)),
        (at(19, 20), "8 business hours", at(20, 17)),
    ],
)
def test_a_length_ends_when_the_calendar_says(start, length, end):
    assert after(start, Duration(length)) == end
