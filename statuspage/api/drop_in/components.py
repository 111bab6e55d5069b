"""`/v1/pages/<id>/components[/<id>].json`."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from core.actor import Actor
from core.errors import NotFound
from core.permissions import require
from statuspage.actions import catalogue
from statuspage.actions.catalogue import Facts
from statuspage.api.drop_in.bodies import read
from statuspage.api.drop_in.doors import Door, answer, page_of
from statuspage.api.drop_in.pages import wire_of
from statuspage.models import Page
from statuspage.rules.ids import is_id


class Components(Door):
    """What a page lists."""

    def get(self, _by: Actor, at: datetime, page_id: str) -> HttpResponse:
        """Return groups and components by position."""
        return answer([_full(one) for one in wire_of(page_of(page_id), at).components()])

    def post(self, by: Actor, at: datetime, page_id: str) -> HttpResponse:
        """List a new component."""
        require(by, "statuspage.publish")
        page = page_of(page_id)
        row = catalogue.add_component(page.pk, _facts(self.request), by=by, at=at)
        return answer(_one(page, row.public_id, at), status=201)


class OneComponent(Door):
    """One component."""

    def get(self, _by: Actor, at: datetime, page_id: str, public_id: str) -> HttpResponse:
        """Return it."""
        return answer(_one(page_of(page_id), public_id, at))

    def patch(self, by: Actor, at: datetime, page_id: str, public_id: str) -> HttpResponse:
        """Change what is told of it."""
        require(by, "statuspage.publish")
        page = page_of(page_id)
        facts = _facts(self.request)
        catalogue.change_component(page.pk, _known(public_id), facts, by=by, at=at)
        return answer(_one(page, public_id, at))

    put = patch

    def delete(self, by: Actor, at: datetime, page_id: str, public_id: str) -> HttpResponse:
        """Take it off the page; its ledger is kept."""
        require(by, "statuspage.publish")
        catalogue.retire_component(page_of(page_id).pk, _known(public_id), by=by, at=at)
        return HttpResponse(status=204)


def _facts(request: HttpRequest) -> Facts:
    fields = read(request, "component")
    facts = Facts(
        name=fields.text("name"),
        description=fields.text("description"),
        state=fields.text("status", 50) or None,
        group=fields.text("group_id", 50),
        shows_uptime=fields.flag("showcase"),
        only_show_if_degraded=fields.flag("only_show_if_degraded"),
        start_date=fields.day("start_date"),
    )
    fields.done()
    return facts


def _one(page: Page, public_id: str, at: datetime) -> dict[str, Any]:
    page.refresh_from_db()
    found = (one for one in wire_of(page, at).components() if one["id"] == public_id)
    one = next(found, None)
    if one is None:
        raise NotFound(f"There is no component {public_id[:50]!r} on {page.name}.")
    return _full(one)


def _full(one: dict[str, Any]) -> dict[str, Any]:
    """Return a component with what this API alone tells of it."""
    return {**one, "automation_email": None}


def _known(public_id: str) -> str:
    return public_id if is_id(public_id) else ""
