"""`python -m bench [--full] [--only PART]`: measure everything, print a table, write var/bench.json."""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import asking, incident_list, inside, mail, runs, status_page
from bench.figures import Figure, table
from bench.place import ROOT, free_port, place

PARTS = ("postgresql", "sqlite", "mail", "footprint", "list", "page", "api", "schedules")
OUTPUT = ROOT / "var" / "bench.json"


def postgresql(folder: Path, size: runs.Size) -> Iterator[Figure]:
    """Accept, digest, steps and schedules on PostgreSQL."""
    with place("postgresql", folder) as found:
        yield from inside.statements(found)
        yield from inside.steps(found, size)
        accept = runs.Accept(found, size, ("generic", "pagerduty", "hot", "alertmanager"))
        accept.measure()
        yield from accept.figures()
        for shape in ("generic", "hot", "alertmanager"):
            yield from inside.digest(found, size, accept, shape)
        yield from runs.together(found, size)


def sqlite(folder: Path, size: runs.Size) -> Iterator[Figure]:
    """Accept and digest on SQLite."""
    with place("sqlite", folder) as found:
        accept = runs.Accept(found, size, ("generic",))
        accept.measure()
        yield from accept.figures()
        yield from inside.digest(found, size, accept, "generic")
        yield from runs.together(found, size)


def mailed(folder: Path, size: runs.Size) -> Iterator[Figure]:
    """From the 202 to the SMTP server's acceptance, on PostgreSQL."""
    port = free_port()
    with place("postgresql", folder, mail_port=port) as found:
        for new_every in (10, 2):
            yield from mail.measure(found, size, port, new_every)


def footprint(folder: Path, size: runs.Size) -> Iterator[Figure]:
    """Memory and start of all parts, on PostgreSQL."""
    with place("postgresql", folder) as found:
        yield from runs.footprint(found, size)


def listed(folder: Path, size: runs.Size) -> Iterator[Figure]:
    """Pages of the incident list in the admin among very many incidents, on PostgreSQL."""
    with place("postgresql", folder) as found:
        yield from incident_list.of(found, size.listed, size.rounds * 5)


def visited(folder: Path, size: runs.Size) -> Iterator[Figure]:
    """Hits of the status page, on PostgreSQL."""
    with place("postgresql", folder) as found:
        yield from status_page.of(found, size)


def asked(folder: Path, size: runs.Size) -> Iterator[Figure]:
    """The REST API: a list of 50, and declaring, on PostgreSQL."""
    with place("postgresql", folder) as found:
        yield from asking.statements(found)
        yield from asking.listing(found, size)


def resolved(folder: Path, size: runs.Size) -> Iterator[Figure]:
    """Schedules: final ones, who is on call, feeds, on PostgreSQL."""
    with place("postgresql", folder) as found:
        yield from inside.schedules(found, size)
        yield from inside.duty(found, size)


def measure(only: str, size: runs.Size) -> list[Figure]:
    """Run the parts one after another, each in a place of its own; say what goes on."""
    figures: list[Figure] = []
    steps = dict(
        zip(
            PARTS,
            (postgresql, sqlite, mailed, footprint, listed, visited, asked, resolved),
            strict=True,
        )
    )
    with tempfile.TemporaryDirectory(prefix="watchbill-bench-") as folder:
        for name in PARTS:
            if only in ("", name):
                begun = time.monotonic()
                figures += steps[name](Path(folder) / name, size)
                sys.stderr.write(f"bench: {name} took {time.monotonic() - begun:.0f} s\n")
    return figures


def conditions() -> dict[str, object]:
    """Return on what machine this was measured, and how busy it was before."""
    load = os.getloadavg()[0]
    shared = load > 0.5
    return {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "load_before": round(load, 2),
        "note": "the machine was busy with other work" if shared else "the machine was quiet",
    }


def main() -> None:
    """Measure, print, write; exit status 1 when a bound of the issue is not met."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under four minutes (the default)")
    parser.add_argument(
        "--full",
        action="store_true",
        help="longer rounds, 100,000 armed timers, 1,000,000 incidents",
    )
    parser.add_argument("--only", choices=PARTS, default="", help="one part")
    options = parser.parse_args()
    found = conditions()
    begun = time.monotonic()
    figures = measure(options.only, runs.FULL if options.full else runs.QUICK)
    found["seconds"] = round(time.monotonic() - begun)
    print(table(figures))
    print("\n" + ", ".join(f"{name} {value}" for name, value in found.items()))
    OUTPUT.parent.mkdir(exist_ok=True)
    rows = [figure.as_json() for figure in figures]
    OUTPUT.write_text(json.dumps({"conditions": found, "figures": rows}, indent=1) + "\n")
    missed = [row for row in figures if row.issue is not None and not row.issue.holds(row)]
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
