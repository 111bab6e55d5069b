"""Ask before something that looks like ours alone is said in public."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import import_string

from core.errors import NotPossible
from core.models import User
from statuspage.actions.drafting import Announcement
from statuspage.models import Component, Page
from statuspage.rules.lint import Finding, Ours, lint


class Leak(NotPossible):
    """Something in the text looks like ours alone; `extra["findings"]` names each, and it may be said all the same."""

    code = "leak_suspected"


def refuse_leaks(page: Page, name: str, body: str, advice: str = "", *, despite: bool) -> None:
    """Raise Leak where something looks like ours alone, unless a person has looked at it (`despite`)."""
    leaks = [] if despite else findings(page, Announcement(name, "", body, advice=advice))
    if leaks:
        told = [{"kind": one.kind, "excerpt": one.excerpt, "why": one.why} for one in leaks]
        text = " ".join(one.why for one in leaks)
        raise Leak(f"This may not be for the public: {text}", extra={"findings": told})


def findings(page: Page, said: Announcement) -> list[Finding]:
    """Return the passages of an announcement that a person should look at again."""
    text = "\n".join([said.name, said.body, said.advice])
    ours = Ours(
        names=_names(),
        hosts=_hosts(),
        phones=_phones(),
        components=_foreign(page),
        allowed=_allowed(page),
    )
    return lint(text, ours)


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


def _phones() -> set[str]:
    """Return the telephone numbers of those who are paged."""
    path = settings.PROVIDERS.get("staff_phones")
    found: set[str] = import_string(path)() if path else set()
    return found


def _foreign(page: Page) -> set[str]:
    """Return the names of components that this page does not list, and that not everybody may read of elsewhere."""
    rows = Component.objects.select_related("page").prefetch_related("listings__page")
    known = {
        name for one in rows for shown, name in _listings(one) if shown == page or shown.is_public
    }
    names = {name for one in rows for _shown, name in _listings(one)}
    return names - known


def _listings(row: Component) -> list[tuple[Page, str]]:
    """Return the pages that list a component, each with its name there."""
    return [(row.page, row.name), *((one.page, str(one)) for one in row.listings.all())]


def _allowed(page: Page) -> set[str]:
    return {page.support_url.removeprefix("mailto:")}
