"""Admin screens of people, teams, tokens and the installation's own rows."""

from core.admin import engine, people, sign_ins, teams, tokens

__all__ = ["engine", "people", "sign_ins", "teams", "tokens"]
