"""`make run` prints what a newcomer needs, and the password only once."""

import json
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import call_command

from core import preflight
from core.management.commands import up

NOTES = {
    "login": "ines",
    "password": "hush",
    "alertmanager_url": "http://127.0.0.1:8000/in/alertmanager/KEY/",
}


@pytest.fixture
def notes(tmp_path):
    """The file that the first start keeps."""
    file = tmp_path / "first-start.json"
    file.write_text(json.dumps(NOTES))
    return file


def test_the_first_start_shows_the_password_and_later_ones_where_it_is(notes):
    first, later = (up.welcome(notes, is_first_start=is_first) for is_first in (True, False))

    assert f"Password       hush  (kept in {notes})" in first.splitlines()
    assert f"Password       kept in {notes}" in later.splitlines()
    assert "hush" not in later


def test_the_snippet_is_alertmanagers_own_format_with_todays_address(notes, settings):
    settings.SITE_URL = "http://127.0.0.1:9000"

    text = up.welcome(notes, is_first_start=False)

    assert (
        "      - url: http://127.0.0.1:9000/in/alertmanager/KEY/\n        send_resolved: true\n"
        in text
    )
    assert "http://127.0.0.1:9000/admin/" not in text  # staff have an address of their own
    assert f"Staff          {settings.STAFF_URL}/admin/" in text.splitlines()


def test_without_notes_it_prints_the_addresses(tmp_path):
    text = up.welcome(tmp_path / "first-start.json", is_first_start=True)

    assert "Watchbill      http://" in text
    assert "Login" not in text


def test_each_part_is_started_as_measured(settings):
    settings.BIND, settings.PORT = "127.0.0.1", 8123

    commands = {part.name: " ".join(part.command) for part in up.parts()}

    assert list(commands) == ["web", "engine", "tasks", "watchdog"]
    for option in (
        "--interface asginl",
        "config.asgi:application",
        "--respawn-failed-workers",
        "--host 127.0.0.1 --port 8123",
    ):
        assert option in commands["web"]
    assert commands["engine"].endswith("manage.py engine")


def test_the_web_server_reads_every_address_before_the_first_request():
    """It takes half a second of CPU, for which the first alert after a start would wait."""
    look = "import sys, config.wsgi; sys.exit('oncall.api.v1' not in sys.modules)"

    done = subprocess.run([sys.executable, "-c", look], check=False)

    assert done.returncode == 0


@pytest.mark.django_db
def test_nothing_is_migrated_when_nothing_is_pending(monkeypatch):
    monkeypatch.setattr(up, "call_command", lambda *_a, **_o: pytest.fail("migrated"))

    up.migrate_if_needed()


@pytest.mark.parametrize(("is_demo", "loads"), [(True, "demo"), (False, "first_admin")])
def test_it_loads_before_anything_runs(monkeypatch, settings, tmp_path, is_demo, loads):
    done = []
    settings.DEMO, settings.DATA_DIR, settings.EMAIL_URL = is_demo, tmp_path, ""
    monkeypatch.setattr(preflight, "refuse_a_taken_port", lambda *_: done.append("port"))
    monkeypatch.setattr(preflight, "refuse_a_silent_database", lambda: done.append("database"))
    monkeypatch.setattr(up, "migrate_if_needed", lambda: done.append("migrate"))
    monkeypatch.setattr(up, "call_command", lambda name, *_a, **_o: done.append(name))
    monkeypatch.setattr(up.Command, "check", lambda _self: done.append("check"))
    monkeypatch.setattr(up.Supervisor, "run", lambda _self: done.append("run"))

    call_command("up", stdout=StringIO())

    assert done == ["port", "database", "check", "migrate", "load_playbook", loads, "run"]


def test_ctrl_c_while_it_prepares_ends_without_a_traceback(monkeypatch, settings, tmp_path):
    settings.DATA_DIR = tmp_path

    def interrupt(_folder: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(preflight, "refuse_an_unwritable_folder", interrupt)

    with pytest.raises(SystemExit) as ending:
        call_command("up", stderr=StringIO())

    assert ending.value.code == 130
