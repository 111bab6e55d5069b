"""What a page lists: its own components, and those of other pages that it shares."""

from collections.abc import Sequence

from statuspage.models import Component, Page, SharedComponent


def listed(page: Page) -> Sequence[Component]:
    """Return the components as this page shows them, by position; two statements.

    A shared one has the name, group and position that this page gives it. The rows are for showing: never save one.
    """
    rows = list(page.components.filter(retired_at=None).select_related("followed"))
    for component in rows:
        component.page = page
    shared = page.shared.filter(component__retired_at=None)
    for share in shared.select_related("component__followed"):
        share.page = page
        rows.append(as_shown(share))
    return sorted(rows, key=lambda row: (row.position, row.pk))


def as_shown(share: SharedComponent) -> Component:
    """Return a shared component as the page that shares it shows it. The row is for showing: never save it."""
    component = share.component
    component.page = share.page
    component.name = share.name or component.name
    component.group_id, component.position = share.group_id, share.position
    return component


def called_on(page: Page) -> dict[int, str]:
    """Return what a page calls the components that it shares, by their ids; one statement."""
    shares = page.shared.select_related("component")
    return {share.component_id: str(share) for share in shares}
