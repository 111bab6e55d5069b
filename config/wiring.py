"""The whole choreography on one page: who hears what, who is asked, who may do what.

Every dotted path here is resolved by a start-up check (core.checks).
"""

from core.facts_table import Handler, later, now
from core.navigation import Entry, Page, Tab
from core.rights import Right

EVENT_HANDLERS: dict[str, list[Handler]] = {
    "incident.opened": [now("oncall.actions.start_escalations")],
    "incident.joined": [now("oncall.actions.page_joined")],
    "incident.declared": [],
    "incident.acknowledged": [now("oncall.actions.stop_escalations")],
    "incident.ended": [
        now("oncall.actions.stop_escalations"),
        later("oncall.actions.tell_cleared"),
    ],
    "incident.resolved": [],
    "incident.reopened": [],
    "incident.severity_raised": [now("oncall.actions.page_again")],
    "incident.command_taken": [now("oncall.actions.tell_command")],
    "delivery.sent": [now("oncall.actions.note_sent")],
    "delivery.failed": [now("oncall.actions.note_failed")],
}

# Asked just before a send: a function (delivery, at) that returns why it is no longer wanted, or "".
DELIVERY_GUARDS: dict[str, str] = {
    "page": "oncall.actions.unwanted",
}

# Asked at the moment of sending: a function (delivery, at) that returns the notify Message.
DELIVERY_TEXTS: dict[str, str] = {
    "page": "oncall.actions.page_message",
    "cleared": "oncall.actions.cleared_message",
    "command": "oncall.actions.command_message",
    "severity": "oncall.actions.severity_message",
    "verification": "oncall.actions.verification_message",
    "test": "oncall.actions.test_message",
}

# What one sibling may show of another.
PROVIDERS: dict[str, str] = {
    "incident_pages": "oncall.api.pages.rows_of",
    "incident_page_counts": "oncall.api.pages.counts_of",
}

# What an upper app shows on a lower app's admin screen: screen -> functions (request, object) -> panel;
# red_marks: functions (at) -> sentences; person_needed: functions (user) -> why the person can't leave now.
PANELS: dict[str, list[str]] = {
    "red_marks": ["core.admin.marks.failing_calls", "oncall.admin.panels.pager_marks"],
    "now": ["incidents.admin.now.fires"],
    "incident": ["oncall.admin.panels.paging_proof"],
    "person_needed": ["oncall.admin.panels.why_needed"],
}

# The sidebar: at most nine entries, everything else is a tab of one of them (design.md 5).
SIDEBAR: list[Entry] = [
    Entry("Now", "home", (Tab("Now", "index", "incidents.view"),)),
    Entry(
        "Incidents",
        "alert",
        (Tab("Incidents", "incidents_incident_changelist", "incidents.view"),),
        count="incidents.admin.lamp.open_incidents",
    ),
    Entry(
        "Alerts",
        "bell",
        (
            Tab("Alerts", "incidents_alert_changelist", "incidents.view"),
            Tab("Events", "incidents_rawevent_changelist", "incidents.view"),
            Tab("Changes", "incidents_changeevent_changelist", "incidents.view"),
            Tab("Refused requests", "incidents_rejection_changelist", "incidents.view"),
        ),
    ),
    Entry(
        "On call",
        "calendar",
        (
            Tab("Schedules", "oncall_schedule_changelist", "oncall.view"),
            Tab("Covers", "oncall_override_changelist", "oncall.view"),
            Tab("Escalation policies", "oncall_escalationpolicy_changelist", "oncall.view"),
            Tab("Which policy pages", "oncall_policybinding_changelist", "oncall.view"),
            Tab("Responders", "oncall_responder_changelist", "oncall.view"),
            Tab("Paging log", "notify_delivery_changelist", "notify.view"),
            Tab("Pages", "oncall_page_changelist", "oncall.view"),
            Tab("Escalations", "oncall_escalation_changelist", "oncall.view"),
            Tab("Kept mails", "notify_keptmail_changelist", "notify.view"),
        ),
    ),
    Entry(
        "Set-up",
        "gear",
        (
            Tab("Services", "incidents_service_changelist", "incidents.view"),
            Tab("Sources", "incidents_source_changelist", "incidents.view", also=("first_run",)),
            Tab("Playbooks", "incidents_playbookversion_changelist", "incidents.view"),
            Tab("People", "core_user_changelist", "core.view"),
            Tab("Teams", "core_team_changelist", "core.view"),
            Tab("API tokens", "core_apitoken_changelist", "core.view"),
            Tab("Parts running", "core_heartbeat_changelist", "core.view"),
            Tab("Late calls", "core_latecall_changelist", "core.view"),
        ),
    ),
]

