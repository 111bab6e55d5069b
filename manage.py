#!/usr/bin/env python
"""Watchbill's command line. A wrong setting or database ends in one line and exit status 2, never in a traceback."""

import os
import sys

try:
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import Error as DatabaseError

    from core import preflight
except ModuleNotFoundError:
    sys.stderr.write("watchbill: run `make setup` once, then `.venv/bin/python manage.py ...`\n")
    sys.exit(2)


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        run()
    except ImproperlyConfigured as error:
        sys.stderr.write(f"watchbill: {error}\n")
        sys.exit(2)


def run() -> None:
    """Run it; where the database is away or another one, say so. Any other fault of it is a bug and travels."""
    try:
        execute_from_command_line(sys.argv)
    except DatabaseError:
        if "--traceback" not in sys.argv:
            preflight.refuse_a_silent_database()
            preflight.refuse_another_schema()
        raise


if __name__ == "__main__":
    main()
