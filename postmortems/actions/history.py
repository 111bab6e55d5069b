"""The history of action items: a row per change, never changed itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.actor import Actor
from postmortems.models import ActionItem, ActionMove, Factor

LONGEST_KEPT = 2000


def remember(  # noqa: PLR0913  what, from, to, who, when and why
    item: ActionItem,
    field: str,
    *,
    before: object = "",
    after: object = "",
    by: Actor,
    at: datetime,
    reason: str = "",
) -> None:
    """Store one line of history."""
    _row(item, field, (before, after), by=by, at=at, reason=reason).save(force_insert=True)


def changed_rows(
    item: ActionItem, before: Mapping[str, Any], *, by: Actor, at: datetime, reason: str
) -> list[ActionMove]:
    """Return an unsaved line for every value that differs from `before`."""
    return [
        _row(item, name, (old, getattr(item, name)), by=by, at=at, reason=reason)
        for name, old in before.items()
        if getattr(item, name) != old
    ]


def _row(
    item: ActionItem, field: str, values: tuple[object, object], *, by: Actor, at: datetime, reason: str
) -> ActionMove:  # fmt: skip
    before, after = (_said(value) for value in values)
    return ActionMove(
        item=item,
        field=field,
        before=before,
        after=after,
        at=at,
        reason=reason,
        actor_kind=by.kind,
        actor_user=by.user,
        actor_source_id=by.source_id,
        actor_label=by.label[:200],
    )


def _said(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Factor):
        return f"factor {value.position}"
    return str(getattr(value, "display_name", value))[:LONGEST_KEPT]
