"""Foreign calendars: what they mean, beside another program's reading, and what hostile ones get."""

from datetime import UTC, datetime

import pytest
import recurring_ical_events
from icalendar import Calendar

from oncall.rota.foreign import MOST_EVENTS, BadCalendar, entries
from tests.oncall.rota.scenes import utc

START, END = utc("2026-11-23T09:00"), utc("2027-06-01T00:00")
BERLIN = ";TZID=Europe/Berlin:"


def calendar(*events: str, before: str = "") -> str:
    parts = "".join(f"BEGIN:VEVENT\r\n{one}\r\nEND:VEVENT\r\n" for one in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n{before}{parts}END:VCALENDAR\r\n"


def event(start: str, end: str, *more: str, uid: str = "1") -> str:
    return "\r\n".join([f"UID:{uid}", f"DTSTART{start}", f"DTEND{end}", *more])


def read(text: str, zone: str = "Europe/Oslo", end: datetime = END) -> list[str]:
    return [
        f"{one.starts_at:%m-%dT%H:%M} {one.ends_at:%m-%dT%H:%M} {' '.join(one.names)}".strip()
        for one in entries(text, zone, START, end)
    ]


NIGHTS = event(f"{BERLIN}20270326T200000", f"{BERLIN}20270327T080000", "RRULE:FREQ=DAILY;COUNT=3")
SERIES = [
    event(f"{BERLIN}20261130T090000", f"{BERLIN}20261207T090000", "RRULE:FREQ=WEEKLY;INTERVAL=3", "SUMMARY:ana"),
    event(f"{BERLIN}20251124T090000", f"{BERLIN}20251124T170000", "RRULE:FREQ=MONTHLY;BYDAY=-1FR,1MO;WKST=SU"),
    event(":20261201T080000Z", ":20261201T160000Z", "RRULE:FREQ=DAILY;UNTIL=20261204T080000Z", "EXDATE:20261202T080000Z"),
    event(":20261201T080000Z", ":20261201T160000Z", "RDATE:20261205T080000Z,20261206T090000Z"),
    event(";VALUE=DATE:20261224", ";VALUE=DATE:20261227", "RRULE:FREQ=YEARLY"),
    event(":20261201T080000Z", ":20261201T160000Z", "RRULE:FREQ=DAILY;COUNT=3", "SUMMARY:a\\, b\\; c"),
]  # fmt: skip


@pytest.mark.parametrize("text", SERIES, ids=range(len(SERIES)))
def test_it_reads_what_another_program_reads(text: str) -> None:
    mine = entries(calendar(text), "UTC", START, END)

    theirs = recurring_ical_events.of(Calendar.from_ical(calendar(text))).between(START, END)

    def instant(value):
        return value if isinstance(value, datetime) else datetime.combine(value, datetime.min.time(), UTC)  # fmt: skip

    assert [(one.starts_at, one.ends_at) for one in mine] == sorted(
        (instant(one["DTSTART"].dt), instant(one["DTEND"].dt)) for one in theirs
    )
    assert mine


def test_a_night_ends_at_the_same_hour_whatever_the_clock_does() -> None:
    assert read(calendar(NIGHTS)) == [
        "03-26T19:00 03-27T07:00", "03-27T19:00 03-28T06:00", "03-28T18:00 03-29T06:00",
    ]  # fmt: skip


def test_days_and_bare_times_are_those_of_the_reader_s_zone() -> None:
    day = event(";VALUE=DATE:20261224", ";VALUE=DATE:20261225")
    bare = event(":20261226T080000", ":20261226T090000", uid="2")

    assert read(calendar(day, bare)) == ["12-23T23:00 12-24T23:00", "12-26T07:00 12-26T08:00"]


def test_zones_are_named_as_places_or_as_windows_names_them() -> None:
    lies = "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0900\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"  # fmt: skip
    windows = ";TZID=W. Europe Standard Time:"
    vendor = ";TZID=/freeassociation.sourceforge.net/Europe/Berlin:"

    for zone in (BERLIN, windows, vendor, ';TZID="Europe/Berlin":'):
        text = calendar(event(f"{zone}20261201T090000", f"{zone}20261201T100000"), before=lies)
        assert read(text) == ["12-01T08:00 12-01T09:00"]
    with pytest.raises(BadCalendar, match="no time zone Mars/Base"):
        read(calendar(event(";TZID=Mars/Base:20261201T090000", ":20261201T100000Z")))


def test_an_instance_that_was_changed_takes_the_place_of_the_one_in_the_series() -> None:
    series = event(":20261201T080000Z", ":20261201T090000Z", "RRULE:FREQ=DAILY;COUNT=4")
    moved = event(":20261202T120000Z", ":20261202T130000Z", "RECURRENCE-ID:20261202T080000Z")
    off = event(":20261203T080000Z", ":20261203T090000Z", "RECURRENCE-ID:20261203T080000Z", "STATUS:CANCELLED")  # fmt: skip

    assert read(calendar(moved, series, off)) == [
        "12-01T08:00 12-01T09:00", "12-02T12:00 12-02T13:00", "12-04T08:00 12-04T09:00",
    ]  # fmt: skip


def test_of_events_with_one_uid_the_latest_revision_counts() -> None:
    old = event(":20261201T080000Z", ":20261201T090000Z", "SEQUENCE:1")
    new = event(":20261201T100000Z", ":20261201T110000Z", "SEQUENCE:2")

    assert read(calendar(new, old)) == read(calendar(*[old] * 4000, new)) == ["12-01T10:00 12-01T11:00"]  # fmt: skip


@pytest.mark.parametrize("number", ["9" * 5000, "-1", "\u0663", "\u00b2", "two", ""])
def test_a_revision_that_is_no_number_counts_as_the_first(number: str) -> None:
    odd = event(":20261201T080000Z", ":20261201T090000Z", f"SEQUENCE:{number}")
    new = event(":20261201T100000Z", ":20261201T110000Z", "SEQUENCE:1")

    assert read(calendar(new, odd)) == ["12-01T10:00 12-01T11:00"]


def test_folded_lines_alarms_inside_and_odd_line_ends_are_read() -> None:
    alarm = "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nDTSTART:19990101T000000Z\r\nEND:VALARM"
    text = calendar(event(":20261201T0\r\n 80000Z", ":20261201T090000Z", alarm, "summary;language=en:A\r\n na"))  # fmt: skip

    for written in (text, text.replace("\r\n", "\n"), text.replace("\r\n", "\r"), "\ufeff" + text):
        assert read(written) == ["12-01T08:00 12-01T09:00 Ana"]


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        ("DURATION:PT90M", ["12-01T08:00 12-01T09:30"]), ("DURATION:P1W", ["12-01T08:00 12-08T08:00"]),
        ("DURATION:-PT1H", []), ("DURATION:PT0S", []), ("SUMMARY:no length", []), ("DTEND:20261201T070000Z", []),
    ],
)  # fmt: skip
def test_what_has_no_length_is_no_entry(length: str, expected: list[str]) -> None:
    assert read(calendar(f"UID:1\r\nDTSTART:20261201T080000Z\r\n{length}")) == expected


