"""From an alert to an answered page, with the real rows and the frozen clock."""

import json
import re

import pytest
from django.test import Client

from incidents.models import Incident, RawEvent
from notify.models import Delivery, KeptMail
from oncall.engine import Engine
from oncall.models import Escalation
from tests.conftest import Clock
from tests.factories import APolicy, AResponder, ASchedule, AService, ASource
from tests.pager import settle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]

FIRING = {
    "version": "4",
    "status": "firing",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "HighErrorRate", "severity": "critical"},
            "annotations": {"summary": "Checkout is failing"},
            "startsAt": "2026-11-23T08:59:30Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "fingerprint": "c8dbf279954d8e9f",
        }
    ],
}


def ended() -> dict:
    alert = {**FIRING["alerts"][0], "status": "resolved", "endsAt": "2026-11-23T09:03:00Z"}
    return {**FIRING, "status": "resolved", "alerts": [alert]}


@pytest.fixture
def engine() -> Engine:
    made = Engine()
    yield made
    made.close()


def post(source: ASource, document: dict) -> dict:
    answer = Client().post(
        f"/in/alertmanager/{source.key}/", json.dumps(document), content_type="application/json"
    )
    assert answer.status_code == 202, answer.content
    return answer.json()


@pytest.fixture
def scene(clock: Clock) -> ASource:
    ana, bob = AResponder(user__username="ana"), AResponder(user__username="bob")
    first, second = ASchedule(people=[ana.user]), ASchedule(people=[bob.user])
    APolicy(steps=[(300, [first]), (300, [second])], default=True)
    return ASource(service=AService(slug="checkout"))


def paged() -> list[str]:
    return [mail.to.split("@")[0] for mail in KeptMail.objects.order_by("pk")]


def test_an_alert_pages_the_person_on_call_and_the_link_acknowledges(
    scene: ASource, engine: Engine, clock: Clock
) -> None:
    post(scene, FIRING)
    settle(engine)

    assert paged() == ["ana"]
    link = re.search(r"/r/[^/\s]+/", KeptMail.objects.get().text).group()
    assert Client().get(link).status_code == 200
    assert Incident.objects.get().state == "detected"
    assert Client().post(link, {"action": "acknowledge"}).status_code == 200
    assert Incident.objects.get().state == "acknowledged"

    clock.forward(minutes=30)
    settle(engine)
    assert paged() == ["ana"]


def test_a_silent_responder_hands_over_to_the_next(
    scene: ASource, engine: Engine, clock: Clock
) -> None:
    post(scene, FIRING)
    settle(engine)

    clock.forward(minutes=5)
    settle(engine)

    assert paged() == ["ana", "bob"]


def test_what_clears_itself_is_closed_and_said(
    scene: ASource, engine: Engine, clock: Clock
) -> None:
    post(scene, FIRING)
    settle(engine)
    clock.forward(minutes=3)

    post(scene, ended())
    settle(engine)

    assert Incident.objects.get().state == "resolved"
    assert paged() == ["ana", "ana"]
    assert "cleared itself" in KeptMail.objects.first().text
    assert set(RawEvent.objects.values_list("verdict", flat=True)) == {"applied"}
    assert not Delivery.objects.waiting().exists()


def test_an_alert_that_joins_what_nobody_has_pages_whatever_kept_it_quiet(
    scene: ASource, engine: Engine, clock: Clock
) -> None:
    post(scene, FIRING)
    settle(engine)
    Incident.objects.update(unpaged_reason="muted")
    Escalation.objects.all().delete()
    another = {**FIRING["alerts"][0], "fingerprint": "another", "startsAt": "2026-11-23T08:59:40Z"}

    post(scene, {**FIRING, "alerts": [another]})
    settle(engine)

    incident = Incident.objects.get()
    assert (incident.unpaged_reason, incident.escalations.count()) == ("", 1)
    assert paged() == ["ana", "ana"]
