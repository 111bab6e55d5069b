"""The schedule resolver: pure functions over plain values; no rows, no clock, no framework."""

from oncall.rota.civil import UnknownZone, to_utc
from oncall.rota.coverage import changes, coverage, gaps
from oncall.rota.faults import faults, idle_positions, override_faults
from oncall.rota.resolve import LOOK_AHEAD, next_after, on_call, segments, who
from oncall.rota.shapes import (
    Answer,
    Change,
    Override,
    Plan,
    Rotation,
    Segment,
    TurnMode,
    Unit,
    Users,
    Window,
)

__all__ = [
    "LOOK_AHEAD",
    "Answer",
    "Change",
    "Override",
    "Plan",
    "Rotation",
    "Segment",
    "TurnMode",
    "Unit",
    "UnknownZone",
    "Users",
    "Window",
    "changes",
    "coverage",
    "faults",
    "gaps",
    "idle_positions",
    "next_after",
    "on_call",
    "override_faults",
    "segments",
    "to_utc",
    "who",
]
