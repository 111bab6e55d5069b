"""Search over everything: each app answers for what it holds (wiring: SEARCH)."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.module_loading import import_string

from core.navigation import Found

LONGEST = 200
EACH = 8


def results(request: HttpRequest) -> HttpResponse:
    """Return what is found for ?q=, grouped by kind; words over 200 characters are cut, NUL is dropped."""
    words = request.GET.get("q", "").replace("\0", "")[:LONGEST].strip()
    found: list[Found] = []
    for path in settings.SEARCH if words else ():
        found.extend(import_string(path)(request, words, EACH))
    kinds = list(dict.fromkeys(row.kind for row in found))
    context = {
        **admin.site.each_context(request),
        "title": "Search",
        "headline": "",
        "words": words,
        "groups": [(kind, [row for row in found if row.kind == kind]) for kind in kinds],
        "number": len(found),
    }
    return TemplateResponse(request, "admin/core/search.html", context)


def keys(request: HttpRequest) -> HttpResponse:
    """Return the list of keys."""
    context = {**admin.site.each_context(request), "title": "Keys"}
    return TemplateResponse(request, "admin/core/keys.html", context)
