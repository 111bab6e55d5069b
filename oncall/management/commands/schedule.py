"""`manage.py schedule export SLUG` and `manage.py schedule import FILE [--dry-run]`: schedules as documents."""

import json
import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from django.core.management.base import BaseCommand

from core import clock
from core.api.bodies import Body
from core.command_line import COMMAND_LINE, refusal, refusals, unknown
from core.errors import Invalid
from core.json_in import JsonRefused, load, require_object
from core.models import User
from oncall.actions.impact import Impact, impact_of_document
from oncall.actions.schedules import create_schedule, write_schedule
from oncall.actions.specs import ScheduleSpec, document, read
from oncall.models import Schedule

LARGEST = 5 * 1024 * 1024


class Command(BaseCommand):
    """Write a schedule's document, or read one in."""

    help = "Export a schedule as a JSON document, or import one; --dry-run says what would change and saves nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take export SLUG, or import FILE ("-" for standard input)."""
        parts = parser.add_subparsers(dest="what", required=True, metavar="export|import")
        parts.add_parser("export").add_argument("slug")
        reading = parts.add_parser("import")
        reading.add_argument("file")
        reading.add_argument("--dry-run", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it; exit 2 with a sentence when it can't be done."""
        with refusals():
            if options["what"] == "export":
                self._export(options["slug"])
            else:
                self._import(options["file"], is_dry=options["dry_run"])

    def _export(self, slug: str) -> None:
        schedule = Schedule.objects.select_related("team").filter(slug=slug).first()
        if schedule is None:
            raise unknown("schedule", slug, Schedule.objects.values_list("slug", flat=True))
        found = {**document(schedule), "team": schedule.team.slug}
        self.stdout.write(json.dumps(found, indent=2, ensure_ascii=False))

    def _import(self, file: str, *, is_dry: bool) -> None:
        at = clock.now()
        spec, effective = _read(file)
        present = Schedule.objects.filter(slug=spec.slug).first()
        if is_dry:
            self._tell(spec, present, at, effective)
            return
        if present is None:
            create_schedule(spec, by=COMMAND_LINE, at=at)
            self.stdout.write(f"The schedule {spec.slug} is made.")
            return
        write_schedule(present.pk, spec, by=COMMAND_LINE, at=at, effective=effective)
        self.stdout.write(f"The schedule {spec.slug} turns anew; what was served stays.")

    def _tell(
        self, spec: ScheduleSpec, present: Schedule | None, at: datetime, effective: datetime | None
    ) -> None:
        if present is None:
            layers = ", ".join(layer.name for layer in spec.layers) or "no layers"
            self.stdout.write(
                f"It would make the schedule {spec.slug} with {layers}. Nothing is saved."
            )
            return
        found = impact_of_document(present, spec, at=at, effective=effective)
        for line in _lines(found):
            self.stdout.write(line)
        self.stdout.write("Nothing is saved.")


def _lines(found: Impact) -> list[str]:
    people = {u for _, one in found.moves for u in (*one.before, *one.after)}
    names = dict(User.objects.filter(pk__in=people).values_list("pk", "username"))

    def said(users: tuple[int, ...]) -> str:
        return ", ".join(names[user] for user in users) or "nobody"

    lines = [
        f"{one.starts_at:%Y-%m-%dT%H:%MZ} to {one.ends_at:%Y-%m-%dT%H:%MZ}: {seat} {said(one.before)} -> {said(one.after)}"
        for seat, one in found.moves
    ]
    gaps = f"Gaps: {len(found.gaps_before)} before, {len(found.gaps_after)} after."
    return [*(lines or ["No shift moves."]), gaps, f"{len(found.people)} people would be told."]


def _read(file: str) -> tuple[ScheduleSpec, datetime | None]:
    """Return the document of a file; every fault is told with its place in it."""
    body = Body(_loaded(file))
    effective = body.moment("effective")
    spec = read(body)
    try:
        body.done()
    except Invalid as error:
        faults = cast("list[dict[str, str]]", error.extra["errors"])
        raise refusal("\n".join(f"{one['pointer']}: {one['detail']}" for one in faults)) from error
    return spec, effective


def _loaded(file: str) -> dict[str, object]:
    try:
        content = sys.stdin.buffer.read(LARGEST + 1) if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise refusal(f"{file} can't be read: {error.strerror}.") from error
    if len(content) > LARGEST:
        raise refusal(f"{file} is larger than {LARGEST // 1024 // 1024} MiB.")
    try:
        return dict(require_object(load(content).document))
    except JsonRefused as error:
        raise refusal(f"{file} is no JSON object: {error.detail}") from error
