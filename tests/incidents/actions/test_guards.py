"""Guards: `standard` warns and goes on, `imag` blocks, an Administrator overrides with a reason (design.md 5)."""

import json

import pytest

from core.errors import GuardUnmet
from incidents.actions import assign_role, declare_incident, move, playbooks, take_command
from incidents.models import Incident, PlaybookVersion
from tests.factories import NINE, AnIncident, AService, somebody
from tests.incidents.actions.scenes import after, an_incident_in
from tests.incidents.playbook.books import changed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]

REASON = "ten signs."


def an_imag_incident(**fields: object) -> Incident:
    book = PlaybookVersion.objects.get(slug="imag")
    return an_incident_in(
        "mitigating", playbook=book, service=AService(playbook_slug="imag"), **fields
    )


def test_only_the_commander_resolves_under_imag() -> None:
    incident = an_imag_incident()

    with pytest.raises(GuardUnmet) as refused:
        move(incident.pk, "resolve", by=somebody(), at=NINE)

    found = {guard["name"]: guard for guard in refused.value.extra["guards"]}
    assert set(found["by_role"]) == {"name", "mode", "value", "required", "text"}
    assert found["by_role"]["mode"] == "block"
    assert {guard["mode"] for name, guard in found.items() if name != "by_role"} == {"warn"}
    assert Incident.objects.get(pk=incident.pk).state == "mitigating"
    assert not incident.transitions.exists()
    assert not incident.timeline.exists()


def test_the_commander_resolves() -> None:
    incident, by = an_imag_incident(), somebody()
    take_command(incident.pk, by=by, at=NINE)

    assert move(incident.pk, "resolve", by=by, at=NINE).state == "resolved"


@pytest.mark.parametrize(("group", "reason", "passes"), [
    ("Administrator", REASON, True),
    ("Administrator", REASON[:-1], False),
    ("Administrator", "", False),
    ("Administrator", "         x          ", False),
    ("Responder", "A long and good reason", False),
])  # fmt: skip
def test_who_may_override_with_what(group: str, reason: str, passes: bool) -> None:
    incident = an_imag_incident()

    if not passes:
        with pytest.raises(GuardUnmet):
            move(incident.pk, "resolve", by=somebody(group), at=NINE, reason=reason)
        return
    move(incident.pk, "resolve", by=somebody(group), at=NINE, reason=reason)

    log = incident.transitions.get()
    assert log.reason == reason
    assert "by_role" in {guard["name"] for guard in log.overridden}
    assert incident.timeline.get().data["guards"] == log.overridden


def test_a_refused_administrator_learns_how_to_go_on() -> None:
    with pytest.raises(GuardUnmet, match="at least 10 characters"):
        move(an_imag_incident().pk, "resolve", by=somebody("Administrator"), at=NINE)


def test_standard_only_warns_and_logs() -> None:
    incident = an_incident_in("mitigating", rank=1)

    move(incident.pk, "resolve", by=somebody(), at=NINE)

    log = incident.transitions.get()
    assert log.to_state == "resolved"
    assert log.overridden
    assert {guard["mode"] for guard in log.overridden} == {"warn"}


def test_triage_has_no_guards() -> None:
    book = PlaybookVersion.objects.get(slug="imag")
    incident = AnIncident(playbook=book, service=AService(playbook_slug="imag"))

    move(incident.pk, "resolve", by=somebody(), at=NINE)

    assert incident.transitions.get().overridden == []


def test_a_step_that_declares_asks_the_guards_of_the_playbook_that_it_pins() -> None:
    guard = {"name": "role_filled", "verbs": ["mitigate"], "params": {"role": "commander"}}
    document = changed(lambda book: book["guards"].append({**guard, "mode": "block"}))
    playbooks.store(json.dumps(document), at=NINE)
    incident = AnIncident(service=AService(playbook_slug="imag"))
    assert incident.playbook.slug == "standard"

    with pytest.raises(GuardUnmet) as refused:
        move(incident.pk, "mitigate", by=somebody(), at=NINE)

    blocks = [one for one in refused.value.extra["guards"] if one["mode"] == "block"]
    assert [one["name"] for one in blocks] == ["role_filled"]
    assert Incident.objects.get(pk=incident.pk).declared_at is None
    move(incident.pk, "mitigate", by=somebody("Administrator"), at=NINE, reason=REASON)
    assert "block" in {one["mode"] for one in incident.transitions.get().overridden}


def test_a_step_that_declares_is_warned_and_says_so_afterwards() -> None:
    incident = AnIncident(service=AService(playbook_slug="imag"), rank=1)

    move(incident.pk, "investigate", by=somebody(), at=NINE)

    assert [one["name"] for one in incident.transitions.get().overridden] == ["role_filled"]


@pytest.mark.parametrize("by_verb", [True, False])
def test_an_incident_pins_the_playbook_in_force_when_it_is_declared(by_verb: bool) -> None:
    incident = AnIncident(service=AService(playbook_slug="imag"))
    assert incident.playbook.slug == "standard"

    if by_verb:
        move(incident.pk, "investigate", by=somebody(), at=NINE)
    else:
        declare_incident(incident.pk, by=somebody(), at=NINE)

    assert Incident.objects.get(pk=incident.pk).playbook.slug == "imag"


def test_another_commander_is_another_answer() -> None:
    incident, ana, bob = an_imag_incident(), somebody(), somebody()
    take_command(incident.pk, by=ana, at=NINE)
    assert bob.user is not None
    assign_role(incident.pk, "commander", bob.user, by=ana, at=after(minutes=1))

    with pytest.raises(GuardUnmet):
        move(incident.pk, "resolve", by=ana, at=after(minutes=2))
    assert move(incident.pk, "resolve", by=bob, at=after(minutes=2)).state == "resolved"
