"""What would be said next: proposed by the incident's state, or as a person has edited it."""

from datetime import timedelta

import pytest
from django.conf import LazySettings

from core.errors import Conflict, Invalid, NotAllowed
from incidents.actions import move
from incidents.models import Incident, Milestone
from statuspage.actions import Pending, Press, discard_draft, pending, publish, save_draft
from statuspage.models import Component, Draft, PublicIncident
from tests.factories import NINE, AnIncident, AService, somebody
from tests.statuspage.scenes import MINUTE, a_component, a_page, an_incident, said, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


@pytest.fixture
def payments() -> Component:
    """Give the component Payments, which stands for a service."""
    return a_component(a_page(), "Payments", service=AService(name="payments"))


@pytest.fixture
def incident(payments: Component) -> Incident:
    """Give a declared SEV-1 of the service behind Payments."""
    return an_incident(payments.bindings.get().service, rank=1, title="Cards fail")


def now(incident: Incident, at: object = NINE) -> Pending:
    found = pending(
        Incident.objects.select_related("service", "playbook").get(pk=incident.pk), NINE
    )
    assert found is not None
    return found


def test_declaring_an_incident_of_a_bound_service_proposes_the_first_word(
    incident: Incident, payments: Component
) -> None:
    found = now(incident)

    assert (found.number, found.is_due, found.is_edited) == (1, True, False)
    assert found.said.name == "Cards fail"
    assert found.said.state == "investigating"
    assert found.said.body == (
        "We are looking into a problem: Payments is affected. We will write again by 09:30 UTC."
    )
    assert found.said.components == {payments.public_id: "major_outage"}
    assert found.said.next_update_by == NINE + 30 * MINUTE


@pytest.mark.parametrize(
    ("verb", "stage", "words"),
    [
        ("investigate", "investigating", "looking into a problem"),
        ("identify", "identified", "We know the cause"),
        ("mitigate", "identified", "We know the cause"),
        ("monitor", "monitoring", "A fix is in place"),
        ("resolve", "resolved", "It is over. Payments works normally again since 09:00 UTC."),
    ],
)
def test_every_step_proposes_its_own_word(
    incident: Incident, verb: str, stage: str, words: str
) -> None:
    tell(incident)
    if verb == "monitor":
        move(incident.pk, "acknowledge", by=somebody(), at=NINE)
    move(incident.pk, verb, by=somebody(), at=NINE)

    found = now(incident)

    assert found.said.state == stage
    assert words in found.said.body
    assert found.is_due is (stage != "investigating")


def test_what_is_over_proposes_that_all_works_and_promises_nothing(
    incident: Incident, payments: Component
) -> None:
    tell(incident, components={payments.public_id: "major_outage"})
    move(incident.pk, "resolve", by=somebody(), at=NINE)

    found = now(incident)

    assert found.said.components == {payments.public_id: "operational"}
    assert found.said.next_update_by is None


def test_once_something_is_said_the_present_states_are_proposed(
    incident: Incident, payments: Component
) -> None:
    tell(incident, components={payments.public_id: "degraded_performance"})

    assert now(incident).said.components == {payments.public_id: "degraded_performance"}


def test_it_began_when_the_impact_did(incident: Incident) -> None:
    Milestone.objects.create(
        incident=incident, kind="impact_started", at=NINE - 3 * MINUTE, recorded_at=NINE
    )

    assert now(incident).said.started_at == NINE - 3 * MINUTE


def test_what_is_in_triage_or_unbound_has_no_draft(payments: Component) -> None:
    triage = AnIncident(service=payments.bindings.get().service)

    assert pending(triage, NINE) is None
    assert pending(an_incident(), NINE) is None


def test_the_first_word_is_owed_as_the_playbook_says_then_as_was_promised(
    incident: Incident,
) -> None:
    assert now(incident).promised_at == NINE + 15 * MINUTE

    tell(incident, next_update_by=NINE + 40 * MINUTE)
    assert now(incident).promised_at == NINE + 40 * MINUTE


def test_an_edited_draft_stands_whatever_the_incident_does(
    incident: Incident, payments: Component
) -> None:
    save_draft(
        incident.pk,
        said("identified", "Ours.", components={payments.public_id: "partial_outage"}),
        seen=0,
        by=somebody(),
        at=NINE,
    )
    move(incident.pk, "resolve", by=somebody(), at=NINE)

    found = now(incident)

    assert (found.said.body, found.said.state, found.is_edited) == ("Ours.", "identified", True)
    assert not PublicIncident.objects.exists()


def test_a_stale_page_overwrites_no_draft_and_sees_what_it_says(incident: Incident) -> None:
    save_draft(incident.pk, said(body="First."), seen=0, by=somebody(), at=NINE)

    with pytest.raises(Conflict, match="First"):
        save_draft(incident.pk, said(body="Second."), seen=0, by=somebody(), at=NINE)
    save_draft(incident.pk, said(body="Third."), seen=1, by=somebody(), at=NINE)
    assert Draft.objects.get().body == "Third."


