"""`manage.py apitoken`: a secret for the REST API, printed once."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from core import clock
from core.actions import make_token
from core.command_line import COMMAND_LINE, refusals, unknown
from core.models import User


class Command(BaseCommand):
    """Make an API token for a person."""

    help = "Make an API token that stands for a person; the token is the last word of the output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Each token has its own name unless one is given, so that any number may live."""
        parser.add_argument("username")
        parser.add_argument("--scope", required=True, help="read, write or admin")
        parser.add_argument("--name", default="", help="two tokens of one name may live at a time")

    def handle(self, *, username: str, scope: str, name: str, **_options: object) -> None:
        """Print the token, this once."""
        user = User.objects.filter(username=username).first()
        if user is None:
            raise unknown("person named", username, User.objects.values_list("username", flat=True))
        at = clock.now()
        name = name or f"command line {at:%Y-%m-%d %H:%M:%S.%f}"
        with refusals():
            token = make_token(user, scope=scope, by=COMMAND_LINE, at=at, name=name)
        self.stdout.write(f"Token of {username}, scope {scope}, shown this once: {token}")
