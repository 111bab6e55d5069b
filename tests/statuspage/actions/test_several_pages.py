"""One incident told on several pages: each has its own draft, words and promise, and hears nothing of another's."""

import json
from typing import Any

import pytest
from django.test import Client

from core.errors import Invalid
from incidents.actions import playbooks
from incidents.models import Incident, PlaybookVersion
from notify.models import Delivery
from statuspage.actions import (
    Press,
    fan_out,
    pending,
    pendings,
    propose,
    publish,
    save_draft,
    status_message,
)
from statuspage.actions.by_rule import say_due
from statuspage.actions.nudging import nudge_due, nudge_message
from statuspage.actions.reach import heard_of
from statuspage.models import (
    Component,
    ComponentService,
    Draft,
    Hold,
    Mailing,
    Nudge,
    Page,
    Proposal,
    PublicIncident,
    PublicUpdate,
    SharedComponent,
)
from tests.factories import NINE, AService, AUser, somebody
from tests.incidents.playbook.books import changed
from tests.statuspage.letters import a_subscriber
from tests.statuspage.scenes import MINUTE, a_component, a_page, an_incident, said, shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


@pytest.fixture
def payments() -> Component:
    """Give a component of the public page that stands for a service."""
    return a_component(a_page(), "Payments", service=AService(name="payments"))


@pytest.fixture
def incident(payments: Component) -> Incident:
    """Give a declared incident of that service."""
    return an_incident(payments.bindings.get().service, rank=1, title="Checkout fails")


@pytest.fixture
def acme(payments: Component) -> Page:
    """Give a customer's page with a component of its own that stands for the same service."""
    page = a_page(name="Acme", slug="acme", is_default=False, audience="link")
    a_component(page, "Acme checkout", service=payments.bindings.get().service)
    return page


def tell(incident: Incident, page: Page | None = None, **fields: Any) -> PublicUpdate:
    press = Press(despite_findings=True, page=page.public_id if page else "")
    return publish(
        incident.pk, said(**fields), by=somebody(), at=fields.pop("at", NINE), press=press
    )


def bodies(page: Page) -> list[str]:
    rows = PublicUpdate.objects.filter(incident__page=page).order_by("number")
    return list(rows.values_list("body", flat=True))


def lines(incident: Incident) -> list[str]:
    return [row.text for row in incident.timeline.filter(kind="update")]


def test_each_page_has_its_own_draft_of_its_own_components(
    incident: Incident, payments: Component, acme: Page
) -> None:
    found = pendings(incident, NINE)

    assert [one.page for one in found] == [payments.page, acme]
    assert [[row.name for row in one.components] for one in found] == [
        ["Payments"],
        ["Acme checkout"],
    ]
    assert "Acme" not in found[0].said.body
    assert "Acme checkout is affected" in found[1].said.body


def test_what_is_said_on_one_page_is_said_there_alone(
    client: Client, incident: Incident, payments: Component, acme: Page
) -> None:
    tell(incident, acme, body="Your checkout fails.", components={})
    tell(incident, payments.page, body="Cards fail.")

    assert (bodies(acme), bodies(payments.page)) == (["Your checkout fails."], ["Cards fail."])
    assert PublicIncident.objects.filter(incident=incident).count() == 2
    for path in ("/", "/api/v2/incidents.json", "/history.atom"):
        answer = client.get(path).content
        assert b"Cards fail." in answer
        assert b"Your checkout" not in answer
        assert b"Acme" not in answer


def test_the_timeline_says_where(incident: Incident, payments: Component, acme: Page) -> None:
    tell(incident, acme, body="Yours fails.")

    [line] = lines(incident)
    assert line == "Public update 1 on Acme, Investigating: Yours fails."


def test_without_a_page_it_is_the_default_page_and_then_the_one_that_told_of_it(
    incident: Incident, payments: Component, acme: Page
) -> None:
    found = pending(incident, NINE)
    assert found is not None
    assert found.page == payments.page

    tell(incident, acme)

    later = pending(incident, NINE)
    assert later is not None
    assert later.page == acme
    tell(incident, payments.page)
    again = pending(incident, NINE)
    assert again is not None
    assert again.page == payments.page


