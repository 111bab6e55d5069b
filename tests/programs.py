"""Programs that some tests need beside Python, and what a run tells `make test` (pytest plugin)."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tools import cluster

_missing: set[str] = set()


def require(*names: str) -> str:
    """Return the path of the first of these programs that is installed.

    Without any, the test is skipped and named loudly at the end of the run; with CI=true it fails.
    """
    found = next(filter(None, map(cluster.program, names)), None)
    if found:
        return found
    why = f"{names[0]} is not installed (make system-packages)"
    _missing.add(names[0])
    if os.environ.get("CI") == "true":
        pytest.fail(why, pytrace=False)
    pytest.skip(why)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the process that shares out the work what a worker of it missed."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["missing"] = sorted(_missing)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear it from a worker that is through; one that crashed says nothing, and its test has failed."""
    _missing.update(getattr(node, "workeroutput", {}).get("missing", []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write the counts where `make test` asked for them, in COUNTS_FILE."""
    stats = {outcome: len(reports) for outcome, reports in terminalreporter.stats.items()}
    counts = {
        "passed": stats.get("passed", 0) + stats.get("xpassed", 0),
        "failed": stats.get("failed", 0) + stats.get("error", 0),
        "skipped": stats.get("skipped", 0) + stats.get("xfailed", 0),
        "missing": sorted(_missing),
    }
    if wanted := os.environ.get("COUNTS_FILE"):
        Path(wanted).write_text(json.dumps(counts), encoding="utf-8")
    if _missing:
        terminalreporter.section("PROGRAMS ARE MISSING, SO TESTS DID NOT RUN", red=True)
        terminalreporter.line(f"{', '.join(sorted(_missing))}: run `make system-packages`")
