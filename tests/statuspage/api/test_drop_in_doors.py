"""Every address of Statuspage's write API: who may, which methods, and what bad input hears. Never a 500.

The doors of /api/v1/ have the same tests in tests/core/api; here errors have Statuspage's own shape.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statuspage.actions.maintenance import Plan, plan
from statuspage.api.drop_in import doors
from statuspage.api.drop_in.urls import urlpatterns
from statuspage.models import (
    Component,
    ComponentGroup,
    Maintenance,
    Page,
    PublicIncident,
    PublicUpdate,
)
from tests.factories import NINE, AService, somebody
from tests.statuspage.api.drop_in import Sender
from tests.statuspage.scenes import MINUTE, a_component, a_group, a_page, an_incident, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]

# Every address, by name: its path, and its methods with what they need. A new address needs its line.
READ, SAY, MANAGE = "Viewer", "Responder", "Manager"
DOORS: dict[str, tuple[str, dict[str, str]]] = {
    "v1-pages": ("pages.json", {"GET": READ}),
    "v1-page": ("pages/{page}.json", {"GET": READ}),
    "v1-components": ("pages/{page}/components.json", {"GET": READ, "POST": MANAGE}),
    "v1-component": ("pages/{page}/components/{component}.json", {"GET": READ, "PUT": MANAGE, "PATCH": MANAGE, "DELETE": MANAGE}),
    "v1-groups": ("pages/{page}/component-groups.json", {"GET": READ, "POST": MANAGE}),
    "v1-group": ("pages/{page}/component-groups/{group}.json", {"GET": READ, "PUT": MANAGE, "PATCH": MANAGE, "DELETE": MANAGE}),
    "v1-incidents": ("pages/{page}/incidents.json", {"GET": READ, "POST": SAY}),
    "v1-incidents-chosen": ("pages/{page}/incidents/unresolved.json", {"GET": READ}),
    "v1-incident": ("pages/{page}/incidents/{incident}.json", {"GET": READ, "PUT": SAY, "PATCH": SAY}),
}  # fmt: skip
OPEN = {"v1-nothing"}
OBJECT = {"components": "component", "component-groups": "component_group", "incidents": "incident"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
GOOD = {
    "component": {"name": "Cards", "status": "operational"},
    "component_group": {"name": "Shop"},
    "incident": {"name": "Slow", "status": "investigating", "body": "We look."},
}
WORK = {
    "name": "New disks",
    "status": "scheduled",
    "scheduled_for": "2026-11-24T02:00:00Z",
    "scheduled_until": "2026-11-24T03:00:00Z",
    "body": "At night.",
}
RANK = [READ, SAY, MANAGE]
EVERY = [(name, method) for name, (_, methods) in DOORS.items() for method in methods]
WRITES = [(name, method) for name, method in EVERY if method in ("POST", "PUT", "PATCH")]


@pytest.fixture
def there(page: Page) -> dict[str, str]:
    """Give the ids of one of everything."""
    service = AService()
    component = a_component(page, "Payments", service=service)
    told = tell(an_incident(service), components={component.public_id: "partial_outage"})
    return {
        "page": page.public_id,
        "component": component.public_id,
        "group": a_group(page, "Buying").public_id,
        "incident": told.incident.public_id,
    }


def path_of(name: str, ids: dict[str, str]) -> str:
    return DOORS[name][0].format(**ids)


def object_of(name: str) -> str:
    return OBJECT[DOORS[name][0].split("/")[2].removesuffix(".json")]


def holdings() -> list[object]:
    """Return all that a write could change."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Page, Component, ComponentGroup, PublicIncident, PublicUpdate, Maintenance)
    ]


def assert_refused(answer: Any, *statuses: int) -> None:
    """Fail unless it is a refusal in Statuspage's own shape."""
    assert answer.status_code in statuses, answer.content[:300]
    error = answer.json()["error"]
    assert list(answer.json()) == ["error"]
    assert (isinstance(error, str) and error) or all(isinstance(one, str) for one in error)
    assert "Traceback" not in str(error)


def test_no_address_is_forgotten_here() -> None:
    assert {pattern.name for pattern in urlpatterns} == {*DOORS, *OPEN}


@pytest.mark.parametrize(("name", "method"), EVERY)
def test_each_method_asks_what_the_caller_may(
    there: dict[str, str], page: Page, name: str, method: str
) -> None:
    needed = DOORS[name][1][method]
    kind = object_of(name) if method in ("POST", "PUT", "PATCH") else ""
    body = {kind: GOOD[kind]} if kind else None

    for group in RANK:
        for scope in ("read", "write"):
            who = {"manages": page.team} if group == MANAGE else {}
            caller = Sender("Responder" if who else group, scope, **who)
            before = holdings()
            answer = caller(method, path_of(name, there), body)
            allowed = RANK.index(group) >= RANK.index(needed) and (
                method == "GET" or scope == "write"
            )
            if allowed:
                assert answer.status_code in (200, 201, 204, 404, 422), answer.content
            else:
                assert_refused(answer, 403)
                assert holdings() == before


