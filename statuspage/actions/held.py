"""What is served of a page, as values that a process holds and that files keep; and the badges that are told from it."""

import re
from datetime import datetime
from functools import lru_cache

import msgspec

from statuspage.actions.resource import etag_of
from statuspage.look import badge
from statuspage.look.shape import State
from statuspage.models import Room, Snapshot
from statuspage.rules.ids import LENGTH

COMPONENTS = "/api/v2/components.json"
_BADGE = re.compile(rf"/components/(?P<public_id>[a-z0-9]{{{LENGTH}}})/badge\.svg")


class Item(msgspec.Struct, frozen=True):
    """One resource as it is served; `resource` is its path within the page. `stale` is empty where it is the same."""

    resource: str
    content_type: str
    fresh: bytes
    stale: bytes
    etag: str
    modified_at: datetime


def item_of(row: Snapshot | Room, at: datetime) -> Item:
    """Return a stored resource that last changed at `at`."""
    return Item(row.resource, row.content_type, bytes(row.fresh), bytes(row.stale), row.etag, at)


class HeldEdition(msgspec.Struct, frozen=True):
    """One edition of a page; `number` 0: rendered for want of a stored one."""

    page_id: int
    number: int
    zone: str
    generated_at: datetime
    items: dict[str, Item]

    def find(self, path: str) -> Item | None:
        """Return what it has at a path within the page: one of its items, or the badge of a component."""
        found = self.items.get(path)
        if found is None and (asked := _BADGE.fullmatch(path)):
            return self._badge(path, asked["public_id"])
        return found

    def badges(self) -> list[Item]:
        """Return the badges of all components, groups among them."""
        paths = [f"/components/{public_id}/badge.svg" for public_id in self._listed()]
        return [found for path in paths if (found := self.find(path))]

    def _badge(self, path: str, public_id: str) -> Item | None:
        found = self._listed().get(public_id)
        if found is None:
            return None
        return _badge(path, found.name, found.status, self.items[COMPONENTS].modified_at)

    def _listed(self) -> dict[str, "_Component"]:
        """Return the components as programs are told of them: they are in every edition, so no statement is needed."""
        document = self.items.get(COMPONENTS)
        return _components(document.fresh) if document else {}


class _Component(msgspec.Struct, frozen=True):
    id: str
    name: str
    status: str


class _List(msgspec.Struct):
    components: list[_Component]


_LISTS = msgspec.json.Decoder(_List)


@lru_cache(maxsize=16)
def _components(document: bytes) -> dict[str, _Component]:
    return {one.id: one for one in _LISTS.decode(document).components}


@lru_cache(maxsize=512)
def _badge(path: str, name: str, status: str, at: datetime) -> Item:
    fresh = badge.badge(name, State(status)).encode()
    stale = badge.badge(name, State.NO_DATA).encode()
    return Item(path, badge.CONTENT_TYPE, fresh, stale, etag_of(fresh), at)
