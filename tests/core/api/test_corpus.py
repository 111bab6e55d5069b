"""Bad input (reliability 4): rows 39, 47, 54, 55, 57, 65, 67 to 70 and 90, on every door that they fit."""

import time
from typing import Any

import pytest

from core.api.schema import addresses
from core.models import Team
from incidents.models import Incident
from tests.conftest import Clock
from tests.core.api.callers import Caller, a_caller, assert_problem, shelve_playbooks
from tests.factories import AnIncident, ASchedule, AService, ATeam, AUser

pytestmark = pytest.mark.django_db
LISTS = sorted(
    found.path
    for found in addresses()
    if "get" in found.operations and "cursor" in {one.name for one in found.door.parameters}
    and "{" not in found.path
)  # fmt: skip
SINGLES = sorted(
    found.path.split("{")[0]
    for found in addresses()
    if "get" in found.operations and found.path.endswith("{pk}/")
)
CHOICES = sorted({found.path.rsplit("/", 2)[0] for found in addresses() if found.door.choices[0]})
POSTS = sorted(found.path for found in addresses() if "post" in found.operations)
IDS = ["0", "-1", "1e3", "+1", "01", "1.0", "%00", "1%00", "..", "%2e%2e", "..%2f", "x" * 500, "\u0665",
       str(2**63), str(10**20), "9" * 5000, "0x1", "1%0a", "6F9619FF-8B86-D011-B42D-00CF4FC964FF"]  # fmt: skip


@pytest.fixture
def caller(clock: Clock) -> Caller:
    shelve_playbooks()
    team = ATeam(slug="web")
    AService(slug="shop", team=team)
    ASchedule(slug="shop", team=team)
    return a_caller("Administrator", "admin", username="rita")


def filled(path: str) -> str:
    """Return an address with something in its places that is there, or could be."""
    words = {
        "pk": "1",
        "slug": "shop",
        "username": "rita",
        "public_id": "c3f6j1r9t4ye",
        "entry": "1",
        "day": "2026-12-24",
    }
    for name, word in words.items():
        path = path.replace(f"{{{name}}}", word)
    return path


def test_the_doors_are_found() -> None:
    assert len(LISTS) >= 9
    assert len(SINGLES) >= 5
    assert len(POSTS) >= 25
    assert len(CHOICES) >= 8


@pytest.mark.parametrize("path", CHOICES)
def test_a_word_that_an_address_does_not_take_is_refused_with_those_that_it_takes(
    caller: Caller, path: str
) -> None:
    answer = caller.send("POST", f"{filled(path)}/explode/", content=b"{}")

    assert "; there are: " in assert_problem(answer, 404, "not_found")["detail"]


@pytest.mark.parametrize("path", SINGLES)
def test_row_47_what_can_be_no_number_is_404(caller: Caller, path: str) -> None:
    for number in IDS:
        assert_problem(caller.get(f"{path}{number}/"), 404, "not_found")


@pytest.mark.parametrize("path", LISTS)
def test_row_54_an_unknown_filter_is_refused(caller: Caller, path: str) -> None:
    for name, value in [
        ("_connector", "OR 1=1"),
        ("field__regex", "(a+)+$"),
        ("password__startswith", "a"),
        ("pk__in", "1"),
        ("__class__", "x"),
        ("\0", "x"),
    ]:
        assert_problem(caller.get(path, **{name: value}), 422, "unknown_filter")


@pytest.mark.parametrize("path", LISTS)
def test_row_55_an_unknown_ordering_is_refused(caller: Caller, path: str) -> None:
    for value in ("password", "-id;drop table core_user", "", "?", "pk", "-number,id", "\0"):
        assert_problem(caller.get(path, ordering=value), 422, "unknown_ordering")


def test_row_57_a_search_is_bounded_and_literal(caller: Caller) -> None:
    for title in ("100 % of cards", "a_b", "Checkout"):
        AnIncident(title=title)
    begun = time.monotonic()

    for words in ("x" * 10_240, "%" * 1000, "a\0b", "", " "):
        assert_problem(caller.get("incidents/", q=words), 422, "invalid")
    found = {
        words: [row["title"] for row in caller.get("incidents/", q=words).json()["results"]]
        for words in (
            "%",
            "_",
            "CHECKOUT",
            "a & b | !c <-> d:*",
            "'; drop table x --",
            "\\",
            "\u202e",
        )
    }

    assert found["%"] == ["100 % of cards"]
    assert found["_"] == ["a_b"]
    assert found["CHECKOUT"] == ["Checkout"]
    assert sum(map(len, found.values())) == 3
    assert time.monotonic() - begun < 12 * 0.5


