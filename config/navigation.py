"""Where staff go: the sidebar with its tabs, and the pages that are no model's screen."""

from core.navigation import Entry, Page, Tab

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
            Tab(
                "Events",
                "incidents_rawevent_changelist",
                "incidents.view",
                one="event",
                many="events",
            ),
            Tab(
                "Changes",
                "incidents_changeevent_changelist",
                "incidents.view",
                one="change",
                many="changes",
            ),
            Tab(
                "Refused requests",
                "incidents_rejection_changelist",
                "incidents.view",
                one="refused request",
                many="refused requests",
            ),
        ),
    ),
    Entry(
        "On call",
        "calendar",
        (
            Tab("Schedules", "oncall_schedule_changelist", "oncall.view"),
            Tab("My shifts", "oncall_my_shifts", "oncall.view"),
            Tab("Covers", "oncall_override_changelist", "oncall.view", one="cover", many="covers"),
            Tab("Handoffs", "oncall_handoff_changelist", "oncall.view"),
            Tab("Swaps", "oncall_swap_changelist", "oncall.view"),
            Tab(
                "Time off",
                "oncall_unavailability_changelist",
                "oncall.view",
                one="time off",
                many="times off",
            ),
            Tab("Holidays", "oncall_holidaycalendar_changelist", "oncall.view", is_rare=True),
            Tab("Calendars", "oncall_foreigncalendar_changelist", "oncall.view", is_rare=True),
            Tab(
                "Load and pay", "oncall_load", "oncall.view", also=("oncall_load", "oncall_payplan")
            ),
            Tab("Escalation policies", "oncall_escalationpolicy_changelist", "oncall.view"),
            Tab(
                "Bindings",
                "oncall_policybinding_changelist",
                "oncall.view",
                one="binding",
                many="bindings",
                is_rare=True,
            ),
            Tab("Responders", "oncall_responder_changelist", "oncall.view", is_rare=True),
            Tab("Paging log", "notify_delivery_changelist", "notify.view"),
            Tab("Pages", "oncall_page_changelist", "oncall.view", is_rare=True),
            Tab("Escalations", "oncall_escalation_changelist", "oncall.view", is_rare=True),
            Tab("Kept mails", "notify_keptmail_changelist", "notify.view"),
        ),
    ),
    Entry(
        "Status page",
        "globe",
        (
            Tab(
                "Public incidents",
                "statuspage_publicincident_changelist",
                "statuspage.view",
                also=("statuspage_publish",),
            ),
            Tab("Maintenance", "statuspage_maintenance_changelist", "statuspage.view"),
            Tab("Approvals", "statuspage_proposal_changelist", "statuspage.view"),
            Tab("Components", "statuspage_component_changelist", "statuspage.view"),
            Tab(
                "Groups",
                "statuspage_componentgroup_changelist",
                "statuspage.view",
                one="group",
                many="groups",
            ),
            Tab(
                "Status pages",
                "statuspage_page_changelist",
                "statuspage.view",
                also=("statuspage_look",),
            ),
            Tab(
                "Subscribers",
                "statuspage_subscriber_changelist",
                "statuspage.view",
                also=("statuspage_subscribers_out",),
            ),
            Tab(
                "Lists",
                "statuspage_subscriberlist_changelist",
                "statuspage.view",
                one="list of subscribers",
                many="lists of subscribers",
            ),
            Tab("Mailings", "statuspage_mailing_changelist", "statuspage.view"),
            Tab("Readers", "statuspage_reader_changelist", "statuspage.view"),
        ),
    ),
    Entry(
        "Postmortems",
        "page",
        (
            Tab(
                "Postmortems",
                "postmortems_postmortem_changelist",
                "postmortems.view",
                also=("postmortems_read", "postmortems_section"),
            ),
        ),
        count="postmortems.admin.panels.open_postmortems",
    ),
    Entry(
        "Actions",
        "check-square",
        (Tab("Action items", "postmortems_actionitem_changelist", "postmortems.view"),),
        count="postmortems.admin.panels.late_items",
    ),
    Entry(
        "Set-up",
        "gear",
        (
            Tab("Services", "incidents_service_changelist", "incidents.view"),
            Tab("Sources", "incidents_source_changelist", "incidents.view", also=("first_run",)),
            Tab(
                "Playbooks",
                "incidents_playbookversion_changelist",
                "incidents.view",
                one="playbook version",
                many="playbook versions",
            ),
            Tab("People", "core_user_changelist", "core.view", also=("oncall_eligibility",)),
            Tab("Teams", "core_team_changelist", "core.view"),
            Tab("API tokens", "core_apitoken_changelist", "core.view"),
            Tab("Sign-ins", "core_signin_changelist", "core.view_sign_ins"),
            Tab(
                "Parts running", "core_heartbeat_changelist", "core.view", one="part", many="parts"
            ),
            Tab("Late calls", "core_latecall_changelist", "core.view"),
        ),
    ),
]

# Staff pages that are no model's screen, mounted under /admin/.
STAFF_PAGES: list[Page] = [
    Page("search/", "core.admin.search.results", "search"),
    Page("keys/", "core.admin.search.keys", "keys"),
    Page("first-run/", "incidents.admin.first_run.first_run", "first_run"),
    Page("lamp/", "core.admin.shell.lamp_part", "lamp"),
    Page("style/", "incidents.admin.style.components", "style"),
    Page("shifts/", "oncall.admin.shifts.my_shifts", "oncall_my_shifts"),
    Page(
        "core/user/<int:person>/eligibility/",
        "oncall.admin.eligibility.eligibility_page",
        "oncall_eligibility",
    ),
    Page("load/", "oncall.admin.pay_page.load_and_pay", "oncall_load"),
    Page("load/csv/", "oncall.admin.pay_page.load_as_csv", "oncall_load_csv"),
    Page("load/<int:person>/", "oncall.admin.pay_page.one_person", "oncall_load_person"),
    Page("contacts/", "oncall.admin.own_contacts.own_contacts", "own_contacts"),
    Page(
        "statuspage/publish/<int:number>/",
        "statuspage.admin.publish.publish_page",
        "statuspage_publish",
    ),
    Page(
        "statuspage/subscribers-out/",
        "statuspage.admin.giving.subscribers_out",
        "statuspage_subscribers_out",
    ),
    Page("statuspage/look/<int:number>/", "statuspage.admin.look.look_page", "statuspage_look"),
]
