"""The ladder of rights; alone in its file, so that settings can name it before any app is loaded."""

from enum import IntEnum


class Right(IntEnum):
    """What a verb asks for, from least to most (design.md 5, "People and rights")."""

    VIEWER = 1
    RESPONDER = 2
    MANAGER = 3  # a manager of the object's team
    ADMINISTRATOR = 4

    @classmethod
    def named(cls, name: str) -> "Right":
        """Return the right of that lower-case name, as stored on tokens."""
        return cls[name.upper()]
