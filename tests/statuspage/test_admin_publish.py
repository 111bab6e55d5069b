"""The page where an update is looked at, kept and published, and the incident's panel that leads there."""

import pytest
from django.test import Client
from django.urls import reverse

from incidents.models import Incident
from statuspage.models import Component, Draft, PublicIncident, PublicUpdate
from tests.factories import NINE, AnIncident, AService, AUser
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


def form(payments: Component, **fields: object) -> dict[str, object]:
    return {
        "name": "Card payments failing",
        "state": "investigating",
        "body": "Some card payments fail.",
        "advice": "",
        "next_update_by": "2026-11-23T09:30",
        f"c_{payments.public_id}": "partial_outage",
        "seen": 0,
        "version": 0,
        **fields,
    }


def test_it_shows_the_proposal_and_what_visitors_would_read(
    responder: Client, incident: Incident
) -> None:
    html = responder.get(address(incident)).content.decode()

    assert "Payments is affected. We will write again by 10:00 UTC." in html
    assert 'value="2026-11-23T10:00"' in html
    assert "Partial outage in Payments" in html
    assert "Payments: operational to partial outage" in html
    for verb in ("publish", "save_draft", "check"):
        assert f'data-action="{verb}"' in html
    assert not PublicIncident.objects.exists()


def test_one_press_publishes_and_leads_back(
    responder: Client, incident: Incident, payments: Component
) -> None:
    answer = responder.post(address(incident), form(payments))

    assert (answer.status_code, answer["Location"]) == (
        302,
        reverse("admin:incidents_incident_change", args=[incident.pk]),
    )
    update = PublicUpdate.objects.get()
    assert (update.body, update.next_update_by) == ("Some card payments fail.", NINE + 30 * MINUTE)
    assert b"Some card payments fail." in Client().get("/").content


def test_a_double_press_publishes_once(
    responder: Client, incident: Incident, payments: Component
) -> None:
    assert responder.post(address(incident), form(payments)).status_code == 302
    assert responder.post(address(incident), form(payments)).status_code == 302
    assert PublicUpdate.objects.count() == 1


def test_somebody_elses_update_is_shown_and_nothing_typed_is_lost(
    responder: Client, incident: Incident, payments: Component
) -> None:
    tell(incident, body="Their words.")

    answer = responder.post(address(incident), form(payments, body="My words."))

    assert answer.status_code == 412
    assert "Their words." in answer.content.decode()
    assert "My words." in answer.content.decode()


def test_who_has_seen_the_others_update_publishes_what_was_typed(
    responder: Client, incident: Incident, payments: Component
) -> None:
    tell(incident, body="Their words.")
    refused = responder.post(address(incident), form(payments, body="My words."))
    assert 'name="seen" value="1"' in refused.content.decode()

    answer = responder.post(address(incident), form(payments, body="My words.", seen=1))

    assert answer.status_code == 302
    assert [one.body for one in PublicUpdate.objects.all()] == ["Their words.", "My words."]


def test_a_draft_that_somebody_kept_meanwhile_is_not_published_over(
    responder: Client, incident: Incident, payments: Component
) -> None:
    responder.post(address(incident), form(payments, body="Kept words.", save="1"))

    answer = responder.post(address(incident), form(payments, body="My words."))

    assert answer.status_code == 412
    assert "Kept words." in answer.content.decode()
    assert "My words." in answer.content.decode()
    assert not PublicUpdate.objects.exists()
    seen = form(payments, body="My words.", version=1)
    assert responder.post(address(incident), seen).status_code == 302


def test_what_is_called_over_lets_every_component_go(
    responder: Client, incident: Incident, payments: Component
) -> None:
    tell(incident, components={payments.public_id: "partial_outage"})

    answer = responder.post(address(incident), form(payments, state="resolved", seen=1))

    assert answer.status_code == 302
    assert "All systems operational" in Client().get("/").content.decode()


def test_a_draft_is_kept_and_shown_to_everybody(
    responder: Client, incident: Incident, payments: Component
) -> None:
    answer = responder.post(address(incident), form(payments, body="Kept words.", save="1"))

    assert answer["Location"] == address(incident)
    assert Draft.objects.get().body == "Kept words."
    assert "Kept words." in responder.get(address(incident)).content.decode()
    assert not PublicIncident.objects.exists()
    responder.post(address(incident), form(payments, version=1, discard="1"))
    assert "Kept words." not in responder.get(address(incident)).content.decode()


def test_a_stale_draft_shows_both_texts(
    responder: Client, incident: Incident, payments: Component
) -> None:
    responder.post(address(incident), form(payments, body="Theirs.", save="1"))

    answer = responder.post(address(incident), form(payments, body="Mine.", save="1"))

    assert answer.status_code == 412
    assert "Theirs." in answer.content.decode()
    assert "Mine." in answer.content.decode()
    assert 'name="version" value="1"' in answer.content.decode()


