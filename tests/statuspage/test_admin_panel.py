"""What an incident's screen shows of the public page."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, RequestFactory

from incidents.actions import move
from incidents.models import Incident
from statuspage.admin.listed import public_words
from statuspage.admin.panels import outside
from statuspage.models import Component
from tests.factories import NINE, AnIncident, AService, AUser, somebody
from tests.statuspage.scenes import MINUTE, a_component, a_page, an_incident, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


@pytest.fixture
def payments() -> Component:
    """Give the component Payments, which stands for a service."""
    return a_component(a_page(), "Payments", service=AService(name="payments"))


@pytest.fixture
def incident(payments: Component) -> Incident:
    """Give a declared SEV-2 of the service behind Payments."""
    return an_incident(payments.bindings.get().service, title="Cards fail")


@pytest.fixture
def responder(client: Client) -> Client:
    """Give the client of a signed-in responder."""
    client.force_login(AUser())
    return client


def address(incident: Incident) -> str:
    return f"/admin/statuspage/publish/{incident.pk}/"


def panel(incident: Incident, group: str = "Responder") -> Any:
    request = RequestFactory().get("/")
    request.user = AUser(group=group)
    fresh = Incident.objects.select_related("service", "playbook").get(pk=incident.pk)
    return outside(request, fresh, NINE)


def test_the_panel_shows_the_draft_its_promise_and_the_way_to_publish(incident: Incident) -> None:
    shown = panel(incident).panel

    assert (shown.title, shown.key, shown.area) == ("Status page", "page", "rail")
    assert shown.data.is_due
    assert shown.data.url == address(incident)
    assert shown.data.may_publish
    assert not panel(incident, "Viewer").panel.data.may_publish
    assert panel(incident).promise.label == "Publish update 1"
    assert panel(incident).promise.due_at == NINE + 30 * MINUTE  # a SEV-2's first word


def test_the_panel_shows_what_is_live_once_nothing_is_unsaid(incident: Incident) -> None:
    tell(incident, body="Our words.", next_update_by=NINE + MINUTE)
    tell(incident, body="Later words.", at=NINE + 2 * MINUTE)

    shown = panel(incident).panel.data
    assert (shown.is_due, shown.text, shown.kept) == (False, "Later words.", "0 of 1 promise kept")


def test_a_promise_that_is_overdue_now_is_not_kept(incident: Incident) -> None:
    tell(incident, at=NINE - 5 * MINUTE, next_update_by=NINE - 2 * MINUTE)
    tell(incident, at=NINE - 3 * MINUTE, next_update_by=NINE - MINUTE)

    assert panel(incident).panel.data.kept == "1 of 2 promises kept"


def test_what_the_public_was_told_is_over_is_not_called_live(
    responder: Client, incident: Incident
) -> None:
    tell(incident)
    screen = f"/admin/incidents/incident/{incident.pk}/change/"
    assert "Live</span>" in responder.get(screen).content.decode()
    move(incident.pk, "resolve", by=somebody(), at=NINE)
    tell(incident, "resolved")

    html = responder.get(screen).content.decode()

    assert "Ended</span>" in html
    assert "Live</span>" not in html


def test_nothing_is_shown_where_nothing_is_told() -> None:
    assert panel(an_incident()) == type(panel(an_incident()))()


def test_once_it_is_over_only_that_is_owed_and_only_where_the_public_was_told(
    incident: Incident,
) -> None:
    untold = an_incident(incident.service)
    tell(incident, next_update_by=NINE + MINUTE)
    for one in (incident, untold):
        move(one.pk, "resolve", by=somebody(), at=NINE)

    assert panel(untold).promise is None
    owed = panel(incident).promise
    assert (owed.label, owed.sentence) == (
        "Tell the public it is over",
        "The status page still says that it goes on. A draft is ready, as resolved.",
    )

    tell(incident, "resolved")
    assert panel(incident).promise is None


def test_lists_know_what_is_owed_and_what_stands(incident: Incident, payments: Component) -> None:
    said = an_incident(incident.service)
    over = an_incident(incident.service)
    AnIncident(service=incident.service)
    tell(said, next_update_by=NINE + MINUTE)
    tell(over, "resolved")

    rows = [Incident.objects.get(pk=one.pk) for one in (incident, said, over)]
    assert {pk: (one.word, one.due_at) for pk, one in public_words(rows).items()} == {
        incident.pk: ("draft", NINE + 30 * MINUTE), said.pk: ("live", NINE + MINUTE), over.pk: ("ended", None),
    }  # fmt: skip


def test_the_incidents_screen_shows_the_panel(responder: Client, incident: Incident) -> None:
    html = responder.get(f"/admin/incidents/incident/{incident.pk}/change/").content.decode()

    assert "Draft, not public" in html
    assert address(incident) in html


def test_the_panel_costs_few_statements(
    incident: Incident, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    tell(incident)
    request = RequestFactory().get("/")
    request.user = AUser()
    fresh = Incident.objects.select_related("service", "playbook").get(pk=incident.pk)

    with django_assert_max_num_queries(8):
        outside(request, fresh, NINE)
