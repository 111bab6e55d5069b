"""Deliveries with their attempts; an address is whole only to its owner and to Administrators."""

from datetime import timedelta
from typing import Any

import pytest

from core.models import User
from core.secrets import encrypt
from notify.models import Delivery, DeliveryAttempt
from tests.conftest import Clock
from tests.core.api.callers import Caller, a_caller, a_token, assert_problem
from tests.factories import NINE, AUser

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller(clock: Clock) -> Caller:
    return a_caller()


def a_delivery(recipient: User | None = None, **fields: Any) -> Delivery:
    made: Delivery = Delivery.objects.create(
        **{
            "unique_key": f"page:{Delivery.objects.count()}",
            "kind": "page",
            "object_id": 12,
            "recipient": recipient,
            "channel": "email",
            "address": "ana@northwind.example",
            "secret": encrypt("canary-9d1c"),
            "priority": Delivery.Priority.PAGE,
            "created_at": NINE,
            "not_before": NINE,
            "expires_at": NINE + timedelta(days=1),
            **fields,
        }
    )
    return made


def test_a_delivery_is_told_with_every_attempt(caller: Caller) -> None:
    row = a_delivery(AUser(username="ana"), state="sent", sent_at=NINE, attempts=2, proof="250 OK")
    for number, outcome in ((1, "failed"), (2, "sent")):
        DeliveryAttempt.objects.create(
            delivery=row, number=number, lease_token=f"{number:032x}", started_at=NINE,
            finished_at=NINE, outcome=outcome, detail=f"said {number}",
        )  # fmt: skip

    found = caller.get(f"deliveries/{row.pk}/").json()

    attempts = found.pop("attempts")
    assert found == {
        "id": row.pk,
        "kind": "page",
        "object_id": 12,
        "recipient": "ana",
        "channel": "email",
        "address": "a…@northwind.example",
        "priority": "page",
        "state": "sent",
        "created_at": "2026-11-23T09:00:00.000000Z",
        "due_at": "2026-11-23T09:00:00.000000Z",
        "expires_at": "2026-11-24T09:00:00.000000Z",
        "sent_at": "2026-11-23T09:00:00.000000Z",
        "attempt_count": 2,
        "proof": "250 OK",
        "error": "",
    }
    assert [(one["number"], one["outcome"], one["detail"]) for one in attempts] == [
        (1, "failed", "said 1"),
        (2, "sent", "said 2"),
    ]


@pytest.mark.parametrize(
    ("group", "scope", "is_own", "is_whole"),
    [
        ("Responder", "write", False, False),
        ("Responder", "write", True, True),
        ("Administrator", "admin", False, True),
        ("Administrator", "write", False, False),
    ],
)
def test_an_address_is_whole_to_its_owner_and_to_administrators_only(
    clock: Clock, group: str, scope: str, is_own: bool, is_whole: bool
) -> None:
    caller = a_caller(group, scope)
    row = a_delivery(caller.user if is_own else AUser())

    found = caller.get(f"deliveries/{row.pk}/").json()["address"]

    assert (found == "ana@northwind.example") is is_whole


def test_no_secret_is_told(clock: Clock) -> None:
    caller = a_caller("Administrator", "admin")
    row = a_delivery(channel="webhook", address="https://hooks.example/T0/canary-path")

    told = caller.get(f"deliveries/{row.pk}/").content + caller.get("deliveries/").content
    masked = a_caller().get("deliveries/").content

    assert b"canary-9d1c" not in told
    assert row.secret.encode() not in told
    assert b"canary-path" not in masked


def test_only_who_may_respond_sees_deliveries(clock: Clock) -> None:
    row = a_delivery()

    for path in ("deliveries/", f"deliveries/{row.pk}/"):
        for nobody in (a_caller("Viewer", "write"), a_caller("Responder", "read")):
            assert_problem(nobody.get(path), 403, "not_allowed")
        assert a_caller("Responder", "write").get(path).status_code == 200


def test_filters_narrow_the_list(caller: Caller) -> None:
    ana = AUser(username="ana")
    rows = {
        "sent": a_delivery(ana, state="sent", sent_at=NINE),
        "hook": a_delivery(channel="webhook"),
        "notice": a_delivery(kind="command", object_id=7),
    }

    def chosen(**query: object) -> list[str]:
        ids = [row["id"] for row in caller.get("deliveries/", **query).json()["results"]]
        return [name for pk in ids for name, row in rows.items() if row.pk == pk]

    assert chosen(state="sent") == ["sent"]
    assert chosen(channel="webhook") == ["hook"]
    assert chosen(recipient="ana") == ["sent"]
    assert chosen(kind="command", object_id=7) == ["notice"]
    assert chosen(ordering="id") == ["sent", "hook", "notice"]


@pytest.mark.parametrize(
    "query",
    [{"state": "lost"}, {"channel": "pigeon"}, {"recipient": "nobody"}, {"recipient": "\0"},
     {"kind": "secret"}, {"object_id": "0"}, {"object_id": "1e3"}, {"object_id": "9" * 40}],
)  # fmt: skip
def test_a_bad_filter_value_is_refused_by_name(caller: Caller, query: dict[str, str]) -> None:
    problem = assert_problem(caller.get("deliveries/", **query), 422)

    assert problem["errors"][0]["parameter"] in query


@pytest.mark.parametrize("rows", [3, 30])
def test_a_list_costs_the_same_however_long(
    caller: Caller, django_assert_num_queries: Any, rows: int
) -> None:
    for _ in range(rows):
        a_delivery(AUser())

    with django_assert_num_queries(2):  # the caller, the deliveries
        assert len(caller.get("deliveries/").json()["results"]) == rows


def test_an_owner_sees_their_own_whole_in_a_list(clock: Clock) -> None:
    ana = AUser(username="ana")
    a_delivery(ana)
    a_delivery(AUser(), address="bob@northwind.example")

    rows = Caller(ana, a_token(ana, "write")).get("deliveries/").json()["results"]

    assert [row["address"] for row in rows] == ["b…@northwind.example", "ana@northwind.example"]
