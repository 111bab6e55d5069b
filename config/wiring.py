"""The whole choreography on one page: who hears what, who is asked, who may do what.

Every dotted path here is resolved by a start-up check (core.checks).
"""

from core.facts_table import Handler, later, now
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
    "incident.resolved": [later("postmortems.actions.open_postmortem")],
    "incident.reopened": [
        now("oncall.actions.tell_reopened"),
        later("postmortems.actions.incident_reopened"),
    ],
    "incident.severity_raised": [now("oncall.actions.page_again")],
    "incident.command_taken": [now("oncall.actions.tell_command")],
    "incident.role_offered": [now("oncall.actions.tell_offer")],
    "incident.role_answered": [now("oncall.actions.tell_offer")],
    "sign_in.glass_broken": [later("oncall.actions.glass.tell")],
    "status_page.shown": [later("statuspage.actions.render_sharing")],
    "mailing.due": [later("statuspage.actions.fan_out")],
    "subscribers.brought": [later("statuspage.actions.bringing.take_next")],
    "delivery.sent": [now("oncall.actions.note_sent"), now("statuspage.actions.note_sent")],
    "delivery.failed": [now("oncall.actions.note_failed"), now("statuspage.actions.note_failed")],
}

# Asked just before a send: a function (delivery, at) that returns why it is no longer wanted, or "".
DELIVERY_GUARDS: dict[str, str] = {
    "page": "oncall.actions.unwanted",
    "action_reminder": "postmortems.actions.reminder_unwanted",
    "review_asked": "postmortems.actions.review_unwanted",
    "status": "statuspage.actions.still_subscribed",
    "subscribe": "statuspage.actions.leaving.unwanted",
    "challenge": "statuspage.actions.leaving.unwanted",
    "invited": "statuspage.actions.leaving.unwanted",
    "quarantined": "statuspage.actions.leaving.unwanted",
    "reader_link": "statuspage.actions.leaving.link_unwanted",
    "public_word": "statuspage.actions.nudge_unwanted",
    "approval_asked": "statuspage.actions.asked_unwanted",
}

# Asked at the moment of sending: a function (delivery, at) that returns the notify Message.
DELIVERY_TEXTS: dict[str, str] = {
    "page": "oncall.actions.page_message",
    "cleared": "oncall.actions.cleared_message",
    "command": "oncall.actions.command_message",
    "role_offer": "oncall.actions.offer_message",
    "severity": "oncall.actions.severity_message",
    "reopened": "oncall.actions.reopened_message",
    "verification": "oncall.actions.verification_message",
    "test": "oncall.actions.test_message",
    "glass_broken": "oncall.actions.glass.message",
    "shift": "oncall.actions.shift_notices.message",
    "reader_link": "statuspage.actions.admission.link_message",
    "action_reminder": "postmortems.actions.reminder_message",
    "review_asked": "postmortems.actions.review_message",
    "status": "statuspage.actions.status_message",
    "public_word": "statuspage.actions.nudge_message",
    "approval_asked": "statuspage.actions.asked_message",
    "approval_answered": "statuspage.actions.answered_message",
    "subscribe": "statuspage.actions.subscribe_message",
    "challenge": "statuspage.actions.challenge_message",
    "invited": "statuspage.actions.letters.invited_message",
    "quarantined": "statuspage.actions.quarantined_message",
}

# What one sibling may show of another.
PROVIDERS: dict[str, str] = {
    "incident_pages": "oncall.api.pages.rows_of",
    "incident_page_count": "oncall.api.pages.counted",
    "incident_chase": "oncall.api.chase.chased",
    "incident_paging": "oncall.admin.panels.paging_now",
    "incident_waits": "oncall.api.waits.waits_of",
    "paging_forecast": "oncall.actions.forecast.forecast",
    "delivery_subjects": "oncall.admin.subjects.subjects",
    "person_addresses": "oncall.api.people.addresses_of",
    "public_postmortem": "postmortems.actions.public_text",
    "incident_outside": "statuspage.admin.panels.outside",
    "incident_public": "statuspage.api.told.pages_of",
    "incident_public_words": "statuspage.admin.listed.public_words",
    "staff_phones": "oncall.actions.contacts.phone_numbers",
    "tell_person": "oncall.actions.escalate.tell_person",
}

