"""What a person may do about a promised call that keeps failing."""

from datetime import datetime

from core.actor import Actor
from core.errors import NotFound
from core.models import LateCall
from core.permissions import require


def run_again(call_id: int, *, by: Actor, at: datetime) -> None:
    """Make a late call due at once; the engine or the minute task runs it. Raises NotAllowed, NotFound."""
    require(by, "core.edit_people")
    if not LateCall.objects.filter(pk=call_id).update(due_at=at):
        raise NotFound("This call has succeeded meanwhile; nothing is left to run.")
