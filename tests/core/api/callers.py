"""A program that calls the REST API with a token, as the tests play it."""

from datetime import timedelta
from functools import lru_cache
from typing import Any

import orjson
from django.http import HttpResponse
from django.test import Client

from core.api.schema import addresses
from core.models import ApiToken, User
from core.secrets import digest
from incidents.actions.playbooks import SHIPPED
from incidents.models import PlaybookVersion
from incidents.playbook import checksum, dump, load
from tests.factories import NINE, AUser

PROBLEM = "application/problem+json"
HOST = "127.0.0.1"


class Caller:
    """Speaks JSON with one token; paths start below /api/v1/."""

    def __init__(self, user: User, token: str = "", *, host: str = HOST) -> None:
        self.user, self.token = user, token
        self.client = Client(headers={"host": host})

    def get(self, path: str, **query: object) -> HttpResponse:
        return self.send("GET", path, query=query)

    def post(self, path: str, body: object = None, **headers: str) -> HttpResponse:
        content = b"" if body is None else orjson.dumps(body)
        return self.send("POST", path, content=content, **headers)

    def patch(self, path: str, body: object, **headers: str) -> HttpResponse:
        return self.send("PATCH", path, content=orjson.dumps(body), **headers)

    def put(self, path: str, body: object, **headers: str) -> HttpResponse:
        return self.send("PUT", path, content=orjson.dumps(body), **headers)

    def delete(self, path: str) -> HttpResponse:
        return self.send("DELETE", path)

    def send(
        self,
        method: str,
        path: str,
        *,
        content: bytes = b"",
        query: dict[str, Any] | None = None,
        media_type: str = "application/json",
        **headers: str,
    ) -> HttpResponse:
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        address = path if path.startswith("/") else f"/api/v1/{path}"
        return self.client.generic(
            method, address, content, media_type, query_params=query or {}, headers=headers
        )


def a_token(user: User, scope: str = "write", **fields: Any) -> str:
    """Give the user a live token and return it in plain text."""
    slot = ApiToken.objects.filter(user=user).count() + 1
    plain = f"wbt_{user.pk}_{scope}_{slot}"
    ApiToken.objects.create(
        **{
            "user": user,
            "name": f"token {slot}",
            "scope": scope,
            "slot": 1,
            "prefix": plain[:12],
            "digest": digest(plain),
            "created_at": NINE - timedelta(days=1),
            "expires_at": NINE + timedelta(days=30),
            "last_used_at": NINE,
            **fields,
        }
    )
    return plain


def a_caller(group: str = "Responder", scope: str = "write", **fields: Any) -> Caller:
    """Return a caller who is a new person of that group, with a token of that scope."""
    user = AUser(group=group, **fields)
    return Caller(user, a_token(user, scope))


def assert_problem(answer: HttpResponse, status: int, code: str = "") -> dict[str, Any]:
    """Check the one error body of the house and return it."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == PROBLEM
    body: dict[str, Any] = orjson.loads(answer.content)
    assert body["status"] == status
    assert {"type", "title", "status", "code", "detail", "request_id"} <= set(body)
    assert code in ("", body["code"])
    return body


def further_verbs() -> set[str]:
    """Return the addresses of verbs, without the first one of each door."""
    firsts: set[type] = set()
    further = set()
    for found in addresses():
        if found.door.choices[0]:
            if found.door in firsts:
                further.add(found.path)
            firsts.add(found.door)
    return further


def shelve_playbooks() -> None:
    """Store the shipped playbooks as the house does, reading their files once per run."""
    PlaybookVersion.objects.bulk_create([PlaybookVersion(**row) for row in _shipped()])


@lru_cache(maxsize=1)
def _shipped() -> list[dict[str, Any]]:
    found = [load(file.read_text(encoding="utf-8")) for file in sorted(SHIPPED.glob("*.yaml"))]
    return [
        {
            "slug": playbook.slug,
            "number": 1,
            "name": playbook.name,
            "document": dump(playbook),
            "checksum": checksum(playbook),
            "is_shipped": True,
            "created_at": NINE,
        }
        for playbook in found
    ]
