"""The status page under visitors: what a hot hit costs (B8). The hits are made by bench.page_hits."""

from bench.figures import Bound, Figure, median
from bench.place import Place
from bench.runs import Reading, Size

_RESOURCES = {
    "page": "the page, 30 components",
    "summary": "summary.json",
    "unchanged": "the page, 304",
}


def of(place: Place, size: Size) -> list[Figure]:
    """Return the figures of B8: CPU of a hit beside an empty view that serves the same bytes, and what a rendering costs."""
    found = place.run("bench.page_hits", str(size.rounds))
    rows = [
        Figure(
            f"B8: status page, {what}, CPU", median(found[name], _us), "us/hit",
            median(found[f"{name} floor"], _us),
            issue=Bound("<=", 1.5, of="ratio", name="B8"),
            note=f"{median(found[name], _statements):g} statements; floor: an empty view, same bytes, no middleware",
        )
        for name, what in _RESOURCES.items()
    ]  # fmt: skip
    publishing = Figure(
        "status page: one rendering, 30 components", median(found["render"], _ms), "ms", None, None,
        Bound("<=", 100, " ms"), note=f"{median(found['render'], _statements):g} statements",
    )  # fmt: skip
    large = Figure(
        "status page: one rendering, 500 components, 200 incidents",
        median(found["render large"], _ms), "ms", median(found["render large floor"], _ms),
        Bound("<=", 1000, " ms"), note=f"{median(found['render large'], _statements):g} statements; floor: reading the same rows",
    )  # fmt: skip
    return [*rows, publishing, large]


def _us(reading: Reading) -> float:
    return 1000 * float(reading["cpu_ms"]) / float(reading["count"])


def _ms(reading: Reading) -> float:
    return float(reading["cpu_ms"]) / float(reading["count"])


def _statements(reading: Reading) -> float:
    return float(reading["statements"]) / float(reading["count"])
