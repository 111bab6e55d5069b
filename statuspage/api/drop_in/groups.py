"""`/v1/pages/<id>/component-groups[/<id>].json`."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from core.actor import Actor
from core.errors import NotFound
from core.permissions import require
from statuspage.actions import catalogue
from statuspage.actions.catalogue import Heading
from statuspage.api.drop_in.bodies import read
from statuspage.api.drop_in.doors import Door, answer, page_of
from statuspage.api.drop_in.pages import wire_of
from statuspage.models import Page
from statuspage.rules.ids import is_id

_TOLD = ("id", "page_id", "name", "description", "components", "position", "created_at", "updated_at")  # fmt: skip


class Groups(Door):
    """The headings of a page."""

    def get(self, _by: Actor, at: datetime, page_id: str) -> HttpResponse:
        """Return them by position."""
        return answer(_groups(page_of(page_id), at))

    def post(self, by: Actor, at: datetime, page_id: str) -> HttpResponse:
        """Put a new heading on the page, with the components named below it."""
        require(by, "statuspage.publish")
        page = page_of(page_id)
        row = catalogue.add_group(page.pk, _heading(self.request), by=by, at=at)
        return answer(_one(page, row.public_id, at), status=201)


class OneGroup(Door):
    """One heading."""

    def get(self, _by: Actor, at: datetime, page_id: str, public_id: str) -> HttpResponse:
        """Return it."""
        return answer(_one(page_of(page_id), public_id, at))

    def patch(self, by: Actor, at: datetime, page_id: str, public_id: str) -> HttpResponse:
        """Change it; where components are named, they are all that stand below it."""
        require(by, "statuspage.publish")
        page = page_of(page_id)
        known = public_id if is_id(public_id) else ""
        catalogue.change_group(page.pk, known, _heading(self.request), by=by, at=at)
        return answer(_one(page, public_id, at))

    put = patch

    def delete(self, by: Actor, at: datetime, page_id: str, public_id: str) -> HttpResponse:
        """Take it away; its components stay."""
        require(by, "statuspage.publish")
        page = page_of(page_id)
        told = _one(page, public_id, at)
        catalogue.delete_group(page.pk, public_id, by=by, at=at)
        return answer(told)


def _heading(request: HttpRequest) -> Heading:
    fields = read(request, "component_group")
    heading = Heading(fields.text("name"), fields.text("description"), fields.ids("components"))
    fields.done()
    return heading


def _one(page: Page, public_id: str, at: datetime) -> dict[str, Any]:
    found = next((one for one in _groups(page, at) if one["id"] == public_id), None)
    if found is None:
        raise NotFound(f"There is no group {public_id[:50]!r} on {page.name}.")
    return found


def _groups(page: Page, at: datetime) -> list[dict[str, Any]]:
    listed = wire_of(page, at).components()
    return [{name: one[name] for name in _TOLD} for one in listed if one["group"]]
