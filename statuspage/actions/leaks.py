"""Ask before something that looks like ours alone is said in public."""

from urllib.parse import urlsplit

from django.conf import settings

from core.models import User
from statuspage.actions.drafting import Announcement
from statuspage.models import Page
from statuspage.rules.lint import Finding, Ours, lint


def findings(page: Page, said: Announcement) -> list[Finding]:
    """Return the passages of an announcement that a person should look at again."""
    text = "\n".join([said.name, said.body, said.advice])
    return lint(text, Ours(names=_names(), hosts=_hosts(), allowed=_allowed(page)))


def _names() -> set[str]:
    """Return whole names, first names and last names of everybody who works here."""
    people = User.objects.filter(is_active=True).values_list("first_name", "last_name")
    return {
        name.strip()
        for first, last in people
        for name in (f"{first} {last}", first, last)
        if name.strip()
    }


def _hosts() -> set[str]:
    """Return the host that only staff use, where it is not the public's as well."""
    staff, site = (urlsplit(url).hostname or "" for url in (settings.STAFF_URL, settings.SITE_URL))
    return {staff} - {site, ""}


def _allowed(page: Page) -> set[str]:
    return {page.support_url.removeprefix("mailto:")}
