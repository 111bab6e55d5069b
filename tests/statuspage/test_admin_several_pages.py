"""The screens of an incident that several pages tell of: which was told, which not, and what is due where."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory

from incidents.models import Incident
from statuspage.actions import Press, publish
from statuspage.admin.panels import outside
from statuspage.admin.waiting import waiting
from statuspage.models import Component, Page, PublicUpdate
from tests.factories import NINE, AService, AUser, somebody
from tests.statuspage.scenes import MINUTE, a_component, a_page, an_incident, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


@pytest.fixture
def payments() -> Component:
    """Give the public page's component of a service."""
    return a_component(a_page(), "Payments", service=AService(name="payments"))


@pytest.fixture
def acme(payments: Component) -> Page:
    """Give a customer's page with its own component of that service."""
    page = a_page(name="Acme", slug="acme", is_default=False, audience="link")
    a_component(page, "Acme checkout", service=payments.bindings.get().service)
    return page


@pytest.fixture
def incident(payments: Component, acme: Page) -> Incident:
    """Give a declared incident of the service."""
    return an_incident(payments.bindings.get().service, title="Cards fail")


@pytest.fixture
def responder(client: Client) -> Client:
    """Give the client of a signed-in responder."""
    client.force_login(AUser())
    return client


def address(incident: Incident, page: Page | None = None) -> str:
    base = f"/admin/statuspage/publish/{incident.pk}/"
    return f"{base}?page={page.public_id}" if page else base


def form(**fields: object) -> dict[str, object]:
    typed = {"name": "Cards", "state": "investigating", "body": "Some cards fail.", "advice": ""}
    return {**typed, "next_update_by": "", "seen": 0, "version": 0, **fields}


def tell(incident: Incident, page: Page, **fields: Any) -> PublicUpdate:
    press = Press(page=page.public_id, despite_findings=True)
    return publish(incident.pk, said(**fields), by=somebody(), at=NINE, press=press)


def seen(incident: Incident) -> Any:
    request = RequestFactory().get("/")
    request.user = AUser()
    fresh = Incident.objects.select_related("service", "playbook").get(pk=incident.pk)
    return outside(request, fresh, NINE)


def test_each_page_has_a_tab_that_says_whether_it_was_told(
    responder: Client, incident: Incident, acme: Page
) -> None:
    tell(incident, acme)

    html = responder.get(address(incident, Page.objects.get(is_default=True))).content.decode()

    assert 'aria-current="page">Northwind Books <span class="quiet">not told yet</span>' in html
    assert 'Acme <span class="quiet">told, investigating</span>' in html
    assert f'href="{address(incident, acme)}"' in html
    assert "Payments" in html
    assert "Acme checkout" not in html


def test_a_press_publishes_on_the_page_of_its_tab_alone(
    responder: Client, incident: Incident, acme: Page
) -> None:
    responder.post(address(incident, acme), form(save="1"))
    assert (
        "A draft that somebody has edited"
        in responder.get(address(incident, acme)).content.decode()
    )
    answer = responder.post(address(incident, acme), form(version=1))

    assert answer.status_code == 302
    assert PublicUpdate.objects.get().incident.page == acme


def test_what_is_kept_leads_back_to_the_same_tab(
    responder: Client, incident: Incident, acme: Page
) -> None:
    answer = responder.post(address(incident, acme), form(save="1"))

    assert answer["Location"] == address(incident, acme)


@pytest.mark.parametrize("page", ["nothinghere1", "%00", "x" * 400])
def test_a_page_that_does_not_tell_of_it_is_not_found(
    responder: Client, incident: Incident, page: str
) -> None:
    assert responder.get(f"{address(incident)}?page={page}").status_code == 404


def test_one_page_shows_no_tabs(responder: Client, payments: Component) -> None:
    alone = an_incident(payments.bindings.get().service)

    assert 'aria-label="Status pages"' not in responder.get(address(alone)).content.decode()


def test_the_incidents_panel_lists_every_page_and_leads_to_the_one_that_is_due(
    responder: Client, incident: Incident, acme: Page
) -> None:
    tell(incident, acme, next_update_by=NINE + 5 * MINUTE)

    found = seen(incident)

    assert [(one.name, one.said, one.due_at) for one in found.panel.data.pages] == [
        ("Northwind Books", "not told yet", NINE + 30 * MINUTE),
        ("Acme", "told, investigating", NINE + 5 * MINUTE),
    ]
    assert found.promise.label == "Publish update 2 on Acme"
    assert found.promise.url == address(incident, acme)
    screen = responder.get(f"/admin/incidents/incident/{incident.pk}/change/").content.decode()
    assert "not told yet" in screen
    assert "told, investigating" in screen


def test_what_is_over_is_still_owed_to_the_page_that_was_told(
    incident: Incident, acme: Page
) -> None:
    tell(incident, acme)
    Incident.objects.update(state="resolved", ended_at=NINE)

    promise = seen(incident).promise

    assert promise.label == "Tell Acme it is over"
    assert promise.sentence.startswith("Acme still says that it goes on.")
    assert promise.url == address(incident, acme)


def test_now_names_the_page_whose_word_is_due_first(
    responder: Client, incident: Incident, acme: Page
) -> None:
    tell(incident, acme, next_update_by=NINE + 5 * MINUTE)

    html = responder.get("/admin/").content.decode()

    assert "Next public update due" in html
    assert "on Acme</span>" in html


def test_whoever_has_it_owes_each_page_a_word(incident: Incident, acme: Page) -> None:
    holder = AUser()
    Incident.objects.update(acknowledged_by=holder)
    tell(incident, acme, next_update_by=NINE + timedelta(minutes=5))

    owed = [one for one in waiting(holder, NINE) if one.what == "Tell the public"]

    assert [one.detail.rpartition(", ")[2] for one in owed] == ["on Northwind Books", "on Acme"]
    assert owed[1].url == address(incident, acme)
