"""Scenes of the REST API: a frozen clock, loaded playbooks, a responder who calls."""

import pytest

from tests.conftest import Clock
from tests.core.api.callers import Caller, a_caller, shelve_playbooks


@pytest.fixture(autouse=True)
def _frozen(clock: Clock, db: None) -> None:
    """Freeze the clock and store the playbooks for every test here."""
    shelve_playbooks()


@pytest.fixture
def caller() -> Caller:
    """Return a responder with a token that may write."""
    return a_caller(username="rita", first_name="Rita", last_name="Rask")
