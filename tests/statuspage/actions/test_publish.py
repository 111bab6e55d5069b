"""Publishing: the one way by which anything becomes public."""

import threading
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connections

from core.actor import person
from core.errors import Conflict, Invalid, NotAllowed, NotFound, NotPossible
from incidents.models import Incident
from statuspage.actions import Leak, Press, publish, set_component
from statuspage.models import Component, ComponentInterval, PublicIncident, PublicUpdate, Snapshot
from statuspage.rules.states import ComponentState, Stage
from tests.factories import NINE, AnIncident, AService, AUser, somebody
from tests.statuspage.scenes import MINUTE, a_component, a_page, an_incident, said, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


@pytest.fixture
def payments() -> Component:
    """Give the component Payments, which stands for a service of that name."""
    return a_component(a_page(), "Payments", service=AService(slug="payments", name="payments"))


@pytest.fixture
def incident(payments: Component) -> Incident:
    """Give a declared incident of the service behind Payments."""
    return an_incident(payments.bindings.get().service)


def ledger(component: Component) -> list[tuple[str, str, str]]:
    rows = component.intervals.filter(is_corrected=False)
    return [
        (row.state, f"{row.from_at:%H:%M}", f"{row.to_at:%H:%M}" if row.to_at else "")
        for row in rows
    ]


def test_one_press_writes_the_update_the_ledger_the_snapshot_and_the_timeline(
    incident: Incident, payments: Component
) -> None:
    update = tell(incident, components={payments.public_id: "partial_outage"}, body="Cards fail.")

    public = PublicIncident.objects.get()
    assert (public.state, public.impact, public.incident_id) == (
        "investigating",
        "major",
        incident.pk,
    )
    assert [(c.old_state, c.new_state) for c in update.changes.all()] == [
        ("operational", "partial_outage")
    ]
    assert ledger(payments) == [("partial_outage", "09:00", "")]
    assert b"Cards fail." in bytes(Snapshot.objects.get(resource="/").fresh)
    [line] = incident.timeline.filter(kind="update")
    assert line.text == "Public update 1, Investigating: Cards fail."
    assert line.data["url"].endswith(public.path)


def test_the_first_word_counts_from_when_it_began_to_hurt(
    incident: Incident, payments: Component
) -> None:
    tell(incident, at=NINE + 6 * MINUTE, components={payments.public_id: "major_outage"})

    assert PublicIncident.objects.get().started_at == NINE
    assert ledger(payments) == [("major_outage", "09:00", "")]


def test_an_incident_keeps_its_worst_impact(incident: Incident, payments: Component) -> None:
    tell(incident, components={payments.public_id: "major_outage"})
    tell(
        incident,
        "identified",
        at=NINE + MINUTE,
        components={payments.public_id: "degraded_performance"},
    )
    tell(incident, "resolved", at=NINE + 2 * MINUTE)

    public = PublicIncident.objects.get()
    assert (public.impact, public.state, public.resolved_at) == (
        "critical",
        "resolved",
        NINE + 2 * MINUTE,
    )
    assert ledger(payments) == [
        ("major_outage", "09:00", "09:01"),
        ("degraded_performance", "09:01", "09:02"),
    ]


def test_the_worst_of_two_open_incidents_holds_a_component(
    incident: Incident, payments: Component
) -> None:
    other = an_incident(incident.service)
    tell(incident, components={payments.public_id: "degraded_performance"})
    tell(other, at=NINE + MINUTE, components={payments.public_id: "major_outage"})
    tell(other, "resolved", at=NINE + 2 * MINUTE)
    tell(incident, "resolved", at=NINE + 3 * MINUTE)

    assert ledger(payments) == [
        ("degraded_performance", "09:00", "09:00"),
        ("major_outage", "09:00", "09:02"),
        ("degraded_performance", "09:02", "09:03"),
    ]


def test_a_milder_word_of_one_incident_lowers_nothing_that_another_holds(
    incident: Incident, payments: Component
) -> None:
    other = an_incident(incident.service)
    tell(incident, components={payments.public_id: "major_outage"})
    tell(other, at=NINE + MINUTE, components={payments.public_id: "under_maintenance"})

    assert ledger(payments) == [("major_outage", "09:00", "")]


