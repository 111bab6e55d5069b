"""The second person's screen: proposed, looked at, approved, declined, withdrawn, or published alone."""

import pytest
from django.test import Client

from incidents.models import Incident
from statuspage.admin.waiting import waiting
from statuspage.models import Component, Page, Proposal, PublicUpdate
from tests.factories import NINE, AService, AUser
from tests.statuspage.scenes import a_component, a_page, an_incident

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


@pytest.fixture
def payments() -> Component:
    """Give a component of a page that asks for a second person."""
    return a_component(a_page(needs_second=True), service=AService(name="payments"))


@pytest.fixture
def incident(payments: Component) -> Incident:
    """Give a declared incident of the service behind it."""
    return an_incident(payments.bindings.get().service, title="Cards fail")


@pytest.fixture
def author(client: Client) -> Client:
    """Give the client of who writes."""
    client.force_login(AUser(username="ana", first_name="Ana", last_name=""))
    return client


@pytest.fixture
def second() -> Client:
    """Give the client of another responder."""
    found = Client()
    found.force_login(AUser(username="bea"))
    return found


def address(incident: Incident) -> str:
    return f"/admin/statuspage/publish/{incident.pk}/"


def form(**fields: object) -> dict[str, object]:
    typed = {"name": "Cards", "state": "investigating", "body": "Some cards fail.", "advice": ""}
    return {**typed, "next_update_by": "", "seen": 0, "version": 0, **fields}


def test_one_proposes_and_another_publishes(
    author: Client, second: Client, incident: Incident
) -> None:
    assert "Propose update 1" in author.get(address(incident)).content.decode()
    author.post(address(incident), form())
    asked = Proposal.objects.get()
    mine, theirs = (one.get(address(incident)).content.decode() for one in (author, second))

    assert not PublicUpdate.objects.exists()
    assert "Your proposal waits for another person" in mine
    assert 'name="approve"' not in mine
    assert 'name="withdraw"' in mine
    assert "Some cards fail." in theirs
    assert 'name="approve"' in theirs
    second.post(address(incident), {"proposal": asked.pk, "approve": "1"})
    assert PublicUpdate.objects.get().body == "Some cards fail."


def test_the_incident_says_that_it_waits(author: Client, incident: Incident) -> None:
    author.post(address(incident), form())

    html = author.get(f"/admin/incidents/incident/{incident.pk}/change/").content.decode()

    assert "Waits for approval" in html


def test_it_waits_for_everybody_who_may_publish_but_its_author(
    author: Client, second: Client, incident: Incident
) -> None:
    author.post(address(incident), form())
    ana, viewer = Proposal.objects.get().asked_by, AUser(group="Viewer")

    assert waiting(ana, NINE) == []
    assert waiting(viewer, NINE) == []
    [owed] = waiting(AUser(), NINE)
    assert owed.what == "Approve a public update"
    assert owed.url == f"{address(incident)}?page={Page.objects.get().public_id}"


def test_it_is_declined_with_a_word(author: Client, second: Client, incident: Incident) -> None:
    author.post(address(incident), form())
    pk = Proposal.objects.get().pk

    answer = second.post(
        address(incident), {"proposal": pk, "decline": "1", "answer": ""}, follow=True
    )
    assert "Write a word" in answer.content.decode()
    second.post(address(incident), {"proposal": pk, "decline": "1", "answer": "Say which cards."})

    assert Proposal.objects.get().answer == "Say which cards."


@pytest.mark.parametrize("proposal", ["", "x", "9" * 30, "-1", "²"])
def test_a_proposal_that_is_none_is_said_so(
    author: Client, incident: Incident, proposal: str
) -> None:
    answer = author.post(address(incident), {"proposal": proposal, "approve": "1"}, follow=True)

    assert answer.status_code == 200
    assert "There is no proposal" in answer.content.decode()


def test_alone_needs_a_reason_and_keeps_what_was_typed(author: Client, incident: Incident) -> None:
    refused = author.post(address(incident), form(alone="1", alone_because="now"))

    assert refused.status_code == 422
    assert 'href="#id_alone_because"' in refused.content.decode()
    assert "Some cards fail." in refused.content.decode()
    author.post(address(incident), form(alone="1", alone_because="Nobody else is awake."))
    assert PublicUpdate.objects.count() == 1
