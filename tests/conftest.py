"""Fixtures of the whole suite: the one clock, a loaded playbook, forgotten caches."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.apps import AppConfig
from django.contrib.auth.models import Group
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from hypothesis import HealthCheck, settings

from core import clock as core_clock
from core.models.people import GROUP_RIGHTS
from incidents.actions import playbooks
from incidents.ingest import keys
from incidents.models import PlaybookVersion
from tests.stack import moulds, postgresql

__all__ = ["moulds", "postgresql"]
# A busy machine is no counterexample.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday morning; no test reads the real clock


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the API's fuzz alone where no slow test is wanted: to collect it takes seconds."""
    return (config.option.markexpr == "not slow" and collection_path.name == "test_fuzz.py") or None


@receiver(post_migrate)
def _groups_again(app_config: AppConfig, **_: object) -> None:
    """Put back what a migration wrote: a test with real transactions empties every table after itself."""
    if app_config.label == "core":
        for name in GROUP_RIGHTS:
            Group.objects.get_or_create(name=name)


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


_shipped: list[PlaybookVersion] = []


@pytest.fixture
def shipped(db: None) -> None:
    """Load the playbooks that come with the product: read once, then written as the same rows."""
    if not _shipped:
        _shipped.extend(playbooks.store_shipped(NINE))
        return
    PlaybookVersion.objects.bulk_create(
        PlaybookVersion(
            **{name: value for name, value in vars(row).items() if name not in {"id", "_state"}}
        )
        for row in _shipped
    )


@pytest.fixture(autouse=True)
def _forget_keys() -> Iterator[None]:
    """Let no source's key be remembered from one test to the next."""
    keys.forget()
    yield
    keys.forget()
