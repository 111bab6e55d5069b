"""Which source a key belongs to: one statement a second and key, none on the hot path (performance 4.1).

A process remembers what a key meant for a second, so a revoked key works at most that long.
"""

import threading
import time
from dataclasses import dataclass

from core import clock
from core.secrets import digest
from incidents.models import SourceKey

_LIFE_S = 1.0
_MOST = 4096


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A live key: whose it is, and what the door has to know of its source."""

    key_id: int
    source_id: int
    source_name: str
    format: str
    service_label: str
    is_disabled: bool


_memory: dict[str, tuple[float, KnownKey | None]] = {}
_lock = threading.Lock()


def find(key: str) -> KnownKey | None:
    """Return what a key stands for; None when it is unknown or revoked. The key itself is not kept."""
    hashed = digest(key)
    found = _memory.get(hashed)
    if found is not None and time.monotonic() - found[0] < _LIFE_S:
        return found[1]
    known = _read(hashed)
    with _lock:
        if len(_memory) > _MOST:
            _memory.clear()
        _memory[hashed] = (time.monotonic(), known)
    return known


def forget() -> None:
    """Forget every key, as a new process would."""
    with _lock:
        _memory.clear()


def _read(hashed: str) -> KnownKey | None:
    rows = SourceKey.objects.select_related("source").annotate(read_at=clock.DatabaseTime())
    row = rows.filter(digest=hashed, revoked_at=None).first()
    if row is None:
        return None
    clock.learn(row.read_at)  # or else this request would ask once more, for the time
    source = row.source
    return KnownKey(
        row.pk,
        source.pk,
        source.name,
        source.format,
        source.service_label,
        source.disabled_at is not None,
    )
