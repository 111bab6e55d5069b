"""What a POST or PATCH asks for: bodies into orders, declarations and changes."""

from collections.abc import Mapping
from datetime import datetime

from core.api.bodies import Body
from core.errors import Invalid
from core.models import User
from incidents.actions.opening import Declaration
from incidents.actions.perform import NOTE, ORDERS, Change, Order
from incidents.actions.playbooks import with_playbook
from incidents.actions.remarks import LONGEST_CHOICE
from incidents.api.asked import LONGEST_NAME, LONGEST_TITLE, MOST_AT_ONCE
from incidents.api.shapes import INCIDENT, WHOLE_INCIDENT
from incidents.api.story_shapes import WHOLE_LINE
from incidents.models import Service
from incidents.playbook.lifecycle import VERBS

SEGMENTS = {name.replace("_", "-"): name for name in ORDERS}
ROLE_VERBS = {"assign_role", "offer_role", "accept_role", "decline_role"}
NAMING_VERBS = {"assign_role", "offer_role"}
_READ_ONLY = {*INCIDENT.fields, *WHOLE_INCIDENT.fields}


def read_order(verb: str, document: Mapping[str, object]) -> Order:
    """Return the order in a body. Each verb has its own fields; note and reason go with all."""
    body = Body(document)
    return _order(verb, body)


def read_orders(document: Mapping[str, object]) -> tuple[Order, list[int]]:
    """Return the order for many incidents and their numbers, each once; raises TooMany over 200."""
    body = Body(document)
    segment, numbers = (
        body.text("verb", required=True),
        body.numbers("incidents", most=MOST_AT_ONCE),
    )
    if segment and segment not in SEGMENTS:
        raise Invalid.field("/verb", f"The verbs are {', '.join(SEGMENTS)}.", "unknown_verb")
    return _order(SEGMENTS.get(segment, NOTE), body), numbers


def _order(verb: str, body: Body) -> Order:
    into = body.number("into", 1, required=True) if verb == "merge" else 0
    severity = body.number("severity", 1, 4, required=True) if verb == "change_severity" else 0
    note = body.text("note", required=verb == NOTE)
    reason = body.text("reason", required=verb == "change_severity" or _needs_reason(verb))
    role = username = ""
    if verb in ROLE_VERBS:
        role = body.text("role", required=True, longest=40)
    if verb in NAMING_VERBS:
        username = body.text("user", required=True, longest=LONGEST_NAME)
    body.done()
    user = _person(username) if username else None
    return Order(verb, note, reason, into or None, severity, role, user)


def _needs_reason(verb: str) -> bool:
    return verb in VERBS and VERBS[verb].needs_reason


def read_declaration(document: Mapping[str, object]) -> Declaration:
    """Return the new incident that a body describes; raises Invalid with every wrong field."""
    body = Body(document)
    title = body.text("title", required=True)
    slug = body.text("service", required=True, longest=50)
    rank = body.number("severity", 1, 4, required=True)
    description, page_nobody = body.text("description"), body.flag("page_nobody")
    body.done()
    service = with_playbook(Service.objects.filter(slug=slug)).first()
    if service is None:
        raise Invalid.field("/service", "There is no service of that slug.", "unknown_service")
    return Declaration(title, service, rank, description, page_nobody)


def read_change(document: Mapping[str, object]) -> Change:
    """Return the change that a PATCH asks for; what only verbs change is read_only_field."""
    body = Body(document, read_only=_READ_ONLY)
    title = body.text("title", required=body.has("title"), longest=LONGEST_TITLE)
    description = body.text("description", required=body.has("description"), may_be_blank=True)
    rank = body.number("severity", 1, 4, required=body.has("severity"))
    reason = body.text("reason", required=body.has("severity"))
    body.done()
    return Change(
        title if body.has("title") else None,
        description if body.has("description") else None,
        rank if body.has("severity") else None,
        reason,
    )


def read_remark(document: Mapping[str, object]) -> tuple[str, datetime | None]:
    """Return the words of a note or a hypothesis, and when it happened if that is told."""
    body = Body(document)
    words, happened_at = body.text("text", required=True), body.moment("happened_at")
    body.done()
    return words, happened_at


def read_decision(document: Mapping[str, object]) -> tuple[str, datetime | None, str, str]:
    """Return what was decided, when if that is told, why, and what was not chosen."""
    body = Body(document)
    words = body.text("text", required=True, longest=LONGEST_CHOICE)
    happened_at = body.moment("happened_at")
    reason, alternatives = body.text("reason"), body.text("alternatives")
    body.done()
    return words, happened_at, reason, alternatives


def read_correction(document: Mapping[str, object]) -> tuple[str | None, datetime | None]:
    """Return the new text and moment of an entry; None leaves what is there."""
    body = Body(document, read_only=WHOLE_LINE.fields)
    words, happened_at = body.text("text", required=body.has("text")), body.moment("happened_at")
    body.done()
    return words if body.has("text") else None, happened_at


def _person(username: str) -> User:
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise Invalid.field("/user", "Nobody active has that name.", "unknown_user")
    return found
