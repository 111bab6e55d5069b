"""Sources: their keys are told once, rotated, revoked; a source is switched off and on."""

from typing import Any

import pytest

from core.models import Team
from incidents.ingest.keys import find
from incidents.models import Source, SourceKey
from tests.core.api.callers import Caller, a_caller, a_token, assert_problem
from tests.factories import NINE, AService, ASource, ATeam, AUser

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    made: Team = ATeam()
    return made


@pytest.fixture
def manager(team: Team) -> Caller:
    AService(slug="shop", team=team)
    user = AUser(manages=team)
    return Caller(user, a_token(user, "write"))


NEW = {"name": "Prometheus", "format": "alertmanager", "service": "shop"}


def test_a_new_source_tells_its_key_this_once(manager: Caller) -> None:
    answer = manager.post("sources/", NEW)

    found = answer.json()
    key = found["key"]
    shown = manager.get(f"sources/{found['id']}/")
    assert answer.status_code == 201
    assert answer["Location"].endswith(f"/api/v1/sources/{found['id']}/")
    assert found["address"].endswith(f"/in/alertmanager/{key}/")
    assert (known := find(key)) is not None
    assert known.source_id == found["id"]
    assert shown.json() == {
        "id": found["id"],
        "name": "Prometheus",
        "format": "alertmanager",
        "service": "shop",
        "enabled": True,
        "created_at": "2026-11-23T09:00:00.000000Z",
        "last_event_at": None,
        "keys": [
            {
                "id": SourceKey.objects.get().pk,
                "prefix": key[:14],
                "created_at": "2026-11-23T09:00:00.000000Z",
                "revoked_at": None,
                "last_used_at": None,
            }
        ],
    }
    assert key not in shown.content.decode() + manager.get("sources/").content.decode()


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"name": None}, "/name", "required"),
        ({"name": "taken"}, "/name", "invalid"),
        ({"name": "x" * 121}, "/name", "too_long"),
        ({"format": "smoke"}, "/format", "invalid"),
        ({"format": None}, "/format", "required"),
        ({"service": "nowhere"}, "/service", "unknown_service"),
        ({"key": "mine"}, "/key", "unknown_field"),
    ],
)
def test_a_wrong_source_is_refused_with_a_pointer(
    manager: Caller, change: dict[str, Any], pointer: str, code: str
) -> None:
    ASource(name="taken")

    problem = assert_problem(manager.post("sources/", {**NEW, **change}), 422, code)

    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert Source.objects.count() == 1


def test_a_key_is_rotated_without_a_gap(manager: Caller) -> None:
    first = manager.post("sources/", NEW).json()
    path = f"sources/{first['id']}"

    second = manager.post(f"{path}/rotate-key/")
    third = manager.post(f"{path}/rotate-key/")
    both = [find(key) is not None for key in (first["key"], second.json()["key"])]
    revoked = manager.post(f"{path}/revoke-key/", {"key": first["keys"][0]["id"]}).json()

    assert second.status_code == 201
    assert_problem(third, 409, "not_possible")
    assert both == [True, True]
    assert [key["revoked_at"] is None for key in revoked["keys"]] == [True, False]
    assert manager.post(f"{path}/rotate-key/").status_code == 201


def test_a_rotation_that_is_sent_twice_with_one_key_makes_one(manager: Caller) -> None:
    source = manager.post("sources/", NEW).json()

    answers = [
        manager.post(f"sources/{source['id']}/rotate-key/", **{"Idempotency-Key": "r"})
        for _ in range(3)
    ]

    assert len({answer.content for answer in answers}) == 1
    assert SourceKey.objects.count() == 2


@pytest.mark.parametrize("key", ["other", 0, 2**63, "1", None])
def test_only_a_key_of_this_source_is_revoked(manager: Caller, team: Team, key: Any) -> None:
    mine = manager.post("sources/", NEW).json()
    other = ASource(service__team=team).keys.get()
    named = other.pk if key == "other" else key

    problem = assert_problem(manager.post(f"sources/{mine['id']}/revoke-key/", {"key": named}), 422)

    assert problem["errors"][0]["pointer"] == "/key"
    assert not SourceKey.objects.exclude(revoked_at=None).exists()


def test_a_source_is_switched_off_and_on_and_twice_changes_nothing(manager: Caller) -> None:
    path = f"sources/{manager.post('sources/', NEW).json()['id']}"

    off = [manager.post(f"{path}/disable/").json() for _ in range(2)]
    on = [manager.post(f"{path}/enable/").json() for _ in range(2)]

    assert [found["enabled"] for found in off + on] == [False, False, True, True]


def test_only_a_manager_of_its_service_s_team_or_an_administrator_changes_a_source(
    manager: Caller, team: Team
) -> None:
    source = ASource(service__team=team)
    lead = manager.user
    strangers = [
        a_caller(),
        a_caller("Administrator", "read"),
        Caller(lead, a_token(lead, "read")),
        a_caller(manages=ATeam()),
    ]
    orders = [("rotate-key", {}), ("revoke-key", {"key": source.keys.get().pk}), ("disable", {})]

    for caller in strangers:
        assert_problem(caller.post("sources/", NEW), 403, "not_allowed")
        for verb, body in orders:
            answer = caller.post(f"sources/{source.pk}/{verb}/", body)
            assert_problem(answer, 403, "not_allowed")
    assert Source.objects.get().disabled_at is None
    assert (
        a_caller("Administrator", "admin").post(f"sources/{source.pk}/disable/").status_code == 200
    )


def test_an_unknown_switch_or_source_is_404(manager: Caller) -> None:
    source = ASource()

    for path in (f"{source.pk}/explode", "77/disable", "77/rotate-key", "0/enable", "1e3/disable"):
        assert_problem(manager.post(f"sources/{path}/"), 404, "not_found")
    assert_problem(manager.get("sources/77/"), 404, "not_found")


def test_a_body_where_none_is_taken_is_refused(manager: Caller) -> None:
    source = manager.post("sources/", NEW).json()

    answer = manager.post(f"sources/{source['id']}/disable/", {"force": True})

    assert_problem(answer, 422, "unknown_field")


def test_filters_narrow_the_list(manager: Caller, team: Team) -> None:
    shop = AService(slug="web", team=team)
    ASource(name="prom", service=shop)
    ASource(name="pd", service=shop, format="pagerduty")
    ASource(name="off", disabled_at=NINE)

    def names(**query: str) -> list[str]:
        return [row["name"] for row in manager.get("sources/", **query).json()["results"]]

    assert names(service="web") == ["pd", "prom"]
    assert names(format="pagerduty") == ["pd"]
    assert names(enabled="false") == ["off"]
    assert names(enabled="true", ordering="id") == ["prom", "pd"]
    for query in ({"format": "smoke"}, {"enabled": "1"}, {"service": "nowhere"}):
        assert_problem(manager.get("sources/", **query), 422)


@pytest.mark.parametrize("rows", [3, 30])
def test_a_list_costs_the_same_however_long(
    manager: Caller, django_assert_num_queries: Any, rows: int
) -> None:
    ASource.create_batch(rows)

    with django_assert_num_queries(3):  # the caller, the sources, their keys
        assert len(manager.get("sources/").json()["results"]) == rows
