"""The measurements that run inside one process: digest halves, steps, schedules, statements."""

from bench.bodies import ALERTS
from bench.figures import Bound, Figure, median
from bench.place import Place
from bench.runs import Accept, Reading, Size

_GOALS = {"generic": ("B1", 3.0), "hot": ("B2", 2.0), "alertmanager": ("B3", 7.0)}


class _Per:
    """Reads one value of a reading per alert, step or call."""

    def __init__(self, unit: str, value: str) -> None:
        self.unit, self.value = unit, value

    def __call__(self, reading: Reading) -> float:
        """Return the value per unit."""
        return float(reading[self.value]) / float(reading[self.unit])


def digest(place: Place, size: Size, accept: Accept, shape: str) -> list[Figure]:
    """Return what the digest of one shape costs, and both halves beside the limit of B1, B2 or B3."""
    count = max(size.digested // 25, 40) if shape == "alertmanager" else size.digested
    found = place.run("bench.digest", shape, str(count), str(size.rounds))
    mine, floor = found["digest"], found["floor"]
    each = ALERTS if shape == "alertmanager" else 1
    what = f"{shape}, {place.backend}"
    cpu, bare = (median(rounds, _Per("alerts", "cpu_ms")) for rounds in (mine, floor))
    statements = median(mine, _Per("alerts", "statements"))
    rows = [
        Figure(f"digest {what}, CPU", cpu, "ms/alert", bare, note="floor: bulk upsert"),
        Figure(
            f"digest {what}",
            1 / median(mine, _Per("alerts", "seconds")),
            "alerts/s",
            1 / median(floor, _Per("alerts", "seconds")),
        ),
        Figure(f"digest {what}, statements", statements, "/alert", None, None, _statements(shape)),
    ]
    return [*rows, _both(accept, shape, cpu, bare, each)] if shape in accept.shapes else rows


def _statements(shape: str) -> Bound:
    if shape == "alertmanager":
        return Bound("<=", 0.04, name="B3")
    return Bound("<=", 0.1 if shape == "generic" else 1, name=_GOALS[shape][0])


def _both(accept: Accept, shape: str, cpu: float, bulk: float, each: int) -> Figure:
    """Return accept and digest together: per event beside the bare view, per alert beside the upsert."""
    door, bare = accept.cpu_ms(shape)
    name, times = _GOALS[shape]
    return Figure(
        f"{name}: accept + digest {shape}, {accept.place.backend}",
        door / each + cpu,
        "ms/alert",
        bulk if each > 1 else bare,
        None,
        Bound("<=", times, of="ratio", name=name),
    )


def steps(place: Place, size: Size) -> list[Figure]:
    """Return what the pager's steps cost, and what it costs to wait (B12)."""
    found = place.run("bench.escalate", str(size.armed), str(size.due), str(size.rounds), "8")
    taken, floor, idle = found["steps"], found["floor"], found["idle"]
    cpu, bare = (median(rounds, _Per("count", "cpu_ms")) for rounds in (taken, floor))
    rate = 1 / median(taken, _Per("count", "seconds"))
    return [
        Figure("B12: steps, CPU", cpu, "ms/step", bare, None, Bound("<=", 0.7, " ms", name="B12"), note="floor: SKIP LOCKED one by one"),
        Figure("B12: steps", rate, "steps/s", 1 / median(floor, _Per("count", "seconds")), None, Bound(">=", 0.3, of="ratio", name="B12"), note=f"{size.armed:,} armed, {size.due:,} due at once"),
        Figure("B12: statements", median(taken, _Per("count", "statements")), "/step", None),
        Figure("B12: idle, statements", idle["statements"] / idle["seconds"], "/s", None, None, Bound("<=", 1.25, "/s", name="B12"), note="goal 1/s and a beat"),
        Figure("B12: idle, CPU", idle["cpu_ms"] / idle["seconds"] / 10, "% of a core", None, None, Bound("<=", 0.3, " %", name="B12")),
    ]  # fmt: skip


def schedules(place: Place, size: Size) -> list[Figure]:
    """Return what final schedules cost, database to intervals (B5)."""
    found = place.run("bench.resolver", str(size.rounds))
    goals = {"small": ("4x1x30 d", 10.0), "large": ("50x5x365 d", 3.0)}
    asked = median(found["large"]["resolve"], _Per("count", "statements"))
    rows = [
        Figure(
            f"B5: schedule {goals[name][0]}, CPU",
            median(readings["resolve"], _Per("count", "cpu_ms")),
            "ms",
            median(readings["floor"], _Per("count", "cpu_ms")),
            None,
            Bound("<=", goals[name][1], of="ratio", name="B5"),
            note=f"{median(readings['resolve'], _Per('count', 'statements')):g} statements, floor: plain sweep",
        )
        for name, readings in found.items()
    ]
    return [*rows, Figure("B5: statements of a year of 50x5", asked, "", None, Bound("<=", 3))]


def duty(place: Place, size: Size) -> list[Figure]:
    """Return what the resolver alone costs, and who is on call (B6) and feeds (B7) over HTTP."""
    found = place.run("bench.duty", str(size.rounds))
    cpu = {
        name: median(rows, _Per("count", "cpu_ms"))
        for name, rows in found.items()
        if name != "growth"
    }
    asked = {
        name: median(found[name], _Per("count", "statements"))
        for name in ("on call", "unchanged", "feed")
    }
    rows = [
        Figure("a year of 50x5 from loaded data, CPU", cpu["year"], "ms", None, Bound("<=", 25, " ms")),
        Figure("who(t) from loaded data, CPU", cpu["who"], "ms", None, Bound("<=", 0.5, " ms")),
        Figure("B6: on call over HTTP, CPU", cpu["on call"], "ms", cpu["on call floor"], None,
               Bound("<=", 1.6, of="ratio", name="B6"), note=f"{asked['on call']:g} statements, floor: one SELECT through Django"),
        Figure("B7: feed unchanged, CPU", cpu["unchanged"], "ms", cpu["unchanged floor"], None,
               Bound("<=", 3, of="ratio", name="B7"), note=f"{asked['unchanged']:g} statements, floor: Django's 304"),
        Figure("B7: feed whole, CPU", cpu["feed"], "ms", cpu["feed floor"], None,
               Bound("<=", 5, of="ratio", name="B7"), note=f"{asked['feed']:g} statements, floor: the same events, library alone"),
    ]  # fmt: skip
    counted = Figure(
        "B7: statements of an unchanged feed", asked["unchanged"], "", None, Bound("<=", 1)
    )
    return [*rows, counted, *_growth(found["growth"])]


def _growth(found: dict[str, dict[str, Reading]]) -> list[Figure]:
    """Return one row per size: what a segment costs, which must not grow with their number."""
    per = _Per("count", "cpu_ms")
    return [
        Figure(
            f"resolver, {days} segments, CPU", 1000 * per(read["segments"]) / int(days), "us/segment",
            note=f"{per(read['segments']):.3g} ms in all, who(t) {per(read['who']):.3g} ms",
        )
        for days, read in found.items()
    ]  # fmt: skip


def statements(place: Place) -> list[Figure]:
    """Return the statements of an accepted request, counted in-process at the database driver."""
    found = place.run("bench.statements")
    return [
        Figure(f"statements per accepted {shape}, {place.backend}", count, "", 1.0, Bound("<=", 2))
        for shape, count in found.items()
    ]
