"""Roles, take-over, severity, notes and merging."""

from datetime import timedelta

import pytest

from core.actor import ENGINE
from core.errors import DomainError, IllegalTransition, Invalid, NotAllowed, NotFound, NotPossible
from incidents.actions import (
    assign_role,
    change_severity,
    declare,
    move,
    note,
    take_command,
    take_over,
)
from incidents.models import Alert, Incident
from oncall.models import Escalation
from tests.conftest import Clock
from tests.factories import NINE, AnIncident, AService, ASource, AUser, somebody
from tests.incidents.actions.scenes import after, an_incident_in, generic, takes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]


def test_handing_over_command_lets_the_intervals_meet() -> None:
    incident, ana, bob = an_incident_in("investigating"), somebody(), somebody()
    take_command(incident.pk, by=ana, at=after(minutes=1))
    take_command(incident.pk, by=bob, at=after(minutes=5))

    held = incident.roles.values_list("user_id", "from_at", "to_at")

    assert list(held) == [
        (ana.user_id, after(minutes=1), after(minutes=5)),
        (bob.user_id, after(minutes=5), None),
    ]
    assert incident.milestones.get(kind="commander_assigned").at == after(minutes=1)
    assert incident.timeline.filter(kind="role").count() == 2


def test_intervals_meet_even_when_the_clock_went_back() -> None:
    incident, ana, bob = an_incident_in("investigating"), somebody(), somebody()
    take_command(incident.pk, by=ana, at=NINE)
    take_command(incident.pk, by=bob, at=NINE - timedelta(seconds=1))

    first, second = incident.roles.order_by("pk")

    assert first.to_at == second.from_at == NINE


def test_taking_command_twice_changes_nothing() -> None:
    incident, ana = an_incident_in("investigating"), somebody()
    take_command(incident.pk, by=ana, at=NINE)

    take_command(incident.pk, by=ana, at=after(minutes=1))

    assert incident.roles.count() == incident.timeline.count() == 1


def test_roles_are_for_declared_incidents_and_known_names() -> None:
    with pytest.raises(NotPossible, match="triage"):
        take_command(AnIncident().pk, by=somebody(), at=NINE)
    with pytest.raises(Invalid, match="commander"):
        assign_role(an_incident_in("investigating").pk, "pope", AUser(), by=somebody(), at=NINE)


def test_taking_over_changes_the_holder_once() -> None:
    incident, ana, bob = AnIncident(), somebody(), somebody()
    move(incident.pk, "acknowledge", by=ana, at=NINE)

    for _ in range(2):
        take_over(incident.pk, by=bob, at=after(minutes=1))

    now = Incident.objects.get(pk=incident.pk)
    assert (now.acknowledged_by_id, now.acknowledged_at) == (bob.user_id, NINE)
    assert incident.timeline.count() == 2


@pytest.mark.parametrize("state", ["detected", "resolved", "closed", "merged"])
def test_what_nobody_holds_is_not_taken_over(state: str) -> None:
    with pytest.raises(NotPossible):
        take_over(an_incident_in(state).pk, by=somebody(), at=NINE)


@pytest.mark.parametrize("action", [take_over, take_command])
def test_a_machine_takes_nothing_over(action) -> None:
    with pytest.raises(NotPossible, match="Only a person"):
        action(an_incident_in("investigating").pk, by=ENGINE, at=NINE)


def test_a_worse_severity_pages_anew_and_a_better_one_does_not() -> None:
    incident = declare(title="Slow", service=AService(), rank=3, by=somebody(), at=NINE)
    change_severity(incident.pk, 1, reason="It spreads", by=somebody(), at=after(minutes=1))
    change_severity(incident.pk, 2, reason="Half is back", by=somebody(), at=after(minutes=2))

    runs = Escalation.objects.order_by("generation").values_list("generation", "state")

    assert list(runs) == [(1, "stopped"), (2, "waiting")]
    assert incident.timeline.filter(kind="severity").count() == 2


def test_a_raised_rank_four_is_paged_at_last() -> None:
    made = declare(title="Slow", service=AService(), rank=4, by=somebody(), at=NINE)
    assert made.unpaged_reason
    assert not Escalation.objects.exists()

    change_severity(made.pk, 2, reason="Worse", by=somebody(), at=NINE)

    assert Incident.objects.get(pk=made.pk).unpaged_reason == ""
    assert Escalation.objects.get().state == "waiting"


@pytest.mark.parametrize(("state", "rank", "reason"), [
    ("detected", 0, "why"), ("detected", 5, "why"), ("detected", 1, " "), ("resolved", 1, "why"),
])  # fmt: skip
def test_a_severity_that_is_refused(state: str, rank: int, reason: str) -> None:
    incident = an_incident_in(state)

    with pytest.raises(DomainError):
        change_severity(incident.pk, rank, reason=reason, by=somebody(), at=NINE)

    assert Incident.objects.get(pk=incident.pk).rank == 2
    assert not incident.timeline.exists()


def test_the_same_severity_again_needs_no_reason_and_changes_nothing() -> None:
    incident = AnIncident(rank=2)

    change_severity(incident.pk, 2, reason="", by=somebody(), at=NINE)

    assert not incident.timeline.exists()


def test_a_note_keeps_when_it_happened_beside_when_it_was_written() -> None:
    incident = AnIncident()

    note(
        incident.pk,
        "  It began at once ",
        by=somebody(),
        at=NINE,
        happened_at=NINE - timedelta(hours=1),
    )

    line = incident.timeline.get()
    assert (line.text, line.happened_at, line.recorded_at) == (
        "It began at once", NINE - timedelta(hours=1), NINE,
    )  # fmt: skip


