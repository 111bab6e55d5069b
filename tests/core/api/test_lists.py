"""Lists: cursors lead through every row once, both ways, at the same cost; people by name."""

from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import urlsplit

import pytest

from core.models import Team, User
from tests.conftest import Clock
from tests.core.api.callers import Caller, a_caller, assert_problem
from tests.factories import ATeam, AUser

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frozen(clock: Clock) -> None:
    pass


def follow(caller: Caller, link: str) -> Any:
    parts = urlsplit(link)
    return caller.client.get(
        f"{parts.path}?{parts.query}", headers={"Authorization": f"Bearer {caller.token}"}
    ).json()


def names(page: Any) -> list[str]:
    return [row["username"] for row in page["results"]]


@pytest.mark.parametrize("people", [1, 5, 6, 7])
def test_cursors_lead_through_all_rows_and_back(people: int) -> None:
    caller = a_caller()
    AUser.create_batch(people - 1)
    everyone = [user.username for user in User.objects.order_by("-pk")]

    pages = [caller.get("users/", page_size=3).json()]
    while pages[-1]["next"]:
        pages.append(follow(caller, pages[-1]["next"]))
    back = [pages[-1]]
    while back[-1]["previous"]:
        back.append(follow(caller, back[-1]["previous"]))

    assert [name for page in pages for name in names(page)] == everyone
    assert [names(page) for page in reversed(back)] == [names(page) for page in pages]
    assert (pages[0]["previous"], pages[-1]["next"]) == (None, None)


def test_a_row_that_comes_meanwhile_moves_nobody() -> None:
    caller = a_caller()
    AUser.create_batch(3)
    first = caller.get("users/", page_size=2).json()

    AUser()
    second = follow(caller, first["next"])

    assert not set(names(first)) & set(names(second))
    assert len(names(second)) == 2


def cursor(plain: bytes) -> str:
    return urlsafe_b64encode(plain).decode()


FORGED = (
    "",
    "x",
    "\0",
    "\u00e9",
    "%%%",
    "a" * 5000,
    cursor(b"p=abc"),
    cursor(b"b0"),
    cursor(b"b-1"),
    cursor(b"c5"),
    cursor(b"b" + b"9" * 19),
    cursor("b\u0665".encode()),
    cursor(b"b5\n"),
)


def test_a_forged_cursor_is_refused() -> None:
    caller = a_caller()

    for value in FORGED:
        assert_problem(caller.get("users/", cursor=value), 422, "bad_cursor")


def test_a_page_size_out_of_bounds_is_refused() -> None:
    caller = a_caller()

    for value in ["", "0", "-1", "201", "1e2", "x", "9" * 50, "\u0665"]:
        problem = assert_problem(caller.get("users/", page_size=value), 422)

        assert problem["errors"][0]["parameter"] == "page_size"


def test_two_hundred_rows_are_one_page() -> None:
    caller = a_caller()
    User.objects.bulk_create([User(username=f"u{n}") for n in range(205)])

    page = caller.get("users/", page_size=200).json()

    assert len(page["results"]) == 200
    assert page["next"]


@pytest.mark.parametrize(
    "query",
    [
        "?nonsense=1",
        "?password__startswith=a",
        "?_connector=OR",
        "?username=x",
        "?format=json",
    ],
)
def test_a_parameter_that_is_not_known_is_refused(query: str) -> None:
    problem = assert_problem(a_caller().get(f"users/{query}"), 422, "unknown_filter")

    assert problem["errors"][0]["parameter"] in query


def test_a_parameter_given_twice_is_refused() -> None:
    answer = a_caller().get("users/?page_size=1&page_size=2")

    assert_problem(answer, 422, "repeated_parameter")


def test_people_are_shown_by_the_fields_that_are_listed_and_no_others() -> None:
    caller = a_caller("Viewer", "read", username="vera")
    AUser(
        username="root", is_superuser=True, group="Viewer", password="secret", email="r@n.example"
    )
    AUser(username="old", is_active=False, group="Administrator", time_zone="Europe/Oslo")
    AUser(username="rita", first_name="Rita", last_name="Rask")

    rows = {row["username"]: row for row in caller.get("users/").json()["results"]}

    assert rows["rita"] == {
        "username": "rita",
        "name": "Rita Rask",
        "right": "responder",
        "time_zone": "UTC",
        "active": True,
    }
    assert {name: row["right"] for name, row in rows.items()} == {
        "vera": "viewer",
        "root": "administrator",
        "old": "administrator",
        "rita": "responder",
    }
    assert (rows["old"]["active"], rows["old"]["time_zone"]) == (False, "Europe/Oslo")


@pytest.mark.parametrize("people", [3, 30])
def test_a_list_of_people_costs_the_same_however_long(
    django_assert_num_queries: Any, people: int
) -> None:
    caller = a_caller()
    team: Team = ATeam()
    AUser.create_batch(people, manages=team)

    with django_assert_num_queries(3):  # the caller, the people, their groups
        answer = caller.get("users/")

    assert len(answer.json()["results"]) == people + 1
