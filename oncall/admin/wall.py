"""Columns that show an instant on the wall clock that it is planned by: a schedule's, or a person's own."""

from operator import attrgetter
from typing import Any

from django.utils.html import format_html

from core.admin.panel import NOTHING
from oncall.rota.civil import to_wall


class Wall:
    """A column or read-only field that shows an instant on a wall clock with its zone, and sorts by it.

    `zone`: the way from the row to the name of the zone, as of `attrgetter`.
    """

    def __init__(self, field: str, label: str, zone: str = "schedule.zone") -> None:
        self.short_description = label
        self.admin_order_field = field
        self._zone = attrgetter(zone)

    def __call__(self, row: Any) -> str:
        """Return the wall time and its zone, a dash for none."""
        at = getattr(row, self.admin_order_field)
        if at is None:
            return NOTHING
        zone = self._zone(row)
        local = to_wall(at, zone)
        said = f"{local:%a} {local.day} {local:%b} {local.year} {local:%H:%M}"
        return format_html('{} <span class="quiet">({})</span>', said, zone)
