"""A whole installation as real processes, for journeys and faults: each in its own group, ended by id.

Nothing here is judged by the installation's own word alone: what counts is what the clients were
answered and what the mail and HTTP servers of the test received.
"""

import fcntl
import http.client
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest

from tests.programs import require
from tests.servers import HOST, free_port
from tools import cluster

ROOT = Path(__file__).parents[1]
Found = TypeVar("Found")


def eventually(look: Callable[[], Found], *, within_s: float, what: str) -> Found:
    """Return what `look` finds as soon as it finds something; fail with `what` when time is over."""
    deadline = time.monotonic() + within_s
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s:g} s: {what}")
        time.sleep(0.05)
    return found


class Program:
    """One process with all its descendants, in a session of its own; its output goes to a file."""

    def __init__(self, command: Sequence[str], log: Path, **options: Any) -> None:
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True, **options,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to the whole group and wait for its leader."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)
        self.process.wait(30)

    def stop(self) -> None:
        """Ask the leader to end; kill what does not."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        self.kill()


def children(pid: int) -> dict[int, str]:
    """Return the children of a process, any of its threads', with their command lines."""
    found = {}
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in task.read_text().split():
                line = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ")
                found[int(child)] = line.decode(errors="replace")
    return found


class Server:
    """A PostgreSQL server of our own, on a port of its own, that can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._user = cluster._other_user()
        if self._user:
            shutil.chown(folder, self._user)
        assert cluster._is_made(require("initdb"), str(folder), self._user)
        self._program: Program | None = None

    def start(self) -> None:
        settings = {
            "port": self.port,
            "listen_addresses": HOST,
            "unix_socket_directories": self.folder,
            "fsync": "off",
            "max_connections": 200,
        }
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        command = [require("postgres"), "-D", f"{self.folder}/data", *options]
        log = self.folder / "server.log"
        self._program = Program(command, log, user=self._user, cwd=self.folder)
        eventually(self._answers, within_s=30, what=f"PostgreSQL answers: {log}")

    def _answers(self) -> bool:
        with suppress(psycopg.Error), psycopg.connect(self.url("postgres"), connect_timeout=1):
            return True
        return False

    def stop(self) -> None:
        """End it as a crash does: no farewell, recovery at the next start."""
        if self._program is not None:
            self._program.kill(signal.SIGQUIT)

    def url(self, name: str) -> str:
        return f"postgres://{cluster.OWNER}@{HOST}:{self.port}/{name}"

    def create(self, name: str, template: str = "template1") -> str:
        """Make a database and return its address."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as link:
            link.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)


