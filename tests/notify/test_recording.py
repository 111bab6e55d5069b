"""What a send came to is recorded once, by whoever holds the lease, also when the database comes back late."""

import re
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.db import transaction
from standardwebhooks import Webhook

from core.secrets import encrypt
from incidents.actions import opening
from notify import signing
from notify.channels.email import Email
from notify.checks import lease_outlives_a_send
from notify.models import Delivery
from oncall.engine import Engine
from oncall.models import ContactMethod, PolicyStep
from tests.conftest import Clock
from tests.factories import IMPORT, NINE, AnIncident, AService
from tests.pager import Pager, a_person, policy
from tests.servers import Answer, HttpServer, SmtpServer, http_server, smtp_server

pytestmark = pytest.mark.django_db


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


def by_webhook(hook: HttpServer, *answers: Answer | int) -> str:
    """Let ana be paged by webhook only; return her secret."""
    secret = signing.new_secret()
    ana = a_person("ana", contact="")
    ContactMethod.objects.create(
        responder=ana.responder,
        channel="webhook",
        address=hook.answers("/ana", *answers),
        secret=encrypt(secret),
        verified_at=NINE,
    )
    policy((3000, [ana]))
    return secret


def test_a_webhook_is_verified_by_the_standard_library_of_receivers(
    pager: Pager, hook: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = by_webhook(hook, 200)

    pager.opens(title="Checkout is failing")

    (request,) = hook.requests
    stamp = int(request.headers["webhook-timestamp"])
    assert stamp == NINE.timestamp()
    monkeypatch.setattr(Webhook, "_Webhook__verify_timestamp", lambda *_: NINE, raising=True)
    data = Webhook(secret).verify(request.body, request.headers)["data"]
    assert data["title"] == "Checkout is failing"
    assert re.search(r"/r/[^/]{24}/$", data["reply_url"])
    assert Delivery.objects.get().state == "sent"


@pytest.mark.parametrize(("asked", "expected"), [("30", 30), ("2", 5), ("900", 60)])
def test_a_receiver_that_asks_to_wait_is_heard_within_reason(
    pager: Pager, hook: HttpServer, asked: str, expected: int
) -> None:
    by_webhook(hook, Answer(503, {"Retry-After": asked}), 200)

    pager.opens()

    wait = Delivery.objects.get().not_before - pager.clock.now
    assert wait == timedelta(seconds=expected)
    pager.forward(seconds=expected)
    first, second = hook.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert second.headers["x-watchbill-repeat"] == "possible"
    assert Delivery.objects.get().state == "sent"


def test_a_secret_that_is_lost_is_final_and_said(pager: Pager, hook: HttpServer) -> None:
    by_webhook(hook, 200)
    ContactMethod.objects.update(secret="garbage")

    pager.opens()

    assert Delivery.objects.get().state == "failed"
    assert hook.requests == []


def test_a_hanging_mail_server_delays_nobody_s_webhook(
    pager: Pager, post: SmtpServer, hook: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.behaves("connect", "hang")
    monkeypatch.setattr(Email.__init__, "__kwdefaults__", {"limit_s": 2.0})
    by_webhook(hook, 200)
    PolicyStep.objects.get().people.add(*[a_person(f"p{number}") for number in range(20)])
    incident = AnIncident.build(service=AService())
    with transaction.atomic():
        opening.open_all([incident], by=IMPORT, at=NINE)

    pager.engine.tick()
    assert pager.engine.woken.wait(1.5)
    pager.engine.tick()

    assert Delivery.objects.get(channel="webhook").state == "sent"
    assert Delivery.objects.filter(channel="email", state="leased").count() == 8


def test_the_lease_outlives_a_send(settings: Any) -> None:
    assert lease_outlives_a_send(None) == []
