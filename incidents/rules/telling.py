"""Which entries of a timeline tell the story: one table, for the screen and for the postmortem. Pure."""

COMMANDER = "commander"
# Every kind that tells the story. A kind that is not here is routine.
KEY = frozenset(
    {
        "state", "note", "decision", "hypothesis", "update", "alert", "severity", "unreached",
        "postmortem",
    }
)  # fmt: skip


def is_key(kind: str, role: str = "") -> bool:
    """Return whether an entry tells the story by its kind, or as a change of command; `role`: the one it is about."""
    return kind in KEY or (kind == "role" and role == COMMANDER)
