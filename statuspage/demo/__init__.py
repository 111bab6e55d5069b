"""Northwind Books' status page, as the drawings show it."""
