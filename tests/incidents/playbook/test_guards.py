"""Guards: what holds a step back, and the sentence that says so."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidents.playbook import Playbook, Situation, Unmet, checked, unmet
from tests.incidents.playbook.books import book, changed

NOW = datetime(2025, 1, 15, 15, 5, tzinfo=UTC)
RESTORED = datetime(2025, 1, 15, 14, 58, tzinfo=UTC)
JANE, BOB = 1, 2
ALL_CHECKED = {"resolution": (3, 3)}


def ready(**facts: Any) -> Situation:
    """A declared incident that nothing holds back, but for `facts`."""
    usual: dict[str, Any] = {
        "rank": 1,
        "is_declared": True,
        "at": NOW,
        "actor_user": JANE,
        "checklists": ALL_CHECKED,
    }
    return Situation(
        **{**usual, "roles": {"commander": JANE, "tech_lead": BOB, "comms": 3}, **facts}
    )


def guarded(name: str, mode: str = "block", **params: int | str) -> Playbook:
    """The imag playbook with one guard, on resolve."""
    guard = {"name": name, "verbs": ["resolve"], "mode": mode, "params": params}
    return checked(changed(lambda doc: doc.update(guards=[guard])))


def test_ac_c2_seven_quiet_minutes_are_not_thirty() -> None:
    situation = ready(milestones={"restored": RESTORED})

    found = unmet(guarded("quiet_minutes", minutes=30), "resolve", situation)

    assert found == (Unmet("quiet_minutes", "block", 7, 30, "Quiet for 7 minutes; required: 30."),)


QUIET: list[tuple[str, dict[str, Any], str | None]] = [
    ("thirty minutes are enough", {"milestones": {"restored": NOW - timedelta(minutes=30)}}, None),
    ("a second less is not", {"milestones": {"restored": NOW - timedelta(minutes=30) + timedelta(seconds=1)}}, "Quiet for 29 minutes; required: 30."),
    ("one minute", {"last_alert_ended_at": NOW - timedelta(seconds=61)}, "Quiet for 1 minute; required: 30."),
    ("the last alert counts too", {"last_alert_ended_at": NOW - timedelta(minutes=45)}, None),
    ("the later of both counts", {"milestones": {"restored": NOW - timedelta(hours=2)}, "last_alert_ended_at": NOW - timedelta(minutes=3)}, "Quiet for 3 minutes; required: 30."),
    ("nothing is known", {}, "Not yet quiet; required: 30 minutes without trouble."),
    ("an alert still fires", {"milestones": {"restored": RESTORED}, "open_alerts": 1}, "Not yet quiet; required: 30 minutes without trouble."),
    ("restored in the future", {"milestones": {"restored": NOW + timedelta(hours=1)}}, "Quiet for 0 minutes; required: 30."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "facts", "text"), QUIET, ids=[row[0] for row in QUIET])
def test_quiet_minutes(name: str, facts: dict[str, Any], text: str | None) -> None:
    found = unmet(guarded("quiet_minutes", minutes=30), "resolve", ready(**facts))

    assert [one.text for one in found] == ([text] if text else []), name


def test_ac_c4_only_the_commander_resolves_and_after_the_handoff_so_does_bob() -> None:
    by_bob = ready(actor_user=BOB)
    after_handoff = ready(actor_user=BOB, roles={"commander": BOB, "tech_lead": BOB, "comms": 3})

    refused = unmet(book("imag"), "resolve", by_bob)

    assert refused == (
        Unmet("by_role", "block", "someone else", "Incident Commander", "Only the Incident Commander may take this step."),
    )  # fmt: skip
    assert unmet(book("imag"), "resolve", after_handoff) == ()


def test_ac_c4_an_empty_command_resolves_nothing() -> None:
    found = unmet(book("imag"), "resolve", ready(roles={}))

    assert (
        found[0].text
        == "Incident Commander is empty; only the Incident Commander may take this step."
    )


def test_ac_c4_a_machine_is_never_the_commander() -> None:
    for roles in ({}, {"commander": JANE}):
        assert unmet(
            guarded("by_role", role="commander"), "resolve", ready(actor_user=None, roles=roles)
        )


ONE_BY_ONE: list[tuple[str, dict[str, int | str], dict[str, Any], tuple[Any, Any, str] | None]] = [
    ("role_filled", {"role": "comms"}, {}, None),
    ("role_filled", {"role": "comms"}, {"roles": {}}, (None, "someone", "Communications Lead is empty; required: someone.")),
    ("alerts_ended", {}, {}, None),
    ("alerts_ended", {}, {"open_alerts": 1}, (1, 0, "1 alert is still firing; required: none.")),
    ("alerts_ended", {}, {"open_alerts": 3}, (3, 0, "3 alerts are still firing; required: none.")),
    ("milestone_set", {"milestone": "mitigation_started"}, {"milestones": {"mitigation_started": NOW}}, None),
    ("milestone_set", {"milestone": "mitigation_started"}, {}, (None, "a time", "Mitigation started has no time yet; required: a time.")),
    ("checklist_complete", {"checklist": "resolution"}, {}, None),
    ("checklist_complete", {"checklist": "resolution"}, {"checklists": {"resolution": (2, 3)}}, (2, 3, "Before resolving: 2 of 3 done; required: all 3.")),
    ("checklist_complete", {"checklist": "resolution"}, {"checklists": {}}, (0, 3, "Before resolving: 0 of 3 done; required: all 3.")),
    ("postmortem_scheduled", {}, {"has_postmortem_date": True}, None),
    ("postmortem_scheduled", {}, {"has_postmortem_date": None}, None),
    ("postmortem_scheduled", {}, {"has_postmortem_date": False}, (None, "a date", "The postmortem has no date; required: a date.")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "params", "facts", "expected"), ONE_BY_ONE)
def test_each_predicate(
    name: str,
    params: dict[str, int | str],
    facts: dict[str, Any],
    expected: tuple[Any, Any, str] | None,
) -> None:
    found = unmet(guarded(name, mode="warn", **params), "resolve", ready(**facts))

    assert found == ((Unmet(name, "warn", *expected),) if expected else ())


def test_an_incident_in_triage_has_no_guards() -> None:
    assert unmet(book("imag"), "resolve", ready(is_declared=False, roles={}, actor_user=None)) == ()


def test_a_guard_watches_its_verbs_and_ranks_only() -> None:
    nobody: dict[str, Any] = {"roles": {}, "checklists": {}}

    assert [one.name for one in unmet(book("imag"), "mitigate", ready(**nobody))] == [
        "role_filled"
    ] * 3
    assert [one.name for one in unmet(book("imag"), "mitigate", ready(rank=3, **nobody))] == [
        "role_filled"
    ]
    assert unmet(book("imag"), "acknowledge", ready(**nobody)) == ()


def test_several_guards_answer_in_the_playbooks_order() -> None:
    found = unmet(book("imag"), "resolve", ready(actor_user=BOB, checklists={}, open_alerts=2))

    assert [(one.name, one.mode) for one in found] == [
        ("by_role", "block"),
        ("checklist_complete", "warn"),
        ("alerts_ended", "warn"),
    ]


def test_standard_never_stands_in_the_way() -> None:
    assert {guard.mode for guard in book("standard").guards} == {"warn"}
    found = unmet(book("standard"), "resolve", ready(roles={}, checklists={}, open_alerts=2))
    assert [one.name for one in found] == [
        "alerts_ended",
        "role_filled",
        "quiet_minutes",
        "checklist_complete",
    ]
