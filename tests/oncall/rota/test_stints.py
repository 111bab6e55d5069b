"""Stints: what a person calls one shift, however many pieces the resolver gives."""

from oncall.rota import final, stints
from tests.oncall.rota.scenes import WEEKDAYS_9_TO_17, cover, plan, rotation, utc, wall


def told(*rotations: object, overrides: tuple[object, ...] = (), end: str = "2026-03-30T07:00") -> list[str]:  # fmt: skip
    found = stints(final(plan(*rotations, overrides=overrides), utc("2026-03-16T08:00"), utc(end)))
    return [
        f"{chr(one.user + 64)} {one.starts_at:%m-%dT%H} {one.ends_at:%m-%dT%H}" for one in found
    ]


def test_a_working_week_is_one_stint_and_the_weekend_ends_it_only_for_somebody_else() -> None:
    weekly = rotation("A B", windows=WEEKDAYS_9_TO_17, zone="UTC", anchor=wall("2026-03-16T08:00"))

    assert told(weekly) == ["A 03-16T09 03-20T17", "B 03-23T09 03-27T17"]


def test_one_who_is_alone_goes_on_over_weekends() -> None:
    alone = rotation("A", windows=WEEKDAYS_9_TO_17, zone="UTC", anchor=wall("2026-03-16T08:00"))

    assert told(alone) == ["A 03-16T09 03-27T17"]


def test_a_cover_cuts_a_stint_in_two() -> None:
    covered = (cover("C", utc("2026-03-18T08:00"), utc("2026-03-18T12:00")),)

    assert told(rotation("A B"), overrides=covered, end="2026-03-23T08:00") == [
        "A 03-16T08 03-18T08", "C 03-18T08 03-18T12", "A 03-18T12 03-23T08",
    ]  # fmt: skip


def test_days_and_nights_that_alternate_are_stints_of_their_own() -> None:
    halves = rotation("A B", unit="hour", length=12, zone="UTC", anchor=wall("2026-03-16T08:00"))

    assert told(halves, end="2026-03-17T20:00") == [
        "A 03-16T08 03-16T20", "B 03-16T20 03-17T08", "A 03-17T08 03-17T20",
    ]  # fmt: skip


def test_two_who_serve_together_do_not_end_each_others_stint() -> None:
    pair = rotation("AB", windows=WEEKDAYS_9_TO_17, zone="UTC", anchor=wall("2026-03-16T08:00"))

    assert told(pair, end="2026-03-21T00:00") == ["A 03-16T09 03-20T17", "B 03-16T09 03-20T17"]


def test_who_learns_has_no_stint() -> None:
    assert told(rotation("A B", seat="shadow")) == []