@pytest.mark.parametrize("name", DOORS)
def test_strangers_and_methods_that_there_are_not(
    there: dict[str, str], send: Sender, name: str
) -> None:
    path, methods = path_of(name, there), DOORS[name][1]
    before = holdings()

    for method in METHODS:
        assert_refused(Client().generic(method, f"/v1/{path}"), 401)
        if method not in methods:
            refused = send(method, path)
            assert_refused(refused, 405)
            assert set(refused["Allow"].split(", ")) == {*methods, "HEAD"}
    headed, got = send("HEAD", path), send("GET", path)
    assert (headed.status_code, headed.content) == (got.status_code, b"")
    assert holdings() == before


# row of the corpus, body, content type, which answers are right; the object's name stands for NAME
BODIES: list[tuple[str, bytes, str, tuple[int, ...]]] = [
    ("1 empty", b"", "application/json", (400, 422)),
    ("2 truncated", b'{"NAME": {', "application/json", (400,)),
    ("3 list", b"[]", "application/json", (422,)),
    ("3 null", b"null", "application/json", (422,)),
    ("3 number", b"5", "application/json", (422,)),
    ("3 object is a list", b'{"NAME": []}', "application/json", (422,)),
    ("3 object is a text", b'{"NAME": "x"}', "application/json", (422,)),
    ("9 deep", b"[" * 100_000, "application/json", (422,)),
    ("10 NaN", b'{"NAME": {"name": NaN}}', "application/json", (400,)),
    ("11 digits", b'{"NAME": {"name": ' + b"9" * 5000 + b"}}", "application/json", (422,)),
    ("13 not UTF-8", b"\xff\xfe", "application/json", (400,)),
    ("14 UTF-16", '{"NAME": {}}'.encode("utf-16"), "application/json", (400,)),
    ("18 XML", b"<!DOCTYPE x><x/>", "application/xml", (400, 415)),
    ("25 name is an object", b'{"NAME": {"name": {"a": 1}, "status": "investigating"}}', "application/json", (422,)),
    ("23 long name", b'{"NAME": {"name": "' + b"x" * 30_000 + b'", "status": "investigating"}}', "application/json", (422,)),
    ("27 unknown state", b'{"NAME": {"name": "x", "status": "exploded"}}', "application/json", (200, 201, 422)),
    ("unknown keys alone", b'{"NAME": {"is_superuser": true}}', "application/json", (200, 201, 422)),
    ("multipart", b"--x", "multipart/form-data; boundary=x", (415,)),
    ("form without object", b"name=x", "application/x-www-form-urlencoded", (422,)),
    ("form of 10 000 fields", b"&".join(b"NAME[a%d]=x" % n for n in range(10_000)), "application/x-www-form-urlencoded", (413,)),
    ("form that contradicts itself", b"NAME=1&NAME[name]=x&NAME[name][a]=y&NAME[][]=z", "application/x-www-form-urlencoded", (200, 201, 422)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "kind", "statuses"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES]
)
def test_no_body_is_a_500(
    there: dict[str, str], send: Sender, body: bytes, kind: str, statuses: tuple[int, ...]
) -> None:
    for name, method in WRITES:
        told = body.replace(b"NAME", object_of(name).encode())
        answer = Client(headers={"authorization": f"OAuth {send.token}"}).generic(
            method, f"/v1/{path_of(name, there)}", told, content_type=kind
        )
        if answer.status_code in (200, 201):
            assert answer.status_code in statuses, (name, method)
        else:
            assert_refused(answer, *statuses)


@pytest.mark.parametrize(
    "public_id",
    ["0", "-1", "%00", "%0d%0aX:y", "..%2f..%2fadmin", "A" * 12, "a" * 5000, "\u0661" * 12, "' OR 1=1", "%ff", "a.json"],
)  # fmt: skip
def test_row_47_what_can_be_no_id_is_404(
    there: dict[str, str], send: Sender, public_id: str
) -> None:
    for place in ("page", "component", "group", "incident"):
        ids = {**there, place: public_id}
        names = [name for name in DOORS if f"{{{place}}}" in DOORS[name][0]]
        for name in names:
            assert_refused(send("GET", path_of(name, ids)), 404)


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=-1", "limit=1e3", "limit=" + "9" * 5000, "page=%00", "page=0", "limit=%D9%A1"],
)  # fmt: skip
def test_row_54_a_number_that_is_none_is_refused(
    there: dict[str, str], send: Sender, query: str
) -> None:
    assert_refused(send("GET", f"{path_of('v1-incidents', there)}?{query}"), 422)


@pytest.mark.parametrize("words", ["%00", "%25" * 1000, "x" * 10_240, "'; DROP", "%F0%9F%94%A5", "%ff"])  # fmt: skip
def test_row_57_any_words_may_be_looked_for(
    there: dict[str, str], send: Sender, words: str
) -> None:
    answer = send("GET", f"{path_of('v1-incidents', there)}?q={words}")

    assert (answer.status_code, isinstance(answer.json(), list)) == (200, True)


