"""The list of alerts: what fires stands first, and each says why it paged or not."""

from datetime import timedelta
from typing import Any

import pytest

from incidents.models import Alert
from tests.core import admin_scene as scene
from tests.factories import NINE, AUser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]

LIST = "/admin/incidents/alert/"


@pytest.fixture
def rows() -> list[Alert]:
    scene.fill(scene.cast().team, 3)
    found = list(Alert.objects.order_by("pk"))
    for alert in found[1:]:
        alert.state, alert.ended_at = Alert.State.RESOLVED, NINE + timedelta(minutes=5)
        alert.save()
    return found


def text(reply: Any) -> str:
    html: str = reply.content.decode()
    return html


def test_what_fires_stands_first(rows: list[Alert]) -> None:
    page = scene.signed_in(AUser()).get(LIST)

    assert [row.pk for row in page.context["cl"].result_list] == [
        rows[0].pk, rows[2].pk, rows[1].pk,
    ]  # fmt: skip
    assert page.context["headline"] == "1 alert is firing."


def test_the_sentence_names_what_fires_without_an_incident(rows: list[Alert]) -> None:
    Alert.objects.filter(pk=rows[0].pk).update(incident=None)

    page = scene.signed_in(AUser()).get(LIST)

    assert page.context["headline"] == "1 alert is firing, 1 of them without an incident."


def test_an_alert_leads_to_its_incident_and_to_why_it_paged(rows: list[Alert]) -> None:
    alert, browser = rows[0], scene.signed_in(AUser())

    for page in (LIST, f"{LIST}{alert.pk}/change/"):
        html = text(browser.get(page))
        assert f'href="/admin/incidents/incident/{alert.incident_id}/"' in html
        assert f'href="/admin/incidents/rawevent/{alert.first_event_id}/change/">Why?' in html


def test_state_and_severity_are_words_with_marks(rows: list[Alert]) -> None:
    html = text(scene.signed_in(AUser()).get(LIST))

    assert "</svg>&nbsp;firing</span>" in html
    assert "</svg>&nbsp;ended</span>" in html
    assert "</svg>error</span>" in html
