"""Tests of the REST API of learning."""
