"""What stands around every staff page: sidebar, tabs, lamp, pager line, red marks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string

from core import actor, clock
from core.models import User
from core.navigation import Count, Entry, Tab
from core.permissions import may


@dataclass(frozen=True, slots=True)
class ShownTab:
    """A tab as drawn."""

    label: str
    url: str
    is_current: bool
    is_rare: bool = False


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """A sidebar entry as drawn."""

    label: str
    icon: str
    url: str
    is_current: bool
    tabs: tuple[ShownTab, ...]
    count: Count | None

    @property
    def usual_tabs(self) -> list[ShownTab]:
        """Return the tabs that are always in sight."""
        return [tab for tab in self.tabs if not tab.is_rare]

    @property
    def rare_tabs(self) -> list[ShownTab]:
        """Return the tabs behind "More"."""
        return [tab for tab in self.tabs if tab.is_rare]

    @property
    def is_at_rare(self) -> bool:
        """Return whether the open page is one behind "More"."""
        return any(tab.is_current for tab in self.rare_tabs)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return what the frame of a staff page needs; nothing for everybody who has not signed in."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    at = clock.now()
    return {
        "sidebar": SimpleLazyObject(lambda: list(_entries(request, user, at))),
        "lamp": SimpleLazyObject(lambda: import_string(settings.LAMP)(user, at)),
        "pager_line": SimpleLazyObject(lambda: import_string(settings.PAGER_LINE)(at)),
        "shell_now": at,
        "own_time": f"{at.astimezone(ZoneInfo(user.time_zone or 'UTC')):%H:%M}",
        "is_utc": (user.time_zone or "UTC") in {"UTC", "Etc/UTC"},
        "public_url": settings.SITE_URL,
        "utc": UTC,
    }


def lamp_part(request: HttpRequest) -> HttpResponse:
    """Return the lamp alone, for its refresh in place."""
    return TemplateResponse(request, "admin/core/_lamp.html", headers={"Cache-Control": "no-store"})


def _entries(request: HttpRequest, user: User, at: datetime) -> Iterator[ShownEntry]:
    match = getattr(request, "resolver_match", None)
    here = match.url_name or "" if match else ""
    person = actor.person(user)
    for entry in settings.SIDEBAR:
        allowed = [tab for tab in entry.tabs if may(person, tab.verb)]
        if allowed:
            yield _shown(entry, allowed, here, _count(entry, user, at))


def _shown(entry: Entry, tabs: list[Tab], here: str, count: Count | None) -> ShownEntry:
    shown = tuple(
        ShownTab(tab.label, reverse(f"admin:{tab.name}"), _is_at(tab, here), tab.is_rare)
        for tab in tabs
    )
    return ShownEntry(
        entry.label, entry.icon, shown[0].url, any(tab.is_current for tab in shown), shown, count
    )


def _is_at(tab: Tab, here: str) -> bool:
    """Whether the open page belongs to a tab: the page itself, or another page of the same model."""
    stem = tab.name.removesuffix("changelist")
    return (
        here == tab.name
        or here.startswith(tab.also)
        or (stem != tab.name and here.startswith(stem))
    )


def _count(entry: Entry, user: User, at: datetime) -> Count | None:
    found: Count | None = import_string(entry.count)(user, at) if entry.count else None
    return found
