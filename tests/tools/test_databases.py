"""The tests find a PostgreSQL server: the one named, one that lets us in, or one of their own."""

import os
from pathlib import Path

import psycopg
import pytest

from tests import programs
from tools import cluster, databases


@pytest.fixture(autouse=True)
def _nothing_named(monkeypatch):
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)


@pytest.fixture
def no_cluster(monkeypatch):
    monkeypatch.setattr(cluster, "program", lambda _name: None)


def lets_in(monkeypatch, *users: str) -> None:
    """Pretend that this machine's server lets in these users only."""
    names = {f"postgres://{user}@127.0.0.1:5432/postgres" for user in users}
    monkeypatch.setattr(databases, "why_not", lambda url: "" if url in names else "refused")
    monkeypatch.setattr(databases, "drop", lambda _name, *, of: None)


def test_the_named_server_wins(monkeypatch):
    lets_in(monkeypatch, "postgres", "named")
    named = "postgres://named@127.0.0.1:5432/postgres"
    monkeypatch.setenv("TEST_DATABASE_URL", named)

    with databases.postgresql() as found:
        assert found == named


def test_a_named_server_that_refuses_is_one_line_without_the_password(monkeypatch):
    monkeypatch.setenv("TEST_DATABASE_URL", "postgres://someone:hush@127.0.0.1:1/x")

    with pytest.raises(databases.Unusable) as refusal, databases.postgresql():
        pass

    assert str(refusal.value).startswith("TEST_DATABASE_URL can't be used: ")
    assert "hush" not in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("users", "chosen"), [(("postgres", "ana"), "postgres"), (("ana",), "ana")]
)
def test_a_local_server_is_tried_as_postgres_and_as_ourselves(monkeypatch, users, chosen):
    monkeypatch.setattr("getpass.getuser", lambda: "ana")
    lets_in(monkeypatch, *users)

    with databases.postgresql() as found:
        assert found == f"postgres://{chosen}@127.0.0.1:5432/watchbill_{os.getpid()}"


@pytest.mark.usefixtures("no_cluster")
def test_without_server_and_programs_there_is_none(monkeypatch):
    lets_in(monkeypatch)

    with databases.postgresql() as found:
        assert found is None


@pytest.mark.slow
def test_an_interrupted_runs_databases_go_with_those_of_its_workers_and_no_other(postgresql):
    server = postgresql.url("postgres")
    for name in ("test_x", "test_x_gw0", "test_x_gw11", "test_x_y", "test_x1_gw0"):
        postgresql.create(name)

    databases.drop("test_x", of=server)

    with psycopg.connect(server) as link:
        found = link.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test%'")
        assert {name for (name,) in found} == {"test_x_y", "test_x1_gw0"}


@pytest.mark.slow
def test_a_throw_away_server_works_and_leaves_nothing(monkeypatch):
    programs.require("initdb")
    monkeypatch.setattr(databases, "PORT", 1)

    with databases.postgresql() as found:
        server = found.rpartition("/")[0]
        with psycopg.connect(f"{server}/postgres", autocommit=True) as link:
            (folder,) = link.execute("SHOW data_directory").fetchone()
            link.execute("CREATE DATABASE of_ours")
            owner = Path(folder).owner()

    assert (owner in {"postgres", "nobody"}) == (os.geteuid() == 0)
    assert not Path(folder).parent.exists()
    assert databases.why_not(f"{server}/postgres")


@pytest.mark.slow
def test_a_server_that_can_not_start_is_none(monkeypatch, tmp_path):
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(cluster, "program", lambda _name: str(broken))

    with cluster.throw_away() as port:
        assert port is None
