"""A component of somebody else's: read from their page once a minute, by a client that reaches nothing private."""

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network

import orjson
import pytest
from django.conf import LazySettings
from django.test import Client

from statuspage.actions.following import follow_due
from statuspage.models import Component, FollowedComponent, Hold
from statuspage.rules.followed import Unclear, state_in
from tests.factories import NINE
from tests.servers import Answer, HttpServer, http_server
from tests.statuspage.scenes import a_component, a_page

pytestmark = pytest.mark.django_db
PATH = "/api/v2/components.json"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def theirs(settings: LazySettings) -> Iterator[HttpServer]:
    """Give the other page's server."""
    settings.ALLOWED_PRIVATE_NETWORKS = (ip_network("127.0.0.0/8"),)
    with http_server() as server:
        yield server


def following(server: HttpServer, **fields: str) -> Component:
    component = a_component(a_page(), "Card network")
    told = {"external_id": "abc", "provider": "Cards & Co", **fields}
    FollowedComponent.objects.create(
        component=component, url=server.answers("/", 404).removesuffix("/"), **told
    )
    return component


def says(server: HttpServer, state: str, **headers: str) -> None:
    document = {"components": [{"id": "xyz", "name": "Other", "status": "major_outage"}, {"id": "abc", "name": "Net", "status": state}]}  # fmt: skip
    server.answers(PATH, Answer(200, headers, orjson.dumps(document)))


def test_their_state_is_ours_until_they_say_otherwise(theirs: HttpServer) -> None:
    component = following(theirs)
    says(theirs, "partial_outage")

    follow_due(NINE)
    told = Client().get("/api/v2/components.json").json()["components"][0]["status"]
    says(theirs, "operational")
    follow_due(NINE + MINUTE)

    assert told == "partial_outage"
    interval = component.intervals.get()
    assert (interval.state, interval.from_at, interval.to_at) == (
        "partial_outage",
        NINE,
        NINE + MINUTE,
    )


def test_it_is_read_once_a_minute(theirs: HttpServer) -> None:
    following(theirs)
    says(theirs, "operational")

    assert [follow_due(NINE), follow_due(NINE + MINUTE / 2), follow_due(NINE + MINUTE)] == [1, 0, 1]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b""),
        (302, b""),
        (200, b"{"),
        (200, b"[]"),
        (200, b'{"components": []}'),
        (200, b'{"components": [{"id": "abc", "status": "full_outage"}]}'),
        (200, b"[" * 1_200_000),
    ],
)
def test_what_cannot_be_read_keeps_the_last_state_and_says_why(
    theirs: HttpServer, status: int, body: bytes
) -> None:
    following(theirs)
    says(theirs, "major_outage")
    follow_due(NINE)
    theirs.answers(PATH, Answer(status, body=body))

    follow_due(NINE + MINUTE)
    follow_due(NINE + 2 * MINUTE)

    row = FollowedComponent.objects.get()
    assert (row.state, row.failing_since) == ("major_outage", NINE + MINUTE)
    assert row.failure
    assert Hold.objects.get().state == "major_outage"


def test_a_private_address_is_never_asked(theirs: HttpServer, settings: LazySettings) -> None:
    following(theirs)
    says(theirs, "major_outage")
    settings.ALLOWED_PRIVATE_NETWORKS = ()

    follow_due(NINE)

    assert theirs.requests == []
    assert FollowedComponent.objects.get().failing_since == NINE


def test_who_follows_nobody_any_more_is_let_go(theirs: HttpServer) -> None:
    component = following(theirs)
    says(theirs, "major_outage")
    follow_due(NINE)
    FollowedComponent.objects.all().delete()

    follow_due(NINE + MINUTE)

    assert not Hold.objects.exists()
    assert component.intervals.get().to_at == NINE + MINUTE


def test_a_component_is_found_by_its_name_where_no_id_is_told() -> None:
    document = {"components": [None, {"id": 1, "name": "Net", "status": "operational"}]}

    assert state_in(document, "", "Net") == "operational"
    with pytest.raises(Unclear, match="lists no component"):
        state_in(document, "", "Web")
