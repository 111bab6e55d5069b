"""What is served of a page, as values that a process holds and that files keep; and the badges that are told from it."""

import re
from datetime import datetime

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
        """Return the badges of all components, and of all groups."""
        paths = [f"/components/{one.id}/badge.svg" for one in self._components()]
        return [found for path in paths if (found := self.find(path))]

    def _badge(self, path: str, public_id: str) -> Item | None:
        named = next((one for one in self._components() if one.id == public_id), None)
        if named is None:
            return None
        fresh = badge.badge(named.name, State(named.status)).encode()
        stale = badge.badge(named.name, State.NO_DATA).encode()
        at = self.items[COMPONENTS].modified_at
        return Item(path, badge.CONTENT_TYPE, fresh, stale, etag_of(fresh), at)

    def _components(self) -> list["_Component"]:
        """Return the components as programs are told of them: they are in every edition, so no statement is needed."""
        listed = self.items.get(COMPONENTS)
        return _LISTS.decode(listed.fresh).components if listed else []


class _Component(msgspec.Struct):
    id: str
    name: str
    status: str


class _List(msgspec.Struct):
    components: list[_Component]


_LISTS = msgspec.json.Decoder(_List)
