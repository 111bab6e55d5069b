"""Tests of postmortems and action items."""
