"""Start a whole installation on this machine: check, migrate, load, then run every part."""

import json
import sys
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import BaseCommand, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from core import first_start, keeper, preflight
from core.supervisor import Part, Supervisor, print_or_drop


class Command(BaseCommand):
    """Run web, engine, tasks and watchdog until Ctrl-C; exit status 2 for what is set wrongly."""

    help = "Migrate, load what is shipped, and run web server, engine, tasks and watchdog together."
    requires_system_checks: list[str] = []  # run below, after the checks that need no database

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--follow-parent` is for make, so that killing make leaves nothing behind."""
        parser.add_argument(
            "--follow-parent", action="store_true", help="end when the parent process does"
        )

    def handle(self, *, follow_parent: bool, **_options: object) -> None:
        """Do all of it, and return after SIGINT or SIGTERM with every process gone."""
        if follow_parent:
            keeper.end_with_parent()
        try:
            self._prepare()
        except KeyboardInterrupt:
            self.stderr.write("stopped before anything ran")
            sys.exit(130)
        Supervisor(parts(), write=print_or_drop).run()

    def _prepare(self) -> None:
        preflight.refuse_an_unwritable_folder(settings.DATA_DIR)
        preflight.refuse_a_wrong_mail_address(settings.EMAIL_URL)
        preflight.refuse_a_taken_port(settings.BIND, settings.PORT)
        preflight.refuse_a_silent_database()
        self.check()
        notes = settings.DATA_DIR / first_start.NOTES
        is_first_start = not notes.exists()
        if is_first_start:
            self._say("First start: making the database and loading it ...")
        migrate_if_needed()
        silence = StringIO()
        call_command("load_playbook", "--shipped", stdout=silence)
        call_command("demo" if settings.DEMO else "first_admin", stdout=silence)
        connection.close()
        self._say(welcome(notes, is_first_start=is_first_start))

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()  # the parts' lines go past this buffer


def migrate_if_needed() -> None:
    """Migrate; when no migration is pending, look only (a second start is quick)."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def parts() -> list[Part]:
    """Return the four programs of an installation; each reads the same environment."""
    manage = (sys.executable, str(settings.BASE_DIR / "manage.py"))
    return [
        Part("web", web_command()),
        Part("engine", (*manage, "engine"), after=0.5),
        Part("tasks", (*manage, "tasks"), after=1.5),
        Part("watchdog", (*manage, "watchdog"), after=2.5),
    ]


def web_command() -> tuple[str, ...]:
    """Return granian's command line; docs/adr/0013 says why each option is there."""
    options = (
        "--interface asginl --no-ws --http 1 --workers 2 --respawn-failed-workers "
        "--workers-kill-timeout 30 --http1-header-read-timeout 10000"
    )
    here = (
        "--working-dir",
        str(settings.BASE_DIR),
        "--host",
        settings.BIND,
        "--port",
        str(settings.PORT),
    )
    return (sys.executable, "-m", "granian", *options.split(), *here, "config.asgi:application")


def welcome(notes: Path, *, is_first_start: bool) -> str:
    """Return what to open, who to be, and what to paste; the password only at the first start.

    `notes`: the JSON file, mode 0600, in which the first start kept `login`, `password` and
    `alertmanager_url`; any of them may be missing.
    """
    kept = json.loads(notes.read_text(encoding="utf-8")) if notes.exists() else {}
    lines = [f"Watchbill      {settings.SITE_URL}/", f"Staff          {settings.STAFF_URL}/admin/"]
    if "login" in kept:
        where = f"kept in {notes}"
        secret = f"{kept['password']}  ({where})" if is_first_start else where
        lines += [f"Login          {kept['login']}", f"Password       {secret}"]
    if "alertmanager_url" in kept:
        url = settings.SITE_URL + urlsplit(kept["alertmanager_url"]).path
        lines += ["", "For alertmanager.yml:", "", *alertmanager_receiver(url)]
    return "\n".join(["", *lines, "", "Ctrl-C stops everything.", ""])


def alertmanager_receiver(url: str) -> list[str]:
    """Return a receiver, and the route to it, in Alertmanager's configuration format."""
    return [
        "route:",
        "  receiver: watchbill",
        "receivers:",
        "  - name: watchbill",
        "    webhook_configs:",
        f"      - url: {url}",
        "        send_resolved: true",
    ]
