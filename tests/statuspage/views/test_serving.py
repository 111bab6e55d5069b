"""The page as it is served: validators, encodings, methods, hosts, and no statement on a hot hit."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from statuspage.models import Component, Page
from tests.conftest import Clock
from tests.factories import NINE, AService
from tests.statuspage.conftest import Timer
from tests.statuspage.scenes import MINUTE, a_component, a_page, an_incident, shown, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]

JSON = [
    "/api/v2/summary.json",
    "/api/v2/status.json",
    "/api/v2/components.json",
    "/api/v2/incidents.json",
    "/api/v2/incidents/unresolved.json",
    "/api/v2/scheduled-maintenances.json",
    "/api/v2/scheduled-maintenances/upcoming.json",
    "/api/v2/scheduled-maintenances/active.json",
]
STORED = ["/", "/history.rss", "/history.atom", *JSON]
ON_DEMAND = ["/history", "/history/2026-11"]
CACHE = "public, max-age=10, s-maxage=10, stale-while-revalidate=30, stale-if-error=86400"


@pytest.fixture
def page() -> Page:
    """Give a rendered page with one component."""
    page = a_page()
    a_component(page)
    shown(page)
    return page


@pytest.fixture
def get(client: Client) -> Callable[..., Any]:
    """Give a way to ask for a path with headers."""

    def ask(path: str, **headers: str) -> Any:
        return client.get(
            path, headers={name.replace("_", "-"): text for name, text in headers.items()}
        )

    return ask


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("path", STORED)
def test_a_hot_hit_runs_no_statement_and_sets_no_cookie_p1(
    get: Callable[..., Any], django_assert_num_queries: Callable[..., Any], path: str
) -> None:
    get(path)

    with django_assert_num_queries(0):
        answer = get(path)

    assert answer.status_code == 200
    assert not answer.cookies
    assert answer["Cache-Control"] == CACHE
    assert answer["Vary"] == "Accept-Encoding"


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("path", STORED)
def test_once_a_second_one_statement_asks_for_a_newer_edition(
    get: Callable[..., Any], timer: Timer, path: str
) -> None:
    get(path)
    timer.forward(1)

    with CaptureQueriesContext(
        connection,
    ) as ran:
        get(path)
        get(path)

    assert len(ran) == 1


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("path", [*STORED, *ON_DEMAND])
def test_the_same_bytes_are_not_sent_twice(get: Callable[..., Any], path: str) -> None:
    first = get(path)
    tag = first["ETag"]

    assert tag.startswith('"')
    for held in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = get(path, if_none_match=held)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
        assert again["Cache-Control"] == CACHE
    assert get(path, if_none_match='"other"').status_code == 200
    assert get(path, if_modified_since=first["Last-Modified"]).status_code == 304
    assert get(path, if_modified_since="Mon, 01 Jan 2024 00:00:00 GMT").status_code == 200
    assert get(path, if_modified_since="yesterday").status_code == 200


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("path", [*STORED, *ON_DEMAND])
def test_head_says_what_get_would_w3(client: Client, path: str) -> None:
    got, headed = client.get(path), client.head(path)

    assert (headed.status_code, headed.content) == (200, b"")
    assert dict(headed.items()) == dict(got.items())
    assert int(headed["Content-Length"]) == len(got.content)


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("path", STORED)
def test_gzip_has_a_tag_of_its_own_and_the_same_content(get: Callable[..., Any], path: str) -> None:
    plain, zipped = get(path), get(path, accept_encoding="br, gzip;q=0.8")

    assert zipped["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.content) == plain.content
    assert zipped["ETag"] != plain["ETag"]
    assert zipped["Vary"] == "Accept-Encoding"
    assert get(path, accept_encoding="gzip", if_none_match=zipped["ETag"]).status_code == 304
    assert get(path, accept_encoding="gzip", if_none_match=plain["ETag"]).status_code == 200


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("", None), ("identity", None), ("gzip;q=0", None), ("gzip; q=0.000", None), ("*;q=0", None),
     ("gzip", "gzip"), ("GZIP", "gzip"), ("*", "gzip"), ("gzip;q=0.001", "gzip"), ("deflate, br", None)],
)  # fmt: skip
def test_gzip_is_sent_to_those_who_take_it(
    get: Callable[..., Any], accepted: str, encoding: str | None
) -> None:
    assert get("/", accept_encoding=accepted).headers.get("Content-Encoding") == encoding


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/api/v2/summary.json", "/history", "/history.rss"])
def test_only_reading_is_allowed(client: Client, path: str, method: str) -> None:
    answer = client.generic(method, path)

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


@pytest.mark.usefixtures("page")
def test_a_query_string_splits_no_cache(get: Callable[..., Any]) -> None:
    assert get("/?utm=1&x=%00").content == get("/").content
    assert get("/api/v2/summary.json?callback=f").content == get("/api/v2/summary.json").content


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    "path", ["/api/v2/", "/api/v2/nope.json", "/api/v2/summary", "/api/v2/metrics/1.json"]
)
@pytest.mark.parametrize("method", ["get", "head"])
def test_any_other_path_of_the_api_is_an_empty_404_for_ten_seconds_w3(
    client: Client, path: str, method: str
) -> None:
    answer = getattr(client, method)(path)

    assert (answer.status_code, answer.content) == (404, b"")
    assert answer["Cache-Control"] == "public, max-age=10"


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    "path",
    ["/incidents/nothinghere1", "/incidents/", "/incidents", "/incidents/../x", "/components/UPPERCASE123",
     "/history/2026-13", "/history/0000-01", "/history/1999-01", "/history/2999-01", "/history/9999-12", "/history/x",
     "/incidentsx", "/historyx/", "/foo", "/favicon.ico", "/%00", "/%ff%fe", "/components/%c0%af"],
)  # fmt: skip
def test_a_lost_visitor_gets_a_page_with_a_way_back(get: Callable[..., Any], path: str) -> None:
    answer = get(path)

    assert answer.status_code == 404
    assert b"<h1>" in answer.content
    assert b'href="/"' in answer.content
    assert answer["Cache-Control"] == "public, max-age=10"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert not answer.cookies


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/foo"), ("GET", "/r/nothing/here"), ("GET", "/static/nothing.css"), ("GET", "/api/v3/")],
)  # fmt: skip
def test_what_no_visitor_asks_for_gets_a_plain_404(client: Client, method: str, path: str) -> None:
    answer = client.generic(method, path)

    assert answer.status_code == 404
    assert b"Northwind" not in answer.content


@pytest.mark.usefixtures("page")
def test_every_page_names_its_icon_so_that_no_browser_looks_for_one(
    get: Callable[..., Any],
) -> None:
    for path in ("/", "/history", "/foo"):
        assert b'<link rel="icon" href="/mark-' in get(path).content


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("path", JSON)
def test_programs_of_other_sites_may_read_the_api(get: Callable[..., Any], path: str) -> None:
    answer = get(path)

    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("path", ["/", "/history", "/incidents/nothinghere1"])
def test_html_runs_no_script_and_asks_nobody_else(get: Callable[..., Any], path: str) -> None:
    answer = get(path)

    assert answer["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    assert b"<script" not in answer.content
    assert b"style=" not in answer.content


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    "host", ["status.northwind.example", "10.0.0.1:8000", "[::1]", "evil.example"]
)
def test_visitors_are_answered_on_every_host_and_none_gets_into_a_link(
    client: Client, settings: LazySettings, host: str
) -> None:
    settings.SITE_URL, settings.STAFF_URL = "https://status.example", "https://staff.example"
    shown(Page.objects.get())

    for path in ("/", "/api/v2/summary.json", "/history.rss", "/history"):
        answer = client.get(path, headers={"host": host})
        assert answer.status_code == 200
        assert host.encode() not in answer.content


def test_what_is_published_is_visible_within_two_seconds_p2(
    get: Callable[..., Any], page: Page, clock: Clock, timer: Timer
) -> None:
    service = AService()
    payments = a_component(page, "Search", service=service)
    shown(page)
    assert b"Books are not found." not in get("/").content
    get("/history")

    update = tell(
        an_incident(service),
        body="Books are not found.",
        components={payments.public_id: "major_outage"},
    )
    timer.forward(1)

    for path in (
        "/",
        "/history",
        "/history.rss",
        "/history.atom",
        "/api/v2/summary.json",
        update.incident.path,
    ):
        assert b"Books are not found." in get(path).content
    assert b"Major outage" in get(f"/components/{payments.public_id}").content


def test_a_page_behind_the_page_is_rendered_once_an_edition(
    get: Callable[..., Any], page: Page, django_assert_num_queries: Callable[..., Any]
) -> None:
    row = Component.objects.get()
    get(f"/components/{row.public_id}")

    with django_assert_num_queries(0):
        assert get(f"/components/{row.public_id}").status_code == 200


def test_before_there_is_a_page_the_root_says_so_and_stores_nothing(
    get: Callable[..., Any],
) -> None:
    answer = get("/")

    assert b"No known problems" in answer.content
    assert get("/api/v2/status.json").json()["status"] == {
        "indicator": "none",
        "description": "All Systems Operational",
    }
    assert get("/history").status_code == 404
    assert not Page.objects.exists()


def test_the_zone_of_the_page_gives_its_days(get: Callable[..., Any], clock: Clock) -> None:
    page = a_page(time_zone="America/Denver")
    a_component(page)
    clock.now = NINE - 5 * 60 * MINUTE  # 04:00 UTC on the 23rd: still the 22nd in Denver
    shown(page, clock.now)

    assert b"Sunday 22 November 2026" in get("/").content
