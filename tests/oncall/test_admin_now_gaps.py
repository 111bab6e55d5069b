"""Now shows where nobody is on call, and leads whoever may fill a gap straight to the form with that gap in it."""

import re
from datetime import timedelta
from html import unescape

import pytest

from oncall.models import Override, Schedule
from tests.core import admin_scene as scene
from tests.factories import NINE, ASchedule, ATeam
from tests.oncall.desk import manager, someone, text, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


@pytest.fixture
def schedule() -> Schedule:
    """Anna alone serves, and is taken out for twelve hours on Wednesday."""
    anna = someone("Anna")
    made: Schedule = ASchedule(name="Shop", team=ATeam(slug="own"), people=[anna])
    start = NINE + timedelta(days=2)
    Override.objects.create(
        schedule=made, kind="remove", subject=anna, created_at=NINE, starts_at=start,
        ends_at=start + timedelta(hours=12),
    )  # fmt: skip
    return made


def test_cover_opens_the_form_with_the_gap_filled_in(schedule: Schedule) -> None:
    browser = scene.signed_in(manager(schedule.team)[0])

    found = re.search(r'href="([^"]+)">Cover<span class="sr"> Shop', text(browser.get("/admin/")))
    assert found is not None
    form = text(browser.get(unescape(found[1])))

    assert 'aria-current="true">Fill a gap' in form
    assert 'value="2026-11-25T09:00"' in form
    assert 'value="2026-11-25T21:00"' in form


def test_whoever_may_not_fill_it_is_offered_no_button(schedule: Schedule) -> None:
    html = words(scene.signed_in(someone("Ben")).get("/admin/"))

    assert "Shop has nobody" in html
    assert "Cover Shop" not in html
