"""`make test` counts honestly: what did not run is loud, and a failure where CI=true."""

import pytest

from tools import test as suite
from tools.test import Outcome

SERVER = "postgres://somebody@127.0.0.1/x"
GOOD = [Outcome("SQLite", 3, 0, 1), Outcome("PostgreSQL", 4, 0, 0)]


@pytest.fixture(autouse=True)
def _at_home(monkeypatch):
    monkeypatch.delenv("CI", raising=False)


def test_the_slow_tests_come_last_and_once():
    plan = suite.rounds(SERVER, [])

    assert [(one.select[1], one.server) for one in plan] == [
        ("not slow", None),
        ("not slow", SERVER),
        ("slow", SERVER),
    ]


def test_whole_rounds_are_shared_out_and_nothing_else():
    whole, narrowed = suite.rounds(SERVER, []), suite.rounds(SERVER, ["-k", "name"])

    assert [one.select[-1] for one in whole] == ["worksteal", "worksteal", "loadfile"]
    assert not any("-n" in one.select for one in narrowed)


def test_coverage_is_measured_once_for_the_fast_tests_and_for_the_slow_ones():
    assert [one.is_measured for one in suite.rounds(SERVER, [])] == [True, False, True]
    assert all(one.is_measured for one in suite.rounds(None, []))


def test_without_a_server_the_slow_tests_run_on_sqlite():
    assert [one.server for one in suite.rounds(None, [])] == [None, None]


def test_a_selection_by_mark_is_the_callers():
    plan = suite.rounds(SERVER, ["-m", "slow"])

    assert [(one.select, one.server) for one in plan] == [((), None), ((), SERVER)]


def test_nothing_meant_for_make_run_reaches_the_tests(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgres://the-real-one/")
    monkeypatch.setenv("CLOCK_OFFSET", "3600")
    sqlite, postgresql, _slow = suite.rounds(SERVER, [])

    assert "DATABASE_URL" not in suite.environment(sqlite, tmp_path)
    assert "CLOCK_OFFSET" not in suite.environment(sqlite, tmp_path)
    assert suite.environment(postgresql, tmp_path)["DATABASE_URL"] == SERVER


@pytest.mark.parametrize(
    ("outcomes", "told", "ci", "status", "loud"),
    [
        (GOOD, {}, "", 0, ""),
        (GOOD, {}, "true", 0, ""),
        ([*GOOD, Outcome("slow tests", 0, 1, 0)], {}, "", 1, ""),
        (GOOD, {"has_server": False}, "", 0, "POSTGRESQL HALF DID NOT RUN"),
        (GOOD, {"has_server": False}, "true", 1, "POSTGRESQL HALF DID NOT RUN"),
        (GOOD, {"is_covered": False}, "", 1, "TOO LITTLE IS COVERED"),
        ([Outcome("SQLite", 5, 0, 2, ("chromium",))], {}, "", 0, "chromium missing"),
        ([Outcome("SQLite", 0, 0, 7)], {}, "", 1, "NO TEST RAN"),
    ],
)
def test_the_conclusion(monkeypatch, capsys, outcomes, told, ci, status, loud):
    monkeypatch.setenv("CI", ci)

    given = suite.conclude(outcomes, **({"has_server": True, "is_covered": True} | told))

    output = capsys.readouterr().out
    assert given == status
    assert loud in output
    assert (loud == "") == ("***" not in output)


def test_the_last_line_is_the_total_alone(capsys):
    suite.conclude(GOOD, has_server=False, is_covered=True)

    assert capsys.readouterr().out.splitlines()[-1] == "7 passed, 0 failed, 1 skipped"


@pytest.mark.slow
def test_a_round_counts_what_pytest_counted_and_a_crash_is_a_failure(monkeypatch, tmp_path):
    monkeypatch.setattr(suite, "ROOT", tmp_path)
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "def test_a(): pass\n"
        "def test_b(): assert 0\n"
        "def test_c(): pytest.skip()\n"
        "def test_d(nothing): pass\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(suite.Path(suite.__file__).parents[1]))
    one = suite.Round("SQLite", ("-p", "no:django", "--rootdir", str(tmp_path)))

    counted = suite.run(one, ["test_it.py"], tmp_path)
    crashed = suite.run(one, ["--no-such-option"], tmp_path)
    nothing = suite.run(one, ["test_it.py", "-k", "zzz"], tmp_path)

    assert (counted.passed, counted.failed, counted.skipped) == (1, 2, 1)
    assert crashed.failed == 1
    assert (nothing.passed, nothing.failed) == (0, 0)
