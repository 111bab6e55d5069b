"""`manage.py source`: add a source and print its key."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from core import clock
from core.command_line import COMMAND_LINE, refusals, unknown
from incidents.actions import catalog
from incidents.models import Service


class Command(BaseCommand):
    """Add a monitoring source."""

    help = "Add a monitoring source for a service; its key is the last word of the output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what a source needs; the action knows which formats there are."""
        parser.add_argument("name")
        parser.add_argument(
            "--format", required=True, dest="form", help="alertmanager, pagerduty or generic"
        )
        parser.add_argument("--service", required=True, metavar="SLUG")

    def handle(self, *, name: str, form: str, service: str, **_options: object) -> None:
        """Print where to send to and the key, this once."""
        found = Service.objects.filter(slug=service).first()
        if found is None:
            raise unknown("service", service, Service.objects.values_list("slug", flat=True))
        with refusals():
            source, key = catalog.make_source(
                name.strip(), form=form, service=found, by=COMMAND_LINE, at=clock.now()
            )
        self.stdout.write(f"{source.name} sends to {catalog.ingest_url(source, key)}")
        self.stdout.write(f"Its key, shown this once: {key}")