# Staff pages that are no model's screen, mounted under /admin/.
STAFF_PAGES: list[Page] = [
    Page("search/", "core.admin.search.results", "search"),
    Page("keys/", "core.admin.search.keys", "keys"),
    Page("lamp/", "core.admin.shell.lamp_part", "lamp"),
    Page("style/", "incidents.admin.style.components", "style"),
]

LAMP = "incidents.admin.lamp.lamp"  # (user, at) -> core.navigation.Lamp
PAGER_LINE = "oncall.admin.pager.line"  # (at) -> core.navigation.Said
FIRST_RUN = ""  # (request) -> a page that stands in for Now, or None

# The search over everything: functions (request, words, at most) -> list of core.navigation.Found.
SEARCH: list[str] = ["incidents.admin.lamp.search", "core.admin.people_search.search"]

# The least right that each verb needs; MANAGER is a manager of the object's team.
RIGHTS: dict[str, Right] = {
    "core.view": Right.VIEWER,
    "core.edit_people": Right.ADMINISTRATOR,
    "core.edit_team": Right.MANAGER,
    "core.make_token_for_others": Right.ADMINISTRATOR,
    "incidents.view": Right.VIEWER,
    "incidents.declare": Right.RESPONDER,
    "incidents.acknowledge": Right.RESPONDER,
    "incidents.take_over": Right.RESPONDER,
    "incidents.investigate": Right.RESPONDER,
    "incidents.identify": Right.RESPONDER,
    "incidents.mitigate": Right.RESPONDER,
    "incidents.monitor": Right.RESPONDER,
    "incidents.resolve": Right.RESPONDER,
    "incidents.start_review": Right.RESPONDER,
    "incidents.close": Right.RESPONDER,
    "incidents.reopen": Right.RESPONDER,
    "incidents.mark_false_alarm": Right.RESPONDER,
    "incidents.merge": Right.RESPONDER,
    "incidents.cancel": Right.RESPONDER,
    "incidents.override_guard": Right.ADMINISTRATOR,
    "incidents.assign_role": Right.RESPONDER,
    "incidents.change_severity": Right.RESPONDER,
    "incidents.note": Right.RESPONDER,
    "incidents.edit_service": Right.MANAGER,
    "incidents.edit_source": Right.MANAGER,
    "incidents.rotate_key": Right.MANAGER,
    "incidents.replay_event": Right.MANAGER,
    "oncall.view": Right.VIEWER,
    "oncall.edit_schedule": Right.MANAGER,
    "oncall.edit_policy": Right.MANAGER,
    "oncall.edit_binding": Right.ADMINISTRATOR,
    "oncall.edit_responder": Right.ADMINISTRATOR,
    "oncall.edit_own_contacts": Right.VIEWER,
    "oncall.answer_page": Right.VIEWER,
    "notify.view": Right.RESPONDER,
}

# What a reply link may do, whatever its person's right: the token is the capability (design.md 5, "Links").
REPLY_VERBS = frozenset(
    {
        "incidents.acknowledge",
        "incidents.take_over",
        "incidents.resolve",
        "incidents.mark_false_alarm",
        "oncall.answer_page",
    }
)

# Asked by /livez/engine: functions (at) that return why the pager is not well.
LIVENESS: list[str] = ["oncall.actions.why_not_well"]

# What django-q2 runs: name -> (dotted path, every how many minutes). Nothing here may be needed sooner.
SCHEDULES: dict[str, tuple[str, int]] = {
    "pager tick": ("oncall.tasks.minute", 1),
}
