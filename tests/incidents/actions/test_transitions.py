"""Every state by every verb, in triage and declared, on real rows (design.md 5; AC-C8, AC-C10)."""

from typing import Any

import pytest

from core.errors import IllegalTransition, Invalid, NotAllowed, NotFound
from incidents.actions import declare_incident, move
from incidents.models import Incident, TransitionLog
from incidents.playbook.lifecycle import LIVE, TRIAGE, VERBS, State
from tests.factories import NINE, AnIncident, somebody
from tests.incidents.actions.scenes import after, an_incident_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]

ANSWERED = ("acknowledged", "investigating", "identified", "mitigating", "monitoring")
LIVE_STATES = ("detected", *ANSWERED)
# design.md 5, "Transitions", written down again: verb -> (from, to, milestones from "detected" or the first source).
TABLE: dict[str, tuple[tuple[str, ...], str]] = {
    "acknowledge": (("detected",), "acknowledged"),
    "investigate": (("detected", "acknowledged", "identified", "mitigating", "monitoring"), "investigating"),
    "identify": (("detected", "acknowledged", "investigating"), "identified"),
    "mitigate": (("detected", "acknowledged", "investigating", "identified", "monitoring"), "mitigating"),
    "monitor": (ANSWERED[:4], "monitoring"),
    "resolve": (LIVE_STATES, "resolved"),
    "start_review": (("resolved",), "in_review"),
    "close": (("resolved", "in_review"), "closed"),
    "reopen": (("resolved", "in_review", "closed"), "investigating"),
    "mark_false_alarm": (LIVE_STATES, "false_alarm"),
    "merge": (LIVE_STATES, "merged"),
    "cancel": (LIVE_STATES, "cancelled"),
}  # fmt: skip
# verb -> (the milestone that it reaches, those that it skips and fills, marked inferred)
MILESTONES: dict[str, tuple[str, tuple[str, ...]]] = {
    "acknowledge": ("acknowledged", ()),
    "investigate": ("", ("acknowledged",)),
    "identify": ("identified", ("acknowledged",)),
    "mitigate": ("mitigation_started", ("acknowledged", "identified")),
    "monitor": ("mitigated", ("acknowledged", "identified", "mitigation_started")),
    "resolve": ("resolved", ("acknowledged", "identified", "mitigation_started", "mitigated", "restored")),
    "start_review": ("", ()),
    "close": ("closed", ()),
    "reopen": ("", ()),
    "mark_false_alarm": ("", ()),
    "merge": ("", ()),
    "cancel": ("", ()),
}  # fmt: skip
PAST_ACKNOWLEDGE = (
    "investigate",
    "identify",
    "mitigate",
    "monitor",
    "start_review",
    "close",
    "reopen",
)
CASES = [
    (state.value, verb, declared)
    for state in State
    for verb in TABLE
    for declared in (True, False)
    if declared or state in TRIAGE
]
REASON = "It fails again in Oslo"


def everything(incident: Incident) -> dict[str, Any]:
    """Return all that a refusal must not have touched."""
    return {
        "row": Incident.objects.filter(pk=incident.pk).values().get(),
        "log": list(incident.transitions.values()),
        "timeline": list(incident.timeline.values()),
        "milestones": list(incident.milestones.values()),
    }


def more_for(verb: str) -> dict[str, Any]:
    return {"into": AnIncident().pk} if verb == "merge" else {}


def test_no_verb_and_no_milestone_is_forgotten() -> None:
    assert set(TABLE) == set(MILESTONES) == set(VERBS)


@pytest.mark.parametrize(("state", "verb", "declared"), CASES)
def test_every_state_by_every_verb(state: str, verb: str, declared: bool) -> None:
    incident = an_incident_in(state, declared=declared)
    before, by, more = everything(incident), somebody(), more_for(verb)
    sources, target = TABLE[verb]

    if state not in sources:
        with pytest.raises(IllegalTransition) as refused:
            move(incident.pk, verb, by=by, at=after(minutes=1), reason=REASON, **more)
        assert refused.value.extra["allowed"] == [
            v for v, (froms, _) in TABLE.items() if state in froms
        ]
        assert everything(incident) == before
        return

    move(incident.pk, verb, by=by, at=after(minutes=1), reason=REASON, **more)

    now = Incident.objects.get(pk=incident.pk)
    assert now.state == target
    [log] = TransitionLog.objects.filter(incident=incident)
    assert (log.number, log.verb, log.from_state, log.to_state) == (1, verb, state, target)
    assert (log.actor_kind, log.actor_user_id, log.actor_label) == ("person", by.user_id, by.label)
    assert (log.at, log.reason) == (after(minutes=1), REASON)
    assert incident.timeline.filter(data__verb=verb).count() == 1
    assert now.is_declared == (declared or verb in PAST_ACKNOWLEDGE)
    assert incident.timeline.count() == 1 + (now.is_declared and not declared)
    assert (now.ended_at is None) == (target in LIVE)


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("verb", TABLE)
def test_a_step_marks_its_milestone_and_fills_those_that_it_skips(
    verb: str, declared: bool
) -> None:
    incident = an_incident_in(TABLE[verb][0][0], declared=declared)

    move(incident.pk, verb, by=somebody(), at=NINE, reason=REASON, **more_for(verb))

    own, skipped = MILESTONES[verb]
    is_declared = declared or verb in PAST_ACKNOWLEDGE
    found = dict(incident.milestones.exclude(kind="declared").values_list("kind", "is_inferred"))
    inferred = skipped if is_declared else [kind for kind in skipped if kind == "restored"]
    assert found == {**dict.fromkeys(inferred, True), **({own: False} if own else {})}
    assert incident.milestones.filter(kind="declared").exists() == (is_declared and not declared)