@pytest.mark.parametrize(("text", "ahead"), [("", 0), ("  ", 0), ("x" * 20_001, 0), ("x", 1)])
def test_a_note_that_is_refused(text: str, ahead: int) -> None:
    incident = AnIncident()

    with pytest.raises(Invalid):
        note(incident.pk, text, by=somebody(), at=NINE, happened_at=after(seconds=ahead))

    assert not incident.timeline.exists()


def test_a_viewer_only_looks_and_nothing_is_not_found() -> None:
    incident, viewer = an_incident_in("investigating"), somebody("Viewer")
    for attempt in (
        lambda pk, by: note(pk, "x", by=by, at=NINE),
        lambda pk, by: take_over(pk, by=by, at=NINE),
        lambda pk, by: take_command(pk, by=by, at=NINE),
        lambda pk, by: change_severity(pk, 1, reason="x", by=by, at=NINE),
    ):
        with pytest.raises(NotAllowed):
            attempt(incident.pk, viewer)
        with pytest.raises(NotFound):
            attempt(999_999, somebody())

    assert not incident.timeline.exists()


def test_who_declares_may_keep_it_to_themselves() -> None:
    by = somebody()

    made = declare(
        title=" A   title ", service=AService(), rank=1, by=by, at=NINE, page_nobody=True
    )

    assert (made.title, made.state, made.acknowledged_by) == ("A title", "acknowledged", by.user)
    assert made.is_declared
    assert made.unpaged_reason
    assert not Escalation.objects.exists()


def test_what_a_person_declares_starts_declared_and_pages() -> None:
    made = declare(title="Down", service=AService(), rank=1, by=somebody(), at=NINE)

    assert {m.kind for m in made.milestones.all()} == {"detected", "declared"}
    assert Escalation.objects.get().incident == made


# --- Merging ---


def test_merging_names_a_live_incident_other_than_itself() -> None:
    incident, over = AnIncident(), an_incident_in("resolved")
    for into, code in (
        (None, "required"),
        (999_999, "unknown_incident"),
        (incident.pk, "merge_self"),
        (over.pk, "merge_ended"),
    ):
        with pytest.raises(DomainError) as refused:
            move(incident.pk, "merge", by=somebody(), at=NINE, into=into)
        assert refused.value.code == code

    assert Incident.objects.get(pk=incident.pk).state == "detected"


def test_merging_in_a_circle_is_refused() -> None:
    one, two, three = AnIncident(), AnIncident(), AnIncident()
    move(one.pk, "merge", by=somebody(), at=NINE, into=two.pk)
    move(two.pk, "merge", by=somebody(), at=NINE, into=three.pk)

    with pytest.raises(NotPossible) as refused:
        move(three.pk, "merge", by=somebody(), at=NINE, into=one.pk)

    assert refused.value.code == "merge_cycle"


def test_merging_into_what_was_merged_follows_to_the_survivor() -> None:
    one, two, three = AnIncident(), AnIncident(), AnIncident()
    move(two.pk, "merge", by=somebody(), at=NINE, into=three.pk)

    merged = move(one.pk, "merge", by=somebody(), at=NINE, into=two.pk)

    assert merged.merged_into == three
    assert merged.timeline.get().text == f"Merged into {three.label}"


def test_merging_again_into_another_is_refused_not_ignored() -> None:
    one, by = AnIncident(), somebody()
    move(one.pk, "merge", by=by, at=NINE, into=AnIncident().pk)

    with pytest.raises(IllegalTransition):
        move(one.pk, "merge", by=by, at=NINE, into=AnIncident().pk)


def test_merging_moves_the_alerts_and_stops_the_paging(clock: Clock) -> None:
    source = ASource(format="generic")
    takes(source, generic("trigger", "disk"), generic("trigger", "memory"))
    disk, memory = Incident.objects.order_by("pk")

    move(disk.pk, "merge", by=somebody(), at=NINE, into=memory.pk)

    assert set(memory.alerts.values_list("key__key", "state")) == {
        ("disk", "firing"),
        ("memory", "firing"),
    }
    assert Escalation.objects.get(incident=disk).state == "stopped"
    assert Escalation.objects.get(incident=memory).state == "waiting"


@pytest.mark.parametrize("links", [1, 2, 3])
def test_a_new_alert_of_a_merged_group_joins_the_survivor_however_far(links: int) -> None:
    source = ASource(format="generic")
    takes(source, generic("trigger"))
    first = survivor = Incident.objects.get()
    for _ in range(links):
        ahead = AnIncident(service=source.service, declared=True)
        move(survivor.pk, "merge", by=somebody(), at=NINE, into=ahead.pk)
        survivor = ahead
    takes(source, generic("resolve"), at=after(minutes=1))

    takes(source, generic("trigger"), at=after(minutes=10))

    assert Alert.objects.open().get().incident == survivor
    assert not Incident.objects.open().exclude(pk=survivor.pk).exists()
    assert Incident.objects.get(pk=first.pk).state == "merged"


def test_when_the_survivor_is_over_the_merged_group_pages_again() -> None:
    source = ASource(format="generic")
    takes(source, generic("trigger"))
    survivor = AnIncident(service=source.service, declared=True)
    move(Incident.objects.order_by("pk")[0].pk, "merge", by=somebody(), at=NINE, into=survivor.pk)
    move(survivor.pk, "resolve", by=somebody(), at=after(minutes=1))

    takes(source, generic("trigger"), at=after(minutes=2))

    new = Incident.objects.open().get()
    assert Escalation.objects.get(incident=new).state == "waiting"
