"""Severity and human decisions against what sources go on saying (design.md 5; I8, I9)."""

import pytest

from incidents.actions import change_severity, digest, move
from incidents.models import Alert, Incident
from oncall.models import Escalation
from tests.factories import NINE, ASource, somebody
from tests.incidents.actions.scenes import after, arrives, generic, takes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]


def runs() -> int:
    """Return how often paging began."""
    return Escalation.objects.count()


def test_severity_none_is_stored_only_until_it_is_worse() -> None:
    source = ASource(format="generic")

    assert takes(source, generic("trigger", severity="none")) == ["suppressed"]
    assert (Alert.objects.open().count(), Incident.objects.count()) == (1, 0)

    takes(source, generic("trigger", severity="critical"))
    assert (Incident.objects.get().rank, runs()) == (1, 1)


def test_rank_four_opens_an_incident_that_says_why_nobody_was_paged() -> None:
    source = ASource(format="generic")
    takes(source, generic("trigger", severity="info"))
    assert "not paged" in Incident.objects.get().unpaged_reason
    assert runs() == 0

    takes(source, generic("trigger", severity="error"))

    assert (Incident.objects.get().rank, Incident.objects.get().unpaged_reason, runs()) == (
        2,
        "",
        1,
    )


def test_a_raised_severity_pages_again_and_a_lowered_one_changes_nothing() -> None:
    source = ASource(format="generic")

    for severity in ("warning", "critical", "info", "critical"):
        takes(source, generic("trigger", severity=severity))

    assert Incident.objects.get().rank == 1
    assert set(Escalation.objects.values_list("generation", "state")) == {
        (1, "stopped"),
        (2, "waiting"),
    }


def test_a_severity_that_a_person_chose_stays() -> None:
    source = ASource(format="generic")
    takes(source, generic("trigger", severity="error"))
    change_severity(
        Incident.objects.get().pk, 3, reason="only a test stand", by=somebody(), at=NINE
    )

    takes(source, generic("trigger", severity="critical"))

    assert Incident.objects.get().rank == 3


def test_a_declared_incident_is_told_and_not_resolved_when_its_alerts_end() -> None:
    source = ASource(format="generic")
    takes(source, generic("trigger"))
    incident = Incident.objects.get()
    move(incident.pk, "investigate", by=somebody(), at=NINE)

    takes(source, generic("resolve"))

    assert Incident.objects.get().state == "investigating"
    assert "All alerts have ended" in incident.timeline.filter(kind="alert").latest("pk").text


@pytest.mark.parametrize("acknowledged", [True, False])
def test_in_triage_what_clears_itself_is_closed(acknowledged: bool) -> None:
    source = ASource(format="generic")
    takes(source, generic("trigger"))
    if acknowledged:
        move(Incident.objects.get().pk, "acknowledge", by=somebody(), at=NINE)

    takes(source, generic("resolve"))

    incident = Incident.objects.get()
    assert (incident.state, incident.is_declared) == ("resolved", False)
    assert incident.transitions.latest("number").actor_kind == "source"
    assert not Escalation.objects.filter(state="waiting").exists()


def test_a_trigger_and_its_end_in_one_batch_open_and_close_one_incident() -> None:
    source = ASource(format="generic")
    arrives(source, generic("trigger"))
    arrives(source, generic("resolve"))

    assert digest(NINE) == 2

    assert Incident.objects.get().state == "resolved"
    assert not Escalation.objects.filter(state="waiting").exists()


def test_no_hold_down_outlives_what_a_person_ended() -> None:
    source = ASource(format="generic")
    takes(source, generic("trigger"))
    incident = Incident.objects.get()
    move(incident.pk, "investigate", by=somebody(), at=NINE)
    takes(source, generic("resolve"), generic("trigger"))
    move(incident.pk, "resolve", by=somebody(), at=after(seconds=10))

    takes(source, generic("trigger"), at=after(seconds=20))

    assert (Incident.objects.open().count(), runs()) == (1, 2)