# What an upper app shows on a lower app's admin screen: screen -> functions (request, object) -> panel;
# red_marks: functions (at) -> sentences; person_needed: functions (user) -> why the person can't leave now.
PANELS: dict[str, list[str]] = {
    "red_marks": [
        "core.admin.marks.failing_calls",
        "core.sign_in.break_glass.red_marks",
        "oncall.admin.panels.pager_marks",
        "statuspage.admin.marks.red_marks",
    ],
    "now": [
        "incidents.admin.now.fires",
        "core.admin.waiting.waiting",
        "oncall.admin.now.health",
        "oncall.admin.now.on_call",
        "incidents.admin.now.changes",
        "oncall.admin.now.holes",
        "incidents.admin.weeks.twelve_weeks",
    ],
    "first_run": ["incidents.admin.first_run.own_steps", "oncall.admin.setup_steps.steps"],
    "waiting": [
        "incidents.admin.now.offers",
        "oncall.admin.now.own_turn",
        "oncall.admin.asked.waiting",
        "statuspage.admin.waiting.waiting",
        "postmortems.admin.panels.waiting",
    ],
    "incident": [
        "oncall.admin.panels.paging_proof",
        "postmortems.admin.panels.on_incident",
    ],
    "person_needed": ["oncall.admin.panels.why_needed"],
    "person": ["oncall.admin.reach.of_person", "oncall.admin.eligibility.of_person"],
    "service_ready": [
        "oncall.admin.service_ready.steps",
        "incidents.admin.service_panels.own_steps",
        "statuspage.admin.service_ready.steps",
    ],
}

LAMP = "incidents.admin.lamp.lamp"  # (user, at) -> core.navigation.Lamp
PAGER_LINE = "oncall.admin.pager.line"  # (at) -> core.navigation.Said
FIRST_RUN = "incidents.admin.first_run.instead_of_now"  # (request) -> a page that stands in for Now, or None

# The search over everything: functions (request, words, at most) -> list of core.navigation.Found.
SEARCH: list[str] = ["incidents.admin.lamp.search", "core.admin.people_search.search"]

# The least right that each verb needs; MANAGER is a manager of the object's team.
RIGHTS: dict[str, Right] = {
    "core.view": Right.VIEWER,
    "core.edit_people": Right.ADMINISTRATOR,
    "core.view_sign_ins": Right.ADMINISTRATOR,
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
    "incidents.save_view": Right.VIEWER,
    "incidents.reword": Right.RESPONDER,
    "incidents.edit_service": Right.MANAGER,
    "incidents.edit_source": Right.MANAGER,
    "incidents.rotate_key": Right.MANAGER,
    "incidents.replay_event": Right.MANAGER,
    "oncall.view": Right.VIEWER,
    "oncall.edit_schedule": Right.MANAGER,
    "oncall.take_pager": Right.RESPONDER,
    "oncall.swap": Right.RESPONDER,
    "oncall.make_feed": Right.RESPONDER,
    "oncall.hand_over": Right.RESPONDER,
    "oncall.view_pay": Right.RESPONDER,  # one's own, and the plans
    "oncall.view_pay_of_others": Right.MANAGER,
    "oncall.edit_pay_plan": Right.MANAGER,
    "oncall.edit_policy": Right.MANAGER,
    "oncall.edit_binding": Right.ADMINISTRATOR,
    "oncall.edit_responder": Right.ADMINISTRATOR,
    "oncall.edit_own_contacts": Right.VIEWER,
    "oncall.answer_page": Right.VIEWER,
    "notify.view": Right.RESPONDER,
    "postmortems.view": Right.VIEWER,
    "postmortems.edit": Right.RESPONDER,
    "postmortems.review": Right.RESPONDER,
    "postmortems.approve": Right.RESPONDER,
    "postmortems.edit_action": Right.RESPONDER,
    "statuspage.view": Right.VIEWER,
    "statuspage.publish": Right.RESPONDER,
    "statuspage.edit_page": Right.MANAGER,
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

# What the engine does every five seconds besides paging: functions (at) that return how many things they did.
# Idempotent, no network, and when nothing is due three statements at most, however many incidents are live.
CHORES: list[str] = [
    "statuspage.actions.maintenance_clock.move_due",
    "statuspage.actions.by_rule.say_due",
    "statuspage.actions.nudging.nudge_due",
]

# What django-q2 runs: name -> (dotted path, every how many minutes). Nothing here may be needed sooner.
SCHEDULES: dict[str, tuple[str, int]] = {
    "pager tick": ("oncall.tasks.minute", 1),
    "schedules": ("oncall.tasks.schedules", 5),
    "shifts": ("oncall.tasks.shifts", 5),
    "quality of schedules": ("oncall.tasks.quality", 60),
    "foreign calendars": ("oncall.tasks.calendars", 1),
    "holiday calendars": ("oncall.tasks.holidays", 1440),
    "forget kept answers": ("core.tasks.forget_answers", 60),
    "forget old sign-ins": ("core.sign_in.audit.forget_old", 1440),
    "action reminders": ("postmortems.tasks.chase", 5),
    "status page": ("statuspage.tasks.render", 1),
    "followed components": ("statuspage.tasks.follow", 1),
    "maintenances": ("statuspage.tasks.move_maintenances", 1),
    "forget old subscribers": ("statuspage.tasks.forget", 60),
    "status page, rooms": ("statuspage.tasks.rooms", 1),
    "status page, static copy": ("statuspage.tasks.export", 1),
}

# What other apps add to the demo company, in order: functions (at) that run in the loader's transaction.
DEMO_PARTS: list[str] = ["statuspage.demo.load.load", "postmortems.demo.load.tell"]
