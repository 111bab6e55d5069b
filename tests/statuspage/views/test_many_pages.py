"""Several pages in one house: by host, under `/status/`, and the default one everywhere else."""

from typing import Any

import pytest
from django.test import Client

from statuspage.models import Page
from tests.statuspage.conftest import Timer
from tests.statuspage.scenes import a_component, a_page, an_incident, shown, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


@pytest.fixture
def pages() -> tuple[Page, Page, Page]:
    """Give the default page, one with a host of its own and one without."""
    rows = (
        a_page(name="Northwind Books"),
        a_page(name="Orders", slug="orders", is_default=False, hosts=["status.orders.test"]),
        a_page(name="Labs", slug="labs", is_default=False),
    )
    for row in rows:
        a_component(row, f"{row.name} shop")
        shown(row)
    return rows


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("testserver", "Northwind Books"),
        ("status.orders.test", "Orders"),
        ("STATUS.orders.TEST:8443", "Orders"),
        ("elsewhere.test", "Northwind Books"),
    ],
)
def test_a_host_shows_its_page_and_every_other_the_default_one(
    client: Client, host: str, name: str
) -> None:
    answer = client.get("/api/v2/summary.json", headers={"host": host})

    assert answer.json()["page"]["name"] == name
    assert f"{name} status" in client.get("/", headers={"host": host}).content.decode()


def test_each_page_tells_programs_where_it_is(
    client: Client, pages: tuple[Page, Page, Page], settings: Any
) -> None:
    def url(path: str, host: str = "testserver") -> str:
        told: str = client.get(path, headers={"host": host}).json()["page"]["url"]
        return told

    assert url("/api/v2/status.json") == settings.SITE_URL
    assert url("/api/v2/status.json", "status.orders.test") == "http://status.orders.test"
    assert url("/status/labs/api/v2/status.json") == f"{settings.SITE_URL}/status/labs"


def test_a_page_without_a_host_is_whole_under_its_name(
    client: Client, pages: tuple[Page, Page, Page]
) -> None:
    component = pages[2].components.get()
    incident = an_incident()
    component.bindings.create(service=incident.service)
    tell(incident, components={component.public_id: "major_outage"})

    front = client.get("/status/labs/").content.decode()

    links = [part.split('"')[0] for part in front.split('href="')[1:]]
    own = [link for link in links if link.startswith("/") and not link.startswith("/static/")]
    assert own
    assert all(link.startswith("/status/labs/") for link in own)
    assert {client.get(link).status_code for link in own} == {200}


def test_one_page_says_nothing_of_another(
    client: Client, pages: tuple[Page, Page, Page], timer: Timer
) -> None:
    component = pages[1].components.get()
    path = f"/components/{component.public_id}"

    assert client.get(path, headers={"host": "status.orders.test"}).status_code == 200
    assert client.get(path).status_code == 404
    assert client.get(f"/status/labs{path}").status_code == 404


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/status/orders/history", "http://status.orders.test/history"),
        ("/status/northwind/api/v2/summary.json", "{site}/api/v2/summary.json"),
    ],
)
def test_a_page_has_one_address(client: Client, path: str, target: str, settings: Any) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer["Location"]) == (308, target.format(site=settings.SITE_URL))


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize("path", ["/status/", "/status/nobody/", "/status/../admin/"])
def test_a_page_that_is_none_is_not_found(client: Client, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.cookies) == (404, {})


@pytest.mark.parametrize("audience", ["link", "network"])
def test_a_page_that_is_not_public_is_as_none_to_strangers(
    client: Client, pages: tuple[Page, Page, Page], audience: str
) -> None:
    Page.objects.filter(pk__in=[pages[1].pk, pages[2].pk]).update(audience=audience)
    none = client.get("/status/nobody/")

    for host, path in [("testserver", "/status/labs/"), ("status.orders.test", "/")]:
        answer = client.get(path, headers={"host": host})
        assert (answer.status_code, answer.content) == (404, none.content)