def test_what_a_person_holds_by_hand_outlives_the_incident(
    incident: Incident, payments: Component
) -> None:
    set_component(payments.public_id, "degraded_performance", by=somebody(), at=NINE - 5 * MINUTE)
    tell(incident, components={payments.public_id: "major_outage"})
    tell(incident, "resolved", at=NINE + MINUTE)

    assert ledger(payments)[-1] == ("degraded_performance", "09:01", "")
    set_component(payments.public_id, "operational", by=somebody(), at=NINE + 2 * MINUTE)
    assert ledger(payments)[-1] == ("degraded_performance", "09:01", "09:02")


def test_intervals_of_a_component_never_overlap(incident: Incident, payments: Component) -> None:
    set_component(payments.public_id, "partial_outage", by=somebody(), at=NINE + MINUTE)
    tell(incident, at=NINE + 2 * MINUTE, components={payments.public_id: "major_outage"})

    rows = list(ComponentInterval.objects.order_by("from_at", "pk"))
    assert all(one.to_at == two.from_at for one, two in pairwise(rows))
    assert ledger(payments) == [("partial_outage", "09:01", "09:01"), ("major_outage", "09:01", "")]


def test_the_same_press_twice_publishes_once(incident: Incident) -> None:
    by = somebody()
    first = publish(incident.pk, said(), by=by, at=NINE, press=Press(seen=0))
    second = publish(
        incident.pk, said(), by=by, at=NINE + timedelta(seconds=1), press=Press(seen=0)
    )

    assert first.pk == second.pk
    assert PublicUpdate.objects.count() == 1
    assert incident.timeline.filter(kind="update").count() == 1


def test_somebody_elses_words_since_then_win_and_are_shown(incident: Incident) -> None:
    publish(incident.pk, said(body="Mine."), by=somebody(), at=NINE, press=Press(seen=0))

    with pytest.raises(Conflict, match="Mine"):
        publish(incident.pk, said(body="Yours."), by=somebody(), at=NINE, press=Press(seen=0))


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_publish_one_update(incident: Incident) -> None:
    people, outcomes = [somebody(), somebody()], []

    def press(number: int) -> None:
        try:
            publish(
                incident.pk,
                said(body=f"Word {number}."),
                by=people[number],
                at=NINE,
                press=Press(seen=0),
            )
            outcomes.append("published")
        except Conflict:
            outcomes.append("conflict")
        finally:
            connections.close_all()

    presses = [threading.Thread(target=press, args=(number,)) for number in (0, 1)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()

    assert sorted(outcomes) == ["conflict", "published"]
    assert PublicUpdate.objects.count() == 1


def test_a_viewer_may_not_publish(incident: Incident) -> None:
    with pytest.raises(NotAllowed):
        publish(incident.pk, said(), by=person(AUser(group="Viewer")), at=NINE)

    assert not PublicIncident.objects.exists()


def test_what_is_in_triage_is_not_told(payments: Component) -> None:
    incident = AnIncident(service=payments.bindings.get().service)

    with pytest.raises(NotPossible, match="triage"):
        publish(incident.pk, said(), by=somebody(), at=NINE)


def test_what_no_component_stands_for_is_not_told() -> None:
    with pytest.raises(NotPossible, match="bind one"):
        publish(an_incident().pk, said(), by=somebody(), at=NINE)


def test_an_unknown_incident_is_not_found() -> None:
    with pytest.raises(NotFound):
        publish(4711, said(), by=somebody(), at=NINE)


def test_a_leak_is_asked_about_and_published_when_confirmed(incident: Incident) -> None:
    with pytest.raises(Leak) as refused:
        publish(incident.pk, said(body="See INC-7."), by=somebody(), at=NINE)
    assert refused.value.extra["findings"] == [
        {
            "kind": "internal_number",
            "excerpt": "INC-7",
            "why": "INC-7 is a number that only we know.",
        }
    ]
    assert not PublicUpdate.objects.exists()

    publish(
        incident.pk,
        said(body="See INC-7."),
        by=somebody(),
        at=NINE,
        press=Press(despite_findings=True),
    )
    assert PublicUpdate.objects.get().body == "See INC-7."


def test_the_name_of_a_colleague_is_a_leak(incident: Incident) -> None:
    AUser(first_name="Mara", last_name="Lindqvist")

    with pytest.raises(Leak, match="Mara Lindqvist"):
        publish(incident.pk, said(body="Mara Lindqvist is on it."), by=somebody(), at=NINE)


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"state": "broken"}, "/status"),
        ({"name": "  "}, "/name"),
        ({"name": "x" * 256}, "/name"),
        ({"body": " \n "}, "/body"),
        ({"body": "x" * 20_001}, "/body"),
        ({"body": "a\0b"}, "/body"),
        ({"advice": "x" * 1001}, "/advice"),
        ({"next_update_by": NINE}, "/next_update_by"),
        ({"next_update_by": NINE + timedelta(days=31)}, "/next_update_by"),
        ({"started_at": NINE + MINUTE}, "/started_at"),
        ({"components": {"nothinghere1": "major_outage"}}, "/components"),
    ],
)
def test_what_can_not_be_said_names_its_field(
    incident: Incident, wrong: dict[str, object], pointer: str
) -> None:
    with pytest.raises(Invalid) as refused:
        publish(incident.pk, said(**wrong), by=somebody(), at=NINE)

    assert [one["pointer"] for one in refused.value.extra["errors"]] == [pointer]
    assert not PublicIncident.objects.exists()


