"""`manage.py service`: add a service."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from core import clock
from core.command_line import COMMAND_LINE, refusals, unknown
from core.models import Team
from incidents.actions import services


class Command(BaseCommand):
    """Add a service that a team owns."""

    help = "Add a service; the default escalation policy pages for it until it has its own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what a service needs."""
        parser.add_argument("slug")
        parser.add_argument("name")
        parser.add_argument("--team", required=True, metavar="SLUG")

    def handle(self, *, slug: str, name: str, team: str, **_options: object) -> None:
        """Add it, or say in one line why not."""
        owner = Team.objects.filter(slug=team).first()
        if owner is None:
            raise unknown("team", team, Team.objects.values_list("slug", flat=True))
        with refusals():
            change = services.ServiceChange(name=name.strip())
            services.add_service(slug, change, team=owner, by=COMMAND_LINE, at=clock.now())
        self.stdout.write(f"Service {slug} belongs to {owner.name}.")
