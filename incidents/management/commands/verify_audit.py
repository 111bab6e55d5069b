"""`manage.py verify_audit`: is every history whole?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from incidents.actions import audit


class Command(BaseCommand):
    """Name every incident whose log of transitions is not a legal path to its state."""

    help = "Check that the history of every incident is a legal path without holes."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each fault; exit with status 1 when there is one."""
        count = 0
        for fault in audit.faults():
            count += 1
            self.stdout.write(fault)
        if count:
            raise CommandError(f"{count} faults", returncode=1)
        self.stdout.write("Every history is whole.")