def test_a_dropped_draft_gives_way_to_the_proposal(incident: Incident) -> None:
    save_draft(incident.pk, said(body="Ours."), seen=0, by=somebody(), at=NINE)
    discard_draft(incident.pk, seen=1, by=somebody(), at=NINE)

    assert "looking into" in now(incident).said.body
    with pytest.raises(Conflict):
        discard_draft(incident.pk, seen=1, by=somebody(), at=NINE)


def test_publishing_uses_up_the_draft_that_was_seen(incident: Incident) -> None:
    save_draft(incident.pk, said(body="Ours."), seen=0, by=somebody(), at=NINE)
    publish(
        incident.pk, said(body="Ours."), by=somebody(), at=NINE, press=Press(seen=0, draft_seen=1)
    )

    assert (now(incident).is_edited, now(incident).version) == (False, 2)


def test_a_draft_kept_since_then_is_shown_and_nothing_is_published_over_it(
    incident: Incident,
) -> None:
    save_draft(incident.pk, said(body="Theirs."), seen=0, by=somebody(), at=NINE)

    with pytest.raises(Conflict, match="Theirs"):
        publish(incident.pk, said(body="Mine."), by=somebody(), at=NINE, press=Press(draft_seen=0))

    assert not PublicIncident.objects.exists()
    assert now(incident).said.body == "Theirs."


def test_who_knows_of_no_draft_publishes_and_leaves_it_standing(incident: Incident) -> None:
    save_draft(incident.pk, said(body="Theirs."), seen=0, by=somebody(), at=NINE)
    publish(incident.pk, said(body="Mine."), by=somebody(), at=NINE)

    assert PublicIncident.objects.get().updates.get().body == "Mine."
    assert (now(incident).is_edited, now(incident).said.body) == (True, "Theirs.")


def test_a_promise_that_passed_while_the_draft_lay_is_made_anew(incident: Incident) -> None:
    save_draft(incident.pk, said(next_update_by=NINE + MINUTE), seen=0, by=somebody(), at=NINE)

    later = NINE + timedelta(hours=2)
    found = pending(
        Incident.objects.select_related("service", "playbook").get(pk=incident.pk), later
    )

    assert found is not None
    assert found.said.next_update_by == later + 30 * MINUTE


def test_a_draft_is_checked_and_needs_the_right_to_publish(incident: Incident) -> None:
    with pytest.raises(Invalid):
        save_draft(incident.pk, said(body=""), seen=0, by=somebody(), at=NINE)
    with pytest.raises(NotAllowed):
        save_draft(incident.pk, said(), seen=0, by=somebody("Viewer"), at=NINE)


def a_lesson(incident_id: int) -> str:
    """Stand in for the app that writes postmortems."""
    return "What we learned."


def test_a_public_postmortem_is_proposed_once_the_incident_is_over(
    incident: Incident, settings: LazySettings
) -> None:
    settings.PROVIDERS = {"public_postmortem": f"{__name__}.a_lesson"}
    tell(incident)
    move(incident.pk, "resolve", by=somebody(), at=NINE)
    assert now(incident).said.state == "resolved"

    tell(incident, "resolved", at=NINE + MINUTE)
    found = now(incident)
    assert (found.said.state, found.said.body, found.is_due) == (
        "postmortem",
        "What we learned.",
        True,
    )

    tell(incident, "postmortem", at=NINE + 2 * MINUTE, body=found.said.body)
    assert not now(incident).is_due


def test_what_the_public_was_told_is_over_is_not_proposed_again_while_we_clean_up(
    incident: Incident,
) -> None:
    move(incident.pk, "identify", by=somebody(), at=NINE)
    tell(incident)
    tell(incident, "resolved", at=NINE + MINUTE)
    move(incident.pk, "monitor", by=somebody(), at=NINE + 2 * MINUTE)

    assert (now(incident).said.state, now(incident).is_due) == ("resolved", False)


@pytest.mark.parametrize("over", [["resolved"], ["resolved", "postmortem"]])
def test_what_is_reopened_is_proposed_to_the_public_again(
    incident: Incident, over: list[str]
) -> None:
    tell(incident)
    move(incident.pk, "resolve", by=somebody(), at=NINE)
    for stage in over:
        tell(incident, stage, at=NINE)
    move(incident.pk, "reopen", by=somebody(), at=NINE + MINUTE, reason="It fails again.")

    found = now(incident)
    assert (found.said.state, found.is_due) == ("investigating", True)
    assert "Payments is affected." in found.said.body
    assert set(found.said.components.values()) == {"major_outage"}
