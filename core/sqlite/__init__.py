"""Django's SQLite backend with a fair wait for the one write lock."""