def test_a_leak_asks_first(responder: Client, incident: Incident, payments: Component) -> None:
    leaky = form(payments, body="See INC-7.")

    answer = responder.post(address(incident), leaky)

    assert answer.status_code == 409
    assert "INC-7 is a number that only we know." in answer.content.decode()
    assert 'name="despite_findings"' in answer.content.decode()
    assert not PublicIncident.objects.exists()
    assert responder.post(address(incident), {**leaky, "despite_findings": "1"}).status_code == 302


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"body": ""}, "id_body"),
        ({"name": ""}, "id_name"),
        ({"state": "broken"}, "id_state"),
        ({"next_update_by": "soon"}, "id_next_update_by"),
        ({"next_update_by": "2020-01-01T00:00"}, "id_next_update_by"),
        ({"next_update_by": "0001-01-01T00:00+14:00"}, "id_next_update_by"),
        ({"seen": "x", "version": "-1", "name": "x" * 300}, "id_name"),
    ],
)
def test_a_wrong_field_is_named_and_keeps_its_text(
    responder: Client, incident: Incident, payments: Component, wrong: dict[str, object], field: str
) -> None:
    answer = responder.post(address(incident), form(payments, **wrong))

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.content.decode()
    assert not PublicIncident.objects.exists()


def test_a_state_that_is_none_is_named_at_its_component(
    responder: Client, incident: Incident, payments: Component
) -> None:
    name = f"c_{payments.public_id}"

    answer = responder.post(address(incident), form(payments, **{name: "full_outage"}))

    assert answer.status_code == 422
    assert f'href="#id_{name}"' in answer.content.decode()


def test_check_shows_what_visitors_would_read_and_changes_nothing(
    responder: Client, incident: Incident, payments: Component
) -> None:
    answer = responder.post(
        address(incident), form(payments, check="1", **{f"c_{payments.public_id}": "major_outage"})
    )

    assert "Major outage in Payments" in answer.content.decode()
    assert not PublicIncident.objects.exists()
    assert not Draft.objects.exists()


@pytest.mark.parametrize("press", ["", "save", "discard", "despite_findings"])
def test_the_preview_alone_is_posted_and_changes_nothing(
    responder: Client, incident: Incident, payments: Component, press: str
) -> None:
    asked = form(payments, body="Fresh words.", **({press: "1"} if press else {}))

    answer = responder.post(f"{address(incident)}?part=preview", asked)

    assert answer.status_code == 200
    assert "Fresh words." in answer.content.decode()
    assert "<form" not in answer.content.decode()
    assert not PublicIncident.objects.exists()
    assert not Draft.objects.exists()


def test_the_preview_looks_at_all_of_a_long_text(
    responder: Client, incident: Incident, payments: Component
) -> None:
    long = f"{'We are still looking. ' * 40}See INC-7."

    answer = responder.post(f"{address(incident)}?part=preview", form(payments, body=long))

    assert "INC-7 is a number that only we know." in answer.content.decode()


def test_the_preview_draws_no_more_than_could_be_published(
    responder: Client, incident: Incident, payments: Component
) -> None:
    asked = form(payments, name="n" * 3_000, body="b" * 3_000_000, advice="a" * 30_000)

    answer = responder.post(f"{address(incident)}?part=preview", asked)

    assert answer.status_code == 200
    assert len(answer.content) < 30_000
    refused = responder.post(address(incident), {**asked, "name": "Down"})
    assert "Write at most 20,000 characters" in refused.content.decode()


def test_no_text_of_an_address_is_taken(
    responder: Client, incident: Incident, payments: Component
) -> None:
    answer = responder.get(address(incident), form(payments, part="preview", body="Fresh words."))

    assert "Fresh words." not in answer.content.decode()


def test_another_component_of_the_page_can_be_named(
    responder: Client, incident: Incident, payments: Component
) -> None:
    checkout = a_component(payments.page, "Checkout")

    html = responder.get(address(incident)).content.decode()
    assert f'name="c_{checkout.public_id}"' in html
    responder.post(
        address(incident),
        form(payments, save="1", **{f"c_{checkout.public_id}": "degraded_performance"}),
    )
    assert (
        "Checkout: operational to degraded performance"
        in responder.get(address(incident)).content.decode()
    )
    responder.post(address(incident), form(payments, version=1, **{f"c_{checkout.public_id}": ""}))
    assert list(PublicUpdate.objects.get().changes.values_list("component__name", flat=True)) == [
        "Payments"
    ]


def test_a_local_time_is_of_the_pages_zone(
    responder: Client, incident: Incident, payments: Component
) -> None:
    page = payments.page
    page.time_zone = "America/Denver"
    page.save()

    responder.post(address(incident), form(payments, next_update_by="2026-11-23T02:30"))

    assert PublicUpdate.objects.get().next_update_by == NINE + 30 * MINUTE


def test_what_can_not_be_told_says_why(responder: Client, payments: Component) -> None:
    unbound, triage = an_incident(), AnIncident(service=payments.bindings.get().service)

    assert "No component stands for" in responder.get(address(unbound)).content.decode()
    assert "is in triage" in responder.get(address(triage)).content.decode()
    assert responder.get("/admin/statuspage/publish/4711/").status_code == 404
    assert responder.get(f"/admin/statuspage/publish/{10**30}/").status_code == 404


def test_a_viewer_gets_no_page_to_publish_on(
    client: Client, incident: Incident, payments: Component
) -> None:
    client.force_login(AUser(group="Viewer"))

    assert client.get(address(incident)).status_code == 403
    assert client.post(address(incident), form(payments)).status_code == 403
    assert not PublicIncident.objects.exists()