def test_without_the_database_it_says_come_again(there: dict[str, str], send: Sender) -> None:
    def refuse(*_: Any) -> Any:
        raise OperationalError("could not connect to db.internal")

    for name, method in EVERY:
        with connection.execute_wrapper(refuse):
            answer = send(method, path_of(name, there))

        assert_refused(answer, 503)
        assert answer["Retry-After"] == "5"


def test_a_name_with_line_breaks_is_one_line_everywhere(
    there: dict[str, str], send: Sender
) -> None:
    evil = "Cards\r\nBcc: x@y.example\u2028]]><script>"
    path = path_of("v1-incidents", there)

    made = send(
        "POST", path, {"incident": {"name": evil, "status": "investigating", "body": evil}}
    ).json()

    assert "\r" not in made["name"]
    assert "\n" not in made["name"]
    assert b"<script" not in Client().get(f"/incidents/{made['id']}").content
    assert b"<script" not in Client().get("/history.rss").content


ODD: list[Any] = [
    None, True, -1, 2**63, 1.5, [], {}, [None], {"x": ["y"]}, ["x", "x"], "", "\r\n\u202e", "x" * 300, "x" * 20_001, "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "1969-12-31", "2026-02-30", "now",
    "2199-12-31T23:59:59+00:00", "resolved", "completed", "in_progress", "critical", "maintenance", "operational",
]  # fmt: skip
FIELDS = {
    "component": ["name", "description", "status", "group_id", "showcase", "only_show_if_degraded", "start_date"],
    "component_group": ["name", "description", "components"],
    "incident": [
        "name", "status", "body", "components", "component_ids", "impact_override", "deliver_notifications", "backfilled",
        "backfill_date", "scheduled_for", "scheduled_until", "scheduled_remind_prior", "scheduled_auto_in_progress",
        "scheduled_auto_completed", "auto_transition_to_maintenance_state", "metadata",
    ],
}  # fmt: skip
TEXTS = st.text(max_size=40) | st.sampled_from([one for one in ODD if isinstance(one, str)])
JUNK = st.recursive(
    st.sampled_from(ODD) | TEXTS | st.floats() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture
def fuzzed(there: dict[str, str], page: Page, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sender]:
    """Give a sender that is never told to wait, with a maintenance beside the rest."""
    monkeypatch.setattr(doors, "MOST", 10**6)
    planned = Plan(
        name="New disks",
        scheduled_for=NINE + 60 * MINUTE,
        scheduled_until=NINE + 120 * MINUTE,
        components={there["component"]: "under_maintenance"},
        body="At night.",
    )
    work = plan(page.pk, planned, by=somebody(), at=NINE, despite_findings=True)
    there["work"] = work.public_id
    yield Sender(manages=page.team)
    cache.clear()


def bodies(kind: str, base: str) -> dict[str, Any]:
    """Return a sound body to spoil: of a maintenance, of what there is, or nothing."""
    return {"good": GOOD[kind], "work": WORK if kind == "incident" else {}}.get(base, {})


def spoil(
    send: Sender, there: dict[str, str], place: tuple[str, str], base: str, fields: dict[str, Any]
) -> None:
    """Send a body with odd fields; it is taken, and the page with it is rendered, or it is refused in words."""
    name, method = place
    kind = object_of(name)
    ids = {**there, "incident": there["work"]} if base == "work" else there
    with transaction.atomic():
        answer = send(method, path_of(name, ids), {kind: {**bodies(kind, base), **fields}})

        if answer.status_code not in (200, 201):
            assert_refused(answer, 400, 404, 422)
        transaction.set_rollback(True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "base"),
    [(one, "good") for one in WRITES if one[1] != "PUT"]
    + [(("v1-incidents", "POST"), "work"), (("v1-incident", "PATCH"), "work")],
)
def test_each_odd_value_in_each_field_is_taken_or_refused_in_words(
    there: dict[str, str], fuzzed: Sender, place: tuple[str, str], base: str
) -> None:
    for field in FIELDS[object_of(place[0])]:
        for value in ODD:
            spoil(fuzzed, there, place, base, {field: value})


@pytest.mark.slow
@settings(
    max_examples=100,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_whatever_stands_in_the_fields_is_taken_or_refused_in_words(
    there: dict[str, str], fuzzed: Sender, data: st.DataObject
) -> None:
    place = data.draw(st.sampled_from(WRITES))
    known = st.sampled_from(FIELDS[object_of(place[0])]) | TEXTS
    fields = data.draw(st.dictionaries(known, JUNK, min_size=1, max_size=4))

    spoil(fuzzed, there, place, data.draw(st.sampled_from(["good", "work", ""])), fields)


def test_another_pages_things_are_not_found_here(there: dict[str, str], send: Sender) -> None:
    other = a_page(slug="other", name="Other", is_default=False, hosts=["o.example"])
    ids = {**there, "page": other.public_id}

    for name in ("v1-component", "v1-group", "v1-incident"):
        assert_refused(send("GET", path_of(name, ids)), 404)
