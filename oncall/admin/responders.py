"""People who can be paged, and their contacts: added, verified and tested by actions."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest

from core import clock
from core.actor import Actor
from core.admin.base import GuardedAdmin
from core.admin.buttons import Button, Several
from core.admin.panel import Named, Panel
from core.admin.rights import allows, who
from core.models import User
from core.templatetags.house import channel as channel_of
from core.templatetags.house import plural
from notify.addresses import masked
from oncall.actions import add_contact, confirm_contact, contacts, send_test
from oncall.admin import reach, readiness
from oncall.admin.address_forms import Address, Code
from oncall.models import ContactMethod, Responder

EDIT = "oncall.edit_responder"
COLUMNS = (
    "Channel",
    "Address",
    "Confirmed (UTC)",
    "Last message arrived (UTC)",
    "Pages go there",
    "You can",
)


@admin.register(Responder)
class ResponderAdmin(GuardedAdmin[Responder]):
    """An Administrator makes responders; everybody looks after their own contacts."""

    view_verb = "oncall.view"
    edit_verb = EDIT
    person = Named("user", "person")
    list_display = ("person", "is_active", "usable")
    list_select_related = ("user",)
    list_filter = ("is_active",)
    search_fields = ("user__username", "user__first_name", "user__last_name")
    fieldsets = (
        (
            "Who is woken",
            {
                "fields": ("user", "is_active"),
                "description": "Switched off, this person keeps every contact and gets no page.",
            },
        ),
    )

    def headline(self, request: HttpRequest) -> str:
        """Say of how many responders a page reaches nobody."""
        responders = Responder.objects.filter(is_active=True, user__is_active=True)
        count = responders.count()
        lost = count - responders.filter(pk__in=_reached()).count()
        if lost:
            return f"{lost} of {plural(count, 'person,people')} can't be reached: no confirmed contact."
        return f"{plural(count, 'person,people')} can be paged, and each has a confirmed contact."

    def sentence(self, request: HttpRequest, obj: Responder) -> str:
        """Say first whether this person can be woken."""
        return reach.sentence(obj, list(obj.contacts.all()), clock.now())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Responder]:
        """Count each one's usable contacts."""
        usable = Q(contacts__verified_at__isnull=False, contacts__disabled_at=None)
        return super().get_queryset(request).annotate(usable_count=Count("contacts", filter=usable))

    def get_readonly_fields(self, request: HttpRequest, obj: Responder | None = None) -> Any:
        """Keep the person of an existing responder."""
        return () if obj is None else ("person",)

    def get_fieldsets(self, request: HttpRequest, obj: Responder | None = None) -> Any:
        """Ask for the person of a new one."""
        name, part = self.fieldsets[0]
        who_it_is = "user" if obj is None else "person"
        return [(name, {**part, "fields": (who_it_is, "is_active")})]

    @admin.display(description="can be reached", ordering=F("usable_count"))
    def usable(self, responder: Any) -> str:
        """Return how a page could go out to the person."""
        if not responder.is_active or not responder.user.is_active:
            return "No: switched off"
        count = int(responder.usable_count)
        return (
            f"Yes, by {plural(count, 'contact,contacts')}" if count else "No: no confirmed contact"
        )

    def why_kept(self, obj: Responder) -> Sequence[str]:
        """Keep people who would be paged."""
        return [] if not obj.is_active else [f"{obj} may be paged; switch that off first."]

    def buttons(self, request: HttpRequest, obj: Responder) -> Sequence[Button]:
        """Offer to add a contact, and what each contact allows."""
        add = partial(_add, obj.user)
        rows = [
            button
            for contact in obj.contacts.all()
            for button in _row(contact, may=_may(request, obj))
        ]
        return [
            Button(
                "add_contact", "Add a contact", add, Address, shown=_may(request, obj), opens=True
            ),
            *rows,
        ]

    def panels(self, request: HttpRequest, obj: Responder) -> Sequence[Panel]:
        """Show the contacts: in full to their owner, masked to an Administrator."""
        is_own = who(request).user_id == obj.user_id
        title = "Your contacts" if is_own else "Contacts"
        if not _may(request, obj):
            return [Panel(title, "Only the person and an Administrator see them.")]
        contacts = list(obj.contacts.all())
        rows = [_cells(contact, is_own=is_own) for contact in contacts]
        count = plural(len(rows), "contact,contacts")
        return [
            Panel(title, "", COLUMNS, rows, "There is none yet.", key="contacts", count=count),
            readiness.panel(obj.user, clock.now()),
        ]


def _reached() -> QuerySet[ContactMethod, int]:
    """Return the responders that a page reaches."""
    return ContactMethod.objects.usable().values_list("responder", flat=True)


def _may(request: HttpRequest, responder: Responder) -> bool:
    is_own = who(request).user_id == responder.user_id
    return allows(request, "oncall.edit_own_contacts" if is_own else EDIT, responder)


def _add(user: User, *, by: Actor, at: datetime, channel: str, address: str) -> str:
    add_contact(user, channel, address.strip(), by=by, at=at)
    return "The contact is added; a code is on its way to it. Confirm it by that code."


def _row(contact: ContactMethod, *, may: bool) -> list[Button]:
    is_on, is_known = contact.disabled_at is None, contact.verified_at is not None
    pk, button = contact.pk, partial(_button, contact, may=may)
    gone = f"No page goes to {masked(contact.address)} any more."
    return [
        button("test", "Send a test page", _said(send_test, "A test page is on its way.")),
        button(
            "code",
            "Send a new code",
            _said(contacts.resend_code, "A new code is on its way."),
            possible=not is_known,
        ),
        button(
            "confirm",
            "Confirm",
            _said(confirm_contact, "The contact is confirmed; pages go there."),
            possible=not is_known,
            form=Code,
        ),
        button("off", "Switch off", partial(_switch, on=False), possible=is_on, confirm=gone),
        button("on", "Switch on", partial(_switch, on=True), possible=not is_on),
        Button(
            f"remove-{pk}", "Remove", partial(_remove, pk), shown=may, confirm=gone, in_panel=True
        ),
    ]


def _button(  # noqa: PLR0913  the parts of a button
    contact: ContactMethod,
    name: str,
    label: str,
    act: Callable[..., str],
    *,
    may: bool,
    possible: bool = True,
    form: type[forms.Form] | None = None,
    confirm: str = "",
) -> Button:
    return Button(
        f"{name}-{contact.pk}", label, partial(act, contact.pk), form,
        shown=may and possible, confirm=confirm, opens=form is not None, in_panel=True,
    )  # fmt: skip


def _said(action: Callable[..., object], text: str) -> Callable[..., str]:
    def act(contact_id: int, *, by: Actor, at: datetime, **typed: str) -> str:
        action(contact_id, by=by, at=at, **typed)
        return text

    return act


def _switch(contact_id: int, *, on: bool, by: Actor, at: datetime) -> str:
    contacts.switch_contact(contact_id, on=on, by=by, at=at)
    return "Pages go there again." if on else "No page goes there any more."


def _remove(contact_id: int, *, by: Actor, at: datetime) -> str:
    contacts.remove_contact(contact_id, by=by, at=at)
    return "The contact is removed."


def _cells(contact: ContactMethod, *, is_own: bool) -> list[object]:
    return [
        channel_of(contact.channel),
        contact.address if is_own else masked(contact.address),
        reach.when(contact.verified_at),
        reach.when(contact.last_ok_at),
        reach.pages_go_there(contact),
        Several(tuple(button for button in _row(contact, may=True) if button.shown)),
    ]
