"""Strips: geometry by runs, words for those who do not see them, tables behind them."""

import re
from dataclasses import replace
from datetime import date

import pytest

from statuspage.look.shape import DayCause, DayRun, Days, State
from statuspage.look.strips import day_lines, label, length, strip, without_today, worst_of
from tests.statuspage.look.happenings import DE, MA, MT, ND, OP, PA
from tests.statuspage.look.reader import read
from tests.statuspage.look.scenes import FIRST, component, days


def paths(drawn):
    """Give the path of each class: {"": "M0 27h720"}."""
    found = re.findall(r'<path(?: class="(\w)")? d="([^"]+)"/>', drawn)
    return dict(found)


def test_a_quiet_history_is_one_stroke():
    assert paths(strip(days(), "Website")) == {"": "M0 27h720"}


def test_a_bad_day_cuts_the_stroke_at_whole_days():
    drawn = strip(days((67, PA, 25)), "Payments")

    assert paths(drawn) == {"": "M0 27h536M544 27h176", "p": "M536 22h8"}


@pytest.mark.parametrize(
    ("state", "weighted", "name", "middle"),
    [
        (DE, 1799, "d", "25"),
        (DE, 1800, "D", "23.5"),
        (PA, 1799, "p", "22"),
        (PA, 1800, "P", "20"),
        (MA, 1799, "m", "18"),
        (MA, 1800, "M", "16"),
        (MT, 0, "w", "31"),
        (ND, 0, "n", "31"),
    ],
)
def test_height_tells_state_and_depth(state, weighted, name, middle):
    drawn = strip(Days(FIRST, (DayRun(state, 1, weighted, weighted),)), "Search")

    assert paths(drawn) == {name: f"M0 {middle}h8"}


def test_every_day_is_drawn_once():
    drawn = strip(days((0, MA, 90), (11, PA, 25), (12, DE, 5), (89, MT, 60)), "Search")
    spans = re.findall(r"M(\d+) [\d.]+h(\d+)", drawn)

    covered = sorted(
        at for start, width in spans for at in range(int(start), int(start) + int(width))
    )

    assert covered == list(range(720))


def test_the_style_sheet_draws_each_class_that_a_strip_uses(settings):
    sheet = (settings.BASE_DIR / "statuspage/static/statuspage/status.css").read_text()

    for name in "dDpPmMwn":
        assert re.search(rf"\.b \.{name}\b", sheet)


def test_days_to_come_are_left_empty():
    drawn = strip(days(total=21), "November 2026", slots=30)

    assert 'viewBox="0 0 240 40"' in drawn
    assert paths(drawn) == {"": "M0 27h168"}


@pytest.mark.parametrize(
    ("history", "words"),
    [
        (days(), "90 days without a problem"),
        (days((3, PA, 5), (4, DE, 5), (9, MT, 60)), "2 of 90 days with problems"),
        (
            Days(FIRST, (DayRun(ND, 38), DayRun(OP, 52))),
            "52 days without a problem, 38 not measured",
        ),
        (days((3, MT, 60)), "90 days without a problem"),
    ],
)
def test_a_strip_says_in_words_what_it_shows(history, words):
    assert label(history) == words


def test_a_name_cannot_leave_its_label():
    drawn = read(strip(days(), '"><script>alert(1)</script>'))

    assert [tag for tag, _ in drawn.elements] == ["svg", "path"]
    assert drawn.attributes("aria-label") == [
        '"><script>alert(1)</script>: 90 days without a problem'
    ]


def test_the_table_has_the_days_that_were_not_fully_operational_newest_first():
    lines = day_lines(days((11, PA, 25), (58, MT, 120), (89, MA, 65)), OP)

    assert [
        (read(line.day).text, line.word, line.lasted.replace("\u00a0", " ")) for line in lines
    ] == [
        ("Sat 21 Nov", "Major outage", "1 h 05 min"),
        ("Wed 21 Oct", "Maintenance", "2 h"),
        ("Fri 4 Sep", "Partial outage", "25 min"),
    ]


@pytest.mark.parametrize(("present", "ending"), [(PA, " so far"), (OP, ""), (None, "")])
def test_only_a_state_that_lasts_is_so_far(present, ending):
    (line,) = day_lines(days((89, PA, 47)), present)

    assert line.lasted == f"47\u00a0min{ending}"


def test_days_without_data_are_one_row():
    (line,) = day_lines(Days(FIRST, (DayRun(ND, 38), DayRun(OP, 52))), OP)

    assert (read(line.day).text, line.word) == ("Until Wed 30 Sep", "No data")
    assert line.lasted == "38 days not measured"


def test_a_cause_with_a_hostile_address_has_no_address():
    run = DayRun(PA, 1, 60, 18, (DayCause("Slow", "javascript:alert(1)"),))
    (line,) = day_lines(Days(FIRST, (run,)), OP)

    assert line.causes == (DayCause("Slow", ""),)


@pytest.mark.parametrize(
    ("runs", "kept"),
    [
        ((DayRun(OP, 90),), (DayRun(OP, 89), DayRun(ND))),
        ((DayRun(OP, 89), DayRun(MA, 1, 60, 60)), (DayRun(OP, 89), DayRun(ND))),
        ((), ()),
    ],
)
def test_nothing_is_known_of_today_once_a_page_is_too_old(runs, kept):
    assert without_today(Days(FIRST, runs)).runs == kept


def test_the_worst_day_of_a_group_wins_and_the_days_still_add_up():
    one = component("A", OP, (3, DE, 20), (7, PA, 200), (8, MT, 30))
    other = component("B", OP, (3, MA, 5), (7, PA, 10))
    unmeasured = replace(component("C"), days=Days(FIRST, (DayRun(ND, 90),)))

    worst = worst_of((one, other, unmeasured))

    assert worst is not None
    assert length(worst) == 90
    assert [(run.state, run.days) for run in worst.runs] == [
        (OP, 3),
        (MA, 1),
        (OP, 3),
        (PA, 1),
        (MT, 1),
        (OP, 81),
    ]
    assert worst.runs[3].weighted_seconds == 200 * 60 * 0.3


def test_a_group_without_history_has_no_strip():
    assert worst_of((replace(component("A"), days=None),)) is None


def test_a_younger_component_does_not_shift_the_days_of_its_group():
    young = replace(component("B"), days=days((0, MA, 60), first=date(2026, 11, 20), total=2))

    worst = worst_of((component("A"), young))

    assert worst is not None
    assert [(run.state, run.days) for run in worst.runs] == [(OP, 88), (MA, 1), (OP, 1)]
    assert State.NO_DATA not in {run.state for run in worst.runs}
