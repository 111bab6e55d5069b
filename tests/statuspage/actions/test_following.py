"""A component of somebody else's: read from their page once a minute, by a client that reaches nothing private."""

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network

import orjson
import pytest
from django.conf import LazySettings
from django.test import Client

from statuspage.actions import render, shapes
from statuspage.actions.following import EVERY, LONGEST_WAIT, follow_due
from statuspage.actions.picture import take
from statuspage.models import Component, FollowedComponent, Hold, SharedComponent
from statuspage.rules.followed import Unclear, shown_address, shown_provider, state_in
from tests.conftest import Clock
from tests.factories import NINE, AUser
from tests.servers import Answer, HttpServer, http_server
from tests.statuspage.conftest import Timer
from tests.statuspage.scenes import a_component, a_page, shown

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
        (200, b"null"),
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


@pytest.mark.parametrize("field", ["url", "external_id", "external_name", "provider"])
def test_what_is_asked_for_anew_is_read_anew(theirs: HttpServer, field: str) -> None:
    """Their "nothing moved" would be said of what was followed before."""
    component = following(theirs)
    says(theirs, "operational", ETag='"1"')
    follow_due(NINE)
    row = FollowedComponent.objects.get()
    told = {"url": row.url, "external_id": "abc", "external_name": "", "provider": "Cards & Co"}
    changed = {**told, field: f"{row.url}/other" if field == "url" else "xyz"}
    boss = Client()
    boss.force_login(AUser(group="Administrator"))

    answer = boss.post(
        f"/admin/statuspage/component/{component.pk}/change/",
        {
            "page": component.page_id,
            "name": component.name,
            "position": 1,
            "bindings-TOTAL_FORMS": 0,
            "bindings-INITIAL_FORMS": 0,
            "followed-TOTAL_FORMS": 1,
            "followed-INITIAL_FORMS": 1,
            "followed-0-id": row.pk,
            "followed-0-component": component.pk,
            **{f"followed-0-{name}": text for name, text in changed.items()},
        },
    )

    assert answer.status_code == 302
    row.refresh_from_db()
    is_same = field == "provider"
    assert (row.etag, follow_due(NINE)) == (('"1"', 0) if is_same else ("", 1))


def test_a_page_that_stays_silent_is_asked_less_and_less_often(theirs: HttpServer) -> None:
    component = following(theirs)
    theirs.answers(PATH, Answer(500))
    waits, at = [], NINE
    for _look in range(12):
        follow_due(at)
        due = FollowedComponent.objects.get(component=component).next_check_at
        assert due is not None
        waits.append(due - at)
        at = due
    says(theirs, "operational")
    follow_due(at)

    assert waits[0] == EVERY
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT
    assert FollowedComponent.objects.get(component=component).next_check_at == at + EVERY


def following_too(first: Component, name: str, **fields: str) -> FollowedComponent:
    """Follow something else on the same page, or by `url` on another."""
    row = FollowedComponent.objects.get(component=first)
    row.pk, row.component = None, a_component(first.page, name)
    for field, text in fields.items():
        setattr(row, field, text)
    row.save(force_insert=True)
    return row


def test_a_page_is_asked_once_a_round_whoever_follows_something_on_it(theirs: HttpServer) -> None:
    first = following(theirs)
    url = FollowedComponent.objects.get().url
    following_too(first, "Other", external_id="xyz")
    following_too(first, "Gone", external_id="gone", url=f"{url}/")
    says(theirs, "partial_outage", ETag='"1"')

    assert follow_due(NINE) == 3

    assert len(theirs.requests) == 1
    rows = FollowedComponent.objects.order_by("pk")
    assert [row.state for row in rows] == ["partial_outage", "major_outage", ""]
    assert [bool(row.failure) for row in rows] == [False, False, True]


def test_nothing_new_is_asked_for_only_where_all_who_follow_know_the_old(
    theirs: HttpServer,
) -> None:
    first = following(theirs)
    says(theirs, "partial_outage", ETag='"1"')
    follow_due(NINE)
    later = following_too(first, "Other", external_id="xyz", etag="", state="")
    follow_due(NINE + MINUTE)
    follow_due(NINE + MINUTE * 2)

    asked = [request.headers.get("if-none-match") for request in theirs.requests]
    assert asked == [None, None, '"1"']
    later.refresh_from_db()
    assert later.state == "major_outage"


