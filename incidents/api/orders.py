"""What a POST asks for: bodies into orders and declarations."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.api.bodies import Body
from core.errors import Invalid, NotFound
from core.models import User
from incidents.actions.perform import NOTE, ORDERS, Order
from incidents.models import Service

SEGMENTS = {name.replace("_", "-"): name for name in ORDERS}


@dataclass(frozen=True, slots=True)
class Declaration:
    """A new incident as asked for."""

    title: str
    service: Service
    rank: int
    description: str
    page_nobody: bool


def verb_of(segment: str) -> str:
    """Return the verb that a URL segment names; raises NotFound with those that there are."""
    if segment not in SEGMENTS:
        raise NotFound(f"There is no verb {segment}; the verbs are {', '.join(SEGMENTS)}.")
    return SEGMENTS[segment]


def read_order(verb: str, document: Mapping[str, object]) -> Order:
    """Return the order in a body. Each verb has its own fields; note and reason go with all."""
    body = Body(document)
    note, reason = body.text("note", required=verb == NOTE), body.text("reason")
    into = body.number("into", 1, required=True) if verb == "merge" else 0
    severity = body.number("severity", 1, 4, required=True) if verb == "change_severity" else 0
    role = username = ""
    if verb == "assign_role":
        role = body.text("role", required=True, longest=40)
        username = body.text("user", required=True, longest=150)
    body.done()
    user = _person(username) if username else None
    return Order(verb, note, reason, into or None, severity, role, user)


def read_declaration(document: Mapping[str, object]) -> Declaration:
    """Return the new incident that a body describes; raises Invalid with every wrong field."""
    body = Body(document)
    title = body.text("title", required=True)
    slug = body.text("service", required=True)
    rank = body.number("severity", 1, 4, required=True)
    description, page_nobody = body.text("description"), body.flag("page_nobody")
    body.done()
    service = Service.objects.filter(slug=slug).first()
    if service is None:
        raise Invalid.field("/service", f"There is no service {slug}.", "unknown_service")
    return Declaration(title, service, rank, description, page_nobody)


def _person(username: str) -> User:
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise Invalid.field("/user", f"Nobody active is called {username}.", "unknown_user")
    return found
