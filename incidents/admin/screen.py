"""The incident's screen (staff.md 7.3): what happens, what to do next, who does what."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from core import clock
from core.admin.base import GuardedAdmin
from core.admin.buttons import Button
from core.admin.live import part
from core.admin.panel import Panel
from core.admin.rights import allows, who
from core.models import User
from incidents.admin.forms import LOCAL, Correction, RoleOffered
from incidents.admin.screen_found import Found, find
from incidents.admin.screen_head import Clock, ShownStep, clocks, for_phone, stepper
from incidents.admin.screen_next import Next, what_next
from incidents.admin.screen_past import details, past
from incidents.admin.screen_rows import Rows
from incidents.admin.screen_side import rail
from incidents.admin.story import Story
from incidents.admin.verbs import SCREEN, buttons_of
from incidents.models import Incident

FOLDER = "incidents/incident"
PARTS = {name: f"{FOLDER}/_{name}.html" for name in ("header", "next", "rail", "story")}
WRITES = {
    "decide", "suppose", "pin", "unpin", "correct", "confirm", "reject", "reconsider", "tick", "untick",
}  # fmt: skip
ROLES = {"take_command", "offer_role", "accept_role", "decline_role"}
ASIDE = (
    "change_severity",
    "reword",
    "take_over",
    "mark_false_alarm",
    "merge",
    "cancel",
    "start_review",
    "close",
)


class Screen:
    """Everything that the templates ask for; each part is worked out when it is drawn."""

    def __init__(self, request: HttpRequest, found: Found, at: datetime) -> None:
        self.request, self.at = request, at
        self.incident = incident = found.incident
        self.rows = Rows(request, found, at)
        self.press = SCREEN
        self.may_write = self.rows.may("note")
        self.may_lead = incident.is_declared and incident.is_live and self.rows.may("assign_role")

    @property
    def ended(self) -> bool:
        """Return whether it is over."""
        return not self.incident.is_live

    @property
    def word(self) -> str:
        """Return the playbook's word for the state."""
        return self.rows.word(self.incident.state)

    @cached_property
    def clocks(self) -> list[Clock]:
        """Return the facts of the head."""
        return clocks(self.rows)

    @cached_property
    def phone_clocks(self) -> set[str]:
        """Return the labels of the facts that a phone shows."""
        return for_phone(self.clocks)

    @cached_property
    def stepper(self) -> list[ShownStep]:
        """Return the playbook's steps."""
        return stepper(self.rows)

    @property
    def place(self) -> int:
        """Return which step it stands at, counted from 1."""
        reached = [n for n, step in enumerate(self.stepper, 1) if step.is_done or step.is_current]
        return max(reached, default=1)

    @cached_property
    def next(self) -> Next:
        """Return what to do next."""
        return what_next(self.rows, override=self.request.GET.get("override", ""))

    @cached_property
    def story(self) -> Story:
        """Return the timeline."""
        return Story(self.rows, self.request.GET)

    @cached_property
    def rail(self) -> list[Panel]:
        """Return the panels beside the timeline."""
        return rail(self.rows)

    @cached_property
    def past(self) -> list[Panel]:
        """Return the panels below the timeline."""
        return past(self.rows)

    @cached_property
    def wide(self) -> list[Panel]:
        """Return what apps above show over the whole width."""
        return [panel for panel in self.rows.panels if panel.area == "wide"]

    @cached_property
    def details(self) -> list[Panel]:
        """Return the raw facts."""
        return details(self.rows)

    @cached_property
    def buttons(self) -> dict[str, Button]:
        """Return the buttons that are possible now and allowed to this person, by verb."""
        return {one.name: one for one in buttons_of(self.incident, self.rows.by) if one.shown}

    @property
    def aside(self) -> list[Button]:
        """Return what stands behind "More": facts to change, and the ways out that stand nowhere else."""
        return [
            self.buttons[name]
            for name in ASIDE
            if name in self.buttons and name not in self.next.shown
        ]

    @cached_property
    def handing_over(self) -> RoleOffered:
        """Return the form that offers or gives a role, with the reader's own chosen beforehand."""
        rows = self.rows
        mine = [key for key, held in rows.holders.items() if held.user_id == rows.by.user_id]
        return RoleOffered(
            playbook=rows.book, reader=rows.by.user, first=self._people(), auto_id="id_give_%s",
            initial={"role": next(iter(mine), None)},
        )  # fmt: skip

    def _people(self) -> list[User]:
        """Return whom the field for a person suggests first: those who are in it already, each once."""
        rows, incident = self.rows, self.incident
        asked = [user for row in rows.offers.values() for user in (row.user, row.offered_by)]
        known = [
            *(row.user for row in rows.roles),
            *asked,
            incident.acknowledged_by,
            incident.opened_by,
        ]
        return list(dict.fromkeys(user for user in known if user is not None))


