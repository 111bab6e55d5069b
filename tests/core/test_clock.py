"""The one clock is the database's, asked rarely, moved in a demo only."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.models import User
from tests.factories import AUser

pytestmark = pytest.mark.django_db
NEAR = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_state", clock._State())


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    instant = [1000.0]
    monkeypatch.setattr(clock.time, "monotonic", lambda: instant[0])
    return instant


def test_it_is_aware_utc_and_about_now() -> None:
    found = clock.now()

    assert found.utcoffset() == timedelta(0)
    assert abs(found - datetime.now(UTC)) < NEAR


def test_it_asks_the_database_at_most_once_in_five_seconds(ticking: list[float]) -> None:
    with CaptureQueriesContext(connection) as seen:
        first = clock.now()
        ticking[0] += 5.0
        second = clock.now()
    assert (len(seen), second - first) == (1, timedelta(seconds=5))

    ticking[0] += 0.1
    with CaptureQueriesContext(connection) as seen:
        clock.now()
    assert len(seen) == 1


def test_an_offset_moves_it(settings: LazySettings) -> None:
    settings.CLOCK_OFFSET = 3600

    assert abs(clock.now() - datetime.now(UTC) - timedelta(hours=1)) < NEAR
    assert abs(clock.without_database() - datetime.now(UTC) - timedelta(hours=1)) < NEAR


def test_any_query_may_bring_the_time_along(ticking: list[float]) -> None:
    AUser()
    read_at = User.objects.annotate(read_at=clock.DatabaseTime()).get().read_at
    assert abs(read_at - datetime.now(UTC)) < NEAR
    assert read_at.utcoffset() == timedelta(0)

    clock.learn(read_at)

    with CaptureQueriesContext(connection) as seen:
        assert clock.now() == read_at
    assert len(seen) == 0


def test_without_a_database_it_needs_none() -> None:
    with CaptureQueriesContext(connection) as seen:
        assert abs(clock.without_database() - datetime.now(UTC)) < NEAR

    assert len(seen) == 0