@dataclass
class Stack:
    """One installation: its folder, its database, its environment, and what runs of it.

    `keys`: those of its sources, by format, where it came out of a mould.
    """

    folder: Path
    database_url: str = ""
    more: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    _ends: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> "Stack":
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "DATA_DIR": str(self.folder / "data"),
            "PORT": str(self.port),
            "BIND": HOST,
            "DEMO": "0",
            "DATABASE_URL": self.database_url,
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "LOG_LEVEL": "WARNING",
        }
        kept = {
            name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}
        }
        return kept | own | self.more

    @property
    def site(self) -> str:
        return f"http://{HOST}:{self.port}"

    def manage(self, *words: str) -> str:
        """Run a management command and return what it printed."""
        return self.python(str(ROOT / "manage.py"), *words)

    def python(self, *words: str) -> str:
        """Run Python to its end in this installation and return what it printed."""
        done = subprocess.run(
            [sys.executable, *words], env=self.environment, cwd=ROOT, check=False,
            capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def seed(self, *words: str) -> Any:
        """Run the seeding program and return the JSON that it prints."""
        return json.loads(self.python("-m", "tests.seed", *words))

    def prepare(self) -> None:
        """Make the schema and what every installation begins with."""
        self.manage("migrate", "-v", "0")
        self.manage("load_playbook", "--shipped")

    def start(self, *words: str, **more: str) -> Program:
        """Start Python as a program of this installation."""
        self.folder.mkdir(parents=True, exist_ok=True)
        program = Program(
            [sys.executable, *words], self.folder / "log", env=self.environment | more, cwd=ROOT
        )
        self._ends.callback(program.kill)
        return program

    def start_engine(self) -> Program:
        return self.start(str(ROOT / "manage.py"), "engine")

    def start_web(self) -> Program:
        """Start the web server as `manage.py up` does, and wait until it answers."""
        words = (
            f"-m granian --interface asginl --no-ws --http 1 --workers 2 "
            f"--respawn-failed-workers --host {HOST} --port {self.port} config.asgi:application"
        )
        program = self.start(*words.split())
        self.wait_for("/healthz")
        return program

    def start_up(self, within_s: float = 60) -> Program:
        """Start everything under the supervisor, and wait until it is ready."""
        program = self.start(str(ROOT / "manage.py"), "up")
        self._ends.callback(program.stop)  # before it is killed: its parts have groups of their own
        self.wait_for("/readyz", within_s)
        return program

    def wait_for(self, path: str, within_s: float = 30) -> None:
        what = f"{path} answers 200; see {self.folder / 'log'}"
        eventually(lambda: self.ask("GET", path)[0] == 200, within_s=within_s, what=what)

    def ask(self, method: str, path: str, body: object = None, form: str = "") -> tuple[int, bytes]:
        """Make one request; the status is 0 where nobody answered."""
        sent = form or (json.dumps(body) if body is not None else None)
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        with closing(http.client.HTTPConnection(HOST, self.port, timeout=10)) as line:
            try:
                line.request(method, path, sent, {"Content-Type": kind} if sent else {})
                answer = line.getresponse()
                return answer.status, answer.read()
            except (OSError, http.client.HTTPException):
                return 0, b""

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the database itself, past the product."""
        if self.database_url:
            with psycopg.connect(self.database_url) as link:
                return link.execute(statement).fetchall()
        with closing(
            sqlite3.connect(self.folder / "data" / "watchbill.sqlite3", timeout=20)
        ) as link:
            return link.execute(statement).fetchall()

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A running server; the test is skipped loudly where PostgreSQL is not installed."""
    require("postgres")
    with tempfile.TemporaryDirectory(prefix="watchbill-", dir="/tmp") as folder:
        server = Server(Path(folder))
        server.start()
        yield server
        server.stop()


@dataclass
class Moulds:
    """Installations with people and sources (tests/seed.py), copied for each test that wants one.

    `folder`: that of all processes of a run. Whoever needs a mould first makes it.
    """

    folder: Path
    request: pytest.FixtureRequest

    def stack(self, kind: str, folder: Path, **more: str) -> Stack:
        """Return such an installation on `kind`: sqlite or postgresql."""
        return (self._sqlite if kind == "sqlite" else self._postgresql)(folder, more)

    def _sqlite(self, folder: Path, more: dict[str, str]) -> Stack:
        mould = self.folder / "sqlite"
        keys = self._keys(mould, lambda: "")
        shutil.copytree(mould / "data", folder / "data")
        return Stack(folder, more=more, keys=keys)

    def _postgresql(self, folder: Path, more: dict[str, str]) -> Stack:
        server: Server = self.request.getfixturevalue("postgresql")
        keys = self._keys(self.folder / str(server.port), lambda: server.create("mould"))
        return Stack(folder, server.create(f"{folder.name}_{free_port()}", "mould"), more, keys)

    def _keys(self, mould: Path, database: Callable[[], str]) -> dict[str, str]:
        """Return the keys of a mould's sources; make it unless a process of this run has."""
        notes = mould / "keys.json"
        mould.mkdir(exist_ok=True)
        with (mould / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not notes.exists():
                stack = Stack(mould, database())
                stack.prepare()
                notes.write_text(json.dumps(stack.seed("people")))
        keys: dict[str, str] = json.loads(notes.read_text())
        return keys


@pytest.fixture(scope="session")
def moulds(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Moulds:
    """Give installations to copy."""
    own = tmp_path_factory.mktemp("moulds")
    shared = own.parents[1] / "moulds" if "PYTEST_XDIST_WORKER" in os.environ else own
    shared.mkdir(exist_ok=True)
    return Moulds(shared, request)
