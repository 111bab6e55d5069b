"""`python -m bench.statements [profile SHAPE|digest SHAPE]`: the accept path inside one process.

Counts the statements of accepted requests over two seconds, which is what caches live for. The
liveness check of a kept connection (`SELECT 1`, by Django) comes once more a request. With `profile` or `digest`: where 2 000 events spend their time, by cProfile.
"""

import cProfile
import io
import json
import pstats
import sys
import time
from collections.abc import Callable
from contextlib import closing
from typing import cast

from django.http import HttpResponse

from bench import digest, ready
from bench.bodies import FORMATS, MAKERS, path
from config.wsgi import application
from core import clock
from core.command_line import COMMAND_LINE
from incidents.actions import catalog
from incidents.models import Service

SHAPES = ("generic", "pagerduty", "alertmanager")
_SECONDS, _EVENTS = 2.0, 2000


def sender(shape: str) -> Callable[[int], str]:
    """Return a function that posts body number n through the whole WSGI application, in-process."""
    name = f"statements {shape} {time.monotonic()}"
    service = Service.objects.all()[0]
    _source, key = catalog.make_source(
        name, form=FORMATS[shape], service=service, by=COMMAND_LINE, at=clock.now()
    )

    def post(number: int) -> str:
        _dedup_key, body = MAKERS[shape](number, key)
        said: list[str] = []
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path(shape, key),
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "HTTP_HOST": "127.0.0.1",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "http",
        }
        answer = application(environ, lambda status, _headers: said.append(status))
        with closing(cast("HttpResponse", answer)):
            b"".join(answer)
        return said[0]

    return post


def counted(shape: str) -> float:
    """Return statements per accepted request; the connection's own liveness check is not one of ours."""
    post, number = sender(shape), 0
    post(0)
    with ready.metered() as meter:
        until = time.monotonic() + _SECONDS
        while time.monotonic() < until:
            number += 1
            if not post(number).startswith("202"):
                raise RuntimeError("an event was not accepted")
    return meter.statements / number


def profiled(work: Callable[[], object]) -> str:
    """Return the functions that took most of the time, own and with what they call."""
    profile = cProfile.Profile()
    profile.runcall(work)
    text = io.StringIO()
    stats = pstats.Stats(profile, stream=text).strip_dirs()
    for order in ("tottime", "cumulative"):
        stats.sort_stats(order).print_stats(45)
    return text.getvalue()


def main(words: list[str]) -> None:
    """Count, or profile what the words name."""
    if words[:1] == ["profile"]:
        post = sender(words[1])
        post(0)
        print(profiled(lambda: [post(n) for n in range(1, _EVENTS)]))
    elif words[:1] == ["digest"]:
        digest.clear()
        digest.feed(words[1], 40, 0, clock.now())
        digest.digest()
        digest.feed(words[1], 100 if words[1] == "alertmanager" else _EVENTS, 10**8, clock.now())
        print(profiled(digest.digest))
    else:
        print(json.dumps({shape: counted(shape) for shape in SHAPES}))


if __name__ == "__main__":
    main(sys.argv[1:])
