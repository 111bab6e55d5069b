#!/usr/bin/env python
"""Watchbill's command line. A wrong setting ends in one line and exit status 2, never in a traceback."""

import os
import sys

try:
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
except ModuleNotFoundError:
    sys.stderr.write("watchbill: run `make setup` once, then `.venv/bin/python manage.py ...`\n")
    sys.exit(2)


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.stderr.write(f"watchbill: {error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
