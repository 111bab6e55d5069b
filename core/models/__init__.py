"""Rows that every app stands on: people, teams, tokens, late calls, beats."""

from core.models.engine import Heartbeat, Installation, LateCall
from core.models.idempotency import KeptAnswer
from core.models.people import Membership, Team, User
from core.models.sign_in import BreakGlassLink, SharedCache, SignIn
from core.models.tokens import ApiToken

__all__ = [
    "ApiToken",
    "BreakGlassLink",
    "Heartbeat",
    "Installation",
    "KeptAnswer",
    "LateCall",
    "Membership",
    "SharedCache",
    "SignIn",
    "Team",
    "User",
]
