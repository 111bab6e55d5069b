"""A wall clock becomes an instant in one way only."""

from datetime import UTC

import pytest

from oncall.rota import UnknownZone, to_utc
from tests.oncall.rota.scenes import utc, wall


@pytest.mark.parametrize(
    ("local", "zone", "first", "last"),
    [
        ("2026-06-01T09:00", "Europe/Berlin", "2026-06-01T07:00", "2026-06-01T07:00"),
        # nonexistent: the first instant after the gap, wherever in the gap
        ("2026-03-29T02:00", "Europe/Berlin", "2026-03-29T01:00", "2026-03-29T01:00"),
        ("2026-03-29T02:59:59.999999", "Europe/Berlin", "2026-03-29T01:00", "2026-03-29T01:00"),
        ("2026-03-29T03:00", "Europe/Berlin", "2026-03-29T01:00", "2026-03-29T01:00"),
        ("2026-10-04T02:15", "Australia/Lord_Howe", "2026-10-03T15:30", "2026-10-03T15:30"),
        ("2026-09-06T00:30", "America/Santiago", "2026-09-06T04:00", "2026-09-06T04:00"),
        ("2011-12-30T12:00", "Pacific/Apia", "2011-12-30T10:00", "2011-12-30T10:00"),
        # ambiguous: both occurrences
        ("2026-10-25T02:00", "Europe/Berlin", "2026-10-25T00:00", "2026-10-25T01:00"),
        ("2026-10-25T02:59", "Europe/Berlin", "2026-10-25T00:59", "2026-10-25T01:59"),
        ("2026-10-25T03:00", "Europe/Berlin", "2026-10-25T02:00", "2026-10-25T02:00"),
        ("2026-04-05T01:45", "Australia/Lord_Howe", "2026-04-04T14:45", "2026-04-04T15:15"),
        ("2026-11-01T01:30", "America/Chicago", "2026-11-01T06:30", "2026-11-01T07:30"),
        ("2026-01-01T00:00", "UTC", "2026-01-01T00:00", "2026-01-01T00:00"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("fold", [0, 1])
def test_it_settles_hours_that_are_skipped_or_repeated(local, zone, first, last, fold):
    asked = wall(local).replace(fold=fold)

    assert to_utc(asked, zone) == utc(first)
    assert to_utc(asked, zone, last=True) == utc(last)
    assert to_utc(asked, zone).tzinfo is UTC


def test_it_refuses_an_aware_time_and_an_unknown_zone():
    with pytest.raises(ValueError, match="naive"):
        to_utc(utc("2026-01-01T00:00"), "Europe/Berlin")
    with pytest.raises(UnknownZone):
        to_utc(wall("2026-01-01T00:00"), "Mars/Olympus")
