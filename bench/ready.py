"""Django, ready for a measurement inside this process, and a meter of what a stretch of work costs."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import django
from django.db import connection

from bench import proc

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()


@dataclass
class Meter:
    """What a stretch cost: seconds, CPU milliseconds here and in our PostgreSQL backend, statements."""

    seconds: float = 0.0
    own_ms: float = 0.0
    backend_ms: float = 0.0
    statements: int = 0

    @property
    def cpu_ms(self) -> float:
        """Return the CPU milliseconds of both processes."""
        return self.own_ms + self.backend_ms

    def as_json(self) -> dict[str, float]:
        """Return the readings for the JSON line."""
        return {"seconds": self.seconds, "cpu_ms": self.cpu_ms, "statements": self.statements}


def backend_pid() -> int:
    """Return the process id of our PostgreSQL backend; 0 on SQLite, whose work is our own."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
        return int(pid)


@contextmanager
def metered() -> Iterator[Meter]:
    """Yield a meter that is filled in at the end of the block. One connection, one thread."""
    meter, pid = Meter(), backend_pid()
    before = proc.cpu_ms([pid]) if pid else 0.0

    def counted(execute: Callable[..., Any], *words: Any) -> Any:
        meter.statements += 1
        return execute(*words)

    begun, own = time.monotonic(), time.process_time()
    with connection.execute_wrapper(counted):
        yield meter
    meter.seconds, meter.own_ms = time.monotonic() - begun, 1000 * (time.process_time() - own)
    meter.backend_ms = proc.cpu_ms([pid]) - before if pid else 0.0