def test_a_word_that_is_no_state_names_its_component(
    incident: Incident, payments: Component
) -> None:
    with pytest.raises(Invalid) as refused:
        tell(incident, components={payments.public_id: "full_outage"})

    assert refused.value.extra["errors"][0]["pointer"] == f"/components/{payments.public_id}"


def test_what_is_over_holds_nothing_back_and_promises_nothing(
    incident: Incident, payments: Component
) -> None:
    tell(incident, components={payments.public_id: "major_outage"}, next_update_by=NINE + MINUTE)
    with pytest.raises(Invalid, match="choose operational"):
        tell(
            incident, "resolved", at=NINE + MINUTE, components={payments.public_id: "major_outage"}
        )

    tell(incident, "resolved", at=NINE + MINUTE, next_update_by=NINE + 60 * MINUTE)
    assert PublicIncident.objects.get().next_update_by is None


LEGAL = {
    Stage.INVESTIGATING: {"investigating", "identified", "monitoring", "resolved"},
    Stage.IDENTIFIED: {"investigating", "identified", "monitoring", "resolved"},
    Stage.MONITORING: {"investigating", "identified", "monitoring", "resolved"},
    Stage.RESOLVED: {"investigating", "identified", "monitoring", "resolved", "postmortem"},
    Stage.POSTMORTEM: {"investigating", "identified", "monitoring", "postmortem"},
}
WAY = {Stage.POSTMORTEM: ["resolved", "postmortem"], Stage.INVESTIGATING: ["investigating"]}


@pytest.mark.parametrize("after", list(Stage))
@pytest.mark.parametrize("before", list(Stage))
def test_every_stage_after_every_stage(incident: Incident, before: Stage, after: Stage) -> None:
    for place, state in enumerate(WAY.get(before, [before.value])):
        tell(incident, state, at=NINE + place * MINUTE)

    if after.value in LEGAL[before]:
        assert tell(incident, after.value, at=NINE + 5 * MINUTE).incident.state == after
    else:
        with pytest.raises(NotPossible, match="can't become"):
            tell(incident, after.value, at=NINE + 5 * MINUTE)


def test_a_reopened_incident_is_the_same_in_public(incident: Incident, payments: Component) -> None:
    tell(incident, "resolved")
    tell(
        incident, "investigating", at=NINE + MINUTE, components={payments.public_id: "major_outage"}
    )

    public = PublicIncident.objects.get()
    assert (public.state, public.resolved_at, public.updates.count()) == ("investigating", None, 2)


def test_nothing_is_kept_of_a_publishing_that_fails(
    incident: Incident, payments: Component, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statuspage.actions.publishing.render", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        tell(incident, components={payments.public_id: "major_outage"})

    assert not PublicIncident.objects.exists()
    assert not ledger(payments)
    assert not incident.timeline.filter(kind="update").exists()


def test_a_component_that_works_and_is_not_held_is_not_called_affected(
    incident: Incident, payments: Component
) -> None:
    update = tell(incident, components={payments.public_id: ComponentState.OPERATIONAL})

    assert not update.changes.exists()
