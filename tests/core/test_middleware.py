"""The machine door, the host rule and the strict headers (design.md 5, Hosts)."""

import pytest
from django.conf import LazySettings
from django.db import OperationalError
from django.test import Client

from core import middleware
from tests.factories import ASource, AUser

SITE, STAFF = "https://alerts.example", "https://staff.example:8443"


@pytest.fixture(autouse=True)
def _urls(settings: LazySettings) -> None:
    settings.SITE_URL, settings.STAFF_URL = SITE, STAFF
    settings.LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")


def status(path: str, host: str, method: str = "GET") -> int:
    client = Client(headers={"host": host}, raise_request_exception=False)
    return client.generic(method, path, secure=True).status_code


PATHS = [
    ("/in/generic/key/", "site"), ("/v2/enqueue", "site"), ("/r/token/", "site"),
    ("/admin/", "staff"), ("/api/v1/users/", "staff"),
]  # fmt: skip
SERVED = {
    "alerts.example": "site",
    "ALERTS.example.": "site",
    "alerts.example:444": "site",
    "staff.example": "staff",
    "staff.example:8443": "staff",
}


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "kind"), PATHS)
@pytest.mark.parametrize(
    "host", [*SERVED, "evil.example", "alerts.example.evil.example", "10.0.0.1"]
)
def test_a_path_is_served_under_its_own_host_only(path: str, kind: str, host: str) -> None:
    assert (status(path, host, "PUT") != 400) == (SERVED.get(host) == kind)


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "_kind"), PATHS)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8000", "[::1]:8000", "[::1]"])
def test_loopback_is_always_allowed(path: str, _kind: str, host: str) -> None:
    assert status(path, host, "PUT") != 400


@pytest.mark.parametrize("host", ["evil.example", "10.0.0.1:8000"])
def test_health_answers_under_every_name(host: str) -> None:
    assert status("/healthz", host) == 200


@pytest.mark.parametrize("host", ["a b", "a/b", "a@b", ""])
def test_a_host_that_is_none_is_refused(host: str) -> None:
    answer = Client(headers={"host": host or "\t"}).post("/in/generic/key/", secure=True)

    assert answer.status_code == 400
    assert "is served under" in answer.content.decode()


@pytest.mark.django_db
def test_a_refusal_names_the_right_address_and_not_the_callers() -> None:
    answer = Client(headers={"host": "evil.example"}).post("/in/generic/key/", secure=True)

    assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert SITE in answer.content.decode()
    assert "evil" not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("shipped", "clock")
def test_a_machine_gets_no_session_no_cookie_and_needs_no_csrf_token() -> None:
    source = ASource(format="generic")
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    client.cookies["session"] = "x" * 5000

    answer = client.post(
        f"/in/generic/{source.key}/", {"action": "trigger"}, content_type="application/json"
    )

    assert (answer.status_code, answer.cookies) == (202, {})
    assert "Vary" not in answer


@pytest.mark.parametrize("path", ["/healthz", "/livez/engine", "/readyz", "/v2/enqueue"])
def test_a_database_that_is_away_is_503_with_retry_after(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError

    monkeypatch.setattr(middleware, "resolve", lambda _path: _Match(away))

    answer = Client(headers={"host": "localhost"}).get(path)

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "temporarily_unavailable"


class _Match:
    args: tuple[object, ...] = ()
    kwargs: dict[str, object] = {}

    def __init__(self, func: object) -> None:
        self.func = func


@pytest.mark.django_db
def test_a_bug_is_not_taken_for_an_absent_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(middleware, "resolve", lambda _path: _Match(broken))

    with pytest.raises(ZeroDivisionError):
        Client(headers={"host": "localhost"}).get("/healthz")


@pytest.mark.django_db
def test_people_s_pages_are_strict_and_reply_pages_stricter() -> None:
    client = Client(headers={"host": "localhost"})
    staff = client.get("/admin/login/", secure=True)
    reply = client.get("/r/unknown/", secure=True)

    for answer in (staff, reply):
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
    assert "script-src" not in reply["Content-Security-Policy"]
    assert (reply["Cache-Control"], reply["Referrer-Policy"], reply["X-Robots-Tag"]) == (
        "no-store", "no-referrer", "noindex",
    )  # fmt: skip
    assert not reply.cookies


# What people read when a page is refused


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        (
            "/admin/core/signin/",
            403,
            "Ask a manager of the team that owns it, or an Administrator.",
        ),
        ("/admin/notify/delivery/?secret__regex=.", 400, "Go back, reload the page"),
        ("/admin/nothing/like/that", 404, "There is no such page"),
        ("/accounts/signup/", 404, "There is no such page"),
    ],
)
def test_a_refused_page_says_what_to_do_and_leads_back(path: str, status: int, said: str) -> None:
    client = Client(headers={"host": "localhost"})
    client.force_login(AUser(group="Responder"))

    answer = client.get(path, secure=True)

    assert answer.status_code == status
    assert said in answer.content.decode()
    assert '<a class="btn" href="/admin/">' in answer.content.decode()
    assert "default-src 'none'" in answer["Content-Security-Policy"]


@pytest.mark.django_db
def test_a_form_from_before_the_latest_sign_in_is_refused_with_what_to_do() -> None:
    client = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    client.force_login(AUser())

    answer = client.post("/admin/incidents/incident/add/", {"title": "Down"}, secure=True)

    assert answer.status_code == 403
    assert "copy what you typed, reload the page" in answer.content.decode()
    assert "<style" not in answer.content.decode()
