"""What a run in several processes needs (pytest plugin): each worker measured, no report lost on the way.

Load it with `-p`, before anything of the product is imported, as `make test` does.
"""

import os
from collections.abc import Generator
from typing import Any

import pytest
from coverage import Coverage


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
