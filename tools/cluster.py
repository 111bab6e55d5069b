"""A throw-away PostgreSQL server from installed programs, in a temporary folder, without fsync."""

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

HOST = "127.0.0.1"
OWNER = "watchbill"
_DEBIAN_FOLDERS = Path("/usr/lib/postgresql")
_TURNS, _TURN_S = 300, 0.1
_FIRST_EPHEMERAL_PORT = 32_768
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def program(name: str) -> str | None:
    """Return the path of an installed program; Debian keeps PostgreSQL's own outside PATH."""
    newest_first = sorted(_DEBIAN_FOLDERS.glob(f"*/bin/{name}"), reverse=True)
    return shutil.which(name) or next(map(str, newest_first), None)


@contextmanager
def throw_away() -> Iterator[int | None]:
    """Yield the port of a new server on 127.0.0.1 that trusts OWNER, or None where it can't be had."""
    initdb, server = program("initdb"), program("postgres")
    if not initdb or not server:
        yield None
        return
    # /tmp, since a socket's path must be short
    with tempfile.TemporaryDirectory(prefix="watchbill-", dir="/tmp") as folder:
        user = _other_user()
        if user:
            shutil.chown(folder, user)
        if _is_made(initdb, folder, user):
            with _running(server, folder, user) as port:
                yield port
        else:
            yield None


def _is_made(initdb: str, folder: str, user: str | None) -> bool:
    options = f"--username={OWNER} --auth=trust --no-sync --no-locale --encoding=UTF8".split()
    command = [initdb, f"--pgdata={folder}/data", *options]
    try:
        done = subprocess.run(command, user=user, cwd=folder, capture_output=True, check=False)
    except OSError:  # the other user may not run it
        return False
    return not done.returncode


@contextmanager
def _running(server: str, folder: str, user: str | None) -> Iterator[int | None]:
    port = _free_port()
    settings = {
        "port": port,
        "listen_addresses": HOST,
        "unix_socket_directories": folder,
        "fsync": "off",
    }
    options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    process = subprocess.Popen(
        [server, "-D", f"{folder}/data", *options],
        user=user,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=_end_with_us,  # noqa: PLW1509  this program has one thread
    )
    try:
        yield port if _answers(process, port) else None
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait()


def _answers(process: "subprocess.Popen[bytes]", port: int) -> bool:
    for _ in range(_TURNS):
        try:
            process.wait(timeout=_TURN_S)
        except subprocess.TimeoutExpired:
            with socket.socket() as probe:
                if not probe.connect_ex((HOST, port)):
                    return True
        else:
            return False
    return False


def _end_with_us() -> None:
    """Run in the new process: ask Linux for a signal when the tests die, however they do."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def _other_user() -> str | None:
    """Return whom to run as, since PostgreSQL refuses root: nobody special, or ourselves."""
    if os.geteuid():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    """Return a port that nobody uses, below those that Linux hands out by itself."""
    for port in range(15_432, _FIRST_EPHEMERAL_PORT):
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port
    raise OSError("no free port")
