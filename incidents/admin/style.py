"""The components of the house on one page, so that tests and later screens have one place to look (demo only)."""

from datetime import timedelta

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from core import clock
from core.models import User
from incidents.playbook.lifecycle import State

TONES = ("red", "orange", "amber", "green", "teal", "blue", "violet", "grey")


def components(request: HttpRequest) -> HttpResponse:
    """Return the page; 404 outside demo mode."""
    if not settings.DEMO:
        raise Http404
    now = clock.now()
    context = {
        **admin.site.each_context(request),
        "title": "Components",
        "headline": "Every part that screens are made of, in every state.",
        "now": now,
        "began": now - timedelta(minutes=26, seconds=14),
        "promises": [
            now + timedelta(minutes=41), now + timedelta(minutes=11, seconds=48), now - timedelta(minutes=3),
        ],
        "ranks": [(rank, f"SEV-{rank}") for rank in (1, 2, 3, 4)],
        "others": [(1, "P0 Critical"), (2, "P1 High"), (3, "Priority 3"), (4, "P4 Low")],
        "states": [(state.value, state.value.replace("_", " ").capitalize()) for state in State],
        "tones": TONES,
        "somebody": list(User.objects.order_by("pk")[:6]),
    }  # fmt: skip
    return TemplateResponse(request, "incidents/style.html", context)
