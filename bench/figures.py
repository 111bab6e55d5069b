"""Figures and the table of them: each beside the floor of the same run, with the goals it is held to."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

T = TypeVar("T")
HEADS = ("figure", "measured", "floor", "ratio", "issue", "goal", "verdict")


@dataclass(frozen=True)
class Bound:
    """A limit and the side of it that is good: `Bound(">=", 600, "/s")`."""

    side: str
    limit: float
    unit: str = ""
    of: str = "measured"  # or "ratio"
    name: str = ""

    def holds(self, figure: "Figure") -> bool:
        """Tell whether the figure, or its ratio to the floor, is on the good side."""
        value = figure.measured if self.of == "measured" else figure.ratio
        if value is None:
            return False
        return value >= self.limit if self.side == ">=" else value <= self.limit

    def __str__(self) -> str:
        times = "x floor" if self.of == "ratio" else ""
        return f"{self.name} {self.side} {self.limit:g}{self.unit}{times}".strip()


@dataclass(frozen=True)
class Figure:
    """One row: the median of the rounds, its floor (median, same run), the issue's bound and the goal."""

    name: str
    measured: float
    unit: str
    floor: float | None = None
    issue: Bound | None = None
    goal: Bound | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Return measured to floor; None where there is no floor."""
        return self.measured / self.floor if self.floor else None

    @property
    def verdict(self) -> str:
        """Say of the issue's bound and of the goal whether they are met."""
        said = [
            f"{word}{'met' if bound.holds(self) else 'NOT REACHED'}"
            for word, bound in (("", self.issue), ("goal ", self.goal))
            if bound is not None
        ]
        return ", ".join(said)

    def cells(self) -> tuple[str, ...]:
        """Return the row's texts, one for each of HEADS."""
        return (
            self.name + (f" ({self.note})" if self.note else ""),
            f"{number(self.measured)} {self.unit}".strip(),
            "" if self.floor is None else f"{number(self.floor)} {self.unit}".strip(),
            "" if self.ratio is None else f"{self.ratio:.2f}x",
            str(self.issue or ""),
            str(self.goal or ""),
            self.verdict,
        )

    def as_json(self) -> dict[str, object]:
        """Return the row for the JSON file."""
        texts = {"issue": str(self.issue or ""), "goal": str(self.goal or "")}
        return {**asdict(self), "ratio": self.ratio, "verdict": self.verdict, **texts}


def number(value: float) -> str:
    """Return a figure with three significant digits, thousands apart."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as a Markdown table whose columns also line up in a terminal."""
    rows = [HEADS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADS))]
    lines = [
        "| " + " | ".join(text.ljust(w) for text, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def median(rounds: Sequence[T], of: Callable[[T], float]) -> float:
    """Return the median of one value over the rounds."""
    return statistics.median(of(one) for one in rounds)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of them lie; 0 of none."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0
