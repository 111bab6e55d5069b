"""Choose a PostgreSQL server for the tests: the one named, one that lets us in, or a throw-away one."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from tools import cluster

HOST, PORT = "127.0.0.1", 5432
EXISTING = ("postgres", "test")  # databases to knock at


class Unusable(Exception):
    """TEST_DATABASE_URL names a server on which the tests can't run; says why."""


@contextmanager
def postgresql() -> Iterator[str | None]:
    """Yield a postgres:// address whose user may create databases, or None where there is no server.

    The database in the address need not exist: Django makes its own, named `test_` and that name.
    """
    named = os.environ.get("TEST_DATABASE_URL", "").strip()
    name = f"watchbill_{os.getpid()}"  # several suites may run on one server at once
    found = None if named else address_that_lets_us_in()
    if named:
        refuse_if_unusable(named)
        yield named
    elif found:
        try:
            yield found.rpartition("/")[0] + f"/{name}"
        finally:
            drop(f"test_{name}", of=found)
    else:
        with cluster.throw_away() as port:
            yield f"postgres://{cluster.OWNER}@{cluster.HOST}:{port}/{name}" if port else None


def refuse_if_unusable(url: str) -> None:
    """Raise Unusable, in one line and without the password, unless the tests can run there."""
    why = why_not(url)
    if why:
        raise Unusable(f"TEST_DATABASE_URL can't be used: {why}")


def address_that_lets_us_in() -> str | None:
    """Return the address of a database of this machine's server that needs no password."""
    users = dict.fromkeys(["postgres", getpass.getuser()])
    urls = [f"postgres://{user}@{HOST}:{PORT}/{name}" for user in users for name in EXISTING]
    return next((url for url in urls if not why_not(url)), None)


def why_not(url: str) -> str:
    """Return in one line why the tests can't use this address; nothing when they can."""
    ask = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
    try:
        with psycopg.connect(url, connect_timeout=3) as link:
            (may_create,) = link.execute(ask).fetchone() or (False,)
    except (psycopg.Error, UnicodeError) as error:
        return (str(error).strip().splitlines() or ["no answer"])[0]
    return "" if may_create else "its user may not create databases"


def drop(name: str, *, of: str) -> None:
    """Remove what an interrupted run left behind: this database, and each `name`_gw<number>."""
    ask = "SELECT datname FROM pg_database WHERE datname = %s OR starts_with(datname, %s)"
    with psycopg.connect(of, autocommit=True, connect_timeout=3) as link:
        for (found,) in link.execute(ask, [name, f"{name}_gw"]).fetchall():
            link.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(found))
            )
