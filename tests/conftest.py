"""Fixtures of the whole suite: the one clock, a loaded playbook, forgotten caches."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from core import clock as core_clock
from incidents.actions import playbooks
from incidents.ingest import keys

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday morning; no test reads the real clock


@dataclass
class Clock:
    """The frozen clock: `now` is an attribute, moved by `forward`."""

    now: datetime = NINE

    def forward(self, **span: float) -> datetime:
        """Move on, for example by `minutes=5`, and return the new instant."""
        self.now += timedelta(**span)
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Freeze the one clock of the house."""
    frozen = Clock()
    monkeypatch.setattr(core_clock, "now", lambda: frozen.now)
    return frozen


@pytest.fixture
def shipped(db: None) -> None:
    """Load the playbooks that come with the product."""
    playbooks.store_shipped(NINE)


@pytest.fixture(autouse=True)
def _forget_keys() -> Iterator[None]:
    """Let no source's key be remembered from one test to the next."""
    keys.forget()
    yield
    keys.forget()
