"""`manage.py first_admin`: the one person of an empty installation."""

from django.core.management.base import BaseCommand
from django.db import transaction

from core import clock, first_start
from core.command_line import refusal
from core.models import User

LOGIN = "admin"


class Command(BaseCommand):
    """Create the first Administrator of a new installation; afterwards change nothing."""

    help = (
        "Create the first Administrator, with a random password kept in DATA_DIR/first-start.json."
    )

    def handle(self, **_options: object) -> None:
        """Do it in one transaction; an installation that has begun stays as it is."""
        with transaction.atomic():
            _installation, is_new = first_start.claim(clock.now())
            if not is_new:
                self.stdout.write("This installation has begun; nothing to do.")
                return
            if User.objects.filter(username=LOGIN).exists():
                raise refusal(f"There is a person named {LOGIN} already; give them a password.")
            login = first_start.give_login(
                User(username=LOGIN, first_name="First", last_name="Administrator")
            )
            file = first_start.keep(login)
        self.stdout.write(f"{LOGIN} is the first Administrator; the password is in {file}")
