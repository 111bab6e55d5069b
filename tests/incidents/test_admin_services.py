"""Services: a manager keeps what the own team has, and nothing else."""

from typing import Any

import pytest
from django.test import Client

from core.models import Team
from incidents.models import Dependency, Service
from tests.core import admin_scene as scene
from tests.factories import AnIncident, AService, ATeam, AUser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]

LIST = "/admin/incidents/service/"


@pytest.fixture
def team() -> Team:
    return ATeam(slug="own", name="Own")


@pytest.fixture
def browser(team: Team) -> Client:
    return scene.signed_in(AUser(manages=team))


def form(team: Team, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Shop", "slug": "shop", "team": team.pk, "tier": "standard", "playbook_slug": "standard",
        "description": "", "runbook_url": "", "dependencies-TOTAL_FORMS": "0", "dependencies-INITIAL_FORMS": "0",
    } | changes  # fmt: skip


def test_a_manager_adds_a_service_to_the_own_team_only(browser: Client, team: Team) -> None:
    foreign = ATeam(name="Foreign team")

    refused = browser.post(f"{LIST}add/", form(foreign))
    browser.post(f"{LIST}add/", form(team, runbook_url="runbooks.example/shop"))

    assert refused.status_code == 200
    assert "Foreign team" not in browser.get(f"{LIST}add/").content.decode()
    service = Service.objects.get()
    assert (service.team, service.runbook_url) == (team, "https://runbooks.example/shop")


def test_a_manager_can_t_give_a_service_away(browser: Client, team: Team) -> None:
    service = AService(team=team)

    browser.post(f"{LIST}{service.pk}/change/", form(ATeam()))

    assert Service.objects.get().team == team


def test_a_service_needs_others_and_never_itself(browser: Client, team: Team) -> None:
    shop, database = AService(team=team), AService(team=team)
    rows = {"dependencies-TOTAL_FORMS": "1", "dependencies-0-service": shop.pk}

    refused = browser.post(
        f"{LIST}{shop.pk}/change/", form(team, **rows, **{"dependencies-0-needs": shop.pk})
    )
    browser.post(
        f"{LIST}{shop.pk}/change/", form(team, **rows, **{"dependencies-0-needs": database.pk})
    )

    assert "need itself" in refused.content.decode()
    assert Dependency.objects.get().needs == database


def test_the_same_need_twice_is_refused(browser: Client, team: Team) -> None:
    shop, database = AService(team=team), AService(team=team)
    rows = {"dependencies-TOTAL_FORMS": "2"}
    rows |= {f"dependencies-{n}-service": shop.pk for n in (0, 1)}
    rows |= {f"dependencies-{n}-needs": database.pk for n in (0, 1)}

    assert browser.post(f"{LIST}{shop.pk}/change/", form(team, **rows)).status_code == 200
    assert not Dependency.objects.exists()


def test_only_loaded_playbooks_are_offered(browser: Client, team: Team) -> None:
    refused = browser.post(f"{LIST}add/", form(team, playbook_slug="made-up"))

    assert refused.status_code == 200
    assert not Service.objects.exists()


def test_c85_a_service_with_incidents_can_t_be_deleted(browser: Client, team: Team) -> None:
    service = AService(team=team)
    AnIncident(service=service)

    reply = browser.post(f"{LIST}{service.pk}/delete/", {"post": "yes"})

    assert "Checkout is failing" in reply.content.decode()
    assert Service.objects.exists()


def test_a_runbook_is_a_web_address(browser: Client, team: Team) -> None:
    reply = browser.post(f"{LIST}add/", form(team, runbook_url="javascript:alert(1)"))

    assert reply.status_code == 200
    assert not Service.objects.exists()


def test_a_description_without_end_is_refused(browser: Client, team: Team) -> None:
    reply = browser.post(f"{LIST}add/", form(team, description="x" * 20_001))

    assert "at most 20000 characters" in reply.content.decode()
    assert not Service.objects.exists()


def test_a_save_takes_a_hundred_rows_more_than_there_are(browser: Client, team: Team) -> None:
    service, others = AService(team=team), [AService() for _ in range(120)]
    Dependency.objects.bulk_create(Dependency(service=service, needs=one) for one in others)
    path, sent = f"{LIST}{service.pk}/change/", form(team, name="New name", slug=service.slug)
    rows = {
        name: value
        for place, row in enumerate(service.dependencies.order_by("pk"))
        for name, value in (
            (f"dependencies-{place}-id", row.pk),
            (f"dependencies-{place}-service", service.pk),
            (f"dependencies-{place}-needs", row.needs_id),
        )
    }
    there = {**sent, **rows, "dependencies-INITIAL_FORMS": "120"}

    refused = browser.post(path, {**there, "dependencies-TOTAL_FORMS": "999999999"})
    assert "Please submit at most 220 forms." in refused.content.decode()
    assert refused.content.decode().count('-needs" ') < 1_000
    browser.post(path, {**there, "dependencies-TOTAL_FORMS": "121"})

    assert Service.objects.get(pk=service.pk).name == "New name"
    assert service.dependencies.count() == 120
