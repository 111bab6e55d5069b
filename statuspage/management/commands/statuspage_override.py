"""`manage.py statuspage_override`: say something on a status page with nothing else running."""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from core import clock
from core.command_line import refusal, refusals
from statuspage.actions import copied_files, overriding
from statuspage.rules.states import ComponentState, words


class Command(BaseCommand):
    """Override the copies of a page on this machine, or take that back."""

    help = (
        "Show a state and a message on a status page although the database and the engine are away. "
        "It stands until --clear, or until something is published on the page."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to say, or --clear."""
        parser.add_argument(
            "--page", default="", metavar="ID", help="needed where there are several"
        )
        parser.add_argument(
            "--component", action="append", default=[], metavar="NAME", help="default: all of them"
        )
        parser.add_argument("--message", default="", metavar="TEXT")
        parser.add_argument("--dir", type=Path, help="an exported folder to be overridden as well")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--state", choices=[state.value for state in ComponentState])
        what.add_argument("--clear", action="store_true")

    def handle(self, **options: Any) -> None:
        """Write it, or say in one line why not."""
        with refusals(), _writing(copied_files.place()):
            if options["clear"]:
                made = overriding.clear(options["page"])
                said = f"The override of {made.page} is gone."
            else:
                word = overriding.Word(options["state"], options["message"], options["component"])
                made = overriding.override(options["page"], word, at=clock.without_database())
                said = (
                    f"{made.page} says {words(made.state)} of {', '.join(made.components)} since {made.at:%H:%M:%S} UTC. "
                    f"It stands until something is published, or: manage.py statuspage_override --page {made.page} --clear"
                )
        self.stdout.write(said)
        if options["dir"] is not None:
            with refusals(), _writing(options["dir"]):
                overriding.into_folder(options["dir"], made)
            self.stdout.write(f"{options['dir']} is as it says, too.")


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Say in one line which place can't be written, and why."""
    try:
        yield
    except OSError as error:
        place = error.filename or folder
        raise refusal(f"{place} can't be written: {error.strerror or error}.") from error
