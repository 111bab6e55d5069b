"""Northwind Books' page is as the drawings show it."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.test import Client, override_settings

from incidents.models import Incident
from oncall import demo
from statuspage.actions import Press, pending, publish
from statuspage.actions.following import follow_due
from statuspage.demo.data import read
from statuspage.models import (
    Component,
    ComponentInterval,
    Draft,
    FollowedComponent,
    Mailing,
    Maintenance,
    Page,
    PublicIncident,
)
from tests.conftest import Clock
from tests.factories import somebody

LOADED = datetime(2026, 11, 21, 3, 24, tzinfo=UTC)


@pytest.fixture(scope="module")
def northwind(
    django_db_setup: None, django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Load the demo once for this module, without the year's ordinary incidents, of which the page tells nothing."""
    folder = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), override_settings(DATA_DIR=folder), transaction.atomic():
        with patch("oncall.demo.year.cases", return_value=[]):
            demo.load(LOADED)
        yield
        transaction.set_rollback(True)


@pytest.mark.django_db
class TestDemo:
    """One loading, many looks, all at the drawings' moment."""

    @pytest.fixture(autouse=True)
    def _loaded(self, northwind: None, db: None, clock: Clock) -> None:
        clock.now = LOADED

    def test_it_lists_fourteen_components_in_five_groups_with_stable_ids(self) -> None:
        assert Component.objects.count() == 14
        assert [group.name for group in Page.objects.get(is_default=True).groups.all()] == [
            "Storefront", "Buying", "E-books", "Accounts", "For publishers",
        ]  # fmt: skip
        assert Component.objects.get(name="Payments").public_id == "p4ymentsc006"
        assert not Component.objects.filter(services=None).exists()

    def test_the_pictured_incident_has_one_word_out_and_the_next_one_waiting(self) -> None:
        public = PublicIncident.objects.get(incident=2041)
        incident = Incident.objects.select_related("service", "playbook").get(pk=2041)

        assert [(u.number, f"{u.display_at:%H:%M}") for u in public.updates.all()] == [(1, "03:05")]
        assert Draft.objects.get().body.startswith("We found the cause and are undoing a change")
        found = pending(incident, LOADED)
        assert found is not None
        assert (found.number, found.said.state, found.is_edited) == (2, "identified", True)
        assert incident.timeline.filter(kind="update").count() == 1

    def test_one_component_is_somebody_elses_and_their_page_is_never_asked(self) -> None:
        html = Client().get("/").content.decode()

        assert FollowedComponent.objects.get().component.name == "Order tracking"
        assert follow_due(LOADED + timedelta(days=400)) == 0
        assert ">Parcelway</a>." in html

    def test_the_waiting_word_can_be_published_hours_later(self, clock: Clock) -> None:
        later = clock.forward(hours=7)
        incident = Incident.objects.select_related("service", "playbook").get(pk=2041)
        found = pending(incident, later)
        assert found is not None

        update = publish(2041, found.said, by=somebody(), at=later, press=Press(seen=1))

        assert update.number == 2
        assert b"We found the cause" in Client().get("/").content

    def test_the_page_reads_as_pictured(self) -> None:
        html = Client().get("/").content.decode()

        assert "<h1>Partial outage in Payments</h1>" in html
        assert "E-book downloads unavailable" in html
        assert "1 h 24 min" in html.replace("\u00a0", " ")
        postmortem = Client().get("/incidents/eb00kd0wnl01").content.decode()
        assert "What went well:" in postmortem

    def test_the_figures_are_the_pictured_ones(self) -> None:
        html = Client().get("/").content.decode().replace("&nbsp;", " ").replace("\u00a0", " ")
        rows = dict(re.findall(r'<a class="n"[^>]*>([^<]+)</a>.*?class="u">([0-9.]+) %', html))

        assert rows["Payments"] == "99.93"
        assert rows["E-book downloads"] == "99.99"
        assert rows["Reader sync"] == "99.98"
        assert rows["Order tracking"] == "100.00"

    def test_one_maintenance_runs_one_is_planned_one_is_over_and_nobody_is_sent_them(self) -> None:
        states = Maintenance.objects.order_by("scheduled_for").values_list("state", flat=True)

        assert list(states) == ["completed", "in_progress", "scheduled"]
        assert not Mailing.objects.filter(finished_at=None).exists()

    def test_only_the_open_incident_and_the_running_work_hold_anything(self) -> None:
        open_ones = ComponentInterval.objects.filter(to_at=None)

        assert sorted((row.component.name, row.state) for row in open_ones) == [
            ("Payments", "partial_outage"),
            ("Sales webhooks", "under_maintenance"),
        ]
        document = json.loads(Client().get("/api/v2/summary.json").content)
        assert [row["id"] for row in document["incidents"]] == ["c4rdpaym2041"]


def test_every_id_of_the_data_is_one_and_unique() -> None:
    data = read()
    ids = [
        data.page.id,
        *(group.id for group in data.groups),
        *(one.id for group in data.groups for one in group.components.values()),
        *(case.id for case in data.incidents),
        *(work.id for work in data.maintenances),
    ]

    assert all(re.fullmatch(r"[a-z0-9]{12}", one) for one in ids)
    assert len(set(ids)) == len(ids)


def test_the_settings_name_the_part(settings: LazySettings) -> None:
    assert "statuspage.demo.load.load" in settings.DEMO_PARTS
