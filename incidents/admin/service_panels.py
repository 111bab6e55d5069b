"""Beside a service's form: whether it is ready for an incident, what burns, what watches it (staff.md 7.13)."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.module_loading import import_string

from core import clock
from core.admin.panel import Panel, link_to
from core.navigation import SetupStep
from core.templatetags.house import moment, plural
from incidents.models import Incident, Service, Source
from incidents.playbook import label, severity_for
from incidents.templatetags.incident_marks import severity, state

SHOWN = 8


def own_steps(service: Service, at: datetime) -> list[SetupStep]:
    """Return the kernel's part of a service's readiness: there is a runbook."""
    has_one = bool(service.runbook_url)
    detail = "shown on every incident of it" if has_one else "add its address under Links"
    return [SetupStep(has_one, "A runbook is set", detail, service.runbook_url)]


def readiness(service: Service, at: datetime) -> list[SetupStep]:
    """Return everything that a service needs before its first incident, done or not."""
    found: list[SetupStep] = []
    for path in settings.PANELS.get("service_ready", []):
        found.extend(import_string(path)(service, at))
    return found


def panels(request: HttpRequest, service: Service) -> tuple[str, list[Panel]]:
    """Return the sentence of a service's page, and the panels beside its form."""
    steps = readiness(service, clock.now())
    done = sum(step.is_done for step in steps)
    burning = _incidents(service)
    ready = Panel(
        "Readiness", key="ready", area="rail", count=f"{done} of {len(steps)}", data=steps,
        template="incidents/service_ready.html",
    )  # fmt: skip
    return _sentence(int(burning.count), len(steps) - done), [ready, burning, _sources(service)]


def _sentence(burning: int, missing: int) -> str:
    fire = plural(burning, "open incident,open incidents") if burning else "No open incident"
    if not missing:
        return f"{fire}, and everything is set."
    return f"{fire}, and {plural(missing, 'setting is,settings are')} incomplete."


def _incidents(service: Service) -> Panel:
    rows = Incident.objects.open().filter(service=service).select_related("playbook")
    found = list(rows.order_by("rank", "-pk"))
    cells = [
        (
            severity(row.rank, severity_for(row.playbook.playbook, row.rank).code),
            link_to(row, f"{row.label} {row.title}"),
            state(row.state, label(row.playbook.playbook, row.state)),
        )
        for row in found[:SHOWN]
    ]
    url = f"{reverse('admin:incidents_incident_changelist')}?service={service.slug}"
    return Panel(
        "Open incidents", "", ("Severity", "Incident", "State"), cells, "Nothing is on fire here.",
        key="fires", area="rail", count=str(len(found)), link=(url, "All of it"),
    )  # fmt: skip


def _sources(service: Service) -> Panel:
    rows = list(service.sources.order_by("name"))
    cells = [(link_to(row), row.format, _last_event(row)) for row in rows[:SHOWN]]
    return Panel(
        "Sources", "", ("Name", "Format", "Last event (UTC)"), cells, "No monitoring system sends for it yet.",
        key="sources", area="rail", count=str(len(rows)),
        link=(reverse("admin:incidents_source_add"), "New source"),
    )  # fmt: skip


def _last_event(source: Source) -> str:
    if source.disabled_at is not None:
        return "switched off"
    return moment(source.last_event_at) or "none yet"
