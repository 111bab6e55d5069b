"""What visitors see: pure functions from frozen values to HTML and feed text; no rows, no clock."""
