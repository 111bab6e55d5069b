"""The demo company: what the screens show, what the worked examples say, and that it wakes nobody."""

import json
import stat
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import authenticate
from django.db import transaction
from django.test import Client, override_settings

from core.errors import NotPossible
from core.models import ApiToken, Installation, LateCall, Membership, User
from incidents.actions import declare, digest
from incidents.models import ChangeEvent, Dependency, Incident, RawEvent, Service, Source
from incidents.playbook.lifecycle import VERBS
from notify.models import Delivery
from oncall import demo, models, rota
from oncall.actions import advance, who_is_on_call
from oncall.actions.escalate import policies_for
from oncall.glance import Glance, glance
from oncall.models import ContactMethod, Escalation, PolicyBinding, Schedule
from tests.factories import somebody

NOW = datetime(2026, 11, 21, 3, 24, 24, tzinfo=UTC)  # the moment of the pictures
DAY = timedelta(days=1)
NOTHING_DUE = Glance(*[False] * 5)


@pytest.fixture(scope="module")
def northwind(
    django_db_setup: None, django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Load the demo once for this module; each test sees it and undoes only its own changes."""
    folder = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), override_settings(DATA_DIR=folder), transaction.atomic():
        demo.load(NOW)
        yield folder / "first-start.json"
        transaction.set_rollback(True)


def milestones(number: int) -> dict[str, str]:
    rows = Incident.objects.get(pk=number).milestones.filter(is_inferred=False)
    return {row.kind: f"{row.at:%H:%M:%S}" for row in rows}


@pytest.mark.django_db
class TestNorthwind:
    @pytest.fixture(autouse=True)
    def _loaded(self, northwind: Path, db: None) -> None:
        self.notes = northwind

    def test_it_has_twelve_people_whose_addresses_lead_nowhere(self) -> None:
        people = User.objects.all()

        assert len(people) == 12
        assert all(user.email.isascii() and user.email.endswith(".example") for user in people)
        assert Counter(user.groups.get().name for user in people) == {
            "Administrator": 2,
            "Responder": 9,
            "Viewer": 1,
        }

    def test_only_the_printed_login_may_sign_in(self) -> None:
        kept = json.loads(self.notes.read_text())

        assert stat.S_IMODE(self.notes.stat().st_mode) == 0o600
        assert authenticate(username=kept["login"], password=kept["password"]) is not None
        assert [u.username for u in User.objects.all() if u.has_usable_password()] == ["ines"]
        assert not ApiToken.objects.exists()

    def test_the_printed_address_takes_an_alert(self) -> None:
        kept = json.loads(self.notes.read_text())
        body = {
            "status": "firing",
            "alerts": [{"status": "firing", "labels": {"alertname": "Try", "service": "auth"}}],
        }

        answer = Client().post(
            urlsplit(kept["alertmanager_url"]).path, body, content_type="application/json"
        )
        digest(NOW)

        assert answer.status_code == 202, answer.content
        assert Incident.objects.latest("pk").service.slug == "auth"

    def test_it_has_twenty_services_with_teams_tiers_and_runbooks(self) -> None:
        services = Service.objects.all()

        assert len(services) == 20
        assert {service.tier for service in services} == set(Service.Tier.values)
        assert all(service.runbook_url and service.description for service in services)
        assert Dependency.objects.count() >= 20
        formats = set(Source.objects.values_list("format", flat=True))
        assert formats == {"alertmanager", "pagerduty", "generic"}
        managers = Membership.objects.filter(role=Membership.Role.MANAGER)
        assert managers.values("team").distinct().count() == 4

    def test_every_service_has_a_policy_of_three_steps_and_the_default_has_a_fallback(self) -> None:
        bindings = PolicyBinding.objects.select_related("policy")

        assert bindings.filter(is_default=False).count() == 20
        assert bindings.get(is_default=True).policy.fallback.username == "mara"
        assert {binding.policy.steps.count() for binding in bindings} == {3}

    def test_every_service_pages_a_verified_mail_address_at_any_hour(self) -> None:
        services = Service.objects.all()
        policies = policies_for([Incident(service=service) for service in services])
        known = models.plans(Schedule.objects.values_list("pk", flat=True))
        by_mail = ContactMethod.objects.usable().filter(channel="email")
        reachable = set(by_mail.values_list("responder__user", flat=True))
        hours = [NOW + timedelta(hours=hour) for hour in range(14 * 24)]

        silent = [
            (service.slug, hour)
            for service in services
            for schedule in policies[service.pk].steps.first().schedules.all()
            for hour in hours
            if not reachable.intersection(rota.on_call(known[schedule.pk], hour))
        ]

        assert len(policies) == 20
        assert all(p.steps.first().schedules.exists() for p in policies.values())
        slugs, gap = map(set, zip(*silent, strict=True))  # what the demo shows as a gap, no more
        assert slugs == {"payments", "checkout", "gift-cards", "billing"}
        assert (min(gap), len(gap)) == (datetime(2026, 11, 25, 19, 24, 24, tzinfo=UTC), 12)

    @pytest.mark.parametrize(
        ("service", "now", "following"),
        [
            ("payments", "jonas", "ines"),
            ("checkout", "jonas", "ines"),
            ("search", "tomas", "leila"),
            ("mailer", "sam", "jonas"),
        ],
    )
    def test_the_people_of_the_pictures_are_on_call(
        self, service: str, now: str, following: str
    ) -> None:
        found = who_is_on_call(Service.objects.get(slug=service), NOW)

        names = dict(User.objects.values_list("pk", "username"))
        assert [names[pk] for pk in found.users] == [now]
        assert [names[pk] for pk in found.following.users] == [following]
        assert found.until.astimezone(UTC).date() == datetime(2026, 11, 23, tzinfo=UTC).date()

    def test_covers_and_swaps_of_the_picture_hold(self) -> None:
        payments = Service.objects.get(slug="payments")
        names = dict(User.objects.values_list("pk", "username"))

        found = [
            names[who_is_on_call(payments, datetime.fromisoformat(at)).users[0]]
            for at in ("2026-11-18T22:00Z", "2026-11-19T08:00Z", "2026-11-28T12:00Z")
        ]

        assert found == ["tomas", "jonas", "jonas"]

    def test_history_wakes_nobody_now_or_later(self) -> None:
        assert glance(NOW + DAY) == NOTHING_DUE
        assert not Delivery.objects.exclude(state=Delivery.State.SENT).exists()
        assert not LateCall.objects.exists()
        assert not Escalation.objects.filter(state=Escalation.State.WAITING).exists()
        unheld = Incident.objects.open().filter(acknowledged_by=None)
        assert not unheld.filter(unpaged_reason="").exists()

    def test_a_new_incident_counts_on_and_pages_the_person_on_call(self) -> None:
        service = Service.objects.get(slug="payments")

        incident = declare(title="New", service=service, rank=1, by=somebody("Responder"), at=NOW)
        advance(NOW)

        assert incident.pk > 2042  # PostgreSQL counts on over what other tests rolled back
        assert [row.address for row in Delivery.objects.waiting()] == [
            "jonas.brandt@northwind.example"
        ]

    def test_a_silent_person_is_followed_by_another_and_the_last_step_by_the_first(self) -> None:
        incident = declare(
            title="New",
            service=Service.objects.get(slug="payments"),
            rank=1,
            by=somebody("Responder"),
            at=NOW,
        )

        for minute in range(21):
            advance(NOW + timedelta(minutes=minute))

        pages = incident.escalations.get().pages.select_related("user")
        assert sorted((page.cycle, page.step, page.user.username) for page in pages) == [
            (0, 0, "jonas"),
            (0, 1, "mara"),
            (0, 1, "sam"),
            (0, 2, "jane"),
            (1, 0, "jonas"),
        ]

    def test_the_five_open_incidents_are_those_of_the_pictures(self) -> None:
        rows = Incident.objects.open().order_by("-pk").select_related("acknowledged_by", "service")

        found = [
            (
                row.pk,
                row.rank,
                row.state,
                row.service.slug,
                row.acknowledged_by.username if row.acknowledged_by else "",
            )
            for row in rows
        ]

        assert found == [
            (2042, 2, "detected", "search", ""),
            (2041, 1, "mitigating", "payments", "jonas"),
            (2040, 3, "monitoring", "mailer", "sam"),
            (2039, 3, "identified", "checkout", "jonas"),
            (2037, 4, "investigating", "catalogue", "leila"),
        ]

    def test_the_pictured_fire_has_its_roles_and_its_times(self) -> None:
        fire = Incident.objects.get(pk=2041)

        held = dict(fire.roles.filter(to_at=None).values_list("role", "user__username"))
        assert held == {
            "commander": "mara",
            "comms": "ines",
            "tech_lead": "jonas",
            "sme": "leila",
        }
        assert milestones(2041) == {
            "impact_started": "02:58:10",  # 26:14 before the moment shown
            "detected": "02:59:25",
            "alerted": "02:59:25",
            "paged": "02:59:31",
            "acknowledged": "03:02:12",
            "declared": "03:03:22",
            "commander_assigned": "03:03:23",
            "identified": "03:17:00",
            "mitigation_started": "03:21:00",
        }
        assert [alert.state for alert in fire.alerts.all()] == ["firing"]
        assert ChangeEvent.objects.filter(summary="payments 4.18.2 deployed").exists()

    def test_the_worked_example_of_guide_000_keeps_its_instants_r231(self) -> None:
        incident = Incident.objects.get(pk=1488)

        assert f"{incident.opened_at:%F %T}" == "2025-01-15 14:00:00"
        assert (incident.rank, incident.state, incident.playbook.slug) == (2, "resolved", "imag")
        assert incident.timeline.count() == 12
        assert dict(incident.roles.values_list("role", "user__username")) == {
            "commander": "jane",
            "tech_lead": "john",
            "comms": "alice",
        }
        assert milestones(1488) == {
            "detected": "14:00:00",
            "alerted": "14:00:00",
            "declared": "14:00:00",
            "acknowledged": "14:02:00",
            "commander_assigned": "14:02:00",
            "identified": "14:10:00",
            "mitigation_started": "14:15:00",
            "mitigated": "15:00:00",
            "restored": "14:45:00",
            "resolved": "15:45:00",
        }

    def test_the_worked_example_of_guide_004_keeps_its_instants_r232(self) -> None:
        incident = Incident.objects.get(pk=1489)

        assert f"{incident.opened_at:%F %T}" == "2025-01-15 14:33:15"
        assert (incident.rank, incident.state) == (1, "resolved")
        assert incident.timeline.count() == 22
        assert milestones(1489) == {
            "impact_started": "14:32:00",
            "detected": "14:33:15",
            "alerted": "14:33:15",
            "paged": "14:33:45",
            "acknowledged": "14:35:00",
            "declared": "14:36:00",
            "commander_assigned": "14:36:00",
            "identified": "14:48:00",
            "mitigation_started": "14:52:00",
            "mitigated": "14:55:00",
            "restored": "14:58:00",
            "resolved": "15:05:00",
        }
        told = {f"{line.happened_at:%H:%M}" for line in incident.timeline.filter(kind="note")}
        assert {"14:28", "14:30", "14:33", "14:42", "14:50", "15:00"} <= told

    @pytest.mark.parametrize(
        ("day", "rank"),
        [("2024-09-05", 1), ("2024-09-12", 2), ("2024-11-03", 2), ("2024-11-10", 3)],
    )
    def test_the_related_incidents_of_the_examples_are_there(self, day: str, rank: int) -> None:
        assert Incident.objects.get(opened_at__date=day).rank == rank

    def test_a_year_lies_behind_it(self) -> None:
        year = Incident.objects.filter(opened_at__gt=NOW - 365 * DAY).order_by("pk")

        moments, ranks = [row.opened_at for row in year], Counter(row.rank for row in year)

        assert 140 <= len(moments) <= 200
        assert all(before <= after for before, after in pairwise(moments))
        assert moments[0] < NOW - 330 * DAY
        assert max(after - before for before, after in pairwise(moments)) < 21 * DAY
        assert ranks[3] + ranks[4] > 3 * (ranks[1] + ranks[2]) > 0
        at_night = [moment for moment in moments if moment.hour >= 22 or moment.hour < 7]
        assert len(moments) / 10 < len(at_night) < len(moments) / 2

    def test_every_history_is_a_legal_path_without_holes(self) -> None:
        wrong = []
        for incident in Incident.objects.prefetch_related("transitions"):
            steps = list(incident.transitions.all())
            states = [row.to_state for row in steps]
            fine = (
                [row.number for row in steps] == list(range(1, incident.step + 1))
                and [row.from_state for row in steps] == ["detected", *states][: len(steps)]
                and ["detected", *states][-1] == incident.state
                and all(row.from_state in VERBS[row.verb].sources for row in steps)
                and all(
                    a.at <= b.at <= NOW for a, b in pairwise([*steps, steps[-1]] if steps else [])
                )
            )
            if not fine:
                wrong.append(incident.label)

        assert wrong == []

    def test_everything_that_happened_lies_in_the_past(self) -> None:
        for when in ("timeline__happened_at__gt", "milestones__at__gt"):
            assert not Incident.objects.filter(**{when: NOW}).exists()
        assert set(RawEvent.objects.values_list("verdict", flat=True)) == {"applied"}

    def test_a_second_run_changes_nothing(self) -> None:
        before = (self.notes.read_text(), Incident.objects.count(), User.objects.count())

        assert not demo.load(NOW + DAY)

        assert (self.notes.read_text(), Incident.objects.count(), User.objects.count()) == before
        assert Installation.objects.get().demo_loaded_at == NOW

    @pytest.mark.parametrize("has_begun", [True, False])
    def test_it_is_not_loaded_where_people_work_already(self, has_begun: bool) -> None:
        installed = Installation.objects.all()
        _ = installed.update(demo_loaded_at=None) if has_begun else installed.delete()
        before = Incident.objects.count()

        with pytest.raises(NotPossible, match="DEMO=0"):
            demo.load(NOW)

        assert Incident.objects.count() == before
        assert Installation.objects.exists() is has_begun
