"""ETags: a reader hears 304, a writer who has not seen the latest hears 412."""

from typing import Any

import pytest

from incidents.models import Incident, Source
from notify.models import Delivery
from tests.conftest import Clock
from tests.core.api.callers import Caller, a_caller, assert_problem, shelve_playbooks
from tests.factories import NINE, AnIncident, AService, ASource, ATeam, AUser

pytestmark = pytest.mark.django_db
SINGLE = {
    "incident": "incidents/{}/",
    "service": "services/shop/",
    "source": "sources/{}/",
    "user": "users/rita/",
    "team": "teams/web/",
    "delivery": "deliveries/{}/",
}


@pytest.fixture
def caller(clock: Clock) -> Caller:
    shelve_playbooks()
    return a_caller(username="rita", manages=ATeam(slug="web"))


@pytest.fixture
def numbers(caller: Caller) -> dict[str, int]:
    service = AService(slug="shop", team=caller.user.memberships.get().team)
    delivery = Delivery.objects.create(
        unique_key="k", kind="page", object_id=1, channel="email", address="a@b.example",
        created_at=NINE, not_before=NINE, expires_at=NINE.replace(year=2027),
    )  # fmt: skip
    return {
        "incident": AnIncident(service=service).pk,
        "source": ASource(service=service).pk,
        "delivery": delivery.pk,
    }


@pytest.mark.parametrize("kind", SINGLE)
def test_a_reader_who_has_it_already_hears_304(
    caller: Caller, numbers: dict[str, int], kind: str
) -> None:
    path = SINGLE[kind].format(numbers.get(kind, ""))
    tag = caller.get(path)["ETag"]

    for held in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = caller.send("GET", path, **{"If-None-Match": held})

        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag)
    assert caller.send("HEAD", path)["ETag"] == tag
    assert caller.send("GET", path, **{"If-None-Match": '"other"'}).status_code == 200


def test_an_etag_is_strong_and_changes_with_what_it_says(
    caller: Caller, numbers: dict[str, int]
) -> None:
    path = SINGLE["incident"].format(numbers["incident"])
    before, same = (caller.get(path)["ETag"] for _ in range(2))

    caller.post(f"{path}acknowledge/")

    assert before == same
    assert before.startswith('"')
    assert caller.get(path)["ETag"] != before


def test_a_list_has_no_etag(caller: Caller) -> None:
    assert "ETag" not in caller.get("incidents/")


CHANGES: dict[str, tuple[str, str, Any]] = {
    "incident": ("PATCH", "incidents/{}/", {"title": "Other"}),
    "verb": ("POST", "incidents/{}/acknowledge/", {}),
    "service": ("PATCH", "services/shop/", {"name": "Other"}),
    "source": ("POST", "sources/{}/disable/", {}),
}


def change(caller: Caller, numbers: dict[str, int], kind: str, tag: str) -> Any:
    method, path, body = CHANGES[kind]
    number = numbers.get("incident" if kind == "verb" else kind, "")
    headers = {"If-Match": tag} if tag else {}
    if method == "PATCH":
        return caller.patch(path.format(number), body, **headers)
    return caller.post(path.format(number), body, **headers)


def present(caller: Caller, numbers: dict[str, int], kind: str) -> str:
    kind = "incident" if kind == "verb" else kind
    return str(caller.get(SINGLE[kind].format(numbers.get(kind, "")))["ETag"])


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("tag", ['"stale"', "stale", "", "W/"])
def test_whoever_names_an_older_state_changes_nothing(
    caller: Caller, numbers: dict[str, int], kind: str, tag: str
) -> None:
    before = present(caller, numbers, kind)
    named = f"W/{before}" if tag == "W/" else tag or '""'  # a weak tag never matches (RFC 9110)

    problem = assert_problem(change(caller, numbers, kind, named), 412, "version_conflict")

    assert "Read it again" in problem["detail"]
    assert present(caller, numbers, kind) == before


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("match", ["present", "any", "none"])
def test_whoever_names_the_present_state_or_none_changes_it(
    caller: Caller, numbers: dict[str, int], kind: str, match: str
) -> None:
    before = present(caller, numbers, kind)
    tag = {"present": f'"other", {before}', "any": "*", "none": ""}[match]

    answer = change(caller, numbers, kind, tag)

    assert answer.status_code == 200
    assert answer["ETag"] == present(caller, numbers, kind) != before


def test_of_two_who_read_the_same_one_wins(caller: Caller, numbers: dict[str, int]) -> None:
    path, tag = SINGLE["incident"].format(numbers["incident"]), present(caller, numbers, "incident")

    first = caller.patch(path, {"title": "First"}, **{"If-Match": tag})
    second = a_caller().patch(path, {"title": "Second"}, **{"If-Match": tag})

    assert first.status_code == 200
    assert_problem(second, 412, "version_conflict")
    assert Incident.objects.get(pk=numbers["incident"]).title == "First"


def test_a_version_of_nothing_is_404_and_not_412(caller: Caller) -> None:
    answer = caller.patch("incidents/77/", {"title": "x"}, **{"If-Match": '"x"'})

    assert_problem(answer, 404, "not_found")


def test_a_change_that_is_refused_with_the_right_version_is_still_refused(
    caller: Caller, numbers: dict[str, int]
) -> None:
    viewer = Caller(AUser(group="Viewer"))
    viewer.token = a_caller("Viewer", "write").token
    tag = present(caller, numbers, "source")

    answer = viewer.post(f"sources/{numbers['source']}/disable/", {}, **{"If-Match": tag})

    assert_problem(answer, 403, "not_allowed")
    assert Source.objects.get().disabled_at is None
