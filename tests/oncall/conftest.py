"""The pager and the mail server of these tests."""

from collections.abc import Iterator
from typing import Any

import pytest

from oncall.engine import Engine
from tests.conftest import Clock
from tests.pager import Pager
from tests.servers import SmtpServer, smtp_server


@pytest.fixture
def pager(shipped: None, clock: Clock) -> Iterator[Pager]:
    """Give a pager with loaded playbooks and the frozen clock."""
    engine = Engine()
    yield Pager(engine, clock)
    engine.close()


@pytest.fixture
def post(settings: Any) -> Iterator[SmtpServer]:
    """Give a mail server, and let mail leave by it."""
    with smtp_server() as server:
        settings.EMAIL_URL = f"smtp://127.0.0.1:{server.port}"
        yield server
