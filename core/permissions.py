"""May this actor do that? One function for every door: admin, API, replies, tasks, imports.

The table is data: `RIGHTS` in config/wiring.py maps each verb to the least Right that it needs.
A verb that is not in the table is a bug and is refused loudly.
"""

from typing import Any

from django.conf import settings

from core.actor import Actor
from core.errors import NotAllowed
from core.models import User
from core.rights import Right

_MACHINES = ("source", "engine", "import")


def may(actor: Actor, verb: str, obj: Any = None) -> bool:
    """Return whether `actor` may do `verb` (a key of RIGHTS) to `obj` (None: in general)."""
    needed: Right = settings.RIGHTS[verb]
    if actor.kind in _MACHINES:
        return True  # machines call only the actions that code hands them; no door takes a verb from them
    if actor.user is None or not actor.user.is_active:
        return False
    if actor.kind == "reply":
        return verb in settings.REPLY_VERBS  # who was paged may answer, and do nothing else
    if not actor.user.is_staff:
        return False  # may be paged, but not sign in
    return _holds(actor.user, needed, obj, ceiling=Right.named(actor.ceiling))


def _holds(user: User, needed: Right, obj: Any, *, ceiling: Right) -> bool:
    held = min(user.right, ceiling)
    if held >= needed or needed is not Right.MANAGER:
        return held >= needed
    team_id = getattr(obj, "team_id", None)
    if team_id is None or held < Right.RESPONDER:
        return False
    return team_id in user.managed_team_ids


def require(actor: Actor, verb: str, obj: Any = None) -> None:
    """Raise NotAllowed unless `actor` may do `verb` to `obj`."""
    if not may(actor, verb, obj):
        needed: Right = settings.RIGHTS[verb]
        who = (
            "a manager of its team or an Administrator"
            if needed is Right.MANAGER
            else f"the right {needed.name.title()}"
        )
        raise NotAllowed(f"{actor.label} may not do this; it needs {who}.")
