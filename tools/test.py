"""Run the suite on SQLite and on PostgreSQL, then the slow tests once; `make test` does this.

    .venv/bin/python -m tools.test [--coverage] [what pytest takes, such as -k name]

Exit status: 0 when all passed, 1 when not, 2 when TEST_DATABASE_URL can't be used. With CI=true a
missing server or program is a failure. `--coverage` (`make coverage`) measures as well, and too little
covered fails; measuring more than doubles the time, and counts only when the whole suite ran.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools import databases

ROOT = Path(__file__).resolve().parent.parent
MEASURE = "--coverage"
MOST_WORKERS = 8  # each holds a database and some twenty of the server's connections
NO_TESTS = 5  # pytest's exit status when nothing was selected
# What a shell may hold for `make run`, or for a run of pytest that we are a test of, must not reach the tests.
NOT_FOR_TESTS = [
    "PORT",
    "BIND",
    "DATA_DIR",
    "DATABASE_URL",
    "DATABASE_PATIENCE",
    "EMAIL_URL",
    "MAIL_FROM",
    "SITE_URL",
    "STAFF_URL",
    "DEMO",
    "LOG_LEVEL",
    "CLOCK_OFFSET",
    "SECRET_KEY",
    "SECRET_KEY_FILE",
    "SECRET_KEY_FALLBACKS",
    "ALLOWED_PRIVATE_NETWORKS",
    "DJANGO_SETTINGS_MODULE",
    "PYTEST_XDIST_WORKER",
    "PYTHONDONTWRITEBYTECODE",  # every process would compile all tests anew
]


@dataclass(frozen=True)
class Round:
    """One run of pytest: its name, the tests it selects, and the server (None for SQLite).

    `is_measured`: whether its coverage counts; measuring doubles the time that a round takes.
    """

    name: str
    select: tuple[str, ...]
    server: str | None = None
    is_measured: bool = True


@dataclass(frozen=True)
class Outcome:
    """What one round counted."""

    name: str
    passed: int
    failed: int
    skipped: int
    missing: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def main(arguments: Sequence[str]) -> int:
    """Run every round and print the summary; return the exit status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that a server of ours is stopped
    measures = list(arguments) == [MEASURE]
    arguments = [one for one in arguments if one != MEASURE]
    with tempfile.TemporaryDirectory(prefix="watchbill-test-") as folder:
        with databases.postgresql() as server:
            outcomes = [
                run(one, arguments, Path(folder), measures=measures and one.is_measured)
                for one in rounds(server, arguments)
            ]
        may_judge = measures and server is not None and not any(one.failed for one in outcomes)
        is_covered = report_coverage(Path(folder)) if may_judge else True
    return conclude(outcomes, has_server=server is not None, is_covered=is_covered)


def rounds(server: str | None, arguments: Sequence[str]) -> list[Round]:
    """Return the rounds, fast ones first. A selection by -m in `arguments` replaces ours.

    Only whole rounds are shared out among processes: the fast tests one by one, the slow ones by what
    they share (tests/workers.py). What the fast tests cover is measured once, on SQLite, where it is measured.
    """
    chooses = "-m" in arguments
    fast, slow = (() if chooses else ("-m", marks) for marks in ("not slow", "slow"))
    singly, together = (
        () if arguments else ("-n", str(workers()), "--dist", way)
        for way in ("worksteal", "loadfile")
    )
    plan = [Round("SQLite", (*fast, *singly))]
    if server:
        plan.append(Round("PostgreSQL", (*fast, *singly), server, is_measured=False))
    if not chooses:
        plan.append(Round("slow tests", (*slow, *together), server))
    return plan


def workers() -> int:
    """Return how many processes share a round: one for each processor that is ours."""
    return min(len(os.sched_getaffinity(0)), MOST_WORKERS)


def run(one: Round, arguments: Sequence[str], folder: Path, *, measures: bool = False) -> Outcome:
    """Run pytest once, under measurement where asked, and return its counts."""
    print(f"\n=== {one.name} ===", flush=True)
    counts = folder / "counts.json"
    counts.unlink(missing_ok=True)
    measured = ["-m", "coverage", "run", "--parallel-mode"] if measures else []
    command = [
        sys.executable,
        *measured,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.workers",
        "-p",
        "tests.programs",
        *one.select,
        *arguments,
    ]
    status = subprocess.run(command, cwd=ROOT, env=environment(one, folder), check=False).returncode
    if not counts.exists():  # it broke before its own summary
        return Outcome(one.name, 0, 1, 0)
    told = json.loads(counts.read_text(encoding="utf-8"))
    unexplained = status not in {0, NO_TESTS} and not told["failed"]
    failed = told["failed"] + unexplained
    return Outcome(one.name, told["passed"], failed, told["skipped"], tuple(told["missing"]))


def environment(one: Round, folder: Path) -> dict[str, str]:
    """Return the environment of one round: this database, and nothing meant for `make run`."""
    kept = {name: value for name, value in os.environ.items() if name not in NOT_FOR_TESTS}
    chosen = {
        "COUNTS_FILE": str(folder / "counts.json"),
        "COVERAGE_FILE": str(folder / "coverage"),
        "DATA_DIR": str(folder / "data"),
        "TEST_SQLITE": str(folder / "test.sqlite3"),
    }
    return kept | chosen | ({"DATABASE_URL": one.server} if one.server else {})


def report_coverage(folder: Path) -> bool:
    """Combine what all rounds measured and print it; tell whether it is enough (pyproject.toml)."""
    environment = os.environ | {"COVERAGE_FILE": str(folder / "coverage")}
    steps = ["combine", "--quiet"], ["report"]
    commands = [[sys.executable, "-m", "coverage", *step] for step in steps]
    return all(
        not subprocess.run(one, cwd=ROOT, env=environment, check=False).returncode
        for one in commands
    )


def conclude(outcomes: Sequence[Outcome], *, has_server: bool, is_covered: bool) -> int:
    """Print the counts, what did not run, and the closing line; return the exit status."""
    print()
    for one in outcomes:
        print(f"{one.name:<12} {one}")
    is_ci = os.environ.get("CI") == "true"
    if missing := sorted({name for one in outcomes for name in one.missing}):
        box(f"NOT ALL TESTS RAN: {', '.join(missing)} missing. Run: make system-packages")
    if not has_server:
        box(
            "THE POSTGRESQL HALF DID NOT RUN: no server, and no programs to start one. Run: make system-packages"
        )
    if not is_covered:
        box("TOO LITTLE IS COVERED BY TESTS: see the table above")
    total = Outcome(
        "", *(sum(getattr(one, key) for one in outcomes) for key in ("passed", "failed", "skipped"))
    )
    if not total.passed + total.failed:
        box("NO TEST RAN")
    print(total, flush=True)
    is_good = total.passed and not total.failed and is_covered and (has_server or not is_ci)
    return 0 if is_good else 1


def box(text: str) -> None:
    """Print a line that can't be overlooked."""
    rule = "*" * (len(text) + 4)
    print(f"{rule}\n* {text} *\n{rule}")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except databases.Unusable as problem:
        sys.stderr.write(f"watchbill: {problem}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
