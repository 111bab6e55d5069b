"""A copy of a page, told otherwise: page, badge, JSON and the page of one incident (statuspage.actions.overriding)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from statuspage.actions import wire
from statuspage.actions.held import COMPONENTS, HeldEdition, Item
from statuspage.actions.rendering import BADGE, EVERY, STALE_AFTER
from statuspage.actions.resource import HTML, etag_of
from statuspage.look import badge, shape
from statuspage.look import render as look
from statuspage.rules.indicator import overall
from statuspage.rules.states import ComponentState, Impact, impact_of, worst

_LISTS = ("summary.json", "incidents.json", "incidents/unresolved.json")
Document = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """What somebody says, and the copy that it is said on. `names`: of the components; `id`: of the incident that tells it."""

    page: shape.PublicPage
    edition: HeldEdition
    state: ComponentState
    message: str
    names: frozenset[str]
    at: datetime
    id: str
    update_id: str

    def items(self) -> Iterable[Item]:
        """Return everything that it replaces."""
        page = self.as_page()
        front = look.status_page(page, stale=False)
        yield self.item("/", HTML, front)
        yield self.item(BADGE, badge.CONTENT_TYPE, badge.page_badge(page.site.name, page.groups))
        room = shape.IncidentPage(page.site, page.open_incidents[0], len(list(_all(page))))
        yield self.item(f"/incidents/{self.id}", HTML, look.incident_page(room, stale=False))
        for path, document in self.documents():
            yield self.item(path, wire.CONTENT_TYPE, orjson.dumps(document).decode())

    def item(self, resource: str, content_type: str, text: str) -> Item:
        content = text.encode()
        return Item(resource, content_type, content, b"", etag_of(content), self.at)

    def as_page(self) -> shape.PublicPage:
        """Return the page with its components as told, and one more open incident."""
        site = replace(self.page.site, as_of=self.at, written_at=self.at, due_at=self.at + EVERY)
        groups = tuple(
            replace(group, components=tuple(self._component(one) for one in group.components))
            for group in self.page.groups
        )
        opened = (self._incident(), *self.page.open_incidents)
        return replace(self.page, site=site, groups=groups, open_incidents=opened)

    def _component(self, one: shape.Component) -> shape.Component:
        """Return a component as told; of another one, nothing is known when the copy is old."""
        if one.name in self.names:
            return replace(one, state=shape.State(self.state), since=self.at)
        is_old = self.at - self.edition.generated_at > STALE_AFTER
        return replace(one, state=shape.State.NO_DATA) if is_old else one

    def _incident(self) -> shape.Incident:
        root = self.page.site.links.home.removesuffix("/")
        stage = shape.Stage.INVESTIGATING
        return shape.Incident(
            id=self.id,
            title=self._title,
            url=f"{root}/incidents/{self.id}",
            started_at=self.at,
            updates=(shape.Update("1", stage, self.at, self.message),),
            affected=tuple(
                shape.Affected(one.name, shape.State(self.state))
                for one in _all(self.page)
                if one.name in self.names
            ),
        )

    @property
    def _title(self) -> str:
        return self.state.value.replace("_", " ").capitalize()

    def documents(self) -> Iterable[tuple[str, Document]]:
        """Return the documents of the API as told, key for key as they were."""
        for path, item in self.edition.items.items():
            if path.startswith(wire.ROOT):
                document = orjson.loads(item.fresh)
                self._rewrite(path.removeprefix(wire.ROOT), document)
                yield path, document

    def _rewrite(self, name: str, document: Document) -> None:
        document["page"]["updated_at"] = self._moment
        if "components" in document:
            self._retell(document["components"])
        if name in _LISTS:
            document["incidents"].insert(0, self._on_the_wire(document["page"]))
        if "status" in document:
            document["status"] = self._status()

    def _retell(self, components: list[Document]) -> None:
        by_id = {one["id"]: one for one in components}
        for one in components:
            if not one["group"] and one["name"] in self.names:
                one["status"], one["updated_at"] = self.state, self._moment
        for one in components:
            if one["group"]:
                inner = (ComponentState(by_id[child]["status"]) for child in one["components"])
                one["status"] = worst(inner)

    def _listed(self) -> list[Document]:
        found: list[Document] = orjson.loads(self.edition.items[COMPONENTS].fresh)["components"]
        self._retell(found)
        return [one for one in found if not one["group"]]

    def _status(self) -> Document:
        states = [ComponentState(one["status"]) for one in self._listed()]
        found = overall(states, [self._impact])
        return {"indicator": found.indicator, "description": found.description}

    @property
    def _impact(self) -> Impact:
        return impact_of([self.state])

    @property
    def _moment(self) -> str:
        return wire.moment_in(self.edition.zone, self.at)

    def _on_the_wire(self, page: Document) -> Document:
        affected = [one for one in self._listed() if one["name"] in self.names]
        changes = [
            {"code": one["id"], "name": one["name"], "old_status": "operational", "new_status": self.state}
            for one in affected
        ]  # fmt: skip
        update = {
            "id": self.update_id,
            "status": shape.Stage.INVESTIGATING,
            "body": self.message,
            "incident_id": self.id,
            "created_at": self._moment,
            "updated_at": self._moment,
            "display_at": self._moment,
            "affected_components": changes or None,
            "deliver_notifications": False,
            "custom_tweet": None,
            "tweet_id": None,
        }
        return {
            "id": self.id,
            "name": self._title,
            "status": shape.Stage.INVESTIGATING,
            "created_at": self._moment,
            "updated_at": self._moment,
            "monitoring_at": None,
            "resolved_at": None,
            "impact": self._impact,
            "shortlink": f"{page['url']}/incidents/{self.id}",
            "started_at": self._moment,
            "page_id": page["id"],
            "incident_updates": [update],
            "components": affected,
            "reminder_intervals": None,
        }


def _all(page: shape.PublicPage) -> Iterable[shape.Component]:
    return (one for group in page.groups for one in group.components)
