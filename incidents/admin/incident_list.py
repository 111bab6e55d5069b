"""The incident list: which need attention? Views, search, chips, groups and keyset pages (staff.md 7.2)."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path

from core import clock
from core.admin import live
from core.admin.base import GuardedAdmin
from core.admin.rights import who
from core.permissions import may
from incidents.admin import list_bulk, list_views
from incidents.admin.list_sight import Sight
from incidents.admin.list_words import chips, described, label_of
from incidents.lists import rows
from incidents.lists.counts import ALL, Counting
from incidents.lists.wanted import RECENT, read
from incidents.models import Incident
from incidents.rules.numbers import number_of

EVERY_S = 15
_PARTS = {"rows": "incidents/list_rows.html"}


class ListScreen(GuardedAdmin[Incident]):
    """The changelist of incidents, in place of Django's."""

    def get_urls(self) -> list[URLPattern]:
        """Add what a chosen set of rows can do, and the views that people keep."""
        wrap = self.admin_site.admin_view
        return [
            path("bulk/", wrap(self.bulk_view), name="incidents_incident_bulk"),
            path("views/", wrap(list_views.keep), name="incidents_incident_views"),
            path(
                "views/<int:pk>/forget/", wrap(list_views.forget), name="incidents_incident_forget"
            ),
            *super().get_urls(),
        ]

    def bulk_view(self, request: HttpRequest) -> HttpResponse:
        """Ask first what the chosen rows would answer, then do it to all of them or to none."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return list_bulk.answer(request, self.admin_site.each_context(request))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Return the list, or its rows alone for ?part=rows."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if any("\0" in value for _, values in request.GET.lists() for value in values):
            return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")
        sight = Sight(who(request), read(request.GET.lists()), clock.now())
        context = {**_rows_context(request, sight), "is_part": "part" in request.GET}
        fragment = live.part(request, _PARTS, context)
        if fragment is not None:
            return fragment
        request.current_app = self.admin_site.name
        shell = self.admin_site.each_context(request)
        return list_views.page(request, {**shell, **context, **_page_context(request, sight)})


def _rows_context(request: HttpRequest, sight: Sight) -> dict[str, Any]:
    page, edges = sight.page, sight.page.edges
    query = sight.wanted.query
    verbs = [verb for verb in list_bulk.VERBS if may(sight.by, f"incidents.{verb.name}")]
    return {
        "groups": sight.groups,
        "is_empty": not sight.drawn.lines,
        "has_public": sight.drawn.has_public,
        "verbs": verbs,
        "columns": 8 + bool(verbs) + sight.drawn.has_public,
        "shown": len(sight.drawn.lines),
        "total": sight.total,
        "is_whole": sight.is_whole,
        "next": f"?{query}&after={edges[1]}" if edges and page.has_next else "",
        "previous": f"?{query}&before={edges[0]}" if edges and page.has_previous else "",
        "sentence": sight.sentence,
        "live_url": f"{request.path}?{_live_query(sight)}",
        "every": EVERY_S,
        "back": query,
        **(_emptiness(sight) if not sight.drawn.lines else {}),
    }


def _live_query(sight: Sight) -> str:
    places = {"after": sight.asked.after, "before": sight.asked.before}
    given = "".join(f"&{name}={place}" for name, place in places.items() if place)
    return f"{sight.wanted.query}{given}&part=rows"


def _page_context(request: HttpRequest, sight: Sight) -> dict[str, Any]:
    rest = sight.wanted.without("q").parameters()
    tabs = sight.tabs
    return {
        "title": "Incidents",
        "views": tabs,
        "kept": next((tab for tab in tabs if tab.is_current and tab.pk), None),
        "can_keep": not any(tab.is_current for tab in tabs),
        "chips": chips(sight.wanted, sight.names, sight.drawn.services, sight.drawn.people),
        "wanted": sight.wanted,
        "rest": rest,
        "ignored": _ignored(request, sight),
        "note": _search_note(sight),
        "can_declare": may(sight.by, "incidents.declare"),
    }


def _ignored(request: HttpRequest, sight: Sight) -> Sequence[str]:
    if ERROR_FLAG in request.GET:
        return ("what was asked for; this is the whole list",)
    return sight.asked.ignored


def _search_note(sight: Sight) -> str:
    """Say that a search did not look at everything, where there is more than it looked at."""
    is_small = sight.counts[ALL].number < rows.NEWEST
    if not sight.wanted.q or is_small or number_of(sight.wanted.q):
        return ""
    if rows.is_indexed(sight.names):
        return ""
    return f"Titles are searched among the newest {rows.NEWEST:,} incidents."


def _emptiness(sight: Sight) -> dict[str, Any]:
    """Return what an empty list says: what was looked for, and which one filter hides matches."""
    if sight.wanted == RECENT:
        return {"is_calm": True, "has_any": bool(sight.counts[ALL].number)}
    looser = {name: sight.wanted.without(name) for name in sight.wanted.narrow}
    asked = {
        name: rows.matching(other, sight.names, me=sight.by.user_id, at=sight.at)
        for name, other in looser.items()
    }
    found = Counting(asked).read() if asked else {}
    ways = [
        (label_of(name), other.query, found[name])
        for name, other in looser.items()
        if found[name].number
    ]
    return {"looked_for": described(sight.wanted, sight.names), "ways": ways[:3], "is_calm": False}
