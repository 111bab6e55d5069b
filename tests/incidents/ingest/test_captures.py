"""Every captured request, byte for byte through the door and the engine (style.md E14)."""

import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from incidents.actions import digest
from incidents.models import RawEvent, Source
from tests.conftest import Clock
from tests.factories import ASource
from tests.incidents.parsers.test_payloads import reading
from tests.payloads import Captured, captured

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]
WHEN = datetime(2026, 11, 24, tzinfo=UTC)


def send(request: Captured, source: Source) -> tuple[int, bytes]:
    """Post a capture to the address of `source`; its bytes stay as they were sent."""
    path = f"/in/alertmanager/{source.key}/" if request.kind == "alertmanager" else request.path
    headers = {name: value for name, value in request.headers if name.lower() == "content-type"}
    content_type = next(iter(headers.values()), "application/json")
    answer = Client().post(path, request.body, content_type=content_type)
    return answer.status_code, answer.content


def key_of(request: Captured) -> str:
    if request.kind == "alertmanager":
        return "a" * 32
    document = json.loads(request.body)
    return str(document.get("routing_key") or "a" * 32)


@pytest.mark.parametrize("request_", captured(), ids=str)
def test_it_takes_what_real_senders_send(request_: Captured, clock: Clock) -> None:
    clock.now = WHEN
    form = "alertmanager" if request_.kind == "alertmanager" else "pagerduty"
    source = ASource(format=form, key=key_of(request_))
    expected = reading(request_)

    status, content = send(request_, source)

    if "rejected" in expected:
        assert (status, RawEvent.objects.count()) == (400, 0), content
        return
    assert status == 202, content
    event = RawEvent.objects.get()
    assert bytes(event.body) == request_.body
    digest(WHEN)
    event = RawEvent.objects.get()
    assert event.verdict in ("applied", "suppressed", "orphan_resolve", "ignored")
    assert len(event.items) == len(expected["items"])
    digest(WHEN)


def test_a_whole_capture_in_the_order_of_its_sender(clock: Clock) -> None:
    clock.now = WHEN
    for name in {request.capture for request in captured(("alertmanager",))}:
        source = ASource()
        mine = [request for request in captured(("alertmanager",)) if request.capture == name]
        for request in mine:
            assert send(request, source)[0] == 202
            digest(WHEN)
        verdicts = list(source.events.order_by("pk").values_list("verdict", flat=True))
        assert "quarantined" not in verdicts
        assert source.alerts.open().count() <= source.alert_keys.count()


def test_the_stale_firing_of_an_ha_pair_pages_once(clock: Clock) -> None:
    clock.now = WHEN
    source = ASource()
    for request in captured(("alertmanager",)):
        if request.capture == "alertmanager-ha-stale-firing-after-resolved":
            send(request, source)
            digest(WHEN)

    episodes = list(source.alerts.values_list("key", "episode"))
    assert len(episodes) == len(set(episodes))
    assert not source.alerts.open().exists()
    assert source.incidents.count() <= len(episodes)
