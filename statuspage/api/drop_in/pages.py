"""`/v1/pages.json` and `/v1/pages/<id>.json`: the pages that there are."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse

from core.actor import Actor
from statuspage.actions.picture import take
from statuspage.actions.places import place_of
from statuspage.actions.wire import Wire
from statuspage.api.drop_in.doors import Door, answer, page_of
from statuspage.models import Page


class Pages(Door):
    """All pages."""

    def get(self, _by: Actor, _at: datetime) -> HttpResponse:
        """Return every page, by name."""
        return answer([_page(row) for row in Page.objects.all()])


class OnePage(Door):
    """One page."""

    def get(self, _by: Actor, _at: datetime, page_id: str) -> HttpResponse:
        """Return it."""
        return answer(_page(page_of(page_id)))


def wire_of(page: Page, at: datetime) -> Wire:
    """Return what writes the documents of a page as it is now."""
    return Wire(take(page, at), place_of(page).site)


def _page(row: Page) -> dict[str, Any]:
    utc = {"created_at": row.created_at, "updated_at": row.updated_at}
    return {
        "id": row.public_id,
        **utc,
        "name": row.name,
        "page_description": None,
        "headline": None,
        "branding": "premium",
        "subdomain": row.slug,
        "domain": row.hosts[0] if row.hosts else None,
        "url": row.product_url or None,
        "support_url": row.support_url or None,
        "hidden_from_search": not row.is_indexed,
        "allow_page_subscribers": row.takes_subscribers,
        "allow_incident_subscribers": row.takes_subscribers,
        "allow_email_subscribers": row.takes_subscribers,
        "allow_sms_subscribers": False,
        "allow_rss_atom_feeds": True,
        "allow_webhook_subscribers": row.takes_subscribers,
        "time_zone": row.time_zone,
    }
