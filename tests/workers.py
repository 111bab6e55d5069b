"""What a run in several processes needs (pytest plugin): each worker measured, no report lost on the way,
and tests that share something dear kept in one process.

Load it with `-p`, before anything of the product is imported, as `make test` does.
"""

import os
from collections import Counter
from collections.abc import Generator, Sequence
from typing import Any

import pytest
from coverage import Coverage
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController


def _measured() -> Coverage | None:
    """Measure this process where it is a worker of a run under `coverage run`."""
    if not {"COVERAGE_RUN", "PYTEST_XDIST_WORKER"} <= os.environ.keys():
        return None
    begun = Coverage(
        data_suffix=True
    )  # it reads pyproject.toml and COVERAGE_FILE, as its parent did
    begun.start()
    return begun


_MEASURED = _measured()


def pytest_unconfigure() -> None:
    """Keep what the worker measured, for `coverage combine`."""
    if _MEASURED is not None:
        _MEASURED.stop()
        _MEASURED.save()


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """Write out half characters in what a test printed: between processes only whole ones travel."""
    return whole((yield))


def whole(value: Any) -> Any:
    """Return `value`, with every lone surrogate in its texts written as an escape."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        return {whole(key): whole(held) for key, held in value.items()}
    return [whole(held) for held in value] if isinstance(value, (list, tuple)) else value


# What all of these need takes long to make: the demo company and a browser, a PostgreSQL server, a test database.
TOGETHER = (
    ("tests/browser/",),
    ("[postgresql]",),
    ("tests/core/api/test_fuzz.py", "tests/core/test_sign_in_limits.py"),
)


class Pieces(LoadFileScheduling):
    """Hands out a file at a time, the largest first, and in one piece what stands in TOGETHER.

    xdist knows a test by its name alone, so one of two with the same name would not run: they are numbered.
    """

    def add_node_collection(self, node: WorkerController, collection: Sequence[str]) -> None:
        seen: Counter[str] = Counter()
        super().add_node_collection(node, [numbered(name, seen) for name in collection])

    def _split_scope(self, nodeid: str) -> str:
        for names in TOGETHER:
            if any(name in nodeid for name in names):
                return names[0]
        return super()._split_scope(nodeid)


def numbered(name: str, seen: Counter[str]) -> str:
    """Return the name, with its number when it was seen before."""
    seen[name] += 1
    return name if seen[name] == 1 else f"{name} ({seen[name]})"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Pieces | None:
    return Pieces(config, log) if config.getvalue("dist") == "loadfile" else None
