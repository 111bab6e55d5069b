"""Bad input on the public doors (reliability 4): subscribing, rows 71 to 75; the page, row 77; calendars, row 79. Never a 500."""

from typing import Any

import pytest
from django.test import Client

from statuspage.actions import tokens
from statuspage.models import Page, Subscriber
from tests.notify.test_http import LOOPBACK_FORMS
from tests.statuspage.letters import a_subscriber
from tests.statuspage.scenes import a_component, a_page, shown
from tests.statuspage.works import planned

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
FORM = {"wants": "everything", "maintenance": "1"}


@pytest.fixture
def page() -> Page:
    """Give the default page with one component and planned work."""
    row = a_page()
    planned(a_component(row, "Payments"))
    shown(row)
    return row


def everything(page: Page) -> list[str]:
    return [row.public_id for row in page.components.all()]


# row 71: an address, and whether it is kept
ADDRESSES = [
    ("a@b", False), ("a" * 320 + "@example.com", False), ('"x y"@example.com', True), ("kim@b\u00fccher.example", True),
    ("a@b.example,c@d.example", False), ("kim@example.com\r\nBcc: x@y.example", False), ("kim\0@example.com", False),
    ("kim+tag@example.com", True), ("-kim@example.com", True), ("kim@-example.com", False), ("@example.com", False),
    ("kim@example.com\u2028x", False), ("<kim@example.com>", False), ("kim@[127.0.0.1]", False), ("\u202ekim@example.com", False),
    ("", False), (" ", False), ("kim@example.com;rm -rf", False), ("kim@exa mple.com", False), ("a@b@c.example", False),
]  # fmt: skip


@pytest.mark.parametrize(("address", "is_kept"), ADDRESSES, ids=range(len(ADDRESSES)))
@pytest.mark.parametrize("door", ["form", "json"])
def test_row_71_an_address_is_one_or_is_refused(
    client: Client, page: Page, address: str, is_kept: bool, door: str
) -> None:
    if door == "form":
        answer = client.post("/subscribe", {**FORM, "address": address, "follow": everything(page)})
    else:
        body = {"subscriber": {"email": address}}
        answer = client.post("/api/v2/subscribers.json", body, content_type="application/json")

    assert answer.status_code in ((200, 201, 202, 422) if is_kept else (422,))
    for row in Subscriber.objects.all():
        assert is_kept
        assert row.address.isprintable()
        assert "," not in row.address


def test_row_73_one_client_is_not_admitted_for_ever(client: Client, page: Page) -> None:
    def ask(number: int) -> int:
        told = {**FORM, "address": f"kim{number}@example.com", "follow": everything(page)}
        return client.post("/subscribe", told).status_code

    codes = [ask(number) for number in range(31)]

    assert set(codes) <= {202, 429}
    assert codes[-1] == 429


@pytest.mark.parametrize("verb", ["confirm", "manage", "leave"])
def test_row_74_a_token_that_is_not_it_opens_nothing(client: Client, page: Page, verb: str) -> None:
    row = a_subscriber(page)
    token = tokens.leaving(row)
    wrong = [
        "x",
        "%00",
        "..%2f..",
        "a" * 5000,
        token[:-1],
        token.upper(),
        f"{token}x",
        "\u0661" * 30,
    ]
    if verb != "leave":
        wrong.append(token)  # good for another door alone

    for one in wrong:
        for method in ("GET", "POST", "HEAD"):
            answer = client.generic(method, f"/subscribe/{verb}/{one}")
            same = {200} if verb == "leave" else set()  # leaving answers everybody alike
            assert answer.status_code in {404, 405} | same, (method, one[:40])
    assert Subscriber.objects.get().state == "confirmed"


def test_row_75_no_endpoint_leads_inside_in_any_spelling(page: Page) -> None:
    for number, form in enumerate(LOOPBACK_FORMS):
        client = Client(
            REMOTE_ADDR=f"203.0.113.{number}"
        )  # each from elsewhere: row 73 is another test
        url = f"https://{form}/hook"
        body = {"subscriber": {"endpoint": url, "email": "k@example.com"}}

        by_form = client.post("/subscribe/webhook", {"endpoint": url, "follow": everything(page)})
        by_json = client.post("/api/v2/subscribers.json", body, content_type="application/json")

        assert (by_form.status_code, by_json.status_code) == (422, 422), form
    assert not Subscriber.objects.exists()


