"""Give the subscribers of a page out, as cells of a table that can be brought to another page."""

from collections.abc import Iterator, Sequence

from django.db.models import Q, QuerySet

from core.actor import Actor
from core.errors import Invalid
from core.permissions import require
from statuspage.models import Component, ComponentGroup, Page, Subscriber

HEADER = ("address", "channel", "state", "wants", "maintenance", "follows", "since", "confirmed")
GIVEN = [one for one in Subscriber.State.values if one != Subscriber.State.ENDED]
BATCH = 500


def subscriber_rows(
    page: Page, states: Sequence[str], followed: Sequence[str], *, by: Actor
) -> Iterator[Sequence[str]]:
    """Give the cells under HEADER of the subscribers in `states`, oldest first; an endpoint shows its host alone.

    `followed`: public ids of groups and components, then only who is told of one of them. Raises NotAllowed and Invalid at once.
    """
    require(by, "statuspage.edit_page", page)
    rows = page.subscribers.filter(state__in=[one for one in states if one in GIVEN])
    if followed:
        rows = rows.filter(_told_of(page, followed)).distinct()
    return _cells(rows.order_by("pk"))


def _told_of(page: Page, followed: Sequence[str]) -> Q:
    """Return who is told of one of these: of all, of it, of its group, or of a component of it."""
    groups = ComponentGroup.objects.filter(page=page, public_id__in=followed)
    listed = Component.objects.filter(page=page)
    there = {
        *groups.values_list("public_id", flat=True),
        *listed.values_list("public_id", flat=True),
    }
    for one in followed:
        if one not in there:
            raise Invalid.field("/follows", f"{page.name} lists no component or group {one}.")
    components = listed.filter(Q(public_id__in=followed) | Q(group__in=groups))
    of_groups = groups | ComponentGroup.objects.filter(
        page=page, components__public_id__in=followed
    )
    return (
        Q(follows_all=True)
        | Q(subscriptions__component__in=components.values("pk"))
        | Q(subscriptions__group__in=of_groups.values("pk"))
    )


def _cells(rows: QuerySet[Subscriber]) -> Iterator[Sequence[str]]:
    wanted = rows.prefetch_related("subscriptions__group", "subscriptions__component")
    for row in wanted.iterator(chunk_size=BATCH):
        things = [one.group or one.component for one in row.subscriptions.all()]
        ids = sorted(one.public_id for one in things if one is not None)
        yield (
            row.address,
            row.channel,
            row.state,
            row.wants,
            "yes" if row.wants_maintenance else "no",
            "" if row.follows_all else "; ".join(ids),
            row.created_at.isoformat(timespec="seconds"),
            row.confirmed_at.isoformat(timespec="seconds") if row.confirmed_at else "",
        )