def test_what_was_reached_is_not_inferred_again() -> None:
    incident, by = AnIncident(declared=True), somebody()
    move(incident.pk, "acknowledge", by=by, at=after(minutes=1))
    move(incident.pk, "identify", by=by, at=after(minutes=2))

    move(incident.pk, "resolve", by=by, at=after(minutes=3))

    found = incident.milestones.values_list("kind", "is_inferred", "at")
    assert set(found) == {
        ("acknowledged", False, after(minutes=1)),
        ("identified", False, after(minutes=2)),
        ("mitigation_started", True, after(minutes=3)),
        ("mitigated", True, after(minutes=3)),
        ("restored", True, after(minutes=3)),
        ("resolved", False, after(minutes=3)),
    }


def test_the_log_of_a_whole_life_is_numbered_without_holes() -> None:
    incident, by = AnIncident(declared=True), somebody()
    life = ["acknowledge", "investigate", "mitigate", "investigate", "identify", "mitigate", "monitor",
            "resolve", "reopen", "resolve", "start_review", "close"]  # fmt: skip

    for minute, verb in enumerate(life):
        move(incident.pk, verb, by=by, at=after(minutes=minute), reason=REASON)

    log = list(incident.transitions.values_list("number", "verb", "from_state", "to_state"))
    assert [number for number, *_ in log] == list(range(1, len(life) + 1))
    assert [verb for _, verb, *_ in log] == life
    assert all(log[n][3] == log[n + 1][2] for n in range(len(log) - 1))


@pytest.mark.parametrize("verb", TABLE)
def test_the_same_verb_by_the_same_person_changes_nothing(verb: str) -> None:
    incident, by, more = an_incident_in(TABLE[verb][0][0]), somebody(), more_for(verb)
    move(incident.pk, verb, by=by, at=NINE, reason=REASON, **more)
    before = everything(incident)

    move(incident.pk, verb, by=by, at=after(minutes=1), reason=REASON, **more)

    assert everything(incident) == before


@pytest.mark.parametrize("verb", TABLE)
def test_the_same_verb_by_somebody_else_is_refused(verb: str) -> None:
    incident, more = an_incident_in(TABLE[verb][0][0]), more_for(verb)
    move(incident.pk, verb, by=somebody(), at=NINE, reason=REASON, **more)
    before = everything(incident)

    with pytest.raises(IllegalTransition):
        move(incident.pk, verb, by=somebody(), at=after(minutes=1), reason=REASON, **more)

    assert everything(incident) == before


def test_who_is_late_learns_who_has_it() -> None:
    incident, ana = AnIncident(), somebody(username="ana")
    move(incident.pk, "acknowledge", by=ana, at=NINE)

    with pytest.raises(IllegalTransition, match="ana has INC"):
        move(incident.pk, "acknowledge", by=somebody(), at=NINE)


@pytest.mark.parametrize("state", ["resolved", "in_review", "closed", "false_alarm", "cancelled"])
def test_a_late_acknowledgement_never_reopens(state: str) -> None:
    incident = an_incident_in(state)

    with pytest.raises(IllegalTransition):
        move(incident.pk, "acknowledge", by=somebody(), at=NINE)

    assert Incident.objects.get(pk=incident.pk).state == state


@pytest.mark.parametrize("reason", ["", "   ", "too short", " too short  "])
def test_reopening_needs_a_reason(reason: str) -> None:
    incident = an_incident_in("resolved")

    with pytest.raises(Invalid):
        move(incident.pk, "reopen", by=somebody(), at=NINE, reason=reason)

    assert not incident.transitions.exists()


def test_reopening_what_was_never_answered_is_an_answer() -> None:
    incident, by = an_incident_in("resolved", declared=False), somebody()

    move(incident.pk, "reopen", by=by, at=after(minutes=1), reason=REASON)

    now = Incident.objects.get(pk=incident.pk)
    assert (now.acknowledged_by, now.acknowledged_at) == (by.user, after(minutes=1))


def test_reopening_does_not_quarrel_with_the_incident_that_followed() -> None:
    old = an_incident_in("resolved", group_key="disk")
    new = AnIncident(service=old.service, group_key="disk")

    move(old.pk, "reopen", by=somebody(), at=NINE, reason=REASON)

    assert Incident.objects.get(pk=old.pk).group_key in ("", "disk")
    assert set(Incident.objects.open().values_list("pk", flat=True)) == {old.pk, new.pk}


def test_no_such_verb_and_no_such_incident_are_not_found() -> None:
    with pytest.raises(NotFound, match="acknowledge"):
        move(AnIncident().pk, "explode", by=somebody(), at=NINE)
    with pytest.raises(NotFound):
        move(999_999, "resolve", by=somebody(), at=NINE)


def test_a_viewer_moves_nothing() -> None:
    incident = AnIncident()
    before = everything(incident)

    for verb in VERBS:
        with pytest.raises(NotAllowed):
            move(incident.pk, verb, by=somebody("Viewer"), at=NINE, reason=REASON, **more_for(verb))

    assert everything(incident) == before


def test_declaring_twice_changes_nothing() -> None:
    incident, by = AnIncident(), somebody()
    declare_incident(incident.pk, by=by, at=NINE)
    before = everything(incident)

    declare_incident(incident.pk, by=somebody(), at=after(minutes=1))

    assert everything(incident) == before
    assert incident.milestones.get().kind == "declared"


def test_what_is_over_is_not_declared() -> None:
    incident = an_incident_in("resolved", declared=False)

    with pytest.raises(Exception, match="reopen it"):
        declare_incident(incident.pk, by=somebody(), at=NINE)


def test_the_state_cannot_be_assigned() -> None:
    with pytest.raises(AttributeError):
        AnIncident().state = State.CLOSED
