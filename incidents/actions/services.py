"""What a service is: added and changed by its team's managers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core.actor import Actor
from core.errors import Invalid, NotFound
from core.models import Team
from core.permissions import require
from incidents.models import Dependency, PlaybookVersion, Service

_SCHEMES = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class ServiceChange:
    """What is to be different; None: leave it. `needs`: the slugs of all services that it needs."""

    name: str | None = None
    tier: str | None = None
    playbook_slug: str | None = None
    description: str | None = None
    runbook_url: str | None = None
    needs: tuple[str, ...] | None = None

    def columns(self) -> Mapping[str, str]:
        """Return the columns that it sets."""
        given = {
            "name": self.name,
            "tier": self.tier,
            "playbook_slug": self.playbook_slug,
            "description": self.description,
            "runbook_url": self.runbook_url,
        }
        return {name: value for name, value in given.items() if value is not None}


def add_service(
    slug: str, change: ServiceChange, *, team: Team, by: Actor, at: datetime
) -> Service:
    """Add a service that `team` owns and return it. Raises NotAllowed, Invalid."""
    require(by, "incidents.edit_service", team)
    service = Service(slug=slug, team=team)
    try:
        with transaction.atomic():
            _write(service, change)
    except IntegrityError:
        _check(service)  # somebody took the slug in between: it is said at its field
        raise
    return service


def change_service(slug: str, change: ServiceChange, *, by: Actor, at: datetime) -> Service:
    """Change a service and return it. Raises NotFound, NotAllowed, Invalid."""
    with transaction.atomic():
        service = Service.objects.select_for_update(no_key=True).filter(slug=slug).first()
        if service is None:
            raise NotFound("There is no such service.")
        require(by, "incidents.edit_service", service)
        _write(service, change)
    return service


def _write(service: Service, change: ServiceChange) -> None:
    for name, value in change.columns().items():
        setattr(service, name, value)
    _check(service)
    service.save()
    if change.needs is not None:
        _set_needs(service, change.needs)


def _check(service: Service) -> None:
    if service.runbook_url and not service.runbook_url.startswith(_SCHEMES):
        raise Invalid.field("/runbook_url", "Write an address that begins with http or https.")
    if not PlaybookVersion.objects.filter(slug=service.playbook_slug).exists():
        raise Invalid.field("/playbook", "No playbook of that slug is loaded.", "unknown_playbook")
    try:
        service.full_clean()
    except ValidationError as error:
        raise Invalid.fields(error.message_dict) from error


def _set_needs(service: Service, slugs: tuple[str, ...]) -> None:
    found = dict(Service.objects.filter(slug__in=slugs).values_list("slug", "pk"))
    for place, slug in enumerate(slugs):
        if slug not in found:
            raise Invalid.field(
                f"/depends_on/{place}", "There is no service of that slug.", "unknown_service"
            )
        if found[slug] == service.pk:
            raise Invalid.field(f"/depends_on/{place}", "A service can't need itself.")
    present = set(service.dependencies.values_list("needs", flat=True))
    wanted = set(found.values())
    service.dependencies.filter(needs__in=present - wanted).delete()
    Dependency.objects.bulk_create(
        [Dependency(service=service, needs_id=pk) for pk in sorted(wanted - present)]
    )
