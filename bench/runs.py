"""The measurements that need running programs: accept, mail, footprint. Each returns its figures."""

import dataclasses
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench import proc
from bench.bodies import ALERTS
from bench.figures import Bound, Figure, median
from bench.load import Plan
from bench.place import Part, Place

Reading = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How much is measured: rounds, requests per round, events per digest, seconds of mail, incidents listed."""

    rounds: int
    singles: int
    batches: int
    digested: int
    mail_s: int
    armed: int
    due: int
    mixed: int
    listed: int


QUICK = Size(
    rounds=3,
    singles=1200,
    batches=60,
    digested=2000,
    mail_s=16,
    armed=10_000,
    due=700,
    mixed=10_000,
    listed=100_000,
)
FULL = Size(
    rounds=5,
    singles=6000,
    batches=300,
    digested=4000,
    mail_s=60,
    armed=100_000,
    due=10_000,
    mixed=10_000,
    listed=1_000_000,
)


def loaded(place: Place, server: Part, plan: Plan) -> Reading:
    """Play a plan; return the client's reading with CPU milliseconds per request of the server's side."""
    before = proc.cpu_ms(server.pids, with_reaped=False) + place.backend_ms()
    reading: Reading = place.run("bench.load", told=dataclasses.asdict(plan))
    after = proc.cpu_ms(server.pids, with_reaped=False) + place.backend_ms()
    reading["cpu_ms"] = (after - before) / reading["count"]
    reading["rate"] = reading["count"] / reading["seconds"]
    return reading


class Accept:
    """Product and floor, in turn, on one database; the engine does not run."""

    def __init__(self, place: Place, size: Size, shapes: Sequence[str]) -> None:
        self.place, self.size, self.shapes = place, size, shapes
        self.product: dict[str, list[Reading]] = {shape: [] for shape in shapes}
        self.floor: dict[str, list[Reading]] = {shape: [] for shape in shapes}
        self._next = 1_000_000

    def measure(self) -> None:
        """Run the rounds: floor, product, floor, product, for every shape."""
        self.place.run("bench.prepare")
        servers = self.place.serve("bench.floor:application"), self.place.serve()
        for shape in self.shapes:
            for server in servers:
                loaded(self.place, server, self._plan(server, shape, 80))
        for _ in range(self.size.rounds):
            for shape in self.shapes:
                count = self.size.batches if shape == "alertmanager" else self.size.singles
                for server, into in zip(servers, (self.floor, self.product), strict=True):
                    plan = self._plan(server, shape, count)
                    into[shape].append(loaded(self.place, server, plan))
        for server in servers:
            server.stop()

    def _plan(self, server: Part, shape: str, count: int) -> Plan:
        self._next += count
        return Plan(server.port, self.place.keys, shape, count, first=self._next)

    def cpu_ms(self, shape: str) -> tuple[float, float]:
        """Return the CPU milliseconds of one request: the product's, the floor's."""
        return (
            median(self.product[shape], lambda one: one["cpu_ms"]),
            median(self.floor[shape], lambda one: one["cpu_ms"]),
        )

    def figures(self) -> list[Figure]:
        """Return the rows of this database."""
        return [row for shape in self.shapes for row in self._rows(shape)] + [self._errors()]

    def _rows(self, shape: str) -> list[Figure]:
        each = ALERTS if shape == "alertmanager" else 1
        product, floor = self.product[shape], self.floor[shape]
        what = f"accept {shape}, {self.place.backend}"
        unit = "alerts/s" if each > 1 else "events/s"
        rows = [
            Figure(
                what,
                each * median(product, lambda one: one["rate"]),
                unit,
                each * median(floor, lambda one: one["rate"]),
                self._least(shape),
                Bound(">=", 0.4, of="ratio", name="B1") if self._is_b1(shape) else None,
            ),
            Figure(
                f"{what}, p99",
                median(product, lambda one: one["p99"]),
                "ms",
                median(floor, lambda one: one["p99"]),
                Bound("<=", 100, " ms") if self.place.backend == "postgresql" else None,
                Bound("<=", 25, " ms", name="B2") if shape == "hot" else None,
                note=f"p50 {median(product, lambda one: one['p50']):.1f} ms",
            ),
        ]
        mine, bare = self.cpu_ms(shape)
        return [*rows, Figure(f"{what}, CPU", mine, "ms/request", bare)]

    def _is_b1(self, shape: str) -> bool:
        return shape == "generic" and self.place.backend == "postgresql"

    def _least(self, shape: str) -> Bound:
        if self.place.backend == "sqlite":
            return Bound(">=", 250, "/s")
        return Bound(">=", 5000, "/s") if shape == "alertmanager" else Bound(">=", 600, "/s")

    def _errors(self) -> Figure:
        wrong = sum(
            number
            for rounds in self.product.values()
            for one in rounds
            for number in one["wrong"].values()
        )
        return Figure(f"wrong answers, {self.place.backend}", wrong, "", None, Bound("<=", 0))


def together(place: Place, size: Size) -> list[Figure]:
    """Accept while an engine digests, pages and keeps the mails of what was accepted."""
    server, engine = place.serve(), place.start("engine", ["manage.py", "engine"])
    count = 4 * size.singles
    plan = Plan(server.port, place.keys, "generic", count, first=500_000_000, most_s=8)
    reading = loaded(place, server, plan)
    for part in (server, engine):
        part.stop()
    return [
        Figure(
            f"accept generic while the engine works, {place.backend}",
            reading["rate"],
            "events/s",
            None,
            Bound(">=", 600 if place.backend == "postgresql" else 250, "/s"),
            note=f"p99 {reading['p99']:.0f} ms, wrong {sum(reading['wrong'].values())}",
        )
    ]


def footprint(place: Place, size: Size) -> list[Figure]:
    """Start every part, play mixed requests, read memory; the floor is the bare view's server."""
    place.run("bench.prepare")
    bare = place.serve("bench.floor:application")
    loaded(place, bare, Plan(bare.port, place.keys, "generic", 500, first=800_000_000))
    bare_pss = proc.pss_mb(bare.pids)
    bare.stop()
    names = {"engine": "engine", "tasks": "qcluster", "watchdog": "watchdog"}
    parts = [place.start(name, ["manage.py", command]) for name, command in names.items()]
    server = place.serve()
    time.sleep(4)  # q2's workers start one after another
    start_ms = {part.name: proc.cpu_ms(part.pids) for part in (server, *parts)}
    first = Plan(server.port, place.keys, "mixed", size.mixed // 5, first=900_000_000)
    warm = loaded(place, server, first)
    before = proc.pss_mb(server.pids)
    plan = dataclasses.replace(first, count=size.mixed, first=910_000_000)
    reading = loaded(place, server, plan)
    after, worst = proc.pss_mb(server.pids), max(map(proc.rss_mb, server.pids))
    each = {part.name: proc.pss_mb(part.pids) for part in (server, *parts)}
    for part in (server, *parts):
        part.stop()
    core = each["config.asgi"] + each["engine"]
    split = ", ".join(f"{name.partition('.')[2] or name} {mb:.0f}" for name, mb in each.items())
    wrong = {**warm["wrong"], **reading["wrong"]}
    return [
        Figure("largest web process after the mixed requests, RSS", worst, "MB", None, Bound("<=", 150, " MB")),
        Figure("web and engine, PSS", core, "MB", bare_pss, None, Bound("<=", 190, " MB", name="B13"), note="floor: bare web alone"),
        Figure("all parts, PSS", sum(each.values()), "MB", None, None, None, note=split),
        Figure("web's PSS after as many requests again", after, "MB", before, None, Bound("<=", 1.02, of="ratio", name="B13")),
        Figure("start of the web server, CPU", start_ms["config.asgi"] / 1000, "s", None, None, Bound("<=", 0.6, " s", name="B13"), note=", ".join(f"{name} {ms / 1000:.1f} s" for name, ms in start_ms.items())),
        Figure("wrong answers, mixed", sum(wrong.values()), "", None, Bound("<=", 0), note=" ".join(wrong)),
    ]  # fmt: skip
