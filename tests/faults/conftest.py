"""Fixtures of the faults; all of them are slow and judged by a ledger outside the product."""

from tests.stack import moulds, postgresql

__all__ = ["moulds", "postgresql"]
