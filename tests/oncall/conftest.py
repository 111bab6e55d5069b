"""The pager of these tests."""

from collections.abc import Iterator

import pytest

from oncall.engine import Engine
from tests.conftest import Clock
from tests.pager import Pager


@pytest.fixture
def pager(shipped: None, clock: Clock) -> Iterator[Pager]:
    """Give a pager with loaded playbooks and the frozen clock."""
    engine = Engine()
    yield Pager(engine, clock)
    engine.close()
