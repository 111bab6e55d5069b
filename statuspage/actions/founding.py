"""Open a status page, and say on which hosts pages answer."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify

from core.actor import Actor
from core.errors import Conflict, Invalid, NotFound, NotPossible
from core.models import Team
from core.models.people import validate_zone
from core.permissions import require
from core.secrets import digest, new_token
from statuspage.actions.places import place_of
from statuspage.actions.rendering import render
from statuspage.models import Page
from statuspage.rules.hosts import NoHost, host_named

LONGEST_NAME, MOST_HOSTS, MOST_NAMED = 120, 20, 20


def page_named(public_id: str) -> Page:
    """Return the page of that id; of none given, the one that answers at `/`. Raises NotFound, naming those there are."""
    wanted = {"public_id": public_id} if public_id else {"is_default": True}
    page = Page.objects.filter(**wanted).first()
    if page is None:
        there = [f"{one.public_id} ({one.name})" for one in Page.objects.all()[:MOST_NAMED]]
        if not there:
            raise NotFound(
                "There is no status page yet; open one: manage.py statuspage create NAME."
            )
        which = f"status page {public_id}" if public_id else "default status page"
        raise NotFound(f"There is no {which}; there are: {', '.join(there)}.")
    return page


def create_page(
    name: str,
    *,
    team: Team,
    by: Actor,
    at: datetime,
    hosts: Sequence[str] = (),
    zone: str = "Etc/UTC",
) -> Page:
    """Open a page that lists nothing yet and return it; the first one is the default page. Visible at once.

    Raises NotAllowed, Invalid, and Conflict for a host that another page has.
    """
    require(by, "statuspage.edit_page", team)
    words = " ".join(name.split())
    if not 0 < len(words) <= LONGEST_NAME or "\0" in words:
        raise Invalid.field("/name", f"Write a name of at most {LONGEST_NAME} characters.")
    try:
        validate_zone(zone)
    except ValidationError as error:
        raise Invalid.field("/time_zone", " ".join(error.messages)) from error
    with transaction.atomic():
        others = list(Page.objects.locked())
        page = Page.objects.create(
            slug=_free_slug(words, others),
            name=words,
            team=team,
            is_default=not others,
            time_zone=zone,
            hosts=claimed(hosts, others),
            created_at=at,
            updated_at=at,
        )
        render(page, at)
        return page


def make_default(page_id: int, *, by: Actor, at: datetime) -> Page:
    """Let a page answer on every host that no other has, in place of the present default page; return it.

    Raises NotFound, NotAllowed (it needs the right over both pages), and NotPossible for one that is not public.
    """
    with transaction.atomic():
        pages = {page.pk: page for page in Page.objects.locked().select_related("team")}
        if page_id not in pages:
            raise NotFound("There is no such status page.")
        page = pages[page_id]
        changed = [one for one in pages.values() if one.is_default and one != page] + [page]
        for one in changed:
            require(by, "statuspage.edit_page", one)
        if not page.is_public:
            raise NotPossible(f"{page.name} is not for everybody; the default page is.")
        for one in changed:  # the former one first: there is never a second
            one.is_default, one.updated_at = one == page, at
            one.save(update_fields=["is_default", "updated_at"])
        for one in changed:
            render(one, at)
        return page


def new_secret_link(page_id: int, *, by: Actor, at: datetime) -> str:
    """Return a new secret link to a page, to be shown once; the former one lets nobody in any more.

    Raises NotFound, NotAllowed, and NotPossible for a page that is read otherwise.
    """
    with transaction.atomic():
        page = Page.objects.filter(pk=page_id).locked().first()
        if page is None:
            raise NotFound("There is no such status page.")
        require(by, "statuspage.edit_page", page)
        if page.audience != Page.Audience.LINK:
            raise NotPossible(f"{page.name} is not read by a secret link; set its audience first.")
        token = new_token("")
        page.link_hash, page.updated_at = digest(token), at
        page.save(update_fields=["link_hash", "updated_at"])
        render(page, at)
    return place_of(page).url(f"/enter/{token}")


def claimed(hosts: Sequence[str], others: Sequence[Page]) -> list[str]:
    """Return the hosts as they are compared, each once. `others`: all other pages, locked.

    Raises Invalid for what is no host or is where staff work, and Conflict for what another page has.
    """
    found: list[str] = []
    for text in hosts:
        try:
            name = host_named(text)
        except NoHost as error:
            raise Invalid.field("/hosts", str(error)) from error
        if name == _staff_host() != urlsplit(settings.SITE_URL).hostname:
            raise Invalid.field("/hosts", f"{name} is where your staff work; take another host.")
        holder = next((page for page in others if name in page.hosts), None)
        if holder is not None:
            raise Conflict(f"{holder.name} answers on {name} already; take it from there first.")
        if name not in found:
            found.append(name)
    if len(found) > MOST_HOSTS:
        raise Invalid.field("/hosts", f"A page answers on at most {MOST_HOSTS} hosts.")
    return found


def _staff_host() -> str | None:
    return urlsplit(settings.STAFF_URL).hostname


def _free_slug(name: str, others: Sequence[Page]) -> str:
    wanted = slugify(name)[:40].strip("-") or "page"
    taken = {page.slug for page in others}
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (wanted, *numbered) if slug not in taken)
