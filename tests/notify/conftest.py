"""A pager, a mail server and an HTTP server for those who send."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest

from oncall.engine import Engine
from tests.conftest import Clock
from tests.pager import Pager
from tests.servers import HttpServer, SmtpServer, http_server, smtp_server


@pytest.fixture
def pager(shipped: None, clock: Clock) -> Iterator[Pager]:
    engine = Engine()
    yield Pager(engine, clock)
    engine.close()


@pytest.fixture
def post(settings: Any) -> Iterator[SmtpServer]:
    with smtp_server() as server:
        settings.EMAIL_URL = f"smtp://127.0.0.1:{server.port}"
        yield server


@pytest.fixture
def hook(settings: Any) -> Iterator[HttpServer]:
    settings.ALLOWED_PRIVATE_NETWORKS = (ip_network("127.0.0.0/8"),)
    with http_server() as server:
        yield server
