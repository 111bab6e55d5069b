"""Facts go up by wiring: lower apps publish, upper apps hear (design.md 1).

`config/wiring.py` names who hears what. A `now` handler runs once for the whole list of ids inside
the publisher's transaction and only writes rows. A `later` handler becomes one LateCall row per id in
that same transaction; the engine and the minute task run it until it has succeeded.
"""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import connection

from core.facts_table import Handler
from core.models import LateCall


def publish(fact: str, ids: Sequence[int], *, at: datetime) -> None:
    """Tell everyone who hears `fact` about these objects. Must run inside the changing transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"publish({fact!r}) outside a transaction")
    if not ids:
        return
    for handler in settings.EVENT_HANDLERS[fact]:
        if handler.when == "now":
            handler.function(ids, at)
        else:
            rows = [_late(fact, handler, object_id, at) for object_id in ids]
            LateCall.objects.bulk_create(rows)


def _late(fact: str, handler: Handler, object_id: int, at: datetime) -> LateCall:
    return LateCall(fact=fact, handler=handler.path, object_id=object_id, created_at=at, due_at=at)
