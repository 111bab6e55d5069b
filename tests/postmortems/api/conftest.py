"""Who calls."""

import pytest

from tests.core.api.callers import Caller, a_caller


@pytest.fixture
def caller() -> Caller:
    """Return a responder with a token that may write."""
    return a_caller(username="rita", first_name="Rita", last_name="Rask")
