"""Where a page is: at the root of its own host, or of every host, or under `/status/<slug>` (design.md 3)."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from statuspage.models import Page

UNDER = "/status/"


@dataclass(frozen=True, slots=True)
class Place:
    """An address: `site` is absolute, without a slash at its end; `root` is the path that all of the page's begin with.

    "https://status.northwind.example" and "", or "https://wb.example/status/orders" and "/status/orders".
    """

    site: str
    root: str = ""

    def path(self, inner: str) -> str:
        """Return an address for links on the page: "/history" becomes "/status/orders/history"."""
        return f"{self.root}{inner}"

    def url(self, inner: str) -> str:
        """Return an absolute address for feeds, programs and mails."""
        return f"{self.site}{inner}"


def place_of(page: Page) -> Place:
    """Return where a page is; the scheme is that of SITE_URL."""
    if page.hosts:
        return Place(f"{urlsplit(settings.SITE_URL).scheme}://{page.hosts[0]}")
    if page.is_default:
        return Place(settings.SITE_URL)
    return Place(f"{settings.SITE_URL}{UNDER}{page.slug}", f"{UNDER}{page.slug}")
