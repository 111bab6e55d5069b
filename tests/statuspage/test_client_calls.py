"""Readers of Statuspage that can't be run here: what they ask for, and what they accept (areas/statuspage.md 2.5, 2.12)."""

import copy
import json
import urllib.request
from typing import Any
from urllib.error import HTTPError
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from statuspage.models import Component, Subscriber
from tests.statuspage.conftest import Timer
from tests.statuspage.scenes import an_incident, shown, tell
from tests.statuspage.strict import CRITICAL, OK, UNKNOWN, WARNING, verdict
from tests.statuspage.test_real_clients import address, payments
from tests.statuspage.test_wire import DOCUMENTS, PAGE

__all__ = ["address", "payments"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shipped", "clock")]
HEADERS = {
    "Accept": "application/json, text/plain, */*",
    "Accept-Encoding": "identity",
    "User-Agent": "axios/1.7.9",
}
READS = {
    "getComponents": "components",
    "getStatus": "status",
    "getSummary": "summary",
    "incidents.getAll": "incidents",
    "incidents.getUnresolved": "incidents/unresolved",
    "scheduledMaintenances.getAll": "scheduled-maintenances",
    "scheduledMaintenances.getUpcoming": "scheduled-maintenances/upcoming",
    "scheduledMaintenances.getActive": "scheduled-maintenances/active",
}
SIGN_UPS = [
    "subscriber[email]=kim@example.com",
    "subscriber[email]=kim@example.com&subscriber[component_id]=aaaaaaaaaaaa",
    "subscriber[endpoint]=https://example.com/hook&subscriber[email]=kim@example.com",
    "subscriber[phone_number]=1&subscriber[phone_country]=DE",
    "subscriber[id]=aaaaaaaaaaaa",
]


def ask(address: str, path: str, method: str = "GET") -> tuple[int, bytes, dict[str, str]]:
    """Send what axios would; an answer that it takes for an error is returned too."""
    wanted = urllib.request.Request(f"{address}{path}", headers=HEADERS, method=method)  # noqa: S310
    try:
        with urllib.request.urlopen(wanted, timeout=10) as reply:  # noqa: S310
            return reply.status, reply.read(), dict(reply.headers)
    except HTTPError as error:
        return error.code, error.read(), dict(error.headers)


@pytest.mark.parametrize("call", READS)
def test_each_call_of_the_npm_client_resolves_w6(address: str, call: str) -> None:
    """The npm package `statuspage.io` 3.4.6 ships without its code; these are the requests that its source makes."""
    status, body, headers = ask(address, f"/api/v2/{READS[call]}.json")

    assert (status, headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    assert list(json.loads(body)) == DOCUMENTS[READS[call]]
    assert list(json.loads(body)["page"]) == PAGE


@pytest.mark.parametrize("query", SIGN_UPS)
def test_its_sign_ups_by_get_change_nothing(address: str, query: str) -> None:
    """The same package signs up by GET, and ends a subscription by DELETE of incidents.json: neither may do anything."""
    answers = [
        ask(address, f"/api/v2/subscribers.json?{query}"),
        ask(address, f"/api/v2/incidents.json?{query}", "DELETE"),
    ]

    assert [status for status, _body, _headers in answers] == [405, 405]
    assert not Subscriber.objects.exists()


def test_an_exporter_that_asks_with_head_first_is_answered_w6(address: str) -> None:
    status, body, headers = ask(address, "/api/v2/components.json", "HEAD")

    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 0


def components() -> Any:
    return json.loads(Client().get("/api/v2/components.json").content)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("operational", OK), ("degraded_performance", WARNING), ("partial_outage", WARNING), ("major_outage", CRITICAL),
    ],
)  # fmt: skip
def test_the_strictest_client_takes_our_components_w6(
    payments: Component, timer: Timer, state: str, expected: int
) -> None:
    assert verdict(components()) == OK
    told = {payments.public_id: state}
    tell(an_incident(payments.bindings.get().service), components=told)
    timer.forward(2)

    assert verdict(components()) == expected


@pytest.mark.parametrize("zone", ["Etc/UTC", "America/Denver", "Asia/Kathmandu"])
def test_the_strictest_client_takes_every_zone_and_every_field_w6(
    payments: Component, timer: Timer, zone: str
) -> None:
    page = payments.page
    page.time_zone = zone
    page.save()
    payments.description, payments.start_date = "Cards.", payments.created_at.date()
    payments.save()
    with transaction.atomic():
        shown(page)
    timer.forward(2)

    assert verdict(components()) == OK


def changed(document: Any, name: str) -> Any:
    """Return our own document with one change of table 2.5."""
    made = copy.deepcopy(document)
    page, rows = made["page"], made["components"]
    group = next(row for row in rows if row["group"])
    one = next(row for row in rows if not row["group"])
    changes: dict[str, Any] = {
        "unchanged": lambda: None,
        "extra key in a component": lambda: one.update(colour="red"),
        "extra key in the page": lambda: page.update(colour="red"),
        "extra key at the top": lambda: made.update(status={}),
        "start_date is a datetime": lambda: one.update(start_date="2026-01-01T00:00:00.000Z"),
        "a timestamp without zone": lambda: one.update(created_at="2026-01-01T00:00:00.000"),
        "position is a string": lambda: one.update(position="1"),
        "time_zone is missing": lambda: page.pop("time_zone"),
        "components are empty": rows.clear,
        "a group without children": lambda: group.pop("components"),
        "start_date is absent": lambda: one.pop("start_date"),
        "page.updated_at is null": lambda: page.update(updated_at=None),
        "an id of 36 characters": lambda: one.update(id=str(uuid4())),
        "microseconds": lambda: one.update(created_at="2026-01-01T00:00:00.123456Z"),
        "degraded_performance": lambda: one.update(status="degraded_performance"),
        "partial_outage": lambda: one.update(status="partial_outage"),
        "under_maintenance": lambda: one.update(status="under_maintenance"),
        "major_outage": lambda: one.update(status="major_outage"),
        "full_outage": lambda: one.update(status="full_outage"),
    }
    changes[name]()
    return made


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("unchanged", OK), ("extra key in a component", UNKNOWN), ("extra key in the page", UNKNOWN),
        ("extra key at the top", UNKNOWN), ("start_date is a datetime", UNKNOWN), ("a timestamp without zone", UNKNOWN),
        ("position is a string", UNKNOWN), ("time_zone is missing", UNKNOWN), ("components are empty", UNKNOWN),
        ("a group without children", UNKNOWN), ("start_date is absent", OK), ("page.updated_at is null", OK),
        ("an id of 36 characters", OK), ("microseconds", OK), ("degraded_performance", WARNING),
        ("partial_outage", WARNING), ("under_maintenance", WARNING), ("major_outage", CRITICAL), ("full_outage", UNKNOWN),
    ],
)  # fmt: skip
def test_our_copy_of_the_strictest_client_is_as_strict(
    payments: Component, name: str, expected: int
) -> None:
    """Each row of the table, so that its consent means something."""
    assert verdict(changed(components(), name)) == expected