class IncidentScreen(GuardedAdmin[Incident]):
    """The page of one incident, its parts, and the page of one entry of its timeline."""

    def get_urls(self) -> list[URLPattern]:
        """Give the incident the address that people say: /admin/incidents/incident/2041/."""
        site = self.admin_site
        screen = path(
            "<int:number>/", site.admin_view(self.screen), name="incidents_incident_screen"
        )
        entry = path(
            "<int:number>/entries/<int:entry>/", site.admin_view(self.entry), name="incidents_entry"
        )
        named = path(
            "<int:number>/", site.admin_view(self.screen), name="incidents_incident_change"
        )
        return [
            screen,
            entry,
            *super().get_urls(),
            named,
        ]  # the last of a name is the one that links use

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: object = None
    ) -> HttpResponse:
        """Show the same screen at the admin's own address; no form here saves a row."""
        if not object_id.isdecimal() or len(object_id) > 18:
            raise Http404("There is no such incident.")
        return self.screen(request, int(object_id))

    def screen(self, request: HttpRequest, number: int) -> HttpResponse:
        """Return the screen, or the part of it that `?part=` names."""
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        screen = Screen(request, self._found(request, number), clock.now())
        incident = screen.incident
        context = {
            **self.admin_site.each_context(request),
            "title": str(incident),
            "opts": self.opts,
            "incident": incident,
            "screen": screen,
            "rows": screen.rows,
            "at": screen.at,
            "address": reverse("admin:incidents_incident_screen", args=[incident.pk]),
        }
        request.current_app = self.admin_site.name
        fragment = part(request, PARTS, context)
        return fragment or TemplateResponse(request, f"{FOLDER}/screen.html", context)

    def entry(self, request: HttpRequest, number: int, entry: int) -> HttpResponse:
        """Return one entry of the timeline with everything that it said before, and a way to correct it."""
        screen = Screen(request, self._found(request, number), clock.now())
        incident = screen.incident
        row = incident.timeline.filter(pk=entry).first()
        if row is None or request.method not in ("GET", "HEAD"):
            raise Http404("There is no such entry.")
        [shown] = [Story(screen.rows, request.GET).one(row)]
        start = {
            "entry": row.pk,
            "seen": row.edits,
            "text": row.text,
            "happened_at": f"{row.happened_at:{LOCAL}}",
        }
        context = {
            **self.admin_site.each_context(request),
            "title": f"Entry of {incident.label}",
            "incident": incident,
            "screen": screen,
            "line": shown,
            "form": Correction(incident=incident, initial=start),
            "revisions": list(row.revisions.all()),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, f"{FOLDER}/entry.html", context)

    def press(self, request: HttpRequest, object_id: str, button: str) -> HttpResponse:
        """Refuse whoever may not, before anything that they typed is looked at."""
        obj = self.get_object(request, object_id)
        found = {one.name: one for one in self.buttons(request, obj)}.get(button) if obj else None
        if obj is not None and found is not None and not allows(request, _right(button), obj):
            text = f"{who(request).label} may not do this; it needs the right to respond."
            return self.ask(request, obj, found, None, problem=text, status=403)
        return super().press(request, object_id, button)

    def buttons(self, request: HttpRequest, obj: Incident) -> Sequence[Button]:
        """Return every verb."""
        return buttons_of(obj, who(request))

    def _found(self, request: HttpRequest, number: int) -> Found:
        if not allows(request, "incidents.view"):
            raise PermissionDenied
        found = find(number) if number < 10**18 else None
        if found is None:
            raise Http404("There is no such incident.")
        return found


def _right(button: str) -> str:
    if button in WRITES:
        return "incidents.note"
    return "incidents.assign_role" if button in ROLES else f"incidents.{button}"
