"""The one line of the page, exhaustively over pages of up to three components (areas/statuspage.md 2.6, 6.2)."""

from itertools import combinations_with_replacement

import pytest

from statuspage.rules.indicator import Overall, overall
from statuspage.rules.states import ComponentState, Impact

OP, DE, PA, MA, MT = (
    ComponentState.OPERATIONAL,
    ComponentState.DEGRADED,
    ComponentState.PARTIAL,
    ComponentState.MAJOR,
    ComponentState.MAINTENANCE,
)
FINE = ("none", "All Systems Operational")
MINOR = ("minor", "Minor Service Outage")
PARTIAL = ("major", "Partial System Outage")
MAJOR = ("critical", "Major System Outage")
DEGRADED = ("minor", "Degraded System Service")
PARTLY = ("minor", "Partially Degraded Service")
WORK = ("maintenance", "Service Under Maintenance")

EXPECTED = {
    (): FINE,
    (OP,): FINE, (MT,): WORK, (DE,): PARTLY, (PA,): PARTIAL, (MA,): MAJOR,
    (OP, OP): FINE, (OP, DE): PARTLY, (OP, PA): MINOR, (OP, MA): PARTIAL, (OP, MT): WORK,
    (DE, DE): DEGRADED, (DE, PA): MINOR, (DE, MA): PARTIAL, (DE, MT): PARTLY,
    (PA, PA): PARTIAL, (PA, MA): PARTIAL, (PA, MT): MINOR,
    (MA, MA): MAJOR, (MA, MT): PARTIAL,
    (MT, MT): WORK,
    (OP, OP, OP): FINE, (OP, OP, DE): PARTLY, (OP, OP, PA): MINOR, (OP, OP, MA): PARTIAL, (OP, OP, MT): WORK,
    (OP, DE, DE): PARTLY, (OP, DE, PA): MINOR, (OP, DE, MA): PARTIAL, (OP, DE, MT): PARTLY,
    (OP, PA, PA): MINOR, (OP, PA, MA): PARTIAL, (OP, PA, MT): MINOR,
    (OP, MA, MA): PARTIAL, (OP, MA, MT): PARTIAL, (OP, MT, MT): WORK,
    (DE, DE, DE): DEGRADED, (DE, DE, PA): MINOR, (DE, DE, MA): PARTIAL, (DE, DE, MT): PARTLY,
    (DE, PA, PA): MINOR, (DE, PA, MA): PARTIAL, (DE, PA, MT): MINOR,
    (DE, MA, MA): PARTIAL, (DE, MA, MT): PARTIAL, (DE, MT, MT): PARTLY,
    (PA, PA, PA): PARTIAL, (PA, PA, MA): PARTIAL, (PA, PA, MT): MINOR,
    (PA, MA, MA): PARTIAL, (PA, MA, MT): PARTIAL, (PA, MT, MT): MINOR,
    (MA, MA, MA): MAJOR, (MA, MA, MT): PARTIAL, (MA, MT, MT): PARTIAL,
    (MT, MT, MT): WORK,
}  # fmt: skip


def told(found: Overall) -> tuple[str, str]:
    return str(found.indicator), found.description


def test_the_table_leaves_no_page_of_up_to_three_components_out() -> None:
    pages = {
        page
        for size in range(4)
        for page in combinations_with_replacement([OP, DE, PA, MA, MT], size)
    }

    assert set(EXPECTED) == pages


@pytest.mark.parametrize("states", EXPECTED, ids=lambda states: "+".join(s[:3] for s in states))
def test_components_alone_give_the_line(states: tuple[ComponentState, ...]) -> None:
    assert told(overall(states, [])) == EXPECTED[states]
    assert told(overall(list(reversed(states)), [Impact.NONE])) == EXPECTED[states]


def test_one_of_63_in_major_outage_is_a_partial_system_outage_i1() -> None:
    assert told(overall([*[OP] * 62, MA], [])) == PARTIAL


def test_all_63_in_major_outage_is_a_major_system_outage_i2() -> None:
    assert told(overall([MA] * 63, [])) == MAJOR


@pytest.mark.parametrize(
    ("impact", "line"),
    [(Impact.NONE, FINE), (Impact.MINOR, MINOR), (Impact.MAJOR, PARTIAL), (Impact.CRITICAL, MAJOR)],
)
@pytest.mark.parametrize("states", [[], [OP], [OP, OP]])
def test_an_unresolved_incident_speaks_where_all_components_work_i6(
    states: list[ComponentState], impact: Impact, line: tuple[str, str]
) -> None:
    assert told(overall(states, [Impact.NONE, impact])) == line


def test_components_speak_before_incidents() -> None:
    assert told(overall([OP, DE], [Impact.CRITICAL])) == PARTLY
