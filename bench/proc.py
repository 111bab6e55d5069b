"""What Linux says of a process: CPU time, resident and proportional memory, its descendants."""

import os
from collections.abc import Iterable
from pathlib import Path

_PROC = Path("/proc")
_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
_PPID, _UTIME, _STIME, _CUTIME, _CSTIME = 1, 11, 12, 13, 14  # after the name, proc(5)


def _stat(pid: int) -> list[str]:
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return text.rpartition(")")[2].split()


def tree(root: int) -> list[int]:
    """Return the ids of a process and all its descendants that live now."""
    parents = {int(one.name): _stat(int(one.name)) for one in _PROC.iterdir() if one.name.isdigit()}
    found = [root]
    for pid in found:
        found += [child for child, stat in parents.items() if stat and int(stat[_PPID]) == pid]
    return found


def cpu_ms(pids: Iterable[int], *, with_reaped: bool = True) -> float:
    """Return user and system milliseconds of these processes, in steps of 10 ms.

    `with_reaped`: count what their ended children used as well.
    """
    places = [_UTIME, _STIME, *([_CUTIME, _CSTIME] if with_reaped else [])]
    return _TICK_MS * sum(
        int(stat[place]) for pid in pids if (stat := _stat(pid)) for place in places
    )


def rss_mb(pid: int) -> float:
    """Return the resident memory of one process, shared pages included."""
    return _field(_PROC / str(pid) / "status", "VmRSS:")


def pss_mb(pids: Iterable[int]) -> float:
    """Return the proportional memory of these processes: each shared page counts once."""
    return sum(_field(_PROC / str(pid) / "smaps_rollup", "Pss:") for pid in pids)


def _field(file: Path, name: str) -> float:
    try:
        lines = file.read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)
