"""What can be known to be wrong before anything starts.

Every function raises ImproperlyConfigured with one sentence that says what to do; manage.py prints it.
"""

import errno
import os
import socket
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def refuse_an_unwritable_folder(folder: Path) -> None:
    """Make the data folder if needed and write a nameless file into it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        why = os.strerror(error.errno or errno.EIO)
        raise ImproperlyConfigured(
            f"DATA_DIR {folder} can't be written ({why}); name another folder with DATA_DIR=..."
        ) from error


def refuse_a_silent_database() -> None:
    """Connect once. The driver's own first line is passed on; it never holds the password."""
    try:
        connection.ensure_connection()
    except (DatabaseError, UnicodeError, ValueError) as error:
        why = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ImproperlyConfigured(
            f"the database can't be used: {why}. Start it, or correct DATABASE_URL "
            "(postgres://user:password@host:port/name; unset means SQLite in DATA_DIR)."
        ) from error


def refuse_another_schema() -> None:
    """Ask which migrations the database has seen. Where one is missing, it is new, older, or the wrong one."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        name = connection.settings_dict["NAME"]
        raise ImproperlyConfigured(
            f"the database {name} is empty, or not of this version. If it is not the one you mean, give the command "
            "the DATA_DIR or DATABASE_URL that the installation runs with; if it is, run `manage.py migrate`."
        )


def refuse_a_wrong_mail_address(url: str) -> None:
    """Check the shape of EMAIL_URL; whether the server answers is the outbox's business."""
    if not url:
        return
    parts = urlsplit(url)
    try:
        is_fine = (
            parts.scheme in {"smtp", "smtp+tls", "smtps"} and parts.hostname and parts.port != 0
        )
    except ValueError:
        is_fine = False
    if not is_fine or parts.path.strip("/") or parts.query or parts.fragment:
        raise ImproperlyConfigured(
            "EMAIL_URL is not understood; write smtp://host:port or smtp+tls://user:password@host:port."
        )


def refuse_a_taken_port(host: str, port: int) -> None:
    """Bind the address once, as the web server will."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ImproperlyConfigured(_why_not_bound(host, port, error)) from error


def _why_not_bound(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} on {host} is in use; stop what uses it, or choose another with PORT=..."
        )
    if error.errno == errno.EACCES:
        return f"port {port} is not allowed for this user; choose one above 1023 with PORT=..."
    return f"{host} is not an address of this machine; correct BIND ({error.strerror})."
