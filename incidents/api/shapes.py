"""What the API of incidents says, field by field."""

from core.api.shapes import Piece, Shape, anything, flag, many, maybe, moment, named, text, whole
from incidents.api.story_shapes import AT, LINE, OFFER
from incidents.models import Alert
from incidents.models.event import Verdict
from incidents.models.service import Service
from incidents.parsers import FORMATS
from incidents.playbook.lifecycle import MILESTONES, VERBS, State

SEVERITY = Shape(
    "Severity",
    {
        "rank": whole("1 is the worst; 4 pages nobody.", 1, 4),
        "code": text("What the incident's playbook calls it."),
    },
    example={"rank": 2, "code": "SEV-2"},
)
_FACTS: dict[str, Piece | Shape] = {
    "number": whole("Its number, which never changes.", 1),
    "label": text("The number as people say it."),
    "title": text(),
    "description": text(),
    "state": text(one_of=State),
    "declared_at": maybe(moment("null: in triage.")),
    "opened_at": moment(),
    "ended_at": maybe(moment()),
    "severity": SEVERITY,
    "service": text("The slug of its service."),
    "playbook": text("The slug of the playbook that it follows."),
    "acknowledged_by": maybe(text("The username of whoever has it.")),
    "acknowledged_at": maybe(moment()),
    "unpaged_reason": text("Why nobody was paged; empty: somebody is."),
    "milestones": named(moment(), f"When each was first reached: {', '.join(MILESTONES)}."),
    "roles": named(text(), "Role -> username of whoever holds it now."),
    "allowed": many(text(one_of=VERBS), "The steps that its state permits."),
}
_EXAMPLE = {
    "number": 2041,
    "label": "INC-2041",
    "title": "Checkout is failing",
    "description": "Cards are refused in Oslo.",
    "state": "acknowledged",
    "declared_at": AT,
    "opened_at": AT,
    "ended_at": None,
    "severity": dict(SEVERITY.example),
    "service": "checkout",
    "playbook": "standard",
    "acknowledged_by": "ines",
    "acknowledged_at": AT,
    "unpaged_reason": "",
    "milestones": {"detected": AT, "declared": AT, "acknowledged": AT},
    "roles": {"commander": "ines"},
    "allowed": ["investigate", "identify", "mitigate", "monitor", "resolve"],
}
INCIDENT = Shape(
    "Incident",
    {**_FACTS, "alert_count": whole(), "page_count": whole(), "timeline_count": whole()},
    example={**_EXAMPLE, "alert_count": 1, "page_count": 1, "timeline_count": 3},
)
_ALERT = {
    "id": whole(),
    "key": text("What its source calls the condition."),
    "state": text(one_of=Alert.State.values),
    "title": text(),
    "severity": text("critical, error, warning, info or none."),
    "started_at": moment("As the sender says."),
    "ended_at": maybe(moment()),
    "count": whole("How often it was received."),
    "labels": named(anything()),
    "links": many(anything()),
}
_ALERT_EXAMPLE = {
    "id": 12,
    "key": "disk:db1",
    "state": "firing",
    "title": "Disk is full",
    "severity": "critical",
    "started_at": AT,
    "ended_at": None,
    "count": 3,
    "labels": {"host": "db1"},
    "links": [{"href": "https://graphs.example/d/1", "text": "Graph"}],
}
INCIDENT_ALERT = Shape("IncidentAlert", _ALERT, example=_ALERT_EXAMPLE)
ALERT = Shape(
    "Alert",
    {
        **_ALERT,
        "description": text(),
        "source": text("The name of its source."),
        "incident": maybe(whole("The number of its incident.")),
        "first_received_at": moment(),
        "last_received_at": moment(),
    },
    example={
        **_ALERT_EXAMPLE,
        "description": "",
        "source": "Prometheus",
        "incident": 2041,
        "first_received_at": AT,
        "last_received_at": AT,
    },
)
PAGED = Shape(
    "IncidentPage",
    {
        "person": text("A username."),
        "channel": maybe(text()),
        "state": text("Of its delivery; unsent: there is none."),
        "due_at": moment(),
        "sent_at": maybe(moment()),
        "error": maybe(text()),
        "unsent_reason": maybe(text()),
    },
    example={
        "person": "ines",
        "channel": "email",
        "state": "sent",
        "due_at": AT,
        "sent_at": AT,
        "error": None,
        "unsent_reason": None,
    },
)
HEARD = Shape(
    "IncidentOnStatusPage",
    {
        "page": text("The status page's id in public."),
        "name": text("What the status page is called."),
        "public_incident": maybe(text("Its id there; null before the first word.")),
        "status": maybe(text("Its stage there; null before the first word.")),
        "due_at": maybe(moment("By when the next word is owed there.")),
    },
    example={
        "page": "n4w8t2k6s1ab",
        "name": "Northwind Books",
        "public_incident": "c3f6j1r9t4ye",
        "status": "investigating",
        "due_at": AT,
    },
)
WHOLE_INCIDENT = Shape(
    "WholeIncident",
    {
        **_FACTS,
        "offers": many(OFFER, "Roles that wait for an answer."),
        "alerts": many(INCIDENT_ALERT),
        "pages": many(PAGED),
        "public": maybe(
            many(
                HEARD,
                "The status pages that tell of it, or would; the default one first. null: just declared, not read yet.",
            )
        ),
        "timeline": many(LINE),
    },
    example={
        **_EXAMPLE,
        "offers": [dict(OFFER.example)],
        "alerts": [dict(INCIDENT_ALERT.example)],
        "pages": [dict(PAGED.example)],
        "public": [dict(HEARD.example)],
        "timeline": [dict(LINE.example)],
    },
)
EVENT = Shape(
    "Event",
    {
        "id": whole(),
        "source": text("The name of its source."),
        "kind": text("The wire format that it came in."),
        "received_at": moment(),
        "processed_at": maybe(moment("null: not yet digested.")),
        "verdict": text("The worst of its items'.", one_of=Verdict.values),
        "items": many(anything("verdict, key, and what it led to.")),
        "error": text("Why it is quarantined."),
    },
    detail="Something that was sent. Its body is kept, and never shown here.",
    example={
        "id": 90,
        "source": "Prometheus",
        "kind": "alertmanager",
        "received_at": AT,
        "processed_at": AT,
        "verdict": "applied",
        "items": [{"verdict": "applied", "key": "disk:db1", "incident": 2041}],
        "error": "",
    },
)
SERVICE = Shape(
    "Service",
    {
        "slug": text(),
        "name": text(),
        "team": text("The slug of the team that owns it."),
        "tier": text(one_of=Service.Tier.values),
        "depends_on": many(text(), "The slugs of the services that it needs."),
        "playbook": text("The slug of its playbook."),
        "description": text(),
        "runbook_url": text(),
    },
    example={
        "slug": "checkout",
        "name": "Checkout",
        "team": "shop",
        "tier": "critical",
        "depends_on": ["payments"],
        "playbook": "standard",
        "description": "",
        "runbook_url": "https://wiki.northwind.example/checkout",
    },
)
KEY = Shape(
    "SourceKey",
    {
        "id": whole(),
        "prefix": text("How it begins; the rest was shown once."),
        "created_at": moment(),
        "revoked_at": maybe(moment()),
        "last_used_at": maybe(moment()),
    },
    example={
        "id": 3,
        "prefix": "imk_4k2m9x0abc",
        "created_at": AT,
        "revoked_at": None,
        "last_used_at": AT,
    },
)
_SOURCE = {
    "id": whole(),
    "name": text(),
    "format": text(one_of=FORMATS),
    "service": text("The slug of its service."),
    "enabled": flag("false: its sender is answered 410."),
    "created_at": moment(),
    "last_event_at": maybe(moment()),
    "keys": many(KEY, "The newest first."),
}
_SOURCE_EXAMPLE = {
    "id": 5,
    "name": "Prometheus",
    "format": "alertmanager",
    "service": "checkout",
    "enabled": True,
    "created_at": AT,
    "last_event_at": AT,
    "keys": [dict(KEY.example)],
}
SOURCE = Shape("Source", _SOURCE, example=_SOURCE_EXAMPLE)
KEYED_SOURCE = Shape(
    "KeyedSource",
    {
        **_SOURCE,
        "key": text("The new key. It is told this once."),
        "address": text("Where the sender posts; it may hold the key."),
    },
    example={
        **_SOURCE_EXAMPLE,
        "key": "imk_4k2m9x0abc_...",
        "address": "https://pager.northwind.example/in/alertmanager/imk_4k2m9x0abc_.../",
    },
)
