"""The page as Statuspage's public API v2 has it, to the key and its order (areas/statuspage.md 2.2).

A strict client refuses any further key, so nothing is ever added here.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from statuspage.actions.picture import NEWEST, Picture, Told
from statuspage.actions.works import Planned
from statuspage.models import Component, ComponentGroup, MaintenanceUpdate, PublicUpdate
from statuspage.rules.indicator import overall
from statuspage.rules.states import ComponentState, Impact, Work, worst

Document = dict[str, Any]
ROOT = "/api/v2/"
CONTENT_TYPE = "application/json; charset=utf-8"
_AFFECTED = ("code", "name", "old_status", "new_status")


class Wire:
    """Writes the documents of one picture; `site` is the absolute address of the page, without a slash at its end."""

    def __init__(self, picture: Picture, site: str) -> None:
        self._picture, self._page, self._site = picture, picture.page, site
        self._states = {row.pk: picture.state(row) for row in picture.components}
        self._names = {row.pk: row.name for row in picture.components}
        self._group_ids = {group.pk: group.public_id for group in picture.groups}
        self._open = [told for told in picture.incidents if told.row.is_open]
        self._works = [one for one in picture.works if not one.is_cancelled]
        self._upcoming = [one for one in self._works if one.row.state == Work.SCHEDULED]
        self._running = [one for one in self._works if one.is_running]

    def documents(self) -> dict[str, bytes]:
        """Return every document by its path."""
        parts: Mapping[str, Callable[[], Document]] = {
            "summary.json": self.summary,
            "status.json": lambda: {"status": self.status()},
            "components.json": lambda: {"components": self.components()},
            "incidents.json": lambda: {
                "incidents": self._incidents(self._picture.incidents[:NEWEST])
            },
            "incidents/unresolved.json": lambda: {"incidents": self._incidents(self._open)},
            "scheduled-maintenances.json": lambda: self._maintenances(self._works[:NEWEST]),
            "scheduled-maintenances/upcoming.json": lambda: self._maintenances(self._upcoming),
            "scheduled-maintenances/active.json": lambda: self._maintenances(self._running),
        }
        page = self.page()
        return {ROOT + name: orjson.dumps({"page": page, **part()}) for name, part in parts.items()}

    def page(self) -> Document:
        """Return the page object."""
        return {
            "id": self._page.public_id,
            "name": self._page.name,
            "url": self._site,
            "time_zone": self._page.time_zone,
            "updated_at": self.moment(self._page.updated_at),
        }

    def summary(self) -> Document:
        """Return what summary.json holds besides the page: unresolved incidents, and maintenances that are not over."""
        return {
            "components": self.components(),
            "incidents": self._incidents(self._open),
            **self._maintenances([*self._running, *self._upcoming]),
            "status": self.status(),
        }

    def status(self) -> Document:
        """Return the one line."""
        impacts = [Impact(told.row.impact) for told in self._open]
        found = overall(list(self._states.values()), impacts)
        return {"indicator": found.indicator, "description": found.description}

    def components(self) -> list[Document]:
        """Return groups and components by position, which counts within the parent: they interleave."""
        rows: list[ComponentGroup | Component] = [*self._picture.groups, *self._picture.components]
        rows.sort(key=lambda row: (row.position, isinstance(row, Component), row.pk))
        return [
            self._component(row) if isinstance(row, Component) else self._group(row) for row in rows
        ]

    def moment(self, at: datetime | None) -> str | None:
        """Return an instant in the page's zone."""
        return None if at is None else moment_in(self._page.time_zone, at)

    def _component(self, row: Component) -> Document:
        return {
            **self._listed(row, self._states.get(row.pk, ComponentState.OPERATIONAL)),
            "showcase": row.shows_uptime and self._page.shows_uptime,
            "start_date": row.start_date.isoformat() if row.start_date else None,
            "group_id": self._group_ids.get(row.group_id) if row.group_id else None,
            "page_id": self._page.public_id,
            "group": False,
            "only_show_if_degraded": row.only_show_if_degraded,
        }

    def _group(self, row: ComponentGroup) -> Document:
        mine = [one for one in self._picture.components if one.group_id == row.pk]
        return {
            **self._listed(row, worst(self._states[one.pk] for one in mine)),
            "showcase": False,
            "start_date": None,
            "group_id": None,
            "page_id": self._page.public_id,
            "group": True,
            "only_show_if_degraded": False,
            "components": [one.public_id for one in mine],
        }

    def _listed(self, row: ComponentGroup | Component, state: ComponentState) -> Document:
        return {
            "id": row.public_id,
            "name": row.name,
            "status": state,
            "created_at": self.moment(row.created_at),
            "updated_at": self.moment(row.updated_at),
            "position": row.position,
            "description": row.description or None,
        }

    def _incidents(self, incidents: Sequence[Told]) -> list[Document]:
        return [self.incident(told) for told in incidents]

    def incident(self, told: Told) -> Document:
        """Return one incident with its updates, newest first."""
        row = told.row
        return {
            "id": row.public_id,
            "name": row.name,
            "status": row.state,
            "created_at": self.moment(row.created_at),
            "updated_at": self.moment(row.updated_at),
            "monitoring_at": self.moment(row.monitoring_at),
            "resolved_at": self.moment(row.resolved_at),
            "impact": row.impact,
            "shortlink": f"{self._site}{row.path}",
            "started_at": self.moment(row.started_at),
            "page_id": self._page.public_id,
            "incident_updates": [self._update(told, update) for update in reversed(told.updates)],
            "components": [self._component(one) for one in self._affected(told)],
            "reminder_intervals": None,
        }

    def _affected(self, told: Told) -> list[Component]:
        ids = {change.component_id for update in told.updates for change in update.changes.all()}
        return [row for row in self._picture.components if row.pk in ids]

    def _update(self, told: Told, row: PublicUpdate) -> Document:
        affected = [
            {
                "code": change.component.public_id,
                "name": self._names.get(change.component_id, change.component.name),
                "old_status": change.old_state,
                "new_status": change.new_state,
            }
            for change in row.changes.all()
        ]
        return {
            "id": row.public_id,
            "status": row.state,
            "body": row.body,
            "incident_id": told.row.public_id,
            "created_at": self.moment(row.created_at),
            "updated_at": self.moment(row.created_at),
            "display_at": self.moment(row.display_at),
            "affected_components": affected or None,
            "deliver_notifications": row.is_sent,
            "custom_tweet": None,
            "tweet_id": None,
        }

    def _maintenances(self, works: Sequence[Planned]) -> Document:
        return {"scheduled_maintenances": [self.maintenance(one) for one in works]}

    def maintenance(self, one: Planned) -> Document:
        """Return one maintenance: an incident's keys, and its two times at the end."""
        row = one.row
        touched = {each.component_id for each in one.touched}
        return {
            "id": row.public_id,
            "name": row.name,
            "status": row.state,
            "created_at": self.moment(row.created_at),
            "updated_at": self.moment(row.updated_at),
            "monitoring_at": None,
            "resolved_at": self.moment(row.ended_at),
            "impact": "maintenance",
            "shortlink": f"{self._site}{row.path}",
            "started_at": self.moment(row.created_at),
            "page_id": self._page.public_id,
            "incident_updates": [self._said(one, said) for said in reversed(one.updates)],
            "components": [
                self._component(each) for each in self._picture.components if each.pk in touched
            ],
            "reminder_intervals": None,
            "scheduled_for": self.moment(row.scheduled_for),
            "scheduled_until": self.moment(row.scheduled_until),
        }

    def _said(self, one: Planned, row: MaintenanceUpdate) -> Document:
        # PostgreSQL keeps the keys of a stored object in an order of its own.
        affected = [{key: change[key] for key in _AFFECTED} for change in row.changes]
        return {
            "id": row.public_id,
            "status": row.state,
            "body": row.body,
            "incident_id": one.row.public_id,
            "created_at": self.moment(row.created_at),
            "updated_at": self.moment(row.created_at),
            "display_at": self.moment(row.display_at),
            "affected_components": affected or None,
            "deliver_notifications": row.is_sent,
            "custom_tweet": None,
            "tweet_id": None,
        }


def moment_in(time_zone: str, at: datetime) -> str:
    """Return an instant with three decimals in a zone: "2026-11-21T14:05:00.000Z"."""
    zone = UTC if time_zone in {"UTC", "Etc/UTC"} else ZoneInfo(time_zone)
    text = at.astimezone(zone).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z" if zone is UTC else text
