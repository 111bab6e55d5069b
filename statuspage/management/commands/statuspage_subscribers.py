"""`manage.py statuspage_subscribers import FILE [--agreed PROOF] [--dry-run]` and `export [--state ...]`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from core import clock
from core.command_line import COMMAND_LINE, refusal, refusals
from core.csv_out import stream
from statuspage.actions.bringing import look_at, take_in, throw_away
from statuspage.actions.founding import page_named
from statuspage.actions.giving_out import GIVEN, HEADER, subscriber_rows
from statuspage.models import Page, Subscriber
from statuspage.rules.subscriber_list import LARGEST


class Command(BaseCommand):
    """Bring a list of subscribers to a page, or write one."""

    help = "Bring subscribers to a status page from a CSV file, or write them as one to the output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take import FILE or export, with their options."""
        parts = parser.add_subparsers(dest="what", required=True, metavar="import|export")
        bringing, giving = parts.add_parser("import"), parts.add_parser("export")
        for part in (bringing, giving):
            part.add_argument("--page", default="", metavar="ID", help="default: the one at /")
        bringing.add_argument("file", type=Path)
        bringing.add_argument(
            "--agreed", default="", metavar="PROOF", help="how you can show that they said yes: nobody is asked"
        )  # fmt: skip
        bringing.add_argument("--dry-run", action="store_true", help="only say what would be done")
        giving.add_argument("--state", action="append", choices=GIVEN, help="may be given again")
        giving.add_argument("--follows", action="append", default=[], metavar="ID")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, or say in one line why not."""
        with refusals():
            page = page_named(options["page"])
            if options["what"] == "import":
                self._bring(page, options)
            else:
                states = options["state"] or [Subscriber.State.CONFIRMED]
                rows = subscriber_rows(page, states, options["follows"], by=COMMAND_LINE)
                for line in stream(HEADER, rows):
                    self.stdout.write(line.decode(), ending="")

    def _bring(self, page: Page, options: dict[str, Any]) -> None:
        file: Path = options["file"]
        try:
            with file.open("rb") as opened:
                content = opened.read(LARGEST + 1)
        except OSError as error:
            raise refusal(f"{file} can't be read: {error.strerror}.") from error
        who: dict[str, Any] = {"by": COMMAND_LINE, "at": clock.now()}
        with refusals(str(file)):
            found = look_at(page.pk, content, name=file.name, proof=options["agreed"], **who)
        told = found.report
        for number, why in told["lines"]:
            self.stdout.write(f"Line {number}: {why}")
        self.stdout.write(f"{told['new']:,} can be taken in, {told['left_out']:,} lines stay out.")
        act = throw_away if options["dry_run"] or not told["new"] else take_in
        self.stdout.write(act(found.pk, **who))
