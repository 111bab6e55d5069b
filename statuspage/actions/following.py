"""Components that are somebody else's: their state is read from the page of whoever runs them.

Reading happens outside any transaction; what was read is written under the page's lock, if the row still asks for it.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.conf import settings
from django.db import transaction

from core.json_in import JsonRefused, load
from notify.http import HttpClient, HttpFailure, HttpSettings, UrlNotAllowed
from statuspage.actions import ledger
from statuspage.actions.maintenance_words import show
from statuspage.models import FollowedComponent, Hold, Page
from statuspage.rules.followed import Unclear, state_in
from statuspage.rules.states import ComponentState

logger = logging.getLogger(__name__)

EVERY = timedelta(seconds=60)
TIME_LIMIT_S, LARGEST = 5.0, 1024 * 1024
BUDGET_S = 8.0  # no further page is asked in this run: others wait for the worker
LONGEST_WAIT = timedelta(minutes=10)
MOST_AT_ONCE, LONGEST_FAILURE, LONGEST_ETAG = 50, 255, 255


@dataclass(frozen=True, slots=True)
class Heard:
    """What a page answered once: its list; or that nothing moved since `etag`; or why nothing could be read."""

    document: object = None
    etag: str = ""
    is_unmoved: bool = False
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one look brought: a state; or nothing new (both empty); or why nothing could be read."""

    state: ComponentState | None = None
    etag: str = ""
    failure: str = ""


def follow_due(at: datetime, *, timer: Callable[[], float] = time.monotonic) -> int:
    """Read the followed components that are due at `at`, the longest due first; return how many. One that fails stops no other.

    Each page is asked once, whoever follows something on it. What follows nobody any more is held by nobody else's page.
    """
    _let_go(at)
    due = FollowedComponent.objects.filter(component__retired_at=None).exclude(next_check_at__gt=at)
    pages: dict[str, list[FollowedComponent]] = {}
    for row in due.order_by("next_check_at", "pk"):
        pages.setdefault(row.url.rstrip("/"), []).append(row)
    began, done = timer(), 0
    for url, rows in islice(pages.items(), MOST_AT_ONCE):
        if timer() - began > BUDGET_S:
            break  # the rest is due still, and first in the next run
        heard = listen(url, _known_to_all(rows))
        for row in rows:
            done += 1
            try:
                keep(row, _read(heard, row), at)
            except Exception:  # one broken row must not stop the others; it stays due
                logger.exception("followed component %s could not be kept", row.component_id)
    return done


def listen(page: str, etag: str = "") -> Heard:
    """Ask the other page once, by the client that reaches no private address; `etag`: of what is known of it already."""
    client = HttpClient(
        HttpSettings(tuple(settings.ALLOWED_PRIVATE_NETWORKS), time_limit_s=TIME_LIMIT_S)
    )
    known = {"If-None-Match": etag} if etag else {}
    url = f"{page}/api/v2/components.json"
    try:
        reply = client.get(url, {"Accept": "application/json", **known}, largest=LARGEST)
        if reply.status == 304 and known:
            return Heard(etag=etag, is_unmoved=True)
        if reply.status != 200:
            return Heard(failure=f"{url} answered {reply.status}.")
        document = load(reply.body).document
    except (UrlNotAllowed, HttpFailure, JsonRefused) as error:
        return Heard(failure=str(error))
    except Exception:  # whatever a stranger's page makes of us, the others are asked too
        logger.exception("%s could not be read", page)
        return Heard(failure=f"{url} could not be read.")
    new = reply.headers.get("etag", "")
    return Heard(document, new if len(new) <= LONGEST_ETAG and new.isprintable() else "")


def _known_to_all(rows: Sequence[FollowedComponent]) -> str:
    """Return the validator of what all of them have read; empty where one of them has not."""
    known = {row.etag if row.state else "" for row in rows}
    return known.pop() if len(known) == 1 else ""


def _read(heard: Heard, row: FollowedComponent) -> Reading:
    if heard.failure or heard.is_unmoved:
        return Reading(etag=heard.etag, failure=heard.failure)
    try:
        state = state_in(heard.document, row.external_id, row.external_name)
    except Unclear as error:
        return Reading(failure=str(error))
    return Reading(state, heard.etag)


def keep(row: FollowedComponent, reading: Reading, at: datetime) -> None:
    """Write what was read; a failure keeps the state that was read last. Renders where visitors see a difference."""
    with transaction.atomic():
        page = Page.objects.filter(components__followed=row.pk).locked().first()
        kept = FollowedComponent.objects.filter(pk=row.pk).select_related("component").first()
        if page is None or kept is None or _asked(kept) != _asked(row):
            return
        kept.failure = reading.failure.replace("\0", "\ufffd")[:LONGEST_FAILURE]
        kept.failing_since = (kept.failing_since or at) if reading.failure else None
        kept.checked_at, kept.next_check_at = at, at + _pause(kept, at)
        changed = reading.state is not None and reading.state != kept.state
        if reading.state is not None:
            kept.state, kept.etag = reading.state, reading.etag
        kept.save()
        kept.component.page = page
        if changed and reading.state is not None:
            ledger.hold(kept.component, reading.state, is_followed=True, since=at)
            show(page, at)


def _pause(row: FollowedComponent, at: datetime) -> timedelta:
    """Return how long to wait for the next look: a page that stays silent is asked less and less often."""
    silent = at - row.failing_since if row.failing_since else timedelta()
    return max(EVERY, min(LONGEST_WAIT, silent / 2))


def _asked(row: FollowedComponent) -> tuple[str, str, str]:
    return row.url, row.external_id, row.external_name


def _let_go(at: datetime) -> None:
    orphans = Hold.objects.filter(is_followed=True, component__followed=None)
    for page_id in sorted(set(orphans.values_list("component__page", flat=True))):
        with transaction.atomic():
            page = Page.objects.filter(pk=page_id).locked().get()
            for held in orphans.filter(component__page=page).select_related("component"):
                held.component.page = page
                free = ComponentState.OPERATIONAL
                ledger.hold(held.component, free, is_followed=True, since=at)
            show(page, at)