@pytest.mark.parametrize("page", ["nothinghere1", "\0", "x" * 500])
def test_a_page_that_does_not_tell_of_it_is_refused(
    incident: Incident, acme: Page, page: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        publish(incident.pk, said(), by=somebody(), at=NINE, press=Press(page=page))

    assert refusal.value.extra["errors"][0]["pointer"] == "/page"
    assert not PublicUpdate.objects.exists()


def test_a_page_of_another_service_is_refused_too(incident: Incident) -> None:
    labs = a_page(name="Labs", slug="labs", is_default=False)
    a_component(labs, "Search", service=AService(name="search"))

    with pytest.raises(Invalid):
        tell(incident, labs)


def test_no_page_takes_another_pages_component(
    incident: Incident, payments: Component, acme: Page
) -> None:
    with pytest.raises(Invalid, match="no component"):
        tell(incident, acme, components={payments.public_id: "major_outage"})


def test_a_draft_of_one_page_is_not_anothers(incident: Incident, acme: Page) -> None:
    save_draft(incident.pk, said(body="Kept."), seen=0, by=somebody(), at=NINE, page=acme.public_id)

    first, second = pendings(incident, NINE)
    assert (first.is_edited, second.is_edited, second.said.body) == (False, True, "Kept.")
    tell(incident)
    assert Draft.objects.get().is_edited


def test_a_page_that_asks_for_a_second_person_asks_for_itself_alone(
    incident: Incident, payments: Component, acme: Page
) -> None:
    Page.objects.filter(pk=acme.pk).update(needs_second=True)
    press = Press(page=acme.public_id)
    asked = propose(incident.pk, said(body="Yours."), by=somebody(), at=NINE, press=press)

    tell(incident, payments.page)

    assert asked.page == acme
    assert Proposal.objects.get().state == "asked"
    assert bodies(acme) == []


@pytest.fixture
def partner(payments: Component) -> Page:
    """Give a page that only lists the other's component, under a name of its own."""
    page = a_page(name="Partner", slug="partner", is_default=False)
    SharedComponent.objects.create(page=page, component=payments, name="Checkout")
    shown(page)
    return page


def test_a_page_that_shares_a_component_tells_of_it_by_its_own_name(
    client: Client, incident: Incident, payments: Component, partner: Page
) -> None:
    Component.objects.filter(pk=payments.pk).update(name="Ledger internals")
    assert "Checkout is affected" in pendings(incident, NINE)[1].said.body

    tell(incident, partner, body="Paying fails.")

    for path in ("/status/partner/", "/status/partner/api/v2/incidents.json"):
        answer = client.get(path).content
        assert b"Paying fails." in answer
        assert b"Checkout" in answer
        assert b"Ledger internals" not in answer


def test_its_pages_are_told_the_default_one_first_then_by_name(
    incident: Incident, payments: Component
) -> None:
    for name in ("Zeta", "Labs"):
        page = a_page(name=name, slug=name.lower(), is_default=False)
        a_component(page, service=incident.service)

    found = heard_of([incident])[incident.pk]

    assert [one.page_name for one in found] == ["Northwind Books", "Labs", "Zeta"]


def test_a_mail_of_a_page_that_shares_a_component_has_the_name_that_the_page_gives_it(
    incident: Incident, payments: Component, partner: Page
) -> None:
    Component.objects.filter(pk=payments.pk).update(name="Ledger internals")
    a_subscriber(partner)
    tell(incident, payments.page, components={payments.public_id: "major_outage"})
    update = tell(incident, partner, body="Paying fails.")

    fan_out(Mailing.objects.get(update=update).pk, NINE)

    mail = status_message(Delivery.objects.get(kind="status"), NINE)
    assert "Checkout: major outage" in mail.text
    assert "Ledger internals" not in f"{mail.text}{mail.html}"


def test_it_does_not_move_the_owners_component_and_hears_how_that_does(
    incident: Incident, payments: Component, partner: Page
) -> None:
    first = tell(incident, partner)
    tell(incident, payments.page, components={payments.public_id: "major_outage"})
    second = tell(incident, partner, body="Still so.")

    changes = [one.changes.get() for one in (first, second)]
    assert [one.new_state for one in changes] == ["operational", "major_outage"]
    assert Hold.objects.get().incident == PublicIncident.objects.get(page=payments.page)
    assert PublicIncident.objects.get(page=partner).impact == "critical"


def test_a_component_that_was_taken_off_a_page_stands_for_nothing(
    incident: Incident, payments: Component, acme: Page
) -> None:
    Component.objects.filter(pk=payments.pk).update(retired_at=NINE)

    assert [one.page for one in pendings(incident, NINE)] == [acme]


def at_once() -> PlaybookVersion:
    def change(book: dict[str, Any]) -> None:
        book["status_page"].update(publish="at_once")

    return playbooks.store(json.dumps(changed(change, "standard")), at=NINE)


def test_a_rule_publishes_on_each_page_and_leaves_one_to_a_person_where_that_page_asks(
    incident: Incident, payments: Component, acme: Page, partner: Page
) -> None:
    Incident.objects.filter(pk=incident.pk).update(playbook=at_once())
    Page.objects.filter(pk=acme.pk).update(needs_second=True)

    assert [say_due(NINE), say_due(NINE + MINUTE)] == [2, 0]

    assert [len(bodies(page)) for page in (payments.page, acme, partner)] == [1, 0, 1]
    assert Nudge.objects.get().page == acme
    assert "Public update 1 on Acme waits for a person: Acme asks for a second person." in lines(
        incident
    )


def test_each_page_is_reminded_of_its_own_first_word(
    incident: Incident, payments: Component, acme: Page, partner: Page
) -> None:
    Incident.objects.filter(pk=incident.pk).update(
        playbook=PlaybookVersion.objects.get(slug="imag"),
        acknowledged_by=AUser(email="h@x.example"),
    )
    tell(incident, payments.page)
    declared = incident.declared_at
    assert declared is not None

    assert [nudge_due(declared + 11 * MINUTE), nudge_due(declared + 12 * MINUTE)] == [2, 0]

    assert {row.page.name for row in Nudge.objects.all()} == {"Acme", "Partner"}
    mail = Delivery.objects.get(object_id=Nudge.objects.get(page=acme).pk, kind="public_word")
    text = nudge_message(mail, NINE).text
    assert f"/admin/statuspage/publish/{incident.pk}/?page={acme.public_id}" in text
    assert "Acme checkout is affected" in text


def test_promises_of_two_pages_are_reminded_of_apart(
    incident: Incident, payments: Component, acme: Page
) -> None:
    Incident.objects.filter(pk=incident.pk).update(acknowledged_by=AUser(email="h@x.example"))
    for page, minutes in ((payments.page, 30), (acme, 60)):
        tell(incident, page, next_update_by=NINE + minutes * MINUTE)

    assert nudge_due(NINE + 26 * MINUTE) == 1
    assert nudge_due(NINE + 56 * MINUTE) == 2
    assert [(row.page.name, row.why) for row in Nudge.objects.order_by("pk")] == [
        ("Northwind Books", "soon"),
        ("Northwind Books", "late"),
        ("Acme", "soon"),
    ]


def test_the_pages_cost_the_same_statements_however_many_there_are(
    incident: Incident, payments: Component, django_assert_max_num_queries: Any
) -> None:
    service = ComponentService.objects.get().service
    for number in range(5):
        page = a_page(name=f"P{number}", slug=f"p{number}", is_default=False)
        a_component(page, "Checkout", service=service)
    found = Incident.objects.select_related("service", "playbook").get(pk=incident.pk)

    with django_assert_max_num_queries(6):
        assert len(pendings(found, NINE)) == 6
