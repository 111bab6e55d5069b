"""The demo's schedules begin at a handoff of their own wall clock."""

from datetime import datetime

import pytest

from oncall.demo import paging


@pytest.mark.parametrize(
    ("at", "zone", "handoff"),
    [
        ("2026-11-21T03:24Z", "Europe/Oslo", "2026-11-16T09:00"),
        ("2026-11-23T07:59Z", "Europe/Oslo", "2026-11-16T09:00"),
        ("2026-11-23T08:00Z", "Europe/Oslo", "2026-11-23T09:00"),
        ("2026-11-23T03:30Z", "Asia/Kolkata", "2026-11-23T09:00"),
        ("2026-03-30T06:59Z", "Europe/Oslo", "2026-03-23T09:00"),
        ("2026-03-30T07:00Z", "Europe/Oslo", "2026-03-30T09:00"),
        ("2026-11-02T13:59Z", "America/New_York", "2026-10-26T09:00"),
        ("2026-11-02T14:00Z", "America/New_York", "2026-11-02T09:00"),
    ],
)
def test_the_latest_handoff_follows_the_wall_clock(at: str, zone: str, handoff: str) -> None:
    assert paging.latest_handoff(datetime.fromisoformat(at), zone) == datetime.fromisoformat(
        handoff
    )
