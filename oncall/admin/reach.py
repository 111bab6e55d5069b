"""Whether somebody can be woken, in one sentence; and the panel of it on a person's own page."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import clock
from core.admin.panel import NOTHING, Panel
from core.admin.rights import allows, who
from core.models import User
from core.templatetags.house import channel, channel_word, icon, wall
from oncall.models import ContactMethod, Responder

COLUMNS = ("Channel", "Confirmed (UTC)", "Last message arrived (UTC)", "Pages go there")


def is_usable(contact: ContactMethod) -> bool:
    """Return whether a page may go to this contact, as far as the contact itself goes."""
    return contact.verified_at is not None and contact.disabled_at is None


def sentence(responder: Responder, contacts: Sequence[ContactMethod], at: datetime) -> str:
    """Return whether the person can be woken: by what and how well that is proven, or what is missing."""
    if not responder.user.is_active:
        return f"Nothing reaches {responder}: the account is switched off."
    if not responder.is_active:
        return f"Nothing reaches {responder}: paging this person is switched off."
    usable = [contact for contact in contacts if is_usable(contact)]
    if not usable:
        return f"Nothing reaches {responder}: {_missing(contacts)}."
    ways = " and ".join(dict.fromkeys(channel_word(contact.channel) for contact in usable))
    return f"{responder} can be woken by {ways}, {_proof(usable, at)}."


def _missing(contacts: Sequence[ContactMethod]) -> str:
    if not contacts:
        return "add a contact and confirm it"
    if all(contact.verified_at for contact in contacts):
        return "switch a contact on"
    return "confirm a contact"


def _proof(usable: Sequence[ContactMethod], at: datetime) -> str:
    arrived = max((one.last_ok_at for one in usable if one.last_ok_at), default=None)
    if arrived is None and not settings.EMAIL_URL and {one.channel for one in usable} == {"email"}:
        return "but mail is kept, not sent: there is no mail server"
    if arrived is None:
        return "but no message has arrived there yet: send a test page"
    return f"proven {wall(arrived, now=at)} UTC"


def pages_go_there(contact: ContactMethod) -> SafeString:
    """Return whether pages go to a contact, and why not."""
    if contact.verified_at is None:
        tone, mark, words = "warn", "triangle", "No: not confirmed yet"
    elif contact.disabled_at is not None:
        tone, mark, words = "dim", "cross", "No: switched off"
    else:
        tone, mark, words = "good", "check", "Yes"
    return format_html('<span class="{}">{}&nbsp;{}</span>', tone, icon(mark), words)


def when(at: datetime | None) -> str:
    """Return an instant as people read it (UTC), a dash for none."""
    return wall(at) if at else NOTHING


def of_person(request: HttpRequest, user: User) -> Panel | None:
    """Return how pages reach a person, for the person's page; the way to change it for the person."""
    if not allows(request, "oncall.view"):
        return None
    responder = Responder.objects.select_related("user").filter(user=user).first()
    is_own = who(request).user_id == user.pk
    title = "Your contacts" if is_own else "Contacts"
    way = (reverse("admin:own_contacts"), "Add, confirm, send a test page") if is_own else None
    if responder is None:
        said = "You are never paged" if is_own else f"{user.display_name} is never paged"
        return Panel(title, f"{said}: there is no contact.", key="contacts", link=way)
    if way is None:
        way = (reverse("admin:oncall_responder_change", args=[responder.pk]), "Open")
    contacts = list(responder.contacts.all())
    rows = [
        (channel(one.channel), when(one.verified_at), when(one.last_ok_at), pages_go_there(one))
        for one in contacts
    ]
    said = sentence(responder, contacts, clock.now())
    return Panel(title, said, COLUMNS, rows, "None yet.", key="contacts", link=way)
