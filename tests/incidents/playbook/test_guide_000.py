"""imag.yaml holds what guide 000 demands: one row per R-number, read from the loaded document."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from incidents.playbook import decide, fill, severity_for, steps, suggest
from incidents.playbook.learning import Meeting
from incidents.playbook.practice import Drill, Grouping, OnCallRules
from incidents.playbook.response import Cadence, MessageTemplate, Role
from tests.incidents.playbook.books import book

IMAG = book("imag")
RESOLVED_AT = datetime(2025, 1, 15, 15, 45, tzinfo=UTC)


def role(key: str) -> Role:
    return next(role for role in IMAG.roles if role.key == key)


def message(key: str) -> MessageTemplate:
    return next(message for message in IMAG.messages if message.key == key)


def cadence(audience: str) -> Cadence:
    return next(cadence for cadence in IMAG.cadences if cadence.audience == audience)


def drill(key: str) -> Drill:
    return next(drill for drill in IMAG.drills if drill.key == key)


def matrix(rank: int) -> tuple[str, str | None, str, int]:
    level = severity_for(IMAG, rank)
    return level.code, level.targets.respond, level.all_hands.rule, len(level.examples)


def phase(label: str) -> tuple[str, ...]:
    return next(phase.todo for phase in IMAG.states.phases if phase.label == label)


def limits(key: str) -> list[tuple[str, str]]:
    return [(limit.act, limit.mode) for limit in role(key).limits]


def ladder() -> list[tuple[str, str, str, str | None, bool]]:
    return [
        (level.name, level.trigger, level.after, level.timeout, level.repeat)
        for level in IMAG.escalation.levels
    ]


def duties(key: str) -> tuple[int, int, int]:
    return len(role(key).duties), len(role(key).must_not), len(role(key).skills)


def due(step: str) -> datetime:
    latest = next(one.latest for one in IMAG.postmortems.deadlines if one.step == step)
    return RESOLVED_AT + (latest.elapsed or timedelta())


def meeting() -> Meeting:
    assert IMAG.postmortems.meeting
    return IMAG.postmortems.meeting


def on_call() -> OnCallRules:
    assert IMAG.on_call
    return IMAG.on_call


def grouping() -> Grouping:
    assert IMAG.alerting.grouping
    return IMAG.alerting.grouping


def public_states() -> set[str]:
    spoken = {message.public_state for message in IMAG.messages if message.public_state}
    return spoken | set(IMAG.status_page.states.values())


def methods() -> dict[int, tuple[tuple[str, ...], bool]]:
    return {
        rank: (rule.methods, rule.until_answered)
        for rule in IMAG.escalation.methods
        for rank in rule.ranks
    }


def tree() -> list[tuple[str, int | None, int | None]]:
    return [(question.key, question.if_yes, question.if_no) for question in IMAG.decision.questions]


def guards(verb: str) -> list[tuple[str, str]]:
    return [(guard.name, guard.mode) for guard in IMAG.guards if verb in guard.verbs]


def runbook_commands() -> str:
    runbook = IMAG.runbooks[0]
    return " ".join(
        [step.command for step in runbook.steps] + [cause.command for cause in runbook.causes]
    )


ROWS: list[tuple[str, Callable[[], object], object]] = [
    ("R1", lambda: [bool(one.user_impact and one.targets.respond and one.escalation and one.examples) for one in IMAG.severities], [True] * 4),
    ("R2", lambda: matrix(1), ("SEV-1", "15m", "yes", 3)),
    ("R3", lambda: matrix(2), ("SEV-2", "1h", "no", 3)),
    ("R4", lambda: matrix(3), ("SEV-3", "4h", "no", 3)),
    ("R5", lambda: matrix(4), ("SEV-4", "next business day", "no", 3)),
    ("R6", tree, [("unavailable", 1, None), ("breach", 1, None), ("core", 2, None), ("workaround", None, 2), ("moderate", 3, 4)]),
    ("R7", lambda: [(one.key, one.shift) for one in IMAG.decision.modifiers], [("internal_only", 1)]),
    ("R8", lambda: [suggest(IMAG, "error_rate", value) for value in (4.9, 5, 9.9, 10, 12, 20, 20.1)], [None, 3, 3, 2, 2, 2, 1]),
    ("R38", lambda: [one.label for one in IMAG.states.phases], ["Detection", "Triage", "Response", "Mitigation", "Resolution", "Postmortem", "Follow-up"]),
    ("R39", lambda: [one.key for one in IMAG.detection], ["alert", "user_report", "anomaly"]),
    ("R40", lambda: [(one.within, len(one.todo)) for one in IMAG.states.phases if one.label == "Triage"], [("5m", 3)]),
    ("R41", lambda: (len(phase("Response")), cadence("responders").every, cadence("responders").at_most, len(IMAG.naming.rooms)), (4, "15m", "30m", 2)),
    ("R42", lambda: (len(phase("Mitigation")), [len(one.items) for one in IMAG.checklists if one.key == "mitigation"]), (4, [4])),
    ("R43", lambda: (guards("resolve")[0], [len(one.items) for one in IMAG.checklists if one.key == "resolution"]), (("by_role", "block"), [3])),
    ("R44", lambda: "Declares when the incident starts and when it ends" in role("commander").duties, True),
    ("R45", lambda: (due("scheduled") - RESOLVED_AT, len(phase("Postmortem"))), (timedelta(hours=48), 4)),
    ("R46", lambda: (len(phase("Follow-up")), [len(one.items) for one in IMAG.checklists if one.key == "follow_up"]), (3, [3])),
    ("R90", lambda: (role("commander").label, duties("commander")), ("Incident Commander", (6, 3, 3))),
    ("R91", lambda: (role("tech_lead").label, duties("tech_lead"), role("tech_lead").keeps_timeline), ("Operations Lead", (6, 2, 0), True)),
    ("R92", lambda: (role("comms").label, duties("comms"), role("comms").keeps_timeline), ("Communications Lead", (6, 2, 0), True)),
    ("R93", lambda: (role("sme").label, duties("sme"), role("sme").exclusive), ("Subject Matter Expert", (4, 1, 0), False)),
    ("R94 commander", lambda: limits("commander"), [("technical_task", "warn")]),
    ("R94 operations", lambda: limits("tech_lead"), [("severity_change", "propose"), ("customer_message", "warn")]),
    ("R94 communications", lambda: limits("comms"), [("mitigation_decision", "warn"), ("technical_task", "warn")]),
    ("R95", lambda: (IMAG.handoff.needs_acceptance, IMAG.handoff.needs_notes, IMAG.handoff.tell_both_after, limits("sme")), (True, True, "5m", [("take_role", "block")])),
    ("R96", lambda: (cadence("commander").owner_role, cadence("commander").every, cadence("commander").at_most), ("tech_lead", "15m", "30m")),
    ("R113", lambda: len(IMAG.contacts), 8),
    ("R114", ladder, [("L1", "unacked", "0m", "15m", False), ("L2", "unacked", "15m", "15m", False), ("L3", "unacked", "30m", "15m", False), ("L4", "unacked", "45m", "15m", True)]),
    ("R115", lambda: [set(one.methods) for one in IMAG.escalation.levels], [{"sms", "phone", "push"}] * 3 + [{"sms", "phone"}]),
    ("R116", methods, {1: (("phone",), True), 2: (("push", "sms"), False), 3: (("chat",), False), 4: (("email",), False)}),
    ("R117", lambda: on_call().escalate_after, "15m"),
    ("R125", lambda: [(one.target, one.after, one.ranks) for one in IMAG.runbooks[0].escalations], [("Backend team", "30m", (1, 2, 3, 4)), ("Database team", None, (1, 2, 3, 4)), ("On-call manager", None, (1,))]),
    ("R130", lambda: (on_call().rotation, on_call().coverage, on_call().has_secondary, on_call().handoff_minutes), ("1 week", "24x7", True, 15)),
    ("R131", lambda: (on_call().people_min, on_call().balance_time_zones, on_call().rotations_per_person_and_month), (2, True, 1)),
    ("R132", lambda: (on_call().paid_per_day, on_call().time_off_in_lieu, on_call().bonus_ranks), (True, True, (1, 2))),
    ("R148", lambda: (message("initial").within, message("initial").public_state, message("initial").next_update_within, message("initial").fields), ("15m", "investigating", "30m", ("issue",))),
    ("R149", lambda: [(message(key).within, message(key).public_state, message(key).fields) for key in ("update_identified", "update_monitoring")], [("30m", "identified", ("cause", "action", "expected")), ("30m", "monitoring", ("cause", "action", "expected"))]),
    ("R150", lambda: (message("resolution").public_state, message("resolution").fields), ("resolved", ("fix", "support_contact"))),
    ("R151", lambda: (message("postmortem").public_state, message("postmortem").within, message("postmortem").fields), ("postmortem", "72h", ("date", "link"))),
    ("R152", public_states, {"investigating", "identified", "monitoring", "resolved", "postmortem"}),
    ("R153", lambda: fill(IMAG.naming.channel, {"date": "2025-01-15", "slug": "api-errors"}), "incident-2025-01-15-api-errors"),
    ("R154", lambda: len(IMAG.naming.pins), 5),
    ("R155", lambda: set(message("declaration").fields), {"severity", "started_at", "commander", "tech_lead", "comms", "summary", "impact", "war_room_url", "dashboard_url"}),
    ("R156", lambda: fill(message("internal").body, {"time": "14:30", "role": "OL", "text": "rolled back"}), "[14:30] Update from OL: rolled back"),
    ("R183", lambda: all([IMAG.runbooks[0].title, IMAG.runbooks[0].symptoms, IMAG.runbooks[0].metric, IMAG.runbooks[0].steps, IMAG.runbooks[0].causes, IMAG.runbooks[0].escalations, IMAG.runbooks[0].related]), True),
    ("R184", lambda: (IMAG.runbooks[0].alert_names, len(IMAG.runbooks[0].causes), len(IMAG.runbooks[0].related)), (("HighErrorRate",), 4, 3)),
    ("R184 commands", lambda: [word for word in ("get pods -n production -l app=api", "rollout history", "grep ERROR", "postgres 5432", "redis 6379", "rollout undo", "DB_POOL_SIZE=100", "CIRCUIT_BREAKER_ENABLED=true", "--replicas=20") if word not in runbook_commands()], []),
    ("R204", lambda: "runbook_update" in {kind.key for kind in IMAG.actions.kinds}, True),
    ("R206", lambda: [(one.ranks, one.need) for one in IMAG.postmortems.needs], [((1, 2, 3, 4), "required")]),
    ("R207", lambda: due("scheduled"), datetime(2025, 1, 17, 15, 45, tzinfo=UTC)),
    ("R208 publish", lambda: due("published"), datetime(2025, 1, 18, 15, 45, tzinfo=UTC)),
    ("R208 complete", lambda: due("written"), datetime(2025, 1, 22, 15, 45, tzinfo=UTC)),
    ("R208 review", lambda: due("reviewed"), datetime(2025, 1, 29, 15, 45, tzinfo=UTC)),
    ("R209", lambda: (meeting().minutes_min, meeting().minutes_max), (60, 90)),
    ("R210", lambda: (meeting().facilitator, meeting().exclude_managers_first_meeting), ("commander", True)),
    ("R212", lambda: [one.key for one in IMAG.postmortems.sections], ["about", "summary", "impact", "timeline", "root_cause", "factors", "went_well", "went_wrong", "actions", "lessons", "related", "appendix"]),
    ("R217", lambda: IMAG.postmortems.labels["published"], "Complete"),
    ("R218", lambda: {phrase for rule in IMAG.language for phrase in rule.instead}, {"The system failed to", "We lacked visibility into", "The process allowed"}),
    ("R218 avoid", lambda: {"{person} forgot", "we should have known", "they didn't follow"} <= {rule.avoid for rule in IMAG.language}, True),
    ("R219", lambda: len(IMAG.postmortems.focus), 4),
    ("R225", lambda: IMAG.postmortems.owner_role, "commander"),
    ("R226", lambda: len(IMAG.postmortems.share_with), 4),
    ("R237", lambda: (IMAG.actions.must_have, IMAG.actions.reviewed_in_next_postmortem, [IMAG.actions.labels[key] for key in ("done", "in_progress", "open")]), (("owner", "due", "measure"), True, ["Done", "In Progress", "Not Started"])),
    ("R268", lambda: [(one.name, one.good) for one in IMAG.alerting.rules if one.name != "ConnectionPoolNearlyFull"], [("UserFacingErrorRate", True), ("SLOBurnRateTooHigh", True), ("CPUHigh", False)]),
    ("R268 summary", lambda: IMAG.alerting.needs_summary, True),
    ("R269", lambda: (grouping().by, grouping().wait_seconds, grouping().interval_seconds, grouping().repeat, grouping().repeat_critical), (("alertname", "cluster"), 10, 10, "4h", "15m")),
    ("R270", lambda: IMAG.alerting.hold, "5m"),
    ("R271", lambda: [(one.source, one.target, one.equal) for one in IMAG.alerting.inhibitions], [("ServiceDown", "HighLatency", ("service",))]),
    ("R272", lambda: [one.condition for one in IMAG.alerting.rules if "80 %" in one.condition], ["More than 80 % of the connection pool in use"]),
    ("R280", lambda: (drill("wheel_of_misfortune").minutes, drill("wheel_of_misfortune").facilitators, drill("wheel_of_misfortune").participants_min, drill("wheel_of_misfortune").participants_max, len(drill("wheel_of_misfortune").steps), len(drill("wheel_of_misfortune").purposes), drill("wheel_of_misfortune").read_only_tools), (60, 1, 3, 5, 6, 4, True)),
    ("R280 rotate", lambda: drill("wheel_of_misfortune").rotate_roles, ("commander", "tech_lead", "comms")),
    ("R281", lambda: len(drill("wheel_of_misfortune").scenarios), 5),
    ("R282", lambda: (drill("failure_friday").announce_before, drill("failure_friday").standby_role), ("1d", "commander")),
    ("R282 when", lambda: [(slot.weekday, slot.start, slot.end) for slot in [drill("failure_friday").slot] if slot], [("friday", "14:00", "16:00")]),
    ("R282 what", lambda: (len(drill("failure_friday").experiments), len(drill("failure_friday").success), len(drill("failure_friday").debrief)), (5, 4, 3)),
    ("C9", lambda: [role.key for role in IMAG.roles if role.keeps_timeline], ["tech_lead", "comms"]),
    ("C11", lambda: [(one.role, one.need) for one in IMAG.role_requirements if 1 in one.ranks], [("commander", "required"), ("tech_lead", "required"), ("comms", "required"), ("sme", "recommended")]),
    ("C19", lambda: IMAG.status_page.only_customer_facing, True),
    ("C26", lambda: [(one.start, one.end) for one in IMAG.metrics if one.key == "duration"], [("impact_started", "resolved")]),
    ("C29", lambda: cadence("executives").owner_role, "commander"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "read", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_the_shipped_imag_playbook_holds(
    number: str, read: Callable[[], object], expected: object
) -> None:
    assert read() == expected, number


def test_the_stepper_shows_the_phases_of_the_night_and_leaves_review_to_the_day() -> None:
    assert [step.label for step in steps(IMAG)] == [
        "Detection",
        "Triage",
        "Response",
        "Mitigation",
        "Resolution",
    ]


ALL_NO = {
    "unavailable": False,
    "breach": False,
    "core": False,
    "workaround": True,
    "moderate": False,
}
ANSWERS: list[tuple[str, dict[str, bool], int]] = [
    ("AC-B1 unavailable", {"unavailable": True}, 1),
    ("AC-B1 unavailable, internal only", {"unavailable": True, "internal_only": True}, 2),
    ("AC-B1 breach", {"unavailable": False, "breach": True}, 1),
    ("core degraded", {**ALL_NO, "core": True}, 2),
    ("no way round", {**ALL_NO, "workaround": False}, 2),
    ("moderate", {**ALL_NO, "moderate": True}, 3),
    ("not moderate", ALL_NO, 4),
    ("AC-B2 floor", {**ALL_NO, "internal_only": True}, 4),
    ("modifier answered no", {"unavailable": True, "internal_only": False}, 1),
]


@pytest.mark.parametrize(("name", "answers", "rank"), ANSWERS, ids=[row[0] for row in ANSWERS])
def test_r6_and_r7_answers_lead_to_a_severity(
    name: str, answers: dict[str, bool], rank: int
) -> None:
    assert decide(IMAG, answers).rank == rank, name
