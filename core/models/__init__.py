"""Rows that every app stands on: people, teams, tokens, late calls, beats."""

from core.models.engine import Heartbeat, Installation, LateCall
from core.models.people import Membership, Team, User
from core.models.tokens import ApiToken

__all__ = ["ApiToken", "Heartbeat", "Installation", "LateCall", "Membership", "Team", "User"]
