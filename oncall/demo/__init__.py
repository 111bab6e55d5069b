"""The demo company: Northwind Books, 12 people, 20 services, a year of incidents (requirements R231, R232)."""

from oncall.demo.load import load

__all__ = ["load"]
