"""Events with their verdicts, and services."""

from typing import Any

import pytest

from incidents.models import Dependency, RawEvent
from tests.core.api.callers import Caller, assert_problem
from tests.factories import NINE, AService, ASource, ATeam

pytestmark = pytest.mark.django_db


def an_event(**fields: Any) -> RawEvent:
    event: RawEvent = RawEvent.objects.create(
        **{
            "source": fields.pop("source", None) or ASource(name="prom"),
            "received_at": NINE,
            "kind": "alertmanager",
            "body": b"canary-7f3a",
            **fields,
        }
    )
    return event


def test_an_event_is_told_with_its_verdict_and_without_its_body(caller: Caller) -> None:
    items = [{"verdict": "applied", "key": "disk", "incident": 7}]
    event = an_event(verdict="applied", processed_at=NINE, items=items)

    answer = caller.get(f"events/{event.pk}/")

    assert answer.json() == {
        "id": event.pk,
        "source": "prom",
        "kind": "alertmanager",
        "received_at": "2026-11-23T09:00:00.000000Z",
        "processed_at": "2026-11-23T09:00:00.000000Z",
        "verdict": "applied",
        "items": items,
        "error": "",
    }
    assert b"canary" not in answer.content


def test_the_body_of_an_event_is_not_even_read(
    caller: Caller, django_assert_num_queries: Any
) -> None:
    event = an_event()

    with django_assert_num_queries(2) as statements:  # the caller, the event
        caller.get(f"events/{event.pk}/")

    assert not any('"body"' in statement["sql"] for statement in statements)


def test_an_event_that_waits_is_pending(caller: Caller) -> None:
    found = caller.get(f"events/{an_event().pk}/").json()

    assert (found["verdict"], found["processed_at"], found["items"]) == ("pending", None, [])


def test_an_unknown_event_is_404(caller: Caller) -> None:
    assert_problem(caller.get("events/77/"), 404, "not_found")


def test_a_service_is_told_with_what_it_needs(caller: Caller) -> None:
    shop = AService(slug="shop", name="Shop", team=ATeam(slug="web"), tier="critical")
    for slug in ("pay", "db"):
        Dependency.objects.create(service=shop, needs=AService(slug=slug))

    rows = {row["slug"]: row for row in caller.get("services/").json()["results"]}

    assert rows["shop"] == {
        "slug": "shop",
        "name": "Shop",
        "team": "web",
        "tier": "critical",
        "depends_on": ["db", "pay"],
        "playbook": "standard",
        "description": "",
        "runbook_url": "",
    }
    assert rows["db"]["depends_on"] == []


@pytest.mark.parametrize("rows", [3, 30])
def test_a_list_of_services_costs_the_same_however_long(
    caller: Caller, django_assert_num_queries: Any, rows: int
) -> None:
    needed = AService()
    for service in AService.create_batch(rows):
        Dependency.objects.create(service=service, needs=needed)

    with django_assert_num_queries(3):  # the caller, the services, what they need
        answer = caller.get("services/")

    assert len(answer.json()["results"]) == rows + 1