def test_row_65_a_megabyte_of_text_is_refused(caller: Caller) -> None:
    body = {"title": "Down", "service": "shop", "severity": 4}

    for text in (">" * 20_001, "[" * 50_000, "x" * 1_000_000):
        answer = caller.post("incidents/", {**body, "description": text})
        assert_problem(answer, 422, "too_long")
    assert not Incident.objects.exists()


@pytest.mark.parametrize("path", POSTS)
def test_row_69_a_session_without_its_csrf_token_writes_nothing(caller: Caller, path: str) -> None:
    caller.token = ""
    caller.client.handler.enforce_csrf_checks = True
    caller.client.force_login(caller.user)

    assert_problem(caller.post(filled(path), {}), 403, "csrf_failed")


@pytest.mark.parametrize("path", LISTS)
def test_row_70_nothing_but_json_comes_out(caller: Caller, path: str) -> None:
    for accept in ("text/html", "application/x-yaml", "image/png", "nonsense", "a/b/c", "\u00e9"):
        assert_problem(caller.send("GET", path, Accept=accept), 406)
    for accept in ("*/*;q=0", "text/html,*/*"):
        assert caller.send("GET", path, Accept=accept)["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "header", ["Bearer a, Bearer b", "Bearer a,Bearer a", "Basic dTpw, Bearer x"]
)
def test_row_39_two_authorization_headers_are_refused(caller: Caller, header: str) -> None:
    answer = caller.send("GET", "users/", Authorization=header)

    assert_problem(answer, 400, "ambiguous_credentials")


def test_row_39_a_token_in_the_query_is_none(caller: Caller) -> None:
    token, caller.token = caller.token, ""

    assert_problem(caller.get("users/", access_token=token), 401)
    caller.token = token
    assert_problem(caller.get("users/", token=token), 422, "unknown_filter")


@pytest.mark.parametrize("path", POSTS)
def test_a_body_that_is_no_object_is_refused_everywhere(caller: Caller, path: str) -> None:
    for content, status, code in [
        (b"{", 400, "malformed_json"),
        (b"[]", 422, "object_required"),
        (b'{"x": "\\u0000"}', 422, "nul_character"),
        (b'{"nobody_knows_this": 1}', 422, ""),
    ]:
        answer = caller.send("POST", filled(path), content=content)
        if answer.status_code != 404:  # no such object was looked for first
            assert_problem(answer, status, code)
    assert_problem(caller.send("POST", filled(path), content=b"<a/>", media_type="text/xml"), 415)


def test_row_90_odd_headers_have_no_effect(caller: Caller) -> None:
    viewer = a_caller("Viewer", "read")
    incident = AnIncident()
    odd: dict[str, Any] = {
        "X-Forwarded-For": ", ".join(["10.0.0.1"] * 100),
        "X-HTTP-Method-Override": "DELETE",
        "X-Method-Override": "PATCH",
        "X-Original-URL": "/admin/",
        "X-Forwarded-User": "root",
        "Cookie": "; ".join(f"c{n}=x" for n in range(500)),
    }

    for name, value in {**odd, "Cookie ": "a=" + "x" * 65_536}.items():
        answer = viewer.send("GET", "users/", **{name.strip(): value})
        assert answer.status_code in (200, 400, 431)
        assert "Retry-After" not in answer
    answer = viewer.post(f"incidents/{incident.pk}/acknowledge/", {}, **odd)
    assert_problem(answer, 403, "not_allowed")
    assert Incident.objects.get().state == "detected"


def test_hostile_words_come_out_as_they_went_in(caller: Caller) -> None:
    hostile = "<script>alert(1)</script>\u202e=HYPERLINK(1)"
    body = {"title": hostile, "service": "shop", "severity": 4, "description": "{{7*7}}"}

    answer = caller.post("incidents/", body)

    assert answer.json()["title"] == hostile
    assert answer.json()["description"] == "{{7*7}}"
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_nobody_is_told_who_or_what_is_there(caller: Caller) -> None:
    """A stranger hears the same 401 whether the object is there or not."""
    AnIncident()
    stranger = Caller(AUser())

    for path in ("incidents/1/", "incidents/77/", "users/rita/", "users/nobody/"):
        assert_problem(stranger.get(path), 401, "not_authenticated")
    assert Team.objects.exists()
