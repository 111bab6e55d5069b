"""The demo company has learned something: the postmortem and the action items of the pictures."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import override_settings

from notify.models import Delivery
from oncall import demo
from postmortems.actions import items, remind
from postmortems.actions.reading import Reading
from postmortems.models import ActionItem, Postmortem, Reminder
from tests.factories import somebody

NOW = datetime(2026, 11, 21, 3, 24, 24, tzinfo=UTC)  # the moment of the pictures


@pytest.fixture(scope="module")
def northwind(
    django_db_setup: None, django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Load the demo once for this module; each test sees it and undoes only its own changes."""
    folder = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), override_settings(DATA_DIR=folder), transaction.atomic():
        demo.load(NOW)
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _house() -> None:
    """Take the place of the fixture that loads playbooks: the demo brings its own."""


@pytest.mark.django_db
class TestNorthwind:
    @pytest.fixture(autouse=True)
    def _loaded(self, northwind: None, db: None) -> None: ...

    def test_the_postmortem_in_review_is_that_of_the_picture(self) -> None:
        reading = Reading(Postmortem.objects.get(incident=2033))

        assert reading.postmortem.state == "in_review"
        assert [one.text for one in reading.unmet] == [
            "1 blame finding is open",
            "Factor 3 has no action",
        ]
        assert [(one.reviewer.first_name, one.verdict) for one in reading.reviews] == [
            ("Leila", "agrees"), ("Ines", ""), ("Mara", ""),
        ]  # fmt: skip
        assert [[a.pk for a in reading.actions_of(f)] for f in reading.factors] == [
            [311, 312],
            [313],
            [],
        ]

    def test_postmortems_stand_in_every_part_of_the_way(self) -> None:
        states = dict(Postmortem.objects.values_list("incident_id", "state"))

        assert states == {
            1904: "closed", 1971: "closed", 1987: "closed", 2002: "closed", 2027: "approved", 2032: "draft",
            2033: "in_review",
        }  # fmt: skip

    def test_four_are_late_by_as_many_days_as_in_the_picture(self) -> None:
        late = ActionItem.objects.overdue(NOW.date()).order_by("due_on")

        assert [(one.pk, (NOW.date() - one.due_on).days, one.times_moved) for one in late] == [
            (268, 19, 2), (297, 6, 0), (274, 3, 0), (301, 1, 0),
        ]  # fmt: skip

    def test_three_are_due_within_the_week(self) -> None:
        week = NOW.date() + timedelta(days=7)
        soon = ActionItem.objects.unfinished().filter(due_on__range=(NOW.date(), week))

        assert sorted(soon.values_list("pk", flat=True)) == [309, 311, 313]

    def test_every_state_is_there(self) -> None:
        assert set(ActionItem.objects.values_list("state", flat=True)) == {
            "open", "in_progress", "blocked", "done", "wont_do",
        }  # fmt: skip

    def test_reminders_of_the_past_are_told_and_none_is_left_over(self) -> None:
        assert Reminder.objects.filter(item=268, step="manager").exists()
        assert not Delivery.objects.filter(kind__in=["action_reminder", "review_asked"]).exists()
        assert remind(NOW) == 0

    def test_the_next_item_gets_the_next_number(self) -> None:
        made = items.create(
            2033, {"title": "New", "team": ActionItem.objects.get(pk=301).team, "due_on": NOW.date()},
            by=somebody(), at=NOW,
        )  # fmt: skip

        assert made.pk == 314
