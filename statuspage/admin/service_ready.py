"""The status page's part of a service's readiness: a component stands for it."""

from datetime import datetime

from django.urls import reverse

from core.navigation import SetupStep
from incidents.models import Service
from statuspage.models import ComponentService


def steps(service: Service, at: datetime) -> list[SetupStep]:
    """Return whether the public can be told of this service by a component."""
    names = ComponentService.objects.filter(service=service).values_list(
        "component__name", flat=True
    )
    url = reverse("admin:statuspage_component_changelist")
    if not names:
        return [SetupStep(False, "Not on the status page", "no component stands for it", url)]
    return [SetupStep(True, "Shown on the status page", f"as {', '.join(names[:3])}", url)]
