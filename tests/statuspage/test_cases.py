"""Every printed case of the status page (areas/statuspage.md 6) has a test that names it, in its name or docstring."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import AService
from tests.statuspage.scenes import a_component, a_page, an_incident, shown, tell
from tests.statuspage.test_wire import get

TESTS = Path(__file__).parents[1]
PRINTED = {
    "U": [1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 16, 17],
    "I": [1, 2, 5, 6],
    "W": [1, 3, 5, 6],
    "F": [1, 3],
    "M": [1, 2, 3, 5, 7, 9],
    "S": [1, 3, 5, 6, 7, 9, 10, 11, 13],
    "P": [1, 2, 3],
    "A": [1, 2, 3],
}


def named(path: Path) -> Iterator[str]:
    """Give the cases that the tests of a file name: at the end of a name, among ids, or in a docstring."""
    text = path.read_text(encoding="utf-8")
    for one in ast.walk(ast.parse(text)):
        if isinstance(one, ast.FunctionDef) and one.name.startswith("test_"):
            yield from (found.upper() for found in re.findall(r"_([a-z]\d+)(?=_|$)", one.name))
            yield from re.findall(r"\b([A-Z]\d+)\b", ast.get_docstring(one) or "")
    yield from re.findall(r'"([A-Z]\d+)(?:-[a-z]+)?"', text)


def test_no_printed_case_is_without_a_test() -> None:
    files = [*TESTS.glob("statuspage/**/test_*.py"), *TESTS.glob("browser/test_*.py")]
    there = {case for path in files for case in named(path)}

    wanted = {f"{area}{number}" for area, numbers in PRINTED.items() for number in numbers}
    assert wanted - there == set()


@pytest.mark.django_db
@pytest.mark.usefixtures("shipped", "clock")
def test_an_incident_without_impact_is_listed_while_all_is_operational_i6() -> None:
    service = AService()
    a_component(a_page(), service=service)

    tell(an_incident(service), name="Parcels are late", body="The carrier is on strike.")

    document = get("summary")
    assert document["status"] == {"indicator": "none", "description": "All Systems Operational"}
    assert [row["name"] for row in document["incidents"]] == ["Parcels are late"]
    assert document["incidents"][0]["impact"] == "none"


@pytest.mark.django_db
@pytest.mark.usefixtures("shipped", "clock")
def test_what_another_audience_sees_or_nobody_lists_changes_no_public_line_i5() -> None:
    page = a_page()
    a_component(page, "Payments")
    private = a_page(slug="partners", name="Partners", is_default=False, hosts=["p.example"])
    service = AService()
    elsewhere = a_component(private, "Partner API", service=service)

    tell(an_incident(service), components={elsewhere.public_id: "major_outage"})
    shown(page)

    assert get("status")["status"]["indicator"] == "none"
    assert [row["name"] for row in get("components")["components"]] == ["Payments"]
