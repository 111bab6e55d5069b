"""REST API of incidents."""
