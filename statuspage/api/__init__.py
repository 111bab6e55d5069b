"""REST API of statuspage."""
