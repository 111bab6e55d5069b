"""Who may knock at the REST API, and what every wrong knock hears: one body, never a 500."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.http import UnreadablePostError
from django.test import Client
from django.urls import URLPattern

from config import api
from tests.conftest import Clock
from tests.core.api.callers import HOST, Caller, a_caller, a_token, assert_problem, shelve_playbooks
from tests.factories import NINE, AnIncident, AService, AUser

pytestmark = pytest.mark.django_db

# Every address of the API, by name, with the methods that it has. A new address needs its line.
DOORS = {
    "api-incidents": ("incidents/", "GET, HEAD, POST"),
    "api-incidents-bulk": ("incidents/bulk/", "POST"),
    "api-incident": ("incidents/1/", "GET, HEAD, PATCH"),
    "api-incident-timeline": ("incidents/1/timeline/", "GET, HEAD"),
    "api-incident-entry": ("incidents/1/timeline/1/", "GET, HEAD, PATCH"),
    "api-incident-entry-mark": ("incidents/1/timeline/1/confirm/", "POST"),
    "api-incident-notes": ("incidents/1/notes/", "GET, HEAD, POST"),
    "api-incident-decisions": ("incidents/1/decisions/", "GET, HEAD, POST"),
    "api-incident-hypotheses": ("incidents/1/hypotheses/", "GET, HEAD, POST"),
    "api-incident-checklists": ("incidents/1/checklists/", "GET, HEAD, POST"),
    "api-incident-verb": ("incidents/1/acknowledge/", "POST"),
    "api-alerts": ("alerts/", "GET, HEAD"),
    "api-alert": ("alerts/1/", "GET, HEAD"),
    "api-events": ("events/", "GET, HEAD"),
    "api-event": ("events/1/", "GET, HEAD"),
    "api-services": ("services/", "GET, HEAD, POST"),
    "api-service": ("services/shop/", "GET, HEAD, PATCH"),
    "api-sources": ("sources/", "GET, HEAD, POST"),
    "api-source": ("sources/1/", "GET, HEAD"),
    "api-source-rotate-key": ("sources/1/rotate-key/", "POST"),
    "api-source-revoke-key": ("sources/1/revoke-key/", "POST"),
    "api-source-switch": ("sources/1/disable/", "POST"),
    "api-oncall-now": ("oncall/now", "GET, HEAD"),
    "api-oncall": ("oncall/", "GET, HEAD"),
    "api-schedules": ("schedules/", "GET, HEAD, POST"),
    "api-schedule": ("schedules/shop/", "GET, HEAD, PUT"),
    "api-schedule-final": ("schedules/shop/final/", "GET, HEAD"),
    "api-schedule-gaps": ("schedules/shop/gaps/", "GET, HEAD"),
    "api-schedule-preview": ("schedules/shop/preview/", "POST"),
    "api-schedule-quality": ("schedules/shop/quality/", "GET, HEAD"),
    "api-overrides": ("schedules/shop/overrides/", "GET, HEAD, POST"),
    "api-override": ("schedules/shop/overrides/1/", "GET, HEAD, DELETE"),
    "api-take-pager": ("schedules/shop/take/", "POST"),
    "api-swaps": ("schedules/shop/swaps/", "GET, HEAD, POST"),
    "api-swap": ("schedules/shop/swaps/1/", "GET, HEAD"),
    "api-swap-verb": ("schedules/shop/swaps/1/accept/", "POST"),
    "api-absences": ("unavailability/", "GET, HEAD, POST"),
    "api-absence": ("unavailability/1/", "GET, HEAD, DELETE"),
    "api-feeds": ("calendar-feeds/", "GET, HEAD, POST"),
    "api-feed": ("calendar-feeds/1/", "DELETE"),
    "api-feed-rotate": ("calendar-feeds/1/rotate/", "POST"),
    "api-turns-in": ("schedules/shop/import-calendar/", "POST"),
    "api-absences-in": ("unavailability/import-calendar/", "POST"),
    "api-handoffs": ("handoffs/", "GET, HEAD, POST"),
    "api-handoff": ("handoffs/1/", "GET, HEAD, PATCH"),
    "api-handoff-accept": ("handoffs/1/accept/", "POST"),
    "api-holiday-calendars": ("holiday-calendars/", "GET, HEAD, POST"),
    "api-holiday-calendar": ("holiday-calendars/1/", "GET, HEAD, DELETE"),
    "api-holidays": ("holiday-calendars/1/days/", "POST"),
    "api-holiday": ("holiday-calendars/1/days/2026-12-24/", "GET, HEAD, DELETE"),
    "api-report-oncall": ("reports/oncall/", "GET, HEAD"),
    "api-report-oncall-csv": ("reports/oncall/csv/", "GET, HEAD"),
    "api-report-oncall-paid": ("reports/oncall/paid/", "POST"),
    "api-deliveries": ("deliveries/", "GET, HEAD"),
    "api-delivery": ("deliveries/1/", "GET, HEAD"),
    "api-users": ("users/", "GET, HEAD"),
    "api-user": ("users/rita/", "GET, HEAD"),
    "api-foreign-calendars": ("foreign-calendars/", "GET, HEAD, POST"),
    "api-foreign-calendar": ("foreign-calendars/1/", "GET, HEAD, DELETE"),
    "api-foreign-calendar-refresh": ("foreign-calendars/1/refresh/", "POST"),
    "api-eligibility": ("users/rita/eligibility/", "GET, HEAD, PATCH, DELETE"),
    "api-postmortems": ("postmortems/", "GET, HEAD, POST"),
    "api-postmortem": ("postmortems/1/", "GET, HEAD, PATCH"),
    "api-postmortem-verb": ("postmortems/1/submit/", "POST"),
    "api-action-items": ("action-items/", "GET, HEAD, POST"),
    "api-action-item": ("action-items/1/", "GET, HEAD, PATCH"),
    "api-action-item-verb": ("action-items/1/close/", "POST"),
    "api-public-incidents": ("public-incidents/", "GET, HEAD, POST"),
    "api-public-incident": ("public-incidents/c3f6j1r9t4ye/", "GET, HEAD"),
    "api-public-proposals": ("public-proposals/", "GET, HEAD, POST"),
    "api-public-proposal": ("public-proposals/1/", "GET, HEAD"),
    "api-public-proposal-verb": ("public-proposals/1/approve/", "POST"),
    "api-status-maintenance-proposals": ("status-maintenance-proposals/", "POST"),
    "api-status-maintenances": ("status-maintenances/", "GET, HEAD, POST"),
    "api-status-maintenance": ("status-maintenances/c3f6j1r9t4ye/", "GET, HEAD, PATCH"),
    "api-status-maintenance-updates": ("status-maintenances/c3f6j1r9t4ye/updates/", "POST"),
    "api-status-maintenance-verb": ("status-maintenances/c3f6j1r9t4ye/begin/", "POST"),
    "api-teams": ("teams/", "GET, HEAD"),
    "api-team": ("teams/web/", "GET, HEAD"),
}
OPEN_DOORS = {"api-nothing", "api-schema", "api-docs"}  # tested in test_schema and test_documents
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@pytest.fixture(autouse=True)
def _frozen(clock: Clock) -> None:
    shelve_playbooks()


def patterns(found: list[Any]) -> Iterator[URLPattern]:
    for one in found:
        if isinstance(one, URLPattern):
            yield one
        else:
            yield from patterns(one.url_patterns)


def test_no_address_is_forgotten_by_the_matrix() -> None:
    assert {pattern.name for pattern in patterns(api.urlpatterns)} == {*DOORS, *OPEN_DOORS}


def test_a_stranger_gets_401_and_is_told_how_to_sign_in() -> None:
    stranger = Caller(AUser())

    for path, methods in DOORS.values():
        for method in methods.split(", "):
            answer = stranger.send(method, path)

            assert answer["WWW-Authenticate"].startswith("Bearer")
            assert answer.status_code == 401
            if method != "HEAD":
                assert_problem(answer, 401)


def test_a_method_that_an_address_lacks_is_405_with_allow() -> None:
    caller = a_caller("Administrator", "admin")

    for path, methods in DOORS.values():
        for method in [one for one in METHODS if one not in methods]:
            answer = caller.send(method, path)

            assert_problem(answer, 405, "method_not_allowed")
            assert answer["Allow"] == methods


@pytest.mark.parametrize(
    "fields",
    [
        {"revoked_at": NINE},
        {"expires_at": NINE},
        {"user__is_active": False},
        {"user__is_staff": False},
    ],
)
def test_a_dead_token_is_as_unknown_as_a_guessed_one(fields: dict[str, Any]) -> None:
    own = {name: value for name, value in fields.items() if not name.startswith("user__")}
    user = AUser(**{name[6:]: value for name, value in fields.items() if name not in own})
    dead, guessed = Caller(user, a_token(user, **own)), Caller(user, "wbt_guess")

    answers = [caller.get("incidents/") for caller in (dead, guessed)]

    bodies = [assert_problem(answer, 401, "authentication_failed") for answer in answers]
    assert bodies[0]["detail"] == bodies[1]["detail"]


ODD_HEADERS = (
    "Bearer",
    "Bearer ",
    "Bearer a b",
    "Basic dTpw",
    "bearer \u00ff",
    "Bearer " + "x" * 10_000,
)


def test_an_odd_authorization_header_is_401() -> None:
    caller = Caller(AUser())

    for header in ODD_HEADERS:
        assert_problem(caller.send("GET", "incidents/", Authorization=header), 401)


def test_a_token_in_two_pieces_is_not_put_together() -> None:
    caller = a_caller()

    answer = caller.send(
        "GET", "users/", Authorization=f"Bearer {caller.token[:5]} {caller.token[5:]}"
    )

    assert_problem(answer, 401)


def test_the_use_of_a_token_is_written_once_a_minute(clock: Clock) -> None:
    caller = a_caller()
    token = caller.user.api_tokens.get()

    caller.get("users/")
    token.refresh_from_db()
    first = token.last_used_at
    clock.forward(seconds=61)
    caller.get("users/")

    token.refresh_from_db()
    assert (first, token.last_used_at) == (NINE, NINE + timedelta(seconds=61))


def test_a_session_reads_and_writes_only_with_its_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True, headers={"host": HOST})
    client.force_login(AUser())
    incident = AnIncident()
    path = f"/api/v1/incidents/{incident.pk}/acknowledge/"

    read, bare = client.get("/api/v1/users/"), client.post(path, "{}", "application/json")
    client.cookies["csrf"] = token = "a" * 32
    full = client.post(path, "{}", "application/json", headers={"X-CSRFToken": token})

    assert read.status_code == 200
    assert_problem(bare, 403, "csrf_failed")
    assert full.status_code == 200


UNKNOWN = ("", "nothing/", "incidents", "users", "schema", "incidents//", "a%0ab", "%ff")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_address_is_a_404_problem(method: str) -> None:
    stranger, caller = Caller(AUser()), a_caller()

    for path in UNKNOWN:
        assert_problem(stranger.send(method, path), 404, "not_found")
        assert_problem(caller.send(method, path), 404, "not_found")


def test_an_unknown_address_needs_no_database(django_assert_num_queries: Any) -> None:
    caller = a_caller()

    with django_assert_num_queries(0):
        caller.get("nothing/")


@pytest.mark.parametrize("accept", ["text/html", "application/x-yaml", "application/xml;q=0.9"])
def test_only_json_comes_out(accept: str) -> None:
    assert_problem(a_caller().send("GET", "users/", Accept=accept), 406)


@pytest.mark.parametrize(
    "accept", ["*/*", "application/*", "application/json;indent=8", "text/html, */*;q=0.1"]
)
def test_json_is_always_plain_json(accept: str) -> None:
    answer = a_caller().send("GET", "users/", Accept=accept)

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer["Cache-Control"] == "no-store"


def test_a_format_in_the_query_is_an_unknown_parameter() -> None:
    assert_problem(a_caller().get("users/", format="html"), 422, "unknown_filter")


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_without_the_database_it_says_come_again(error: type[Exception]) -> None:
    caller = a_caller()

    def refuse(*_: Any) -> Any:
        raise error("could not connect to db.internal")

    for path, methods in DOORS.values():
        for method in methods.split(", "):
            with connection.execute_wrapper(refuse):
                answer = caller.send(method, path)

            assert (answer.status_code, answer["Retry-After"]) == (503, "5")
            assert b"db.internal" not in answer.content


def test_no_answer_carries_the_host_header(settings: Any) -> None:
    settings.STAFF_URL = "https://staff.example"
    service = AService()
    caller = a_caller()
    AUser.create_batch(2)

    declared = caller.post("incidents/", {"title": "Down", "service": service.slug, "severity": 4})
    page = caller.get("users/", page_size=1)

    assert declared["Location"].startswith("https://staff.example/api/v1/incidents/")
    assert page.json()["next"].startswith("https://staff.example/api/v1/users/?")
    assert b"127.0.0.1" not in declared.content + page.content


def test_a_body_that_breaks_off_is_the_senders_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(*_: Any) -> bytes:
        raise UnreadablePostError("connection reset")

    monkeypatch.setattr("django.http.request.HttpRequest.read", break_off)

    answer = a_caller().post("incidents/", {"title": "Down"})

    assert_problem(answer, 400, "incomplete_body")
