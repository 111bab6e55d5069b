"""`/v1/pages/<id>/incidents[/<id>].json`, and the lists of them."""

from datetime import UTC, datetime, time
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse

from core.actor import Actor
from core.errors import Invalid, NotFound
from core.permissions import require
from statuspage.actions.full_wire import FullWire
from statuspage.actions.picture import take
from statuspage.actions.places import place_of
from statuspage.actions.telling import Word, tell_more, tell_new
from statuspage.api.drop_in import works
from statuspage.api.drop_in.bodies import Fields, read
from statuspage.api.drop_in.doors import Door, answer, page_of
from statuspage.models import Maintenance, Page, PublicIncident
from statuspage.rules.ids import is_id
from statuspage.rules.states import RUNNING, UNRESOLVED, Work

USUAL, MOST = 100, 100


class Incidents(Door):
    """Incidents and maintenances of a page."""

    def get(self, _by: Actor, at: datetime, page_id: str) -> HttpResponse:
        """Return a page of both, the newest first; `?limit=&page=&q=`."""
        page = page_of(page_id)
        limit, number = self._number("limit", USUAL, MOST), self._number("page", 1, 1000)
        words = self.request.GET.get("q", "")[:255].replace("\0", "")
        kept = page.maintenances.exclude(state=Work.CANCELLED)
        told, planned = (
            page.incidents.filter(name__icontains=words),
            kept.filter(name__icontains=words),
        )
        end = limit * number
        found = _documents(
            page,
            PublicIncident.objects.filter(pk__in=_newest(told, end)),
            Maintenance.objects.filter(pk__in=_newest(planned, end)),
            at,
        )
        return answer(found[end - limit : end])

    def post(self, by: Actor, at: datetime, page_id: str) -> HttpResponse:
        """Tell of an incident; or plan a maintenance, where it is scheduled."""
        require(by, "statuspage.publish")
        page = page_of(page_id)
        fields = read(self.request, "incident")
        if works.is_meant(fields):
            return answer(_one(page, works.plan_new(page, fields, by, at), at), status=201)
        public = tell_new(page.pk, _word(fields, page), by=by, at=at)
        return answer(_one(page, public.public_id, at), status=201)

    def _number(self, name: str, usual: int, most: int) -> int:
        text = self.request.GET.get(name) or str(usual)
        if not text.isascii() or not text.isdigit() or len(text) > 5 or int(text) < 1:
            raise Invalid.field(f"/{name}", f"{name} is a number from 1 to {most}.")
        return min(int(text), most)


class Chosen(Door):
    """The lists by state."""

    def get(self, _by: Actor, at: datetime, page_id: str, choice: str) -> HttpResponse:
        """Return all of them, the newest first."""
        page = page_of(page_id)
        none, nothing = page.incidents.none(), page.maintenances.none()
        planned = page.maintenances.filter
        chosen: dict[str, tuple[QuerySet[PublicIncident], QuerySet[Maintenance]]] = {
            "unresolved": (page.incidents.filter(state__in=UNRESOLVED), nothing),
            "scheduled": (none, planned(state__in=[Work.SCHEDULED, *RUNNING])),
            "upcoming": (none, planned(state=Work.SCHEDULED)),
            "active_maintenance": (none, planned(state__in=RUNNING)),
        }
        return answer(_documents(page, *chosen[choice], at))


class OneIncident(Door):
    """One incident or maintenance."""

    def get(self, _by: Actor, at: datetime, page_id: str, public_id: str) -> HttpResponse:
        """Return it."""
        return answer(_one(page_of(page_id), public_id, at))

    def patch(self, by: Actor, at: datetime, page_id: str, public_id: str) -> HttpResponse:
        """Say a further word of it, or change what is told."""
        require(by, "statuspage.publish")
        page = page_of(page_id)
        fields = read(self.request, "incident")
        work = page.maintenances.filter(public_id=public_id).first() if is_id(public_id) else None
        if work is not None:
            work.page = page
            works.change_known(work, fields, by, at)
        else:
            word = _word(fields, page)
            tell_more(page.pk, public_id if is_id(public_id) else "", word, by=by, at=at)
        return answer(_one(page, public_id, at))

    put = patch


def _word(fields: Fields, page: Page) -> Word:
    day = fields.day("backfill_date")
    is_backfilled = fields.flag("backfilled") or (day is not None)
    begin = datetime.combine(day, time(), page.zone).astimezone(UTC) if day else None
    word = Word(
        name=fields.text("name") or "",
        state=fields.text("status", 50) or "",
        body=fields.text("body") or "",
        components=fields.states("components"),
        touches=fields.ids("component_ids") or (),
        impact=fields.text("impact_override", 50),
        is_sent=fields.flag("deliver_notifications") is not False and not is_backfilled,
        display_at=begin,
    )
    fields.done()
    if is_backfilled and day is None:
        raise Invalid.field("/backfill_date", "Say on which day it was, as backfill_date.")
    return word


def _newest(rows: QuerySet[Any], number: int) -> QuerySet[Any]:
    return rows.order_by("-created_at", "-pk").values("pk")[:number]


def _documents(
    page: Page, told: QuerySet[PublicIncident], planned: QuerySet[Maintenance], at: datetime
) -> list[dict[str, Any]]:
    picture = take(page, at, incidents=told, works=planned)
    wire = FullWire(picture, place_of(page).site)
    rows = [(one.row.created_at, wire.full_incident(one)) for one in picture.incidents]
    rows += [(one.row.created_at, wire.full_maintenance(one)) for one in picture.works]
    return [document for _at, document in sorted(rows, key=lambda row: row[0], reverse=True)]


def _one(page: Page, public_id: str, at: datetime) -> dict[str, Any]:
    same = Q(public_id=public_id if is_id(public_id) else "")
    kept = page.maintenances.exclude(state=Work.CANCELLED)
    found = _documents(page, page.incidents.filter(same), kept.filter(same), at)
    if not found:
        raise NotFound(f"There is no incident {public_id[:50]!r} on {page.name}.")
    return found[0]
