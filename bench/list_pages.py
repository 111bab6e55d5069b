"""`python -m bench.list_pages ROWS TIMES`: pages of the incident list among 1,000 and among ROWS incidents (B9).

PostgreSQL only: the rows are made by generate_series. Every page goes through the whole application, in-process.
"""

import json
import sys
import time
from typing import Any

from django.db import connection
from django.test import Client

from bench import many, ready
from core.models import User
from incidents.models import Incident

ADDRESS = "/admin/incidents/incident/"
FEW = 1_000
# What is asked for; {middle} stands for the number in the middle of the table.
PAGES = {
    "all, first page": "state=all",
    "all, deep page": "state=all&after=4.1.{middle}",
    "open and recent": "",
    "unheld": "state=unheld",
    "triage": "kind=triage",
    "severity": "severity=1",
    "service": "service=many-7",
    "holder": "holder=many5",
    "state": "state=cancelled",
    "90 days": "severity=1,2&since=90d",
    "four filters": "kind=declared&severity=2&service=many-3&state=closed",
    "search, common": "q=payments&state=all",
    "search, rare": "q=host-123&state=all",
    "search, nothing": "q=nosuchword&state=all",
    "search, a person": "q=many5&state=all",
}


def signed_in() -> Client:
    """Return a browser of a responder, who is offered everything that the list has."""
    person, _ = User.objects.get_or_create(username="reader", email="reader@bench.example")
    person.groups.add(person.groups.model.objects.get(name="Responder"))
    browser = Client(SERVER_NAME="127.0.0.1")
    browser.force_login(person)
    return browser


def measure(browser: Client, times: int) -> dict[str, Any]:
    """Ask for every page `times` times; return walls in ms, CPU ms and statements per page."""
    middle = Incident.objects.order_by("pk").values_list("pk", flat=True)
    half = middle[Incident.objects.count() // 2]
    return {
        name: _one(browser, ADDRESS + "?" + query.format(middle=half), times)
        for name, query in PAGES.items()
    }


def _one(browser: Client, address: str, times: int) -> dict[str, Any]:
    walls: list[float] = []
    _get(browser, address)
    with ready.metered() as meter:
        for _ in range(times):
            begun = time.monotonic()
            _get(browser, address)
            walls.append(1000 * (time.monotonic() - begun))
    each = {"cpu_ms": meter.cpu_ms / times, "statements": meter.statements / times}
    return {"walls": walls, **each}


def _get(browser: Client, address: str) -> None:
    if browser.get(address).status_code != 200:
        raise RuntimeError(f"{address} was not answered")


def main(rows: int, times: int) -> None:
    """Measure both sizes and print them as one line of JSON."""
    found: dict[str, Any] = {}
    browser = signed_in()
    for size in (FEW, rows):
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE incidents_incident CASCADE")
        many.fill(size)
        found[str(size)] = measure(browser, times)
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
