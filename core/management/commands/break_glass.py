"""`manage.py break_glass`: a way in for an Administrator when nothing else works."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from core import clock
from core.command_line import COMMAND_LINE, refusals
from core.sign_in.break_glass import LIFE, make_link


class Command(BaseCommand):
    """Print a link that signs an Administrator in, once."""

    help = "Print a link that lets an Administrator in once within 15 minutes, whatever else is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The person must be an active Administrator already."""
        parser.add_argument("username")

    def handle(self, *, username: str, **_options: object) -> None:
        """Print the link, this once; its use is told to every Administrator."""
        at = clock.now()
        with refusals():
            link = make_link(username, by=COMMAND_LINE, at=at)
        until = at + LIFE
        self.stdout.write(
            f"For {username}, once, until {until:%H:%M} UTC; its use is shown to everybody:"
        )
        self.stdout.write(link)
