"""The first run: connect a monitor, see its first event arrive (staff.md 7.12). Stands in for Now until then."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.module_loading import import_string

from core import clock
from core.admin.buttons import Refusal, words
from core.admin.live import part
from core.admin.rights import allows, who
from core.models import User
from core.navigation import SetupStep
from core.pulse import pulse
from core.secrets import decrypt, encrypt
from incidents.actions.catalog import ingest_url
from incidents.actions.first_source import connect_first, has_sent, send_test_event
from incidents.admin.lamp import glance
from incidents.admin.snippets import snippet
from incidents.models import PlaybookVersion, RawEvent, Rejection, Source
from incidents.parsers import FORMATS

KEPT = "first_run_key"
RIGHT = "core.edit_people"


def instead_of_now(request: HttpRequest) -> HttpResponse | None:
    """Return the way to the first run for an Administrator while no event has ever arrived, else None."""
    if "part" in request.GET or not allows(request, RIGHT) or glance().there:
        return None
    if RawEvent.objects.exists():
        return None
    return HttpResponseRedirect(reverse("admin:first_run"))


def first_run(request: HttpRequest) -> HttpResponse:
    """Show the address to paste and whether something came; POST makes the source or sends a test event."""
    if not allows(request, RIGHT):
        raise PermissionDenied
    if request.method == "POST":
        return _press(request)
    context = _context(request)
    fragment = part(request, {"arrived": "incidents/first_run_arrived.html"}, context)
    return fragment or TemplateResponse(request, "incidents/first_run.html", context)


def _press(request: HttpRequest) -> HttpResponse:
    by, at = who(request), clock.now()
    try:
        if request.POST.get("action") == "test":
            source = Source.objects.filter(pk=_number(request.POST.get("source"))).first()
            if source is not None:
                send_test_event(source, by=by, at=at)
        else:
            source, key = connect_first(request.POST.get("format", ""), by=by, at=at)
            request.session[KEPT] = encrypt(f"{source.pk} {key}")
    except Refusal as refusal:
        messages.error(request, words(refusal))
    return HttpResponseRedirect(reverse("admin:first_run"))


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


def _context(request: HttpRequest) -> dict[str, Any]:
    source, key = _kept(request)
    event = (
        RawEvent.objects.defer("body").filter(source=source).order_by("-pk").first()
        if source
        else None
    )
    if source is not None and KEPT in request.session and has_sent(source):
        del request.session[KEPT]  # the key is where it belongs; it is shown this last time
    wrong = Rejection.objects.filter(source=source).order_by("-pk").first() if source else None
    steps = _steps(request)
    return {
        **admin.site.each_context(request),
        "title": "Connect your first monitor",
        "headline": "Send one event and see it arrive. Choose afterwards who is woken.",
        "formats": [(form.name, form.label) for form in FORMATS.values()],
        "source": source,
        "address": ingest_url(source, key) if source else "",
        "snippet": snippet(source, key) if source else "",
        "event": event,
        "refused": wrong,
        "now": clock.now(),
        "steps": steps,
        "done": sum(step.is_done for step in steps),
    }


def _kept(request: HttpRequest) -> tuple[Source | None, str]:
    """Return the source that this person has just made, and its key; the latest source without one otherwise."""
    sealed = request.session.get(KEPT)
    if sealed:
        pk, key = decrypt(sealed).split(" ", 1)
        return Source.objects.filter(pk=int(pk)).first(), key
    return Source.objects.order_by("-pk").first(), "KEY"


def _steps(request: HttpRequest) -> list[SetupStep]:
    at = clock.now()
    found: list[SetupStep] = []
    for path in settings.PANELS["first_run"]:
        found.extend(import_string(path)(request.user, at))
    return found


def own_steps(user: User, at: Any) -> list[SetupStep]:
    """Return the kernel's steps: the engine, a monitor, a playbook."""
    beat = pulse().beats.get("engine")
    names = ", ".join(
        PlaybookVersion.objects.order_by("slug").values_list("slug", flat=True).distinct()
    )
    event = RawEvent.objects.exists()
    return [
        SetupStep(beat is not None, "The engine is running", "it digests events and pages", reverse("admin:core_heartbeat_changelist")),
        SetupStep(event, "Connect a monitor", "about two minutes", reverse("admin:first_run")),
        SetupStep(bool(names), "Choose a playbook", f"there: {names}" if names else "none is loaded", reverse("admin:incidents_playbookversion_changelist")),
    ]  # fmt: skip
