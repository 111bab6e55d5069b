"""Every test begins with a process that has served nothing, and with a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from statuspage.views.pages import memory
from statuspage.views.shelf import shelf


class Timer:
    """The shelf's seconds, moved by hand."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s

    def forward(self, seconds: float) -> None:
        """Move on."""
        self.now_s += seconds


@pytest.fixture(autouse=True)
def timer(
    settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Timer]:
    """Give the shelf's timer; nothing is remembered from one test to the next."""
    settings.DATA_DIR = tmp_path
    settings.STATUSPAGE_SNAPSHOT_DIR = tmp_path / "statuspage"
    found = Timer()
    monkeypatch.setattr(shelf, "timer", found)
    shelf.forget()
    memory.forget()
    yield found
    shelf.forget()
    memory.forget()