AT = (":20261201T080000Z", ":20261201T090000Z")
HOSTILE = {
    "is no calendar": ["no calendar", "BEGIN:VEVENT", "X" * 1_000_000, "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nX:1", "BEGIN:" + "A" * 99],
    "It is empty": ["", "\r\n \r\n"],
    "is cut off": ["BEGIN:VCALENDAR", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nX:1", calendar().replace("END:VCALENDAR", "")],
    "not between": ["BEGIN:VCALENDAR\r\n" + "BEGIN:VEVENT\r\n" * 70_000],
    "ends what": ["BEGIN:VCALENDAR\r\nEND:VEVENT\r\n", calendar("BEGIN:VALARM")],
    "more than 10000 events": [calendar(*["DTSTART:20261201T080000Z"] * (MOST_EVENTS + 1))],
    "500 events that recur": [
        calendar(*[event(*AT, "RRULE:FREQ=YEARLY", uid=str(n)) for n in range(501)]),
        calendar(event(*AT, *["RRULE:FREQ=DAILY;COUNT=99999;BYMONTH=2;BYMONTHDAY=30"] * 501)),
    ],
    "more than 600 events": [
        calendar(*[event(*AT, "RRULE:FREQ=DAILY", f"SUMMARY:{n}", uid=str(n)) for n in range(500)]),
        calendar(event(*AT, "RDATE:" + ",".join(f"20261202T{n // 3600:02}{n // 60 % 60:02}{n % 60:02}Z" for n in range(50_000)))),
    ],
    "more often": [calendar(event(*AT, "RRULE:FREQ=SECONDLY")), calendar(event(*AT, "RRULE;X=1:FREQ=MINUTELY")),
                   calendar(event(*AT, "rrule:freq=hourly"))],
    "has weekdays such as": [calendar(event(*AT, "RRULE:FREQ=MONTHLY;BYDAY=0TU")), calendar(event(*AT, "RRULE:FREQ=WEEKLY;BYDAY=TUE"))],
    "five years": [calendar(event(":19700101T080000Z", ":19700101T090000Z", "RRULE:FREQ=DAILY;COUNT=999999"))],
    "recurs lasts over": [calendar(event(":19000101T080000Z", ":20260101T080000Z", "RRULE:FREQ=DAILY"))],
    "An event lasts over": [calendar(event(AT[0], ":99991231T235959Z"))],
    "is no time": [calendar(event(":20261301T080000Z", AT[1])), calendar(event(":2026", AT[1])), calendar(event(*AT, "RRULE:FREQ=DAILY;UNTIL=x")),
                   calendar(event(*AT, "EXDATE:,")), calendar(event(":00000101T080000Z", AT[1]))],
    "no beginning": [calendar("UID:1\r\nSUMMARY:x")],
    "is no length": [calendar("UID:1\r\nDTSTART:20261201T080000Z\r\nDURATION:P999999999D")],
    "can't be read": [calendar(event(*AT, "RECURRENCE-ID;RANGE=THISANDFUTURE:20261201T080000Z")),
                      calendar(event(*AT, "RDATE;VALUE=PERIOD:20261202T000000Z/PT1H"))],
}  # fmt: skip


@pytest.mark.parametrize(
    ("words", "text"), [(words, text) for words, texts in HOSTILE.items() for text in texts]
)
def test_what_is_no_calendar_or_floods_is_refused_in_words(words: str, text: str) -> None:
    with pytest.raises(BadCalendar, match=words):
        read(text)


@pytest.mark.parametrize("text", [
    calendar(*[event(f":1900010{n % 9 + 1}T080000Z", f":1900010{n % 9 + 1}T090000Z", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", uid=str(n)) for n in range(500)]),
    calendar(event(*AT, "EXDATE:" + ",".join(["20261201T080000Z"] * 60_000))),
    calendar(event(*AT, "SUMMARY:" + "x\r\n " * 200_000, "STATUS:CANCELLED")),
    calendar(event(":00010101T000000Z", ":00010102T000000Z", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")),
    calendar(event(":99990101T000000Z", ":99991231T235959Z", "RRULE:FREQ=YEARLY")),
    calendar(*[event(*AT, "RECURRENCE-ID:20261201T080000Z", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31")] * 4000),
], ids=range(6))  # fmt: skip
def test_what_is_large_or_loops_is_read_in_little_time(text: str) -> None:
    """Each would keep a reader busy for minutes that walks to the year 9999, or through every line twice."""
    assert read(text) == []
