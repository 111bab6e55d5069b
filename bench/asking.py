"""The REST API: a list of 50 incidents over HTTP beside JSON that PostgreSQL made (B10), and declaring (B11)."""

from bench.figures import Bound, Figure, median
from bench.load import Plan
from bench.place import Part, Place
from bench.runs import Reading, Size, loaded

SHELF = {True: 51_000, False: 6_000}  # incidents: the full run has a page 1,000


def listing(place: Place, size: Size) -> list[Figure]:
    """Fill the list, then play page 1, a deep page and the floor in turn; return what a page costs."""
    place.run("bench.prepare")
    shelf = place.run("bench.shelf", str(SHELF[size.rounds > 3]))
    servers = {"floor": place.serve("bench.floor:application"), "product": place.serve()}
    asked = [("floor", "first"), ("product", "first"), ("product", "deep")]
    readings: dict[tuple[str, str], list[Reading]] = {one: [] for one in asked}
    for one in asked:
        _play(place, servers[one[0]], shelf, one[1], 80)
    for _ in range(size.rounds):
        for one in asked:
            readings[one].append(_play(place, servers[one[0]], shelf, one[1], size.singles // 2))
    for server in servers.values():
        server.stop()
    floor, first, deep = (median(readings[one], lambda found: found["cpu_ms"]) for one in asked)
    wrong = sum(sum(found["wrong"].values()) for rounds in readings.values() for found in rounds)
    return [
        Figure("B10: REST list of 50, CPU", first, "ms", floor, Bound("<=", 4, of="ratio"), note="floor: JSON made by PostgreSQL, no sign-in"),
        Figure("B10: REST list of 50", median(readings["product", "first"], lambda found: found["rate"]), "/s", median(readings["floor", "first"], lambda found: found["rate"])),
        Figure("B10: a deep page, CPU", deep, "ms", first, None, Bound("<=", 1.1, of="ratio", name="B10"), note="floor: page 1"),
        Figure("wrong answers, list", wrong, "", None, Bound("<=", 0)),
    ]  # fmt: skip


def _play(place: Place, server: Part, shelf: Reading, page: str, count: int) -> Reading:
    plan = Plan(server.port, {"get": [shelf[page]]}, "get", count, token=shelf["token"])
    return loaded(place, server, plan)


def statements(place: Place) -> list[Figure]:
    """Return the statements of a page and of a declaration, besides finding the caller, and the CPU of declaring."""
    found = place.run("bench.declare")
    backend = place.backend
    return [
        Figure(f"B10: statements of a page, {backend}", found["list"], "", None, None, Bound("<=", 3, name="B10"), note="the caller's among them"),
        Figure(f"B11: statements of declaring, {backend}", found["declare"], "", None, Bound("<=", 6), note="besides the caller's rights; BEGIN and COMMIT left out"),
        Figure(f"B11: declaring, CPU, {backend}", found["cpu_ms"], "ms", None, None, Bound("<=", 3, " ms", name="B11"), note="in-process, the whole request"),
    ]  # fmt: skip
