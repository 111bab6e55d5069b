"""`manage.py demo`: load the demo company."""

from django.core.management.base import BaseCommand

from core import clock
from core.command_line import refusals
from oncall import demo


class Command(BaseCommand):
    """Load Northwind Books, once."""

    help = "Load the demo company with a year of incidents; its login is kept in DATA_DIR/first-start.json."

    def handle(self, **_options: object) -> None:
        """Load it, or say that it is there."""
        with refusals():
            is_loaded = demo.load(clock.now())
        self.stdout.write(
            "Northwind Books is loaded." if is_loaded else "The demo is there already."
        )
