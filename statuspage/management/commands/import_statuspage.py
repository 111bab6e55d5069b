"""`manage.py import_statuspage URL|FILE|DIRECTORY [--cachet] [--zone NAME] [--page ID] [--dry-run]`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.management.base import BaseCommand

from core import clock
from core.command_line import COMMAND_LINE, refusal, refusals
from core.json_in import JsonRefused, load
from notify.http import HttpClient, HttpFailure, HttpSettings, UrlNotAllowed
from statuspage.actions.cachet import Site
from statuspage.actions.founding import page_named
from statuspage.actions.importing import Report, take_over
from statuspage.models import Page
from statuspage.rules.cachet import Export, Row, as_statuspage, rows

LARGEST = 32 * 1024 * 1024
MOST_FILES = 100
PARTS = ("components", "incidents", "scheduled-maintenances")
_SAVED = ("components", "groups", "incidents", "schedules")
_KINDS = ("groups", "components", "incidents", "maintenances", "stretches")


class Command(BaseCommand):
    """Take over what another Statuspage-format page told."""

    help = (
        "Read the API v2 of another Statuspage, or saved copies of it, into a page: groups, components, incidents, "
        "maintenances and how components did. Nothing is sent to anybody; a second run takes only what is new. "
        "With --cachet the same of a Cachet, 2.x or 3.x, by its API or by saved answers of it (components.json, "
        "component-groups.json, incidents.json, schedules.json)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the source and the page."""
        parser.add_argument(
            "source", help="the address of a page, a JSON file, or a folder of them"
        )
        parser.add_argument("--cachet", action="store_true", help="the source is a Cachet")
        parser.add_argument("--zone", help="with --cachet: the time zone of its clock (UTC)")
        parser.add_argument(
            "--page", default="", metavar="ID", help="into which page; else the default one"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be taken")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, and say what was taken, what was known already, and what was left out and why."""
        source: str = options["source"]
        zone: str | None = options["zone"]
        if zone and not options["cachet"]:
            raise refusal("--zone is for --cachet; a Statuspage says its times whole.")
        with refusals():
            page = page_named(options["page"])
            documents, notes = (
                _of_cachet(source, zone or "UTC") if options["cachet"] else (_of(source), [])
            )
            report = take_over(
                page.pk, documents, dry_run=options["dry_run"], by=COMMAND_LINE, at=clock.now()
            )
        report.skipped[:0] = notes
        self._tell(report, page, is_dry=options["dry_run"])

    def _tell(self, report: Report, page: Page, *, is_dry: bool) -> None:
        verb = "Would take" if is_dry else "Took"
        taken = ", ".join(f"{report.taken.get(kind, 0)} {kind}" for kind in _KINDS)
        self.stdout.write(f"{verb} {taken} into {page.name}.")
        if report.known:
            known = ", ".join(f"{number} {kind}" for kind, number in report.known.items())
            self.stdout.write(f"Known already: {known}.")
        for sentence in report.skipped:
            self.stdout.write(sentence)


def _of(source: str) -> list[object]:
    return _fetched(source) if _is_url(source) else [found for _, found in _stored(Path(source))]


def _is_url(source: str) -> bool:
    return urlsplit(source).scheme in ("http", "https")


def _of_cachet(source: str, zone: str) -> tuple[list[object], list[str]]:
    """Return a Cachet as one document of the API v2, and what could not be said in it."""
    if zone not in available_timezones():
        raise refusal(f"{zone[:60]!r} is no time zone; name one such as Europe/Berlin.")
    export = Site(source).export() if _is_url(source) else _stored_cachet(Path(source))
    reading = as_statuspage(export, ZoneInfo(zone), clock.now())
    return [reading.document], reading.notes


def _stored_cachet(place: Path) -> Export:
    """Return saved answers, told apart by their names; what is numbered (incidents-2.json) is a further page."""
    found: dict[str, list[Row]] = {}
    for name, document in _stored(place):
        kind = name.rstrip("-_.0123456789")
        kind = "groups" if kind.endswith("groups") else kind
        if kind not in _SAVED:
            raise refusal(f"{name}.json: save Cachet's answers as {', '.join(_SAVED)} (.json).")
        found.setdefault(kind, []).extend(rows(document))
    return Export(**found)


def _fetched(address: str) -> list[object]:
    """Return the three documents of a live page, by the client that reaches no private address."""
    client = HttpClient(HttpSettings(tuple(settings.ALLOWED_PRIVATE_NETWORKS), time_limit_s=30))
    root = address.split("/api/v2/", maxsplit=1)[0].rstrip("/")
    found = []
    for part in PARTS:
        url = f"{root}/api/v2/{part}.json"
        try:
            reply = client.get(url, {"Accept": "application/json"}, largest=LARGEST)
        except (UrlNotAllowed, HttpFailure) as error:
            raise refusal(f"{url}: {error}") from error
        if reply.status != 200:
            raise refusal(f"{url} answered {reply.status}, not 200. Name the address of the page.")
        found.append(_parsed(reply.body, url))
    return found


def _stored(place: Path) -> list[tuple[str, object]]:
    """Return the names of files and what they hold."""
    files = sorted(place.glob("*.json"))[:MOST_FILES] if place.is_dir() else [place]
    try:
        size = sum(file.stat().st_size for file in files)
        if not files or size > LARGEST:
            raise refusal(
                f"{place} has {size:,} bytes; at most {LARGEST:,} are read."
                if files
                else f"{place} has no file that ends in .json."
            )
        return [(file.stem, _parsed(file.read_bytes(), str(file))) for file in files]
    except OSError as error:
        raise refusal(
            f"{place} can't be read: {error.strerror}. Name a file, a folder, or an address that begins with https://."
        ) from error


def _parsed(body: bytes, where: str) -> object:
    try:
        return load(body).document
    except JsonRefused as error:
        raise refusal(f"{where} is not JSON that can be read: {error}") from error
