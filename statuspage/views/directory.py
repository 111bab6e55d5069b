"""Which page answers on which host and path, as one value that a process holds (design.md 5, Hosts)."""

from datetime import UTC, datetime

import msgspec

from statuspage.actions.places import UNDER, place_of
from statuspage.models import Edition, Page


class Entry(msgspec.Struct, frozen=True):
    """One page. `site`, `root`: its place. `number`: of its newest edition, 0 for none.

    `networks` and `link_hash` admit to what is not public. `changed_at`: when something was last published on it.
    """

    page_id: int
    public_id: str
    slug: str
    name: str
    zone: str
    is_default: bool
    audience: str
    networks: tuple[str, ...]
    link_hash: str
    number: int
    hosts: tuple[str, ...] = ()
    site: str = ""
    root: str = ""
    changed_at: datetime = datetime.min.replace(tzinfo=UTC)

    @property
    def is_public(self) -> bool:
        """Return whether everybody may read it."""
        return self.audience == Page.Audience.PUBLIC


NOBODY = Entry(0, "0" * 12, "", "Status", "UTC", True, "public", (), "", 0)


class Directory(msgspec.Struct, frozen=True):
    """All pages of an installation."""

    entries: tuple[Entry, ...] = ()

    def find(self, host: str, path: str) -> tuple[Entry, str] | None:
        """Return the page that answers, and the path within it; None where `/status/` names none.

        `host`: as asked for, in lower case, without a port. The default page answers where no other does;
        without a default page that is nobody's, which lists nothing.
        """
        if path.startswith(UNDER):
            slug, _slash, rest = path.removeprefix(UNDER).partition("/")
            named = next((entry for entry in self.entries if entry.slug == slug), None)
            return (named, f"/{rest}") if named else None
        claimed = next((entry for entry in self.entries if host in entry.hosts), None)
        return claimed or self.default, path

    @property
    def default(self) -> Entry:
        """Return the page of every host that no other claims."""
        return next((entry for entry in self.entries if entry.is_default), NOBODY)


def read(known: Directory | None) -> Directory:
    """Return the directory as the database has it: `known` where no page has a newer edition; one statement then, else two."""
    numbers = dict(Edition.objects.values_list("page", "number"))
    if known is not None and numbers == {one.page_id: one.number for one in known.entries}:
        return known
    rows = Page.objects.order_by("pk")
    return Directory(tuple(_entry(page, numbers.get(page.pk, 0)) for page in rows))


def _entry(page: Page, number: int) -> Entry:
    place = place_of(page)
    return Entry(
        page_id=page.pk,
        public_id=page.public_id,
        slug=page.slug,
        name=page.name,
        zone=page.time_zone,
        is_default=page.is_default,
        audience=page.audience,
        networks=tuple(page.networks),
        link_hash=page.link_hash,
        number=number,
        hosts=tuple(page.hosts),
        site=place.site,
        root=place.root,
        changed_at=page.updated_at,
    )
