"""A page of Northwind Books with components, and what is told on it."""

from datetime import datetime, timedelta
from typing import Any

from incidents.models import Incident, Service
from statuspage.actions import Announcement, Press, publish, render
from statuspage.models import Component, ComponentGroup, ComponentService, Page, PublicUpdate
from tests.factories import NINE, AnIncident, AService, ATeam, somebody

LONG_AGO = NINE - timedelta(days=400)
MINUTE = timedelta(minutes=1)


def a_page(**fields: Any) -> Page:
    """Return the default page; its zone is UTC unless told."""
    told = {"slug": "northwind", "name": "Northwind Books", "time_zone": "Etc/UTC", **fields}
    team = told.pop("team", None) or ATeam()
    return Page.objects.create(team=team, created_at=LONG_AGO, updated_at=LONG_AGO, **told)


def a_group(page: Page, name: str, position: int = 1) -> ComponentGroup:
    """Return a group."""
    return ComponentGroup.objects.create(
        page=page, name=name, position=position, created_at=LONG_AGO, updated_at=LONG_AGO
    )


def a_component(
    page: Page, name: str = "Payments", *, service: Service | None = None, **fields: Any
) -> Component:
    """Return a component that was always measured; it stands for `service`, if any."""
    row = Component.objects.create(
        page=page, name=name, **{"created_at": LONG_AGO, "updated_at": LONG_AGO, **fields}
    )
    if service is not None:
        ComponentService.objects.create(component=row, service=service)
    return row


def an_incident(service: Service | None = None, **fields: Any) -> Incident:
    """Return a declared incident of a service."""
    return AnIncident(declared=True, service=service or AService(), **fields)


def said(
    state: str = "investigating", body: str = "We are looking.", **fields: Any
) -> Announcement:
    """Return something to say."""
    return Announcement(**{"name": "Card payments failing", "state": state, "body": body, **fields})


def tell(
    incident: Incident, state: str = "investigating", *, at: datetime = NINE, **fields: Any
) -> PublicUpdate:
    """Publish one update of an incident as somebody."""
    return publish(
        incident.pk, said(state, **fields), by=somebody(), at=at, press=Press(despite_findings=True)
    )


def shown(page: Page, at: datetime = NINE) -> None:
    """Render a page that was made behind the actions' back."""
    render(page, at)
