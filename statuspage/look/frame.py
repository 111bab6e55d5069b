"""What stands around every page: head, navigation, icons, footer."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from statuspage.look.freshness import as_of_line, written_line
from statuspage.look.shape import Links, Logo, Site
from statuspage.look.text import clean, safe_url
from statuspage.look.times import Times


@dataclass(frozen=True)
class Head:
    """What one page says of itself: `title` for the tab, `url` its own address (for Reload).

    `here`: the entry of the navigation that the page is, if any; `short`: for previews elsewhere.
    """

    title: str
    url: str = ""
    here: str = ""
    short: str = ""


@dataclass(frozen=True)
class Frame:
    """Head, navigation and footer of one page, ready to show."""

    name: str
    head: Head
    language: str
    links: Links
    logo: Logo | None
    as_of: SafeString
    written: SafeString
    stale: bool
    strict: bool


def frame(site: Site, times: Times, head: Head, *, stale: bool) -> Frame:
    """Give the frame of a page, with the site's name behind the page's title."""
    name = clean(site.name)
    title = f"{clean(head.title)} | {name} status"
    return Frame(
        name=name,
        head=replace(head, title=title, url=safe_url(head.url)),
        language=clean(site.language),
        links=_safe(site.links),
        logo=_safe_logo(site.logo),
        as_of=as_of_line(site, times, stale=stale),
        written=written_line(site, times, stale=stale),
        stale=stale,
        strict=site.strict,
    )


def fill(template: str, around: Frame, facts: Mapping[str, object]) -> str:
    """Render a template of `statuspage/public/` without the indentation that it was written in."""
    page = render_to_string(f"statuspage/public/{template}.html", {"frame": around, **facts})
    lines = (line.strip() for line in page.split("\n"))
    return "\n".join(filter(None, lines)) + "\n"


def _safe(links: Links) -> Links:
    return Links(**{field.name: safe_url(getattr(links, field.name)) for field in fields(links)})


def _safe_logo(logo: Logo | None) -> Logo | None:
    if logo is None or not safe_url(logo.url):
        return None
    return replace(logo, url=safe_url(logo.url), dark_url=safe_url(logo.dark_url))
