"""SQLite whose writers wait their turn by asking every millisecond.

SQLite's own busy handler sleeps up to 100 ms between two looks, so that an engine which writes one
transaction after another starves the web: it accepted 11 to 27 events a second, most of them late.
Here a waiter looks each millisecond, and whoever held the lock for long gives way for as long again
(docs/performance.md).
"""

import sqlite3
import time
from collections.abc import Callable
from typing import Any

from django.db.backends.sqlite3 import base

LOOK_EVERY_S = 0.001
SHORT_S, LONGEST_PAUSE_S = 0.005, 0.1  # a transaction this short gives no way; nobody pauses longer
LOCKED = ("database is locked", "database table is locked")


class PatientCursor(base.SQLiteCursorWrapper):
    """A cursor that waits for the write lock up to `patience_s`, then raises what SQLite says."""

    patience_s = 5.0

    def execute(self, query: str, params: Any = None) -> Any:
        """Run one statement."""
        return self._patiently(lambda: super(PatientCursor, self).execute(query, params))

    def executemany(self, query: str, param_list: Any) -> Any:
        """Run one statement for many rows."""
        rows = list(param_list)
        return self._patiently(lambda: super(PatientCursor, self).executemany(query, rows))

    def _patiently(self, run: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + self.patience_s
        while True:
            try:
                return run()
            except sqlite3.OperationalError as error:
                if not str(error).startswith(LOCKED) or time.monotonic() > deadline:
                    raise
                time.sleep(LOOK_EVERY_S)


class DatabaseWrapper(base.DatabaseWrapper):
    """The stock backend, with `timeout` meaning how long such a wait may take."""

    _held_since: float | None = None

    def get_connection_params(self) -> dict[str, Any]:
        """Return the parameters; `timeout` is the patience of the cursors."""
        params: dict[str, Any] = super().get_connection_params()
        self._patience_s = float(params.get("timeout", PatientCursor.patience_s))
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection that, once open, waits only by asking again."""
        connection = super().get_new_connection(conn_params)
        connection.execute("PRAGMA busy_timeout = 0")
        return connection

    def create_cursor(self, name: str | None = None) -> PatientCursor:
        """Return a cursor that waits."""
        cursor: PatientCursor = self.connection.cursor(factory=PatientCursor)
        cursor.patience_s = self._patience_s
        return cursor

    def set_autocommit(
        self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False
    ) -> None:
        """Begin or leave a transaction; remember since when the write lock is held."""
        super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        self._held_since = None if autocommit else time.monotonic()

    def commit(self) -> None:
        """Commit, and give way to the others for as long as they had to wait."""
        super().commit()
        held = time.monotonic() - self._held_since if self._held_since is not None else 0.0
        self._held_since = None
        if held > SHORT_S:
            time.sleep(min(held, LONGEST_PAUSE_S))
