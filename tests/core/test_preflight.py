"""What is set wrongly ends `manage.py up` in one line that says what to do, with status 2."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection

from config import environment
from core import preflight
from tests.servers import free_port

ROOT = Path(__file__).parents[2]


@pytest.fixture
def taken():
    """A port that somebody listens on."""
    with socket.socket() as listener:
        port = free_port()
        listener.bind(("127.0.0.1", port))
        listener.listen()
        yield port


def test_a_taken_port_is_refused_and_a_free_one_is_not(taken):
    with pytest.raises(
        ImproperlyConfigured, match=f"port {taken} on 127.0.0.1 is in use; .* PORT="
    ):
        preflight.refuse_a_taken_port("127.0.0.1", taken)
    with pytest.raises(ImproperlyConfigured, match="is in use"):
        preflight.refuse_a_taken_port("0.0.0.0", taken)  # noqa: S104  one of its addresses is taken


def test_a_port_is_free_again_as_soon_as_nobody_listens():
    port = free_port()
    with socket.socket() as client, socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        client.connect(("127.0.0.1", port))
        listener.accept()[0].close()  # stays in TIME_WAIT

    assert preflight.refuse_a_taken_port("127.0.0.1", port) is None


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(
        ImproperlyConfigured, match=r"192\.0\.2\.1 is not an address of this machine; correct BIND"
    ):
        preflight.refuse_a_taken_port("192.0.2.1", 8000)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "smtp://127.0.0.1:2525",
        "smtp+tls://user:p%40ss@mail.example:587",
        "smtps://mail.example",
        "smtp://mail.example/",
    ],
)
def test_a_right_mail_address_passes(url):
    assert preflight.refuse_a_wrong_mail_address(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "mail.example:25",
        "http://mail.example",
        "smtp://",
        "smtp://:25",
        "smtp://a:x",
        "smtp://a:99999",
        "smtp://a/b",
    ],
)
def test_a_wrong_mail_address_is_refused(url):
    with pytest.raises(
        ImproperlyConfigured, match="EMAIL_URL is not understood; write smtp://host:port"
    ):
        preflight.refuse_a_wrong_mail_address(url)


def test_the_data_folder_is_made_for_the_owner_only(tmp_path):
    preflight.refuse_an_unwritable_folder(tmp_path / "a" / "var")

    assert (tmp_path / "a" / "var").stat().st_mode & 0o777 == 0o700
    assert list((tmp_path / "a" / "var").iterdir()) == []


def test_the_first_secret_makes_the_data_folder_for_the_owner_only(tmp_path):
    environment.secret("NO_SUCH_VARIABLE", tmp_path / "var" / "secret.key")

    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "var" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_data_folder_that_can_not_be_written_is_refused(tmp_path):
    (tmp_path / "var").write_text("a file")

    for folder in (tmp_path / "var", tmp_path / "var" / "deeper", Path("/proc/watchbill")):
        with pytest.raises(ImproperlyConfigured, match=r"can't be written .*DATA_DIR="):
            preflight.refuse_an_unwritable_folder(folder)


def test_a_silent_database_is_refused_in_the_first_line_of_its_driver(monkeypatch):
    def refuse() -> None:
        raise OperationalError("connection refused\n\tIs the server running?")

    monkeypatch.setattr(connection, "ensure_connection", refuse)

    with pytest.raises(
        ImproperlyConfigured,
        match=r"can't be used: connection refused\. Start it, or .* DATABASE_URL",
    ) as it:
        preflight.refuse_a_silent_database()

    assert "\n" not in str(it.value)


def run(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one command in an installation that there is not yet."""
    own = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder / "var"), "DEMO": "1"}
    return subprocess.run(
        [sys.executable, "manage.py", *command.split()],
        cwd=ROOT,
        env=own | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("command", ["statuspage list", "verify_audit", "load_playbook --shipped"])
@pytest.mark.parametrize(
    ("environment", "advice"),
    [
        (
            {},
            "watchbill.sqlite3 is empty, or not of this version. If it is not the one you mean, give",
        ),
        ({"DATABASE_URL": "postgres://a:hush@127.0.0.1:1/b"}, "the database can't be used: "),
    ],
    ids=["empty", "away"],
)
def test_a_command_without_its_database_ends_in_one_line_and_status_2(
    tmp_path, command, environment, advice
):
    done = run(command, tmp_path, **environment)

    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert advice in done.stderr
    assert "hush" not in done.stderr


@pytest.mark.slow
def test_whoever_asks_for_the_traceback_gets_it(tmp_path):
    done = run("verify_audit --traceback", tmp_path)

    assert done.returncode == 1
    assert "Traceback" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("PORT", "eight", "write a whole number"),
        ("PORT", "{taken}", "is in use"),
        ("DATABASE_URL", "mysql://a/b", "write postgres://user:password@host:port/name"),
        ("DATABASE_URL", "postgres://a:hush@127.0.0.1:1/b", "the database can't be used: "),
        (
            "DATABASE_URL",
            "postgres://a:hush@no-such-host.invalid/b",
            "the database can't be used: ",
        ),
        ("EMAIL_URL", "smtp+ssl://me:hush@mail.example", "EMAIL_URL is not understood"),
        ("SITE_URL", "watchbill.example", "SITE_URL is 'watchbill.example'; write an address"),
        ("SITE_URL", "https://watchbill.example", "set DEMO=0"),
        ("STAFF_URL", "https://watchbill.example/admin", "STAFF_URL is"),
        ("DATA_DIR", "/proc/watchbill", "DATA_DIR"),
        ("DEMO", "maybe", "write 1 or 0"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL is 'LOUD'; write one of DEBUG, INFO, WARNING, ERROR"),
    ],
)
def test_up_ends_in_one_line_and_status_2(tmp_path, taken, name, value, advice):
    done = run("up", tmp_path, **{name: value.format(taken=taken)})

    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert advice in done.stderr
    assert "hush" not in done.stderr


def test_a_short_secret_key_is_refused_from_the_environment_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SECRET_KEY", "short")

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY holds fewer than 32"):
        environment.secret("SECRET_KEY", tmp_path / "secret.key")


def test_a_data_dir_that_is_a_file_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ImproperlyConfigured, match="Name another folder"):
        environment.secret("SECRET_KEY_OF_TESTS", tmp_path / "file" / "secret.key")


def test_a_secret_is_made_once_and_kept_for_us_alone(tmp_path: Path) -> None:
    file = tmp_path / "data" / "secret.key"

    first = environment.secret("SECRET_KEY_OF_TESTS", file)

    assert environment.secret("SECRET_KEY_OF_TESTS", file) == first
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]
