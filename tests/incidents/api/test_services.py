"""Services are added and changed by the managers of their teams, and by nobody else."""

from typing import Any

import pytest

from core.models import Team
from incidents.actions import services
from incidents.models import Dependency, Service
from tests.core.api.callers import Caller, a_caller, a_token, assert_problem
from tests.factories import AService, ATeam, AUser

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    made: Team = ATeam(slug="web")
    return made


@pytest.fixture
def manager(team: Team) -> Caller:
    user = AUser(manages=team)
    return Caller(user, a_token(user, "write"))


def test_a_manager_adds_a_service(manager: Caller) -> None:
    AService(slug="db")
    body = {
        "slug": "shop", "name": "Shop", "team": "web", "tier": "critical", "depends_on": ["db", "db"],
        "description": "Sells", "runbook_url": "https://wiki.example/shop", "playbook": "imag",
    }  # fmt: skip

    answer = manager.post("services/", body)

    assert answer.status_code == 201
    assert answer["Location"].endswith("/api/v1/services/shop/")
    assert answer.json() == {**body, "depends_on": ["db"]}
    assert manager.get("services/shop/").json() == answer.json()


def test_little_need_be_said_of_a_new_service(manager: Caller) -> None:
    found = manager.post("services/", {"slug": "shop", "name": "Shop", "team": "web"}).json()

    assert (found["tier"], found["playbook"], found["depends_on"]) == ("standard", "standard", [])


def test_a_change_leaves_alone_what_is_absent(manager: Caller, team: Team) -> None:
    shop = AService(slug="shop", name="Shop", team=team, tier="critical")
    Dependency.objects.create(service=shop, needs=AService(slug="db"))

    renamed = manager.patch("services/shop/", {"name": "The shop"}).json()
    alone = manager.patch("services/shop/", {"depends_on": [], "description": ""}).json()

    assert (renamed["name"], renamed["tier"], renamed["depends_on"]) == (
        "The shop",
        "critical",
        ["db"],
    )
    assert (alone["name"], alone["depends_on"]) == ("The shop", [])


GOOD = {"slug": "new", "name": "New", "team": "web"}


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"slug": "a b"}, "/slug", "invalid"),
        ({"slug": "shop"}, "/slug", "invalid"),
        ({"slug": "x" * 51}, "/slug", "too_long"),
        ({"slug": None}, "/slug", "required"),
        ({"name": ""}, "/name", "required"),
        ({"name": "x" * 121}, "/name", "too_long"),
        ({"team": "nowhere"}, "/team", "unknown_team"),
        ({"tier": "vip"}, "/tier", "invalid"),
        ({"tier": None}, "/tier", "required"),
        ({"playbook": "none"}, "/playbook", "unknown_playbook"),
        ({"runbook_url": "javascript:alert(1)"}, "/runbook_url", "invalid"),
        ({"runbook_url": "ftp://x.example"}, "/runbook_url", "invalid"),
        ({"runbook_url": "https://"}, "/runbook_url", "invalid"),
        ({"depends_on": ["nowhere"]}, "/depends_on/0", "unknown_service"),
        ({"depends_on": ["shop", 5]}, "/depends_on", "wrong_type"),
        ({"depends_on": ["shop"] * 101}, "/depends_on", "too_long"),
        ({"depends_on": "shop"}, "/depends_on", "wrong_type"),
        ({"id": 5}, "/id", "unknown_field"),
    ],
)
def test_a_wrong_service_is_refused_with_a_pointer(
    manager: Caller, team: Team, change: dict[str, Any], pointer: str, code: str
) -> None:
    AService(slug="shop", team=team)

    problem = assert_problem(manager.post("services/", {**GOOD, **change}), 422, code)

    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert not Service.objects.filter(slug="new").exists()


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"slug": "other"}, "/slug", "read_only_field"),
        ({"team": "other"}, "/team", "read_only_field"),
        ({"depends_on": ["shop"]}, "/depends_on/0", "invalid"),
        ({"name": None}, "/name", "required"),
        ({"playbook": ""}, "/playbook", "required"),
    ],
)
def test_a_wrong_change_is_refused_with_a_pointer(
    manager: Caller, team: Team, body: dict[str, Any], pointer: str, code: str
) -> None:
    AService(slug="shop", team=team)
    before = Service.objects.values().get()

    problem = assert_problem(manager.patch("services/shop/", body), 422, code)

    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert Service.objects.values().get() == before


def test_only_a_manager_of_its_team_or_an_administrator_changes_a_service(team: Team) -> None:
    AService(slug="shop", team=team)
    elsewhere, lead = AUser(manages=ATeam()), AUser(manages=team)
    callers = {
        "responder": (a_caller(), 403),
        "other manager": (Caller(elsewhere, a_token(elsewhere, "write")), 403),
        "manager who may only read": (Caller(lead, a_token(lead, "read")), 403),
        "administrator": (a_caller("Administrator", "admin"), 200),
        "manager": (Caller(lead, a_token(lead, "write")), 200),
    }

    for who, (caller, status) in callers.items():
        assert caller.patch("services/shop/", {"name": who}).status_code == status, who
        new = caller.post("services/", {"slug": who.replace(" ", "-"), "name": who, "team": "web"})
        assert new.status_code == {200: 201}.get(status, status), who


@pytest.mark.parametrize("slug", ["nowhere", "%00", "..", "a%20b", "SHOP", "x" * 500])
def test_an_unknown_service_is_404(manager: Caller, team: Team, slug: str) -> None:
    AService(slug="shop", team=team)

    assert_problem(manager.get(f"services/{slug}/"), 404, "not_found")
    assert_problem(manager.patch(f"services/{slug}/", {"name": "x"}), 404, "not_found")


def test_filters_narrow_the_list(manager: Caller, team: Team) -> None:
    AService(slug="shop", team=team, tier="critical")
    AService(slug="blog", team=team)
    AService(slug="db", tier="critical")

    def slugs(**query: str) -> list[str]:
        return [row["slug"] for row in manager.get("services/", **query).json()["results"]]

    assert slugs(team="web") == ["blog", "shop"]
    assert slugs(team="web", tier="critical") == ["shop"]
    assert slugs(ordering="id") == ["shop", "blog", "db"]
    assert_problem(manager.get("services/", team="nowhere"), 422, "unknown_team")
    assert_problem(manager.get("services/", tier="vip"), 422, "invalid")


def test_a_slug_that_somebody_takes_at_the_very_moment_is_said_at_its_field(
    manager: Caller, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = services._check
    unseen = iter([True, False])
    monkeypatch.setattr(
        services, "_check", lambda service: None if next(unseen) else check(service)
    )
    AService(slug="shop", team=team)

    answer = manager.post("services/", {"slug": "shop", "name": "Shop", "team": team.slug})

    assert_problem(answer, 422, "invalid")
    assert answer.json()["errors"][0]["pointer"] == "/slug"
