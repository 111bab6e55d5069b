"""REST API of notify."""
