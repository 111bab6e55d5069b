"""The one clock: the database's, moved by CLOCK_OFFSET in a demo (design.md 5).

Every process asks the database at most once in five seconds and counts on from there with its monotonic
clock, so that all processes agree and a request need not spend a statement. Tests replace `now`.
"""

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateTimeField, Func
from django.db.models.sql.compiler import SQLCompiler

_RESYNC_S = 5.0


@dataclass(frozen=True, slots=True)
class _Reading:
    database: datetime
    monotonic: float


class _State(threading.local):
    reading: _Reading | None = None


_state = _State()


class DatabaseTime(Func):
    """The database's present instant as a column of any query, for `learn`."""

    template = "clock_timestamp()"
    output_field = DateTimeField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        """Return the same for SQLite."""
        template = "strftime('%%%%Y-%%%%m-%%%%d %%%%H:%%%%M:%%%%f', 'now')"
        return self.as_sql(compiler, connection, template=template, **context)


def learn(database: datetime) -> None:
    """Set this thread's clock by what a query has just read as DatabaseTime (aware UTC)."""
    _state.reading = _Reading(database, time.monotonic())


def now() -> datetime:
    """Return the present instant, aware, in UTC. Raises the database's errors when it is away."""
    reading = _state.reading
    if reading is None or time.monotonic() - reading.monotonic > _RESYNC_S:
        reading = _state.reading = _Reading(_ask_database(), time.monotonic())
    elapsed = timedelta(seconds=time.monotonic() - reading.monotonic)
    return reading.database + elapsed + timedelta(seconds=settings.CLOCK_OFFSET)


def _ask_database() -> datetime:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT clock_timestamp()")
            value: datetime = cursor.fetchone()[0]
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        cursor.execute("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")
        return datetime.fromisoformat(cursor.fetchone()[0]).replace(tzinfo=UTC)


def without_database() -> datetime:
    """Return this machine's own time: only for saying that the database is away."""
    return datetime.now(UTC) + timedelta(seconds=settings.CLOCK_OFFSET)
