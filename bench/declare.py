"""`python -m bench.declare`: statements and CPU of declaring through the whole WSGI application, in-process (B10, B11)."""

import io
import json
from contextlib import closing
from typing import cast

from django.http import HttpResponse

from bench import ready, shelf
from config.wsgi import application
from core import clock
from incidents.models import Service

TIMES = 200
CALLER = 1  # the statement that finds token, person and groups


def ask(method: str, path: str, token: str, body: bytes = b"") -> str:
    """Send one request and return its status line."""
    said: list[str] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
    }
    answer = application(environ, lambda status, _headers: said.append(status))
    with closing(cast("HttpResponse", answer)):
        b"".join(answer)
    return said[0]


def measured(method: str, path: str, token: str, body: bytes = b"") -> ready.Meter:
    """Return what so many of one request cost; every answer must be a success."""
    ask(method, path, token, body)
    with ready.metered() as meter:
        for _ in range(TIMES):
            if not ask(method, path, token, body).startswith("20"):
                raise RuntimeError("a request was refused")
    return meter


def main() -> None:
    """Measure and print {"list", "declare", "cpu_ms"}: statements of each, and the CPU of declaring."""
    token = shelf.caller(clock.now(), "bench-declarer")
    slug = Service.objects.order_by("pk")[0].slug
    body = json.dumps({"title": "Checkout is failing", "service": slug, "severity": 2}).encode()
    declared = measured("POST", "/api/v1/incidents/", token, body)
    listed = measured("GET", "/api/v1/incidents/", token)
    found = {
        "list": round(listed.statements / TIMES, 1),
        "declare": round(declared.statements / TIMES, 1) - CALLER,
        "cpu_ms": declared.cpu_ms / TIMES,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
