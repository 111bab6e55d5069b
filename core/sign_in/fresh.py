"""How long ago somebody proved who they are, in this session."""

import time
from collections.abc import Sequence
from typing import Any

FRESH_S = 300


def is_fresh(notes: Sequence[dict[str, Any]]) -> bool:
    """Return whether the newest of allauth's notes of this session is at most five minutes old."""
    return bool(notes) and time.time() - float(notes[-1]["at"]) < FRESH_S
