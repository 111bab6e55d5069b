"""Programs and Slack channels that follow a page (areas/statuspage.md 2.8; 6.5, S10, S11)."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from django.test import Client

from core.actor import ENGINE
from core.secrets import decrypt
from notify.models import Delivery
from statuspage.actions import forget_old, set_component, tokens
from statuspage.actions.endpoints import sign_up_endpoint
from statuspage.actions.subscribing import Choices
from statuspage.models import Component, Page, Subscriber
from tests.conftest import Clock
from tests.notify.conftest import hook, pager, post
from tests.pager import Pager
from tests.servers import Answer, HttpServer, Request, SmtpServer
from tests.statuspage.letters import a_subscriber, mails, part
from tests.statuspage.scenes import a_component, a_page, an_incident, shown, tell

__all__ = ["hook", "pager", "post"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


@pytest.fixture
def page() -> Page:
    row = a_page()
    a_component(row, "Payments")
    shown(row)
    return row


def an_endpoint(
    page: Page, hook: HttpServer, pager: Pager, *answers: Answer | int, contact: str = ""
) -> Subscriber:
    """Sign up an endpoint that answers its challenge, and then as told."""
    url = hook.answers("/hook", Answer(204))
    sign_up_endpoint(page, "webhook", url, Choices(), contact=contact, at=pager.clock.now)
    row = Subscriber.objects.get(channel="webhook")
    row.confirm(pager.clock.now)
    row.save()
    Delivery.objects.all().delete()
    hook.answers("/hook", *answers)
    return row


def an_update(page: Page, pager: Pager) -> Component:
    component = page.components.get()
    incident = an_incident()
    component.bindings.create(service=incident.service)
    tell(incident, at=pager.clock.now, components={component.public_id: "major_outage"})
    pager.settle()
    return component


def bodies(hook: HttpServer) -> list[dict[str, Any]]:
    return [json.loads(request.body) for request in hook.requests]


def is_signed(request: Request, secret: str) -> bool:
    head = request.headers
    said = b".".join(
        [head["webhook-id"].encode(), head["webhook-timestamp"].encode(), request.body]
    )
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mark = base64.b64encode(hmac.digest(key, said, hashlib.sha256)).decode()
    return head["webhook-signature"] == f"v1,{mark}"


def test_an_endpoint_gets_nothing_before_it_has_sent_the_challenge_back(
    page: Page, hook: HttpServer, pager: Pager
) -> None:
    url = hook.answers("/hook", Answer(200, body=b"ok"))
    sign_up_endpoint(page, "webhook", url, Choices(), at=pager.clock.now)
    pager.settle()

    row = Subscriber.objects.get()
    assert (row.state, row.address) == ("pending", "127.0.0.1")
    assert bodies(hook)[0]["type"] == "subscription.challenge"
    assert url not in row.secret

    sign_up_endpoint(page, "webhook", url, Choices(), at=pager.clock.forward(minutes=11))
    row = Subscriber.objects.get()
    hook.answers("/hook", Answer(200, body=tokens.confirming(row).encode()))
    pager.settle()

    assert Subscriber.objects.get().state == "confirmed"
    assert is_signed(hook.requests[-1], decrypt(row.signing_secret))


def test_an_update_is_posted_in_the_shape_of_statuspage_and_signed(
    page: Page, hook: HttpServer, pager: Pager
) -> None:
    row = an_endpoint(page, hook, pager, 200)

    an_update(page, pager)

    [body] = bodies(hook)
    assert list(body) == ["meta", "page", "incident"]
    assert list(body["meta"]) == ["unsubscribe", "documentation", "generated_at"]
    assert body["page"] == {
        "id": page.public_id,
        "status_indicator": "critical",
        "status_description": "Major System Outage",
    }
    incident = body["incident"]
    assert (incident["name"], incident["status"]) == ("Card payments failing", "investigating")
    assert incident["incident_updates"][0]["body"] == "We are looking."
    assert incident["incident_updates"][0]["wants_twitter_update"] is False
    assert set(incident) >= {"backfilled", "impact_override", "postmortem_body", "scheduled_for"}
    assert is_signed(hook.requests[0], decrypt(row.signing_secret))


def test_a_state_set_by_hand_is_posted_to_endpoints_alone(
    page: Page, hook: HttpServer, pager: Pager
) -> None:
    an_endpoint(page, hook, pager, 200)
    a_subscriber(page)
    component = page.components.get()

    set_component(component.public_id, "degraded_performance", by=ENGINE, at=pager.clock.now)
    pager.settle()

    [body] = bodies(hook)
    assert list(body) == ["meta", "page", "component_update", "component"]
    assert body["component_update"]["old_status"] == "operational"
    assert body["component_update"]["new_status"] == "degraded_performance"
    assert body["component"]["name"] == "Payments"
    assert Delivery.objects.get().channel == "endpoint"


def test_ten_tries_without_success_quarantine_an_endpoint_and_its_keeper_is_told_s10(
    page: Page, hook: HttpServer, pager: Pager, post: SmtpServer
) -> None:
    row = an_endpoint(page, hook, pager, 500, contact="keeper@example.com")

    for _update in range(3):
        an_update(page, pager)
        for _retry in range(4):
            pager.forward(seconds=60)

    row = Subscriber.objects.get()
    assert (row.state, row.failures) == ("quarantined", 12)
    assert "500" in row.failure
    [mail] = mails(post)
    assert mail["To"] == "keeper@example.com"
    assert "Nothing reaches your endpoint" in part(mail)
    arrived = len(hook.requests)
    an_update(page, pager)
    assert len(hook.requests) == arrived

    assert forget_old(pager.clock.forward(days=89)) == 0
    assert forget_old(pager.clock.forward(days=2)) > 0
    assert not Subscriber.objects.exists()


def test_a_redirect_is_a_failure_and_is_not_followed_s10(
    page: Page, hook: HttpServer, pager: Pager
) -> None:
    row = an_endpoint(page, hook, pager, Answer(302, {"Location": "/elsewhere"}))

    an_update(page, pager)

    row = Subscriber.objects.get()
    assert (row.state, row.failures, len(hook.requests)) == ("confirmed", 1, 1)


def test_an_endpoint_that_is_gone_is_removed_s10(
    page: Page, hook: HttpServer, pager: Pager
) -> None:
    an_endpoint(page, hook, pager, 410)

    an_update(page, pager)

    row = Subscriber.objects.get()
    assert (row.state, row.secret, row.address) == ("ended", "", "")


def test_a_success_forgets_the_failures(page: Page, hook: HttpServer, pager: Pager) -> None:
    an_endpoint(page, hook, pager, 404, 200)

    an_update(page, pager)
    assert Subscriber.objects.get().failures == 1
    an_update(page, pager)

    assert Subscriber.objects.get().failures == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "https://127.0.0.1/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.1]/",
        "https://localhost/",
        "https://user:word@example.com/",
        "ftp://example.com/",
        "",
        "https://example.com/\r\nX: y",
    ],
)
def test_an_address_that_leads_inside_is_refused_at_the_door_s11(
    client: Client, page: Page, url: str
) -> None:
    everything = [one.public_id for one in page.components.all()]
    answer = client.post("/subscribe/webhook", {"endpoint": url, "follow": everything})

    assert answer.status_code == 422
    assert not Subscriber.objects.exists()


def test_a_name_that_leads_inside_when_it_is_called_is_refused_then_s11(
    page: Page, pager: Pager, hook: HttpServer, settings: Any
) -> None:
    row = an_endpoint(page, hook, pager, 200)
    settings.ALLOWED_PRIVATE_NETWORKS = ()
    pager.engine.desks.clear()
    pager.engine.__post_init__()

    an_update(page, pager)

    row = Subscriber.objects.get()
    assert (len(hook.requests), row.failures) == (0, 1)


def test_a_slack_channel_confirms_by_a_link_and_then_reads_plain_words(
    client: Client, page: Page, hook: HttpServer, pager: Pager, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = hook.answers("/services/T/B/x", 200)
    monkeypatch.setattr("statuspage.actions.endpoints.SLACK_HOSTS", ("127.0.0.1",))
    everything = [one.public_id for one in page.components.all()]
    answer = client.post("/subscribe/slack", {"endpoint": url, "follow": everything})
    pager.settle()
    asked = bodies(hook)[0]["text"]
    link = next(word for word in asked.split() if "/subscribe/confirm/" in word)

    client.post(link[link.index("/subscribe/") :])
    component = page.components.get()
    incident = an_incident()
    component.bindings.create(service=incident.service)
    tell(incident, body="It <!channel> fails & hurts.", at=pager.clock.now)
    pager.settle()

    assert answer.status_code == 202
    told = bodies(hook)[1]["text"]
    assert "Card payments failing" in told
    assert "&lt;!channel&gt; fails &amp; hurts." in told


@pytest.mark.parametrize("refusal", ["550 5.1.1 unknown user", "552 5.2.2 no room"])
def test_a_mailbox_that_is_refused_for_good_is_quarantined_s9(
    page: Page, pager: Pager, post: SmtpServer, refusal: str
) -> None:
    a_subscriber(page)
    post.behaves("rcpt", refusal)

    an_update(page, pager)

    row = Subscriber.objects.get()
    assert row.state == "quarantined"
    assert "refused the recipient" in row.failure


@pytest.mark.parametrize("step", ["mail", "data"])
def test_a_refusal_of_ourselves_quarantines_nobody(
    page: Page, pager: Pager, post: SmtpServer, step: str
) -> None:
    a_subscriber(page)
    post.behaves(step, "550 5.7.1 we do not like you")

    an_update(page, pager)

    assert Subscriber.objects.get().state == "confirmed"


def test_who_never_confirms_is_forgotten_after_a_week(page: Page, clock: Clock) -> None:
    a_subscriber(page, "new@example.com", state="pending")
    a_subscriber(page)

    forget_old(clock.forward(days=7))

    assert Subscriber.objects.get().state == "confirmed"