def test_pages_that_hang_keep_the_worker_no_longer_than_its_budget(theirs: HttpServer) -> None:
    first = following(theirs)
    for name in ("Mail", "Maps", "Tax"):
        following_too(
            first, name, url=f"{FollowedComponent.objects.get(component=first).url}/{name}"
        )
    says(theirs, "operational")
    seconds = iter(range(0, 100, 5))

    assert follow_due(NINE, timer=lambda: next(seconds)) == 1
    assert FollowedComponent.objects.filter(checked_at=None).count() == 3
    assert follow_due(NINE) == 3


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


def test_visitors_are_told_who_reports_it_and_the_json_has_no_further_key(
    theirs: HttpServer, timer: Timer
) -> None:
    component = following(theirs)
    own = a_component(component.page, "Search", position=2)
    says(theirs, "operational")
    follow_due(NINE)
    timer.forward(2)

    own_page = f"/components/{component.public_id}"
    pages = [Client().get(path).content.decode() for path in ("/", own_page)]
    one, other = Client().get("/api/v2/components.json").json()["components"]

    for html in pages:
        link = f'<a href="{component.followed.url}" rel="noopener nofollow">Cards &amp; Co</a>'
        assert html.count(f"Reported by {link}.") == 1
    assert "Reported by" not in Client().get(f"/components/{own.public_id}").content.decode()
    assert list(one) == list(other)


def test_after_a_quarter_of_an_hour_visitors_and_staff_are_told_that_nobody_is_heard(
    theirs: HttpServer, timer: Timer, client: Client, clock: Clock
) -> None:
    component = following(theirs)
    says(theirs, "operational")
    follow_due(NINE)
    theirs.answers(PATH, 503)
    told = []
    for minutes in (1, 15, 1):
        at = clock.forward(minutes=minutes)
        follow_due(at)
        render(component.page, at)
        timer.forward(2)
        told.append("can\u2019t be reached since" in Client().get("/").content.decode())
    client.force_login(AUser(manages=component.page.team))
    staff = client.get("/admin/statuspage/component/").content.decode()

    assert told == [False, False, True]
    assert "what it said last is shown" in Client().get("/").content.decode()
    assert "answered 503" not in Client().get("/").content.decode()
    assert "reported by Cards &amp; Co, who can&#x27;t be reached" in staff
    assert "1 reported by a page that can&#x27;t be reached." in staff


def test_what_was_never_read_is_not_passed_off_as_their_word(
    theirs: HttpServer, timer: Timer
) -> None:
    component = following(theirs)
    shown(component.page)
    timer.forward(2)
    first = Client().get("/").content.decode()
    follow_due(NINE)
    shown(component.page, NINE + MINUTE * 16)
    timer.forward(2)

    assert "nothing was read from their page yet" in first
    assert "nothing was ever read there" in Client().get("/").content.decode()


def test_another_page_that_lists_it_says_so_too(theirs: HttpServer, timer: Timer) -> None:
    component = following(theirs)
    other = a_page(slug="other", name="Other", is_default=False, hosts=["other.example"])
    SharedComponent.objects.create(page=other, component=component, name="Cards abroad")
    says(theirs, "operational")
    follow_due(NINE)

    [row] = shapes.status_page(take(other, NINE)).groups[0].components

    assert (row.name, row.source and row.source.name) == ("Cards abroad", "Cards & Co")


@pytest.mark.parametrize(
    ("url", "provider", "told"),
    [
        ("https://status.example/a", "Cards", ("Cards", "https://status.example/a")),
        ("https://status.example", "", ("status.example", "https://status.example")),
        ("https://u:secret@status.example", "", ("status.example", "")),
        ("https://status.example/?key=secret", "Cards", ("Cards", "")),
        ("ftp://status.example", "Cards", ("Cards", "")),
        ("nonsense", "", ("somebody else", "")),
    ],
)
def test_no_visitor_is_shown_what_opens_their_page(
    url: str, provider: str, told: tuple[str, str]
) -> None:
    assert (shown_provider(provider, url), shown_address(url)) == told


def test_a_component_is_found_by_its_name_where_no_id_is_told() -> None:
    document = {"components": [None, {"id": 1, "name": "Net", "status": "operational"}]}

    assert state_in(document, "", "Net") == "operational"
    with pytest.raises(Unclear, match="lists no component"):
        state_in(document, "", "Web")
