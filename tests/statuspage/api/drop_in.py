"""A program that was written for Statuspage, as the tests play it."""

import json
from typing import Any

from django.test import Client

from core.actions import make_token
from core.actor import person
from statuspage.models import (
    Page,
)
from tests.factories import NINE, AUser


class Sender:
    """A program that was written for Statuspage."""

    def __init__(self, group: str = "Responder", scope: str = "write", **who: Any) -> None:
        user = AUser(group=group, **who)
        self.token = make_token(user, scope=scope, by=person(user), at=NINE)
        self.scheme = "OAuth"

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        told = {"authorization": f"{self.scheme} {self.token}", **headers}
        form = isinstance(body, str)
        data = body if form else json.dumps(body) if body is not None else ""
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        return Client(headers=told).generic(method, f"/v1/{path}", data, content_type=kind)


def where(page: Page, rest: str = "incidents.json") -> str:
    return f"pages/{page.public_id}/{rest}"


def an_outage(**fields: object) -> dict[str, object]:
    return {"incident": {"name": "Card payments failing", "status": "investigating", **fields}}
