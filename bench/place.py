"""Where a measurement happens: a database, a folder and processes of its own, all gone afterwards."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from bench import proc
from tools import databases

ROOT = Path(__file__).resolve().parent.parent
_SERVER = (
    "granian --no-ws --http 1 --workers 2 "
    "--respawn-failed-workers --workers-kill-timeout 30 --http1-header-read-timeout 10000 "
    "--host 127.0.0.1"
)  # as core/management/commands/up.py starts it
_FIRST_PORT, _LAST_PORT = 18_000, 32_000
_START_S, _STOP_S = 30.0, 15.0
_ports = iter(range(_FIRST_PORT + os.getpid() % 1000, _LAST_PORT))


def free_port() -> int:
    """Return a port below the ephemeral ones on which nobody listens; never the same one twice."""
    for port in _ports:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise OSError("no free port")


@dataclass
class Part:
    """A running program."""

    name: str
    process: "subprocess.Popen[bytes]"
    port: int = 0

    @property
    def pids(self) -> list[int]:
        """Return its own id and those of its descendants."""
        return proc.tree(self.process.pid)

    def stop(self) -> None:
        """Ask it to end, and end its process group when it does not."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(_STOP_S)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Place:
    """One database, migrated and filled with 20 sources per format, and what runs on it."""

    backend: str
    folder: Path
    url: str
    environ: dict[str, str]
    keys: dict[str, list[str]] = field(default_factory=dict)
    parts: ExitStack = field(default_factory=ExitStack)

    def run(self, module: str, *words: str, told: object = None) -> Any:
        """Run `python -m module` to its end; return the JSON of its last line."""
        given = json.dumps(told).encode() if told is not None else None
        done = subprocess.run(
            [sys.executable, "-m", module, *words],
            cwd=ROOT,
            env=self.environ,
            input=given,
            stdout=subprocess.PIPE,
            check=True,
            timeout=300,
        )
        return json.loads(done.stdout.splitlines()[-1])

    def manage(self, *words: str) -> None:
        """Run a management command quietly."""
        command = [sys.executable, "manage.py", *words]
        subprocess.run(
            command, cwd=ROOT, env=self.environ, stdout=subprocess.DEVNULL, check=True, timeout=300
        )

    def start(self, name: str, command: list[str], *, port: int = 0, **extra: str) -> Part:
        """Start a program of this installation in a process group of its own."""
        log = (self.folder / f"{name}.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={**self.environ, **extra},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        part = Part(name, process, port)
        self.parts.callback(part.stop)
        return part

    def serve(self, application: str = "config.asgi:application") -> Part:
        """Start the server that we ship with an application; return once it answers."""
        port = free_port()
        is_ours = application.startswith("config")
        kind = "asginl" if is_ours else "wsgi --blocking-threads 4"
        command = ["-m", *f"{_SERVER} --interface {kind} --port {port}".split(), application]
        part = self.start(application.split(":", maxsplit=1)[0], command, port=port, PORT=str(port))
        path = "/healthz" if is_ours else None
        wait_until_open(part, path)
        return part

    def backend_ms(self) -> float:
        """Return the CPU milliseconds of all PostgreSQL processes that serve this database now."""
        if self.backend != "postgresql":
            return 0.0
        with psycopg.connect(self.url, autocommit=True) as link:
            rows = link.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid()"
            )
            return proc.cpu_ms([pid for (pid,) in rows])

    def log(self, name: str) -> str:
        """Return the last lines that a program wrote."""
        return (self.folder / f"{name}.log").read_text(errors="replace")[-2000:]


def wait_until_open(part: Part, path: str | None) -> None:
    """Return once the part's port answers; raises RuntimeError when it died or takes too long."""
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and part.process.poll() is None:
        with suppress(OSError):
            if path is None:
                socket.create_connection(("127.0.0.1", part.port), timeout=1).close()
            else:
                address = f"http://127.0.0.1:{part.port}{path}"
                urllib.request.urlopen(address, timeout=5).close()
            return
        time.sleep(0.02)
    raise RuntimeError(f"{part.name} does not answer on port {part.port}")


@contextmanager
def place(backend: str, folder: Path, *, mail_port: int = 0) -> Iterator[Place]:
    """Yield a fresh installation on `backend` ("postgresql" or "sqlite"); remove it afterwards."""
    folder.mkdir()
    with ExitStack() as stack:
        url = stack.enter_context(_database(backend, folder))
        found = Place(backend, folder, url, _environ(folder, url, mail_port))
        found.manage("migrate", "-v", "0")
        found.manage("load_playbook", "--shipped")
        found.keys = found.run("bench.seed")
        stack.enter_context(found.parts)
        yield found


def _environ(folder: Path, url: str, mail_port: int) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    mail = {"EMAIL_URL": f"smtp://127.0.0.1:{mail_port}"} if mail_port else {}
    return {
        **kept,
        **mail,
        "DATABASE_URL": url,
        "DATA_DIR": str(folder),
        "DEMO": "0",
        "BIND": "127.0.0.1",
        "LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


@contextmanager
def _database(backend: str, folder: Path) -> Iterator[str]:
    if backend == "sqlite":
        yield f"sqlite://{folder}/bench.sqlite3"
        return
    found = databases.address_that_lets_us_in()
    if found is None:
        raise RuntimeError("no PostgreSQL server on 127.0.0.1:5432 lets us in")
    name = f"watchbill_bench_{os.getpid()}_{folder.name}"
    with psycopg.connect(found, autocommit=True) as link:
        link.execute(f'CREATE DATABASE "{name}"'.encode())
    try:
        yield f"{found.rpartition('/')[0]}/{name}"
    finally:
        databases.drop(name, of=found)
