"""What learning stands on: the shipped playbooks and the frozen clock."""

import pytest

from tests.conftest import Clock
from tests.core.api.callers import shelve_playbooks


@pytest.fixture(autouse=True)
def _house(clock: Clock, db: None) -> None:
    """Store the playbooks, read once per run, and freeze the clock for every test here."""
    shelve_playbooks()
