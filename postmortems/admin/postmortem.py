"""Postmortems: the list, the page where one is written, its reader and its export."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from core import clock
from core.admin.base import ReadOnlyAdmin
from core.admin.buttons import Button, Refusal, words
from core.admin.panel import link
from core.admin.rights import who
from core.templatetags.house import person
from incidents.playbook import severity_for
from incidents.templatetags.incident_marks import severity, state
from postmortems.actions import open_by_hand
from postmortems.actions.export import as_markdown
from postmortems.actions.reading import Reading
from postmortems.admin import saving
from postmortems.admin.pressing import buttons_of
from postmortems.admin.screen import Screen, glyph_of
from postmortems.models import Postmortem
from postmortems.models.action import UNFINISHED
from postmortems.rules.words import day, plural

FOLDER = "postmortems/admin"


@admin.register(Postmortem)
class PostmortemAdmin(ReadOnlyAdmin[Postmortem]):
    """No form saves a row here: each text and each button calls one action."""

    view_verb = "postmortems.view"
    logs = False
    list_display = (
        "incident_link",
        "severity_badge",
        "state_word",
        "owner_name",
        "due",
        "actions_count",
    )
    list_display_links = None  # the incident's own cell is the link
    list_filter = ("state",)
    list_select_related = ("incident__service", "incident__playbook", "owner")
    list_per_page = 50
    search_fields = ("incident__title",)
    fields = ("incident", "state", "owner")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Postmortem]:
        """Count the action items of each."""
        rows = (
            super()
            .get_queryset(request)
            .select_related("incident__service", "incident__playbook", "playbook", "owner")
        )
        unfinished = Q(actions__state__in=UNFINISHED)
        return rows.annotate(
            all_actions=Count("actions"), open_actions=Count("actions", filter=unfinished)
        )

    def headline(self, request: HttpRequest) -> str:
        """Say how many wait for whom."""
        rows = Postmortem.objects.open()
        there, late = rows.count(), rows.filter(written_by__lt=clock.now(), state="draft").count()
        if not there:
            return "Every postmortem is published."
        tail = f"; {late} past the date to be written" if late else ""
        return f"{plural(there, 'is', 'are')} not published yet{tail}."

    @admin.display(description="incident", ordering="incident")
    def incident_link(self, row: Postmortem) -> str:
        """Return a link to the page, by number and title."""
        return link(self.page_of(row), f"{row.incident.label} {row.incident.title}")

    @admin.display(description="severity", ordering="incident__rank")
    def severity_badge(self, row: Postmortem) -> str:
        """Return the badge of the incident."""
        code = severity_for(row.incident.playbook.playbook, row.incident.rank).code
        return severity(row.incident.rank, code, ended=True)

    @admin.display(description="state", ordering="state")
    def state_word(self, row: Postmortem) -> str:
        """Return the glyph and the playbook's word."""
        return state(glyph_of(row), row.state_word)

    @admin.display(description="owner", ordering="owner")
    def owner_name(self, row: Postmortem) -> str:
        """Return who writes it."""
        return person(row.owner)

    @admin.display(description="written by (UTC)", ordering="written_by")
    def due(self, row: Postmortem) -> str:
        """Return by when it is to be written, red where that has passed."""
        if row.written_by is None or row.state != "draft":
            return ""
        is_late = row.written_by < clock.now()
        when = day(row.written_by.date())
        return format_html('<span class="bad">{} late</span>', when) if is_late else when

    @admin.display(description="actions")
    def actions_count(self, row: Any) -> str:
        """Return how many action items are unfinished, of all."""
        return f"{row.open_actions} of {row.all_actions} open" if row.all_actions else "none"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds one here: the incident's page opens it."""
        return False

    def buttons(self, request: HttpRequest, obj: Postmortem) -> Sequence[Button]:
        """Return every verb."""
        return buttons_of(Reading(obj), who(request))

    def get_urls(self) -> list[URLPattern]:
        """Add the saving of the texts, the reader and the export."""
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/sections/<slug:key>/", wrap(self.save_section), name="postmortems_section"
            ),
            path("open/<int:incident>/", wrap(self.open_one), name="postmortems_open"),
            path("<int:pk>/read/", wrap(self.read), name="postmortems_read"),
            path("<int:pk>/export/", wrap(self.export), name="postmortems_export"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: object = None
    ) -> HttpResponse:
        """Show the page; nothing is saved through it."""
        if not object_id.isdecimal() or len(object_id) > 18:
            raise Http404("There is no such postmortem.")
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        return self._page(request, int(object_id), "postmortem.html")

    def open_one(self, request: HttpRequest, incident: int) -> HttpResponse:
        """Open the postmortem of an incident, and go there."""
        if request.method != "POST":
            raise PermissionDenied
        try:
            made = open_by_hand(incident, by=who(request), at=clock.now())
        except Refusal as refusal:
            messages.error(request, words(refusal))
            return HttpResponseRedirect(reverse("admin:postmortems_postmortem_changelist"))
        return HttpResponseRedirect(self.page_of(made))

    def read(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it as its readers see it."""
        screen = self._screen(request, pk)
        return self._page(request, pk, "reader.html", screen=screen)

    def export(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send it as one Markdown file."""
        screen = self._screen(request, pk)
        answer = HttpResponse(
            as_markdown(screen.reading), content_type="text/markdown; charset=utf-8"
        )
        answer["Content-Disposition"] = f'attachment; filename="{screen.incident.label}.md"'
        return answer

    def save_section(self, request: HttpRequest, pk: int, key: str) -> HttpResponse:
        """Save what was written, in this section and in the others; show both texts where somebody saved meanwhile."""
        if request.method != "POST":
            raise PermissionDenied
        saved = saving.save(pk, request.POST, by=who(request), at=clock.now())
        if saved.refused:
            return self._page(request, pk, "conflict.html", status=saved.status, saved=saved)
        messages.success(request, saved.said or "Nothing had changed.")
        page = reverse("admin:postmortems_postmortem_change", args=[pk])
        return HttpResponseRedirect(f"{page}#section-{key}")

    def _screen(self, request: HttpRequest, pk: int) -> Screen:
        rows = Postmortem.objects.select_related(
            "incident__service", "incident__playbook", "playbook", "owner"
        )
        found = rows.filter(pk=pk).first()
        if found is None:
            raise Http404("There is no such postmortem.")
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        return Screen(request, Reading(found), clock.now())

    def _page(
        self, request: HttpRequest, pk: int, template: str, *, status: int = 200, **more: Any
    ) -> HttpResponse:
        screen = more.pop("screen", None) or self._screen(request, pk)
        context = {
            **self.admin_site.each_context(request),
            "title": str(screen.postmortem),
            "opts": self.opts,
            "screen": screen,
            "postmortem": screen.postmortem,
            "incident": screen.incident,
            **more,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, f"{FOLDER}/{template}", context, status=status)
