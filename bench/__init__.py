"""Repeatable measurements: `make bench` prints a table and writes var/bench.json (docs/performance.md)."""
