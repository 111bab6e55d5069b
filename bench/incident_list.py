"""The incident list among very many incidents: what its pages cost (B9). The pages are asked for by bench.list_pages."""

from bench.figures import Bound, Figure, percentile
from bench.place import Place

FEW = 1_000
_HUNDRED = "all, first page"  # has 100 rows at every size, so that sizes compare


def of(place: Place, rows: int, times: int) -> list[Figure]:
    """Return the figures of B9: p95 of every page, CPU of a hundred rows beside the same among a thousand."""
    found = place.run("bench.list_pages", str(rows), str(times))
    few, lots = found[str(FEW)], found[str(rows)]
    worst = max(lots, key=lambda name: percentile(lots[name]["walls"], 0.95))
    every = [wall for page in lots.values() for wall in page["walls"]]
    most = max(page["statements"] for page in lots.values())
    size = f"{rows:,} incidents"
    return [
        Figure(
            f"B9: list, {size}, p95 of {len(lots)} kinds of page", percentile(every, 0.95), "ms",
            issue=Bound("<=", 300, " ms", name="B9"),
        ),
        Figure(
            f"B9: list, {size}, p95 of the slowest", percentile(lots[worst]["walls"], 0.95), "ms",
            issue=Bound("<=", 300, " ms", name="B9"), note=worst,
        ),
        Figure(
            f"B9: list of 100 rows, {size}, CPU", lots[_HUNDRED]["cpu_ms"], "ms",
            floor=few[_HUNDRED]["cpu_ms"], goal=Bound("<=", 1.10, of="ratio", name="B9"),
            note=f"floor: the same among {FEW:,}; goal 35 ms",
        ),
        Figure(
            f"B9: search, {size}, CPU", lots["search, rare"]["cpu_ms"], "ms",
            goal=Bound("<=", 50, " ms", name="B9"),
        ),
        Figure(
            f"B9: list, {size}, most statements", most, "",
            issue=Bound("<=", 12, name="B9"), note="sign-in, frame and red bar among them",
        ),
    ]  # fmt: skip
