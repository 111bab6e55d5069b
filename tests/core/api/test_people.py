"""One person with their addresses, and teams: who sees what of whom."""

from typing import Any

import pytest

from core.models import Membership, Team
from oncall.models import ContactMethod, Responder
from tests.conftest import Clock
from tests.core.api.callers import Caller, a_caller, a_token, assert_problem
from tests.factories import AResponder, ATeam, AUser

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(clock: Clock) -> Responder:
    user = AUser(username="ana", first_name="Ana", member_of=ATeam(slug="web"))
    found: Responder = AResponder(user=user, contact="ana@northwind.example")
    ContactMethod.objects.create(
        responder=found, channel="webhook", address="https://hooks.example/T0/canary",
        secret="canary-3e", code_digest="canary-4f", position=2,
    )  # fmt: skip
    return found


def test_one_person_is_told_with_teams_and_addresses(ana: Responder) -> None:
    found = Caller(ana.user, a_token(ana.user, "read")).get("users/ana/").json()

    assert found == {
        "username": "ana",
        "name": "Ana",
        "right": "responder",
        "time_zone": "UTC",
        "active": True,
        "teams": [{"team": "web", "role": "member"}],
        "addresses": [
            {
                "channel": "email",
                "address": "ana@northwind.example",
                "verified_at": "2026-11-23T09:00:00.000000Z",
                "disabled_at": None,
                "last_ok_at": None,
            },
            {
                "channel": "webhook",
                "address": "https://hooks.example/T0/canary",
                "verified_at": None,
                "disabled_at": None,
                "last_ok_at": None,
            },
        ],
    }


@pytest.mark.parametrize(
    ("group", "scope", "is_whole"),
    [
        ("Viewer", "read", False),
        ("Responder", "write", False),
        ("Administrator", "write", False),
        ("Administrator", "admin", True),
    ],
)
def test_addresses_are_whole_to_administrators_and_masked_to_others(
    ana: Responder, group: str, scope: str, is_whole: bool
) -> None:
    answer = a_caller(group, scope).get("users/ana/")

    told = [row["address"] for row in answer.json()["addresses"]]
    masked = ["a…@northwind.example", "https://…"]
    assert told == (
        ["ana@northwind.example", "https://hooks.example/T0/canary"] if is_whole else masked
    )


def test_no_secret_of_an_address_is_told(ana: Responder) -> None:
    told = a_caller("Administrator", "admin").get("users/ana/").content

    assert b"canary-3e" not in told
    assert b"canary-4f" not in told


@pytest.mark.parametrize("name", ["nobody", "%00", "..", "ANA", "a%0a", "x" * 5000, "ana%20"])
def test_nobody_of_that_name_is_404(ana: Responder, name: str) -> None:
    assert_problem(a_caller().get(f"users/{name}/"), 404, "not_found")


def test_a_username_may_hold_what_sign_in_allows(clock: Clock) -> None:
    AUser(username="a.b+c@d-e_f")

    assert a_caller().get("users/a.b%2Bc@d-e_f/").json()["username"] == "a.b+c@d-e_f"


def test_filters_narrow_the_people(ana: Responder) -> None:
    caller = a_caller("Viewer", username="vera")
    AUser(username="old", is_active=False, member_of=Team.objects.get())

    def names(**query: str) -> list[str]:
        return [row["username"] for row in caller.get("users/", **query).json()["results"]]

    assert names(team="web") == ["old", "ana"]
    assert names(team="web", active="true") == ["ana"]
    assert names(active="false") == ["old"]
    assert names(ordering="id") == ["ana", "vera", "old"]
    assert_problem(caller.get("users/", team="nowhere"), 422, "unknown_team")
    assert_problem(caller.get("users/", active="1"), 422, "invalid")


def test_teams_are_told_with_their_members(ana: Responder) -> None:
    team = Team.objects.get()
    Membership.objects.create(team=team, user=AUser(username="mia"), role="manager")
    caller = a_caller("Viewer", "read")

    found = caller.get("teams/web/").json()

    assert found == {
        "slug": "web",
        "name": "Web",
        "members": [
            {"username": "ana", "role": "member"},
            {"username": "mia", "role": "manager"},
        ],
    }
    assert caller.get("teams/").json()["results"] == [found]
    for slug in ("nowhere", "%00", "WEB"):
        assert_problem(caller.get(f"teams/{slug}/"), 404, "not_found")


@pytest.mark.parametrize("rows", [3, 30])
def test_a_list_of_teams_costs_the_same_however_long(
    clock: Clock, django_assert_num_queries: Any, rows: int
) -> None:
    caller = a_caller()
    for _ in range(rows):
        AUser(member_of=ATeam())

    with django_assert_num_queries(4):  # the caller, the teams, the places, the people
        assert len(caller.get("teams/").json()["results"]) == rows


def test_the_caller_is_who_the_token_says_in_every_field(clock: Clock) -> None:
    user = AUser(username="zoe", first_name="Zoe", last_name="Zorn", time_zone="Europe/Oslo")
    caller = Caller(user, a_token(user, "write"))

    note = caller.post("incidents/77/notes/", {"text": "x"})
    mine = caller.get("users/zoe/").json()

    assert_problem(note, 404, "not_found")
    assert (mine["name"], mine["right"], mine["time_zone"]) == (
        "Zoe Zorn",
        "responder",
        "Europe/Oslo",
    )
