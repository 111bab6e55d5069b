"""`manage.py load_playbook`: store playbooks as immutable versions."""

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path

from django.core.management.base import BaseCommand

from core import clock
from core.command_line import refusal, refusals
from incidents.actions import playbooks
from incidents.models import PlaybookVersion

MAX_BYTES = 256 * 1024


class Command(BaseCommand):
    """Load the playbooks that come with the product, or one file."""

    help = "Store a playbook as its next version; one that did not change is not stored again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Either the shipped ones or a file."""
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--shipped", action="store_true", help="those that come with Watchbill")
        which.add_argument("file", nargs="?", type=Path, help="a YAML document")

    def handle(self, *, shipped: bool, file: Path | None, **_options: object) -> None:
        """Store, and print every version that is now in force."""
        at = clock.now()
        found = playbooks.store_shipped(at) if file is None else [_store(file, at)]
        for version in found:
            self.stdout.write(f"Playbook {version.slug}, version {version.number}")


def _store(file: Path, at: datetime) -> PlaybookVersion:
    try:
        with file.open(encoding="utf-8") as handle:
            text = handle.read(MAX_BYTES + 1)
    except OSError as error:
        raise refusal(f"{file} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise refusal(f"{file} can't be read: it is not UTF-8.") from error
    with refusals(str(file)):
        return playbooks.store(text, at=at)
