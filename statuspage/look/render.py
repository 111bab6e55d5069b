"""Complete public pages as HTML: the same value gives the same text, and none needs a script.

Every page exists twice: fresh, and stale for a reader who finds that its `due_at` is long past. A
stale page speaks of the past, and shows nothing in the colour or with the icon of what works.
`freshness.sent_at` writes into a stale page how old it is when it is sent.
"""

from datetime import timedelta
from urllib.parse import urlsplit

from statuspage.look.banner import banner, stale_banner
from statuspage.look.components import is_large, listing
from statuspage.look.frame import Head, fill, frame
from statuspage.look.freshness import no_news
from statuspage.look.history import recent_rows
from statuspage.look.incidents import incident_block, maintenance_block
from statuspage.look.month import (
    month_end,
    month_link,
    month_rows,
    month_strip,
    month_total,
    promised,
)
from statuspage.look.one_component import component_facts
from statuspage.look.one_incident import incident_facts
from statuspage.look.one_maintenance import maintenance_facts
from statuspage.look.planned import planned_rows
from statuspage.look.shape import (
    ComponentPage,
    HistoryPage,
    IncidentPage,
    MaintenancePage,
    PublicPage,
    Site,
)
from statuspage.look.text import clean, link, safe_url
from statuspage.look.times import Times, month_and_year, month_name

__all__ = [
    "component_page",
    "embedded",
    "history_page",
    "incident_page",
    "maintenance_page",
    "not_found_page",
    "status_page",
]


def status_page(page: PublicPage, *, stale: bool) -> str:
    """Give the status page. `stale`: for a reader later than three missed renders (180 s)."""
    site = page.site
    times = _times(site)
    said = (
        stale_banner(page, no_news(site, times))
        if stale
        else banner(page, times, large=is_large(page.groups))
    )
    head = Head(said.title, url=site.links.home, here="status", short=said.short)
    facts = _stale_facts(page, times) if stale else _fresh_facts(page, times)
    listed = listing(page.groups, times, stale=stale)
    around = frame(site, times, head, stale=stale)
    name = "stale" if stale else "status"
    return fill(
        name, around, {"banner": said, "listing": listed, "zone": times.label(site.as_of), **facts}
    )


def incident_page(page: IncidentPage, *, stale: bool) -> str:
    """Give one incident, open or over, with every update and its postmortem."""
    times = _times(page.site)
    facts = incident_facts(page, times, stale=stale)
    head = Head(facts.title, url=page.incident.url, short=f"{facts.title}.")
    return fill("incident", frame(page.site, times, head, stale=stale), {"page": facts})


def maintenance_page(page: MaintenancePage, *, stale: bool) -> str:
    """Give one maintenance, planned, running or over, with every update."""
    times = _times(page.site)
    facts = maintenance_facts(page, times, stale=stale)
    head = Head(facts.title, url=page.work.url, short=f"{facts.title}.")
    return fill("incident", frame(page.site, times, head, stale=stale), {"page": facts})


def component_page(page: ComponentPage, *, stale: bool) -> str:
    """Give one component: how it is, its 90 days, its months and how its figure comes about."""
    times = _times(page.site)
    facts = component_facts(page, times, stale=stale)
    head = Head(facts.title, url=page.component.url, short=f"{facts.title}.")
    return fill("component", frame(page.site, times, head, stale=stale), {"page": facts})


def history_page(page: HistoryPage, *, stale: bool) -> str:
    """Give one calendar month, day by day, newest first."""
    times = _times(page.site)
    month = month_and_year(page.first)
    facts = {
        "month": month,
        "total": month_total(page, times),
        "strip": month_strip(page, times, stale=stale),
        "rows": month_rows(page, times, stale=stale),
        "previous": month_link(page.previous),
        "following": month_link(page.following),
        "next_month": month_and_year(month_end(page.first) + timedelta(days=1)),
        "others": [month_link(each) for each in page.others],
        "zone": page.site.zone,
        "promised": promised(page),
        "news": no_news(page.site, times) if stale else "",
    }
    head = Head(month, url=page.url, here="history")
    return fill("history", frame(page.site, times, head, stale=stale), facts)


def embedded(page: PublicPage, *, stale: bool) -> str:
    """Give the state in one line, for a frame on somebody else's page; it needs no script there."""
    times = _times(page.site)
    shown = (
        stale_banner(page, no_news(page.site, times))
        if stale
        else banner(page, times, large=is_large(page.groups))
    )
    head = Head(shown.title)
    return fill("embed", frame(page.site, times, head, stale=stale), {"banner": shown})


def not_found_page(site: Site) -> str:
    """Give the page for an address that holds nothing; it says nothing of the state."""
    times = _times(site)
    head = Head("No page here")
    return fill("not_found", frame(site, times, head, stale=False), {})


def _fresh_facts(page: PublicPage, times: Times) -> dict[str, object]:
    as_of = page.site.as_of
    newest = sorted(page.open_incidents, key=lambda each: each.started_at, reverse=True)
    return {
        "incidents": [incident_block(each, as_of, times) for each in newest],
        "works": [maintenance_block(each, as_of, times) for each in page.maintenance_now],
        "planned": planned_rows(page.maintenance_planned, times),
        "rows": recent_rows(page, times),
        "month": month_name(times.today),
        "month_url": safe_url(page.this_month),
    }


def _stale_facts(page: PublicPage, times: Times) -> dict[str, object]:
    links = page.site.links
    opened = [link(each.url, clean(each.title)) for each in page.open_incidents]
    return {
        "hour": times.moment(page.site.as_of),
        "written_at": times.second(page.site.written_at),
        "due_at": times.second(page.site.due_at),
        "incidents": opened,
        "product": _host(links.product),
        "support": _host(links.support),
    }


def _host(url: str) -> str:
    """Give the part of an address that people know: the host, or the mail address."""
    safe = safe_url(url)
    return urlsplit(safe).netloc or safe.removeprefix("mailto:")


def _times(site: Site) -> Times:
    return Times.of(site.zone, site.as_of)
