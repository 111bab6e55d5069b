"""`manage.py export_statuspage`: write a page as static files."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from core import clock
from core.command_line import refusal, refusals
from statuspage.actions.exporting import export
from statuspage.actions.founding import page_named
from statuspage.actions.sinks import SinkFailure


class Command(BaseCommand):
    """Export one page."""

    help = (
        "Write the status page, its API, feeds and badges as static files to a folder or a bucket."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take where to."""
        parser.add_argument("--to", required=True, metavar="DIR|s3://BUCKET/PREFIX")
        parser.add_argument(
            "--page", default="", metavar="ID", help="default: the one that answers at /"
        )
        parser.add_argument(
            "--private", action="store_true", help="although the page is not for everybody"
        )

    def handle(self, *, to: str, page: str, private: bool, **_options: Any) -> None:
        """Write it, or say in one line why not."""
        at = clock.now()
        try:
            with refusals():
                found = page_named(page)
                moved = export(found, to, at=at, is_private_meant=private)
        except SinkFailure as failure:
            raise refusal(str(failure)) from failure
        self.stdout.write(f"{found.name} is at {to}; {moved} files were written.")
