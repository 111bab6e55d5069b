"""A schedule's picture as data: days, bars, gaps, lanes, the table, and the agenda of the phone."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from core.models import Team, User
from oncall.admin import period as periods
from oncall.admin.load import load
from oncall.admin.own_shifts import own_shifts
from oncall.admin.people import PATTERNS, TINTS, order, people_of
from oncall.admin.picture import Look, Picture, draw
from oncall.admin.schedule_data import read
from oncall.models import Override, Schedule, Unavailability
from tests.factories import NINE, ASchedule, ATeam, AUser
from tests.oncall.desk import a_layer, someone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def team() -> Team:
    return ATeam(slug="own")


@pytest.fixture
def reader() -> User:
    return someone("Rita")


def drawn(
    schedule: Schedule, reader: User, first: str = "2026-11-23", span: str = "2weeks", **look: bool
) -> Picture:
    period = periods.asked(first, span, schedule.time_zone, NINE)
    found = read(schedule, reader, period, NINE)
    return draw(found.known, period, found.people, Look(reader, NINE, **look))


# Days


@pytest.mark.parametrize(("span", "first", "last"), [
    ("week", date(2026, 11, 16), date(2026, 11, 23)),
    ("2weeks", date(2026, 11, 16), date(2026, 11, 30)),
    ("month", date(2026, 11, 1), date(2026, 12, 1)),
    ("decade", date(2026, 11, 16), date(2026, 11, 30)),
])  # fmt: skip
def test_a_period_is_whole_weeks_from_monday_or_a_month(span: str, first: date, last: date) -> None:
    found = periods.asked("2026-11-21", span, "Europe/Oslo", NINE)

    assert (found.first, found.last) == (first, last)
    assert found.moved(1).first == last
    assert found.moved(-1).last == first


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-13-01", "0001-01-01", "9999-12-31", "2026-11-99"]
)
def test_an_address_with_no_day_is_answered_with_one(text: str) -> None:
    found = periods.asked(text, "week", "Pacific/Apia", NINE)

    assert periods.OLDEST - timedelta(7) <= found.first <= periods.LATEST
    assert found.days


@pytest.mark.parametrize(("zone", "first", "hours"), [
    ("Europe/Oslo", "2026-03-23", [24, 24, 24, 24, 24, 24, 23]),
    ("Europe/Oslo", "2026-10-19", [24, 24, 24, 24, 24, 24, 25]),
    ("Australia/Lord_Howe", "2026-09-28", [24, 24, 24, 24, 24, 24, 23.5]),
    ("Africa/Cairo", "2026-04-20", [24, 24, 24, 24, 23, 24, 24]),  # its midnight does not exist
    ("Pacific/Apia", "2011-12-26", [24, 24, 24, 24, 24, 24]),  # it never had 30 December
])  # fmt: skip
def test_a_day_of_23_or_25_hours_is_as_wide_as_it_is_long(
    zone: str, first: str, hours: list[float]
) -> None:
    days = periods.asked(first, "week", zone, NINE).days

    assert [day.hours for day in days] == hours
    assert all(one.ends_at == other.starts_at for one, other in pairwise(days))
    assert [round(day.width * sum(hours) / 100, 1) for day in days] == hours
    assert [day.is_weekend for day in days][-2:] == [True, True]


# People


def test_tints_go_by_place_and_come_again_with_another_pattern(team: Team, reader: User) -> None:
    people = [AUser() for _ in range(13)]
    schedule = ASchedule(team=team, people=people)

    found = read(schedule, reader, periods.asked("", "", "UTC", NINE), NINE).people

    assert [found[user.pk].tint for user in people[:7]] == [*TINTS, "blue"]
    assert len({(found[user.pk].tint, found[user.pk].pattern) for user in people}) == 13
    assert found[people[0].pk].pattern == PATTERNS[0]
    assert order(read(schedule, reader, periods.asked("", "", "UTC", NINE), NINE).plan)[0] == people[0].pk  # fmt: skip


def test_two_of_one_first_name_are_called_by_both() -> None:
    one, two, other = (
        AUser(first_name="Anna", last_name="Berg"),
        AUser(first_name="Anna", last_name="Dahl"),
        AUser(first_name="Ben", last_name="Ek"),
    )

    found = people_of([one.pk, two.pk, other.pk])

    assert [found[user.pk].short for user in (one, two, other)] == ["Anna Berg", "Anna Dahl", "Ben"]


def test_who_can_t_be_reached_is_marked_on_the_bar(team: Team, reader: User) -> None:
    schedule = ASchedule(team=team, people=[AUser(first_name="Lost")])

    bar = drawn(schedule, reader).finals[0].bars[0]

    assert bar.text == "! Lost"
    assert "can't be reached: no confirmed contact" in bar.said


# Lanes


def test_the_final_lane_tells_who_answers_and_hatches_what_nobody_does(
    team: Team, reader: User
) -> None:
    anna = someone("Anna")
    schedule = ASchedule(team=team, people=[anna])
    Override.objects.create(
        schedule=schedule, kind="remove", subject=anna, created_at=NINE,
        starts_at=at("2026-11-25T20:00"), ends_at=at("2026-11-26T08:00"),
    )  # fmt: skip

    picture = drawn(schedule, reader)

    first, gap, after = picture.finals[0].bars
    assert (first.text, gap.beside, after.text) == ("Anna", "! 12 h gap", "Anna")
    assert gap.is_gap
    assert gap.said == "Nobody: a gap. Wed 25 Nov 20:00 to Thu 26 Nov 08:00"
    assert (first.x, first.end, gap.end, after.end) == (0, gap.x, after.x, 100)
    assert gap.width == pytest.approx(100 * 12 / (14 * 24), abs=0.002)
    assert [(bar.is_hollow, bar.beside) for bar in picture.changes.bars] == [
        (True, "Anna taken out")
    ]
    assert picture.has_gap
    assert "2026: 2 shifts by Anna; 1 gap, 12 hours in all." in picture.said


def test_what_is_not_asked_is_no_gap(team: Team, reader: User) -> None:
    schedule = ASchedule(team=team, people=[], expectation="business-hours")

    gaps = [bar for bar in drawn(schedule, reader, span="week").finals[0].bars if bar.is_gap]

    assert gaps[0].said == "Nobody: a gap. Mon 23 Nov 09:00 to 17:00"
    assert len(gaps) == 5
    assert all(bar.width == pytest.approx(100 * 8 / 168, abs=0.002) for bar in gaps)


def test_people_who_serve_side_by_side_are_drawn_one_below_the_other(
    team: Team, reader: User
) -> None:
    anna, ben = someone("Anna"), someone("Ben")
    schedule = ASchedule(team=team, people=[anna])
    a_layer(schedule, [ben], "Also", mode="additive", priority=2)

    one, other = drawn(schedule, reader).finals[0].bars

    assert {one.text, other.text} == {"Anna", "Ben"}
    assert (one.x, one.width) == (other.x, other.width)
    assert one.y + one.height == other.y
    assert one.height + other.height == 40


def test_each_layer_has_a_lane_as_it_would_turn_alone_and_backups_their_own(
    team: Team, reader: User
) -> None:
    anna, ben, cyd, sam = (someone(name) for name in ("Anna", "Ben", "Cyd", "Sam"))
    schedule = ASchedule(team=team, people=[anna])
    a_layer(schedule, [ben], "Upper", priority=5)
    a_layer(schedule, [cyd], "Behind", seat="secondary")
    a_layer(schedule, [sam], "Learner", seat="shadow")

    picture = drawn(schedule, reader)

    assert [(lane.label, [bar.text for bar in lane.bars]) for lane in picture.every] == [
        ("Who answers", ["Ben"]),
        ("Who backs up", ["Cyd"]),
        ("Shadow", ["Sam learns, never paged"]),
        ("Covers, swaps", []),
        ("Upper", ["Ben"]),
        ("Primary", ["Anna"]),
    ]
    assert [lane.note for lane in picture.layers] == ["priority 5", "priority 1"]


def test_more_than_eight_layers_fold(team: Team, reader: User) -> None:
    anna = someone("Anna")
    schedule = ASchedule(team=team, people=[anna])
    for number in range(11):
        a_layer(schedule, [anna], f"L{number}", priority=number + 2)

    picture = drawn(schedule, reader)

    assert len(picture.layers) == 8
    assert [lane.label for lane in picture.folded] == ["L2", "L1", "L0", "Primary"]


def test_covers_swaps_and_absences_of_one_time_lie_one_below_the_other(
    team: Team, reader: User
) -> None:
    anna, ben = someone("Anna"), someone("Ben")
    schedule = ASchedule(team=team, people=[anna, ben])
    span = {"starts_at": NINE + 24 * HOUR, "ends_at": NINE + 48 * HOUR}
    made = {"schedule": schedule, "created_at": NINE, **span}
    Override.objects.create(kind="substitute", user=ben, subject=anna, source="swap", **made)
    Override.objects.create(kind="cover", user=anna, **made)
    Unavailability.objects.create(user=anna, created_at=NINE, **span)
    Unavailability.objects.create(user=reader, created_at=NINE, **span)  # not of this schedule

    lane = drawn(schedule, reader).changes

    assert sorted(bar.beside or bar.text for bar in lane.bars) == [
        "Anna away", "Anna covers", "Swap: Ben for Anna",
    ]  # fmt: skip
    assert len({bar.y for bar in lane.bars}) == 3
    assert lane.height > 3 * 26
    assert [bar.is_hollow for bar in lane.bars].count(True) == 1


def test_now_is_marked_only_where_it_lies(team: Team, reader: User) -> None:
    schedule = ASchedule(team=team, people=[someone("Anna")], time_zone="Asia/Kolkata")

    here, elsewhere = drawn(schedule, reader), drawn(schedule, reader, "2027-01-04")

    assert here.now is not None
    assert here.now.text == "now 14:30"
    assert here.now.x == pytest.approx(100 * 14.5 / (14 * 24), abs=0.01)
    assert elsewhere.now is None
    assert here.zone_note == (
        "Times in Asia/Kolkata (schedule zone) · 14:30 there is 09:00 for you (UTC)"
    )


# The same in words


def test_the_table_tells_every_shift_with_its_reason(team: Team, reader: User) -> None:
    anna, ben = someone("Anna"), someone("Ben")
    schedule = ASchedule(team=team, people=[anna])
    Override.objects.create(
        schedule=schedule, kind="substitute", user=ben, subject=anna, created_at=NINE,
        starts_at=NINE + 24 * HOUR, ends_at=NINE + 48 * HOUR,
    )  # fmt: skip

    rows = drawn(schedule, reader, span="week").rows

    assert [(row.start, row.end, row.drawn and row.drawn.short, row.why, row.hours) for row in rows] == [
        ("Mon 23 Nov 00:00", "Tue 24 Nov 09:00", "Anna", "Primary", "33 h"),
        ("Tue 24 Nov 09:00", "Wed 25 Nov 09:00", "Ben", "Primary, cover", "24 h"),
        ("Wed 25 Nov 09:00", "Mon 30 Nov 00:00", "Anna", "Primary", "4 days 15 h"),
    ]  # fmt: skip


def test_the_agenda_begins_now_and_says_the_whole_of_the_last_shift(
    team: Team, reader: User
) -> None:
    anna, ben = someone("Anna"), someone("Ben")
    schedule = ASchedule(team=team, people=[anna, ben])

    every = drawn(schedule, reader).agenda
    mine = drawn(schedule, anna, is_mine=True).agenda

    told = [(item.day, item.time, item.drawn and item.drawn.short, item.until) for item in every]
    assert told == [
        ("Mon 23", "now", "Anna", "until Mon 30 Nov 09:00"),
        ("Mon 30", "09:00", "Ben", "until Mon 7 Dec 09:00"),
    ]
    assert [item.drawn and item.drawn.short for item in mine] == ["Anna"]


def test_a_gap_stands_in_the_agenda(team: Team, reader: User) -> None:
    anna = someone("Anna")
    schedule = ASchedule(team=team, people=[anna])
    Override.objects.create(
        schedule=schedule, kind="remove", subject=anna, created_at=NINE,
        starts_at=NINE + 24 * HOUR, ends_at=NINE + 30 * HOUR,
    )  # fmt: skip

    told = [
        (item.drawn and item.drawn.short, item.until) for item in drawn(schedule, reader).agenda
    ]

    assert told[1] == (None, "until 15:00")


def test_a_shift_given_away_elsewhere_says_to_whom(reader: User, team: Team) -> None:
    """The other schedule's taker has no place on this one."""
    here, other = ASchedule(people=[reader]), ASchedule(people=[reader])
    taker = someone("Tom")
    Override.objects.create(
        schedule=other, kind="substitute", user=taker, subject=reader,
        starts_at=NINE + HOUR, ends_at=NINE + 2 * HOUR, created_at=NINE,
    )  # fmt: skip
    found = read(here, reader, periods.asked("", "", here.time_zone, NINE), NINE)

    names = {pk: one.short for pk, one in found.people.items()}
    own = own_shifts(found.own, found.plans, reader, NINE, names)

    assert [one.given for one in own if one.schedule == other and one.given] == ["Tom"]


def test_nobody_served_a_schedule_before_there_was_one(reader: User) -> None:
    """Its rotation may have begun long before; those hours were nobody's burden."""
    schedule = ASchedule(people=[reader])
    Schedule.objects.filter(pk=schedule.pk).update(created_at=NINE - 3 * HOUR)
    schedule.refresh_from_db()
    found = read(schedule, reader, periods.asked("", "", schedule.time_zone, NINE), NINE)

    assert [one.hours for one in load(found.plan, found.people, schedule, NINE)] == [3]
