"""The wait for SQLite's one write lock: by asking often, up to the patience, and giving way afterwards."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.sqlite import base


@pytest.fixture(autouse=True)
def _connections_of_our_own(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


def a_connection(file: Path, patience_s: float) -> base.DatabaseWrapper:
    settings: dict[str, Any] = {
        "NAME": file,
        "OPTIONS": {"timeout": patience_s, "transaction_mode": "IMMEDIATE"},
        "TIME_ZONE": None,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "AUTOCOMMIT": True,
    }
    return base.DatabaseWrapper(
        settings,
        "default",
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "db.sqlite3"
    with sqlite3.connect(found) as first:
        first.execute("CREATE TABLE mark (place INTEGER)")
        first.execute("PRAGMA journal_mode=WAL")
    first.close()
    return found


def held(file: Path) -> sqlite3.Connection:
    holder = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    return holder


def test_a_writer_waits_until_the_lock_is_free(file: Path) -> None:
    holder, waiter = held(file), a_connection(file, 5.0)
    threading.Timer(0.05, lambda: holder.execute("COMMIT")).start()

    with waiter.cursor() as cursor:
        cursor.execute("INSERT INTO mark VALUES (1)")
        cursor.executemany("INSERT INTO mark VALUES (%s)", [(2,), (3,)])
        cursor.execute("SELECT count(*) FROM mark")

        assert cursor.fetchone()[0] == 3
    waiter.close()
    holder.close()


def test_patience_ends_with_what_sqlite_says(file: Path) -> None:
    holder, waiter = held(file), a_connection(file, 0.02)

    with waiter.cursor() as cursor, pytest.raises(Exception, match="database is locked"):
        cursor.execute("INSERT INTO mark VALUES (1)")

    waiter.close()
    holder.close()


def test_whoever_held_the_lock_for_long_gives_way(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, pauses = [0.0], []
    writer = a_connection(file, 5.0)
    writer.ensure_connection()
    monkeypatch.setattr(base.time, "monotonic", lambda: watch[0])
    monkeypatch.setattr(base.time, "sleep", pauses.append)

    for held_for in (0.03, 0.001, 5.0):
        writer.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        watch[0] += held_for
        writer.commit()
        writer.autocommit = True

    monkeypatch.undo()
    assert pauses == [pytest.approx(0.03), base.LONGEST_PAUSE_S]
    writer.close()