PATHS = [
    "/status/../admin", "/status/%2e%2e/", "/status/" + "x" * 5120 + "/", "/status/unknown/", "/status/%00/", "/status/%ff/",
    "/status//", "/status/unknown/api/v2/summary.json", "/status/..%2f..%2fetc%2fpasswd", "/incidents/%0d%0aX-Y:%20z",
    "/components/" + "9" * 5000, "/history/%F0%9F%94%A5", "/style-../../x.css", "/mark-%2e%2e.svg", "/enter/" + "a" * 5000,
    "/api/v2/..%2fsummary.json", "/api/v2/" + "a/" * 500, "/components/aaaaaaaaaaaa/history.atom", "/incidents/aaaaaaaaaaaa.atom",
    "/api/v2/scheduled-maintenances/none.json", "/subscribe/none", "/maintenance.ics.ics", "/MAINTENANCE.ICS",
]  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "OPTIONS"])
def test_row_77_a_place_that_is_none_is_never_a_500(
    client: Client, page: Page, method: str
) -> None:
    for path in PATHS:
        answer = client.generic(method, path)

        assert 300 <= answer.status_code < 500, path
        assert "X-Y" not in answer.headers
        assert not answer.cookies
        if method == "HEAD":
            assert answer.content == b"", path


@pytest.mark.parametrize("query", ["lang=../../x", "lang=%00", "a[]=1&a[b]=2", "x" * 20_000, "%ff=%fe", "callback=alert(1)", "page=9&edition=-1"])  # fmt: skip
@pytest.mark.parametrize(
    "path", ["/", "/history", "/api/v2/summary.json", "/history.rss", "/maintenance.ics"]
)
def test_row_77_a_query_changes_nothing(client: Client, page: Page, path: str, query: str) -> None:
    assert client.get(f"{path}?{query}").content == client.get(path).content


HOSTS = ["evil.example", "evil.example:99999", "[::1", "a b", "\u202eexample", "x" * 5000, "127.0.0.1@evil", "", "..", "-"]  # fmt: skip


@pytest.mark.parametrize(
    "path", ["/", "/api/v2/summary.json", "/history.rss", "/subscribe", "/none"]
)
def test_row_77_no_host_header_gets_into_an_answer(
    client: Client, page: Page, settings: Any, path: str
) -> None:
    settings.SITE_URL, settings.STAFF_URL = "https://status.example", "https://staff.example"
    shown(page)

    for host in HOSTS:
        answer = client.get(path, headers={"host": host})
        assert answer.status_code in (200, 400, 404), host
        assert b"evil" not in answer.content


ODD_HEADERS: list[dict[str, str]] = [
    {"if-none-match": '"' + "x" * 50_000}, {"if-modified-since": "Thu, 99 Foo 0000"}, {"if-modified-since": "9" * 5000},
    {"accept-encoding": "gzip;q=NaN, br;q=-1, *;q=2"}, {"accept-encoding": ", ,;;"}, {"range": "bytes=0-9,99999999999999999999-"},
    {"cookie": "sessionid=" + "x" * 60_000}, {"x-forwarded-for": ", ".join(["::1"] * 100)}, {"accept": "image/png;q=0"},
    {"x-http-method-override": "DELETE"}, {"if-none-match": "W/\u00ff, *"},
]  # fmt: skip


@pytest.mark.parametrize("path", ["/", "/api/v2/summary.json", "/maintenance.ics", "/history.atom"])
def test_row_90_odd_headers_get_the_page(client: Client, page: Page, path: str) -> None:
    for headers in ODD_HEADERS:
        answer = client.get(path, headers=headers)

        assert answer.status_code in (200, 304), headers
        assert not answer.cookies


def test_row_79_a_calendar_answers_head_and_range_whole(client: Client, page: Page) -> None:
    for path in ("/maintenance.ics", f"/components/{everything(page)[0]}.ics"):
        whole = client.get(path)
        part = client.get(path, headers={"range": "bytes=0-9"})

        assert (whole.status_code, part.status_code) == (200, 200)
        assert part.content == whole.content
        assert client.head(path).content == b""
        assert client.post(path).status_code == 405
