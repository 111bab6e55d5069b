"""Make .venv and install what is locked, once. Needs only Python 3.11; prints one line when it can't.

    python3 tools/setup.py [--dev]

Exit status: 0 when everything is there, 2 when something outside must be put right first.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = f"python{sys.version_info[0]}.{sys.version_info[1]}"
if sys.version_info < (3, 11):  # noqa: UP036  the machine's Python may be older than what we ask for
    sys.stderr.write(
        f"watchbill: Python 3.11 or newer is needed, and {sys.executable} is {FOLDER}; "
        "install one and name it: make run PYTHON=python3.12\n"
    )
    sys.exit(2)

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
UNFINISHED = VENV / "watchbill-unfinished"
OLDEST_PIP = (22, 3)  # the first with --python


class Refusal(Exception):
    """What is missing on this machine, in one sentence that says what to do."""


def main(arguments: list[str]) -> None:
    """Install the runtime, and with --dev also what tests and gates need; do nothing twice."""
    with Path(__file__).open(encoding="utf-8") as lock:
        os.set_inheritable(
            lock.fileno(), True
        )  # an installer that outlives us still holds the lock
        fcntl.flock(lock, fcntl.LOCK_EX)  # two commands at once: the second waits and finds it done
        for name in ["runtime", "dev"] if "--dev" in arguments else ["runtime"]:
            install(name)


def install(name: str) -> None:
    """Bring .venv to the lock file requirements/NAME.txt, unless its stamp says that it is."""
    lock = ROOT / "requirements" / f"{name}.txt"
    stamp, wanted = VENV / f"watchbill-{name}", stamp_of(lock)
    discard_a_broken_venv()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    way = choose_way()
    say(f"installing requirements/{name}.txt into .venv (only when it changes) ...")
    VENV.mkdir(exist_ok=True)
    UNFINISHED.touch()
    if not way.is_ready:
        run(way.make, "the virtual environment can't be made; see above")
    options = ["--require-hashes", "--only-binary", ":all:", "--requirement", str(lock)]
    run(
        [*way.install, *options],
        "the packages can't be installed; see above, then run the command again",
    )
    stamp.write_text(wanted, encoding="utf-8")
    UNFINISHED.unlink()


def stamp_of(lock: Path) -> str:
    """Return what a finished install is known by: the lock file's hash and the Python version."""
    try:
        digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    except OSError as error:
        raise Refusal(
            f"{lock} can't be read ({error.strerror}); get the whole repository"
        ) from error
    return f"{digest} {FOLDER}\n"


def discard_a_broken_venv() -> None:
    """Remove a .venv whose install was cut short, or whose Python is gone or another than ours."""
    is_ours = os.access(VENV_PYTHON, os.X_OK) and (VENV / "lib" / FOLDER).is_dir()
    if VENV.exists() and (UNFINISHED.exists() or not is_ours):
        say("making .venv anew: it was not finished, or was made by another Python")
        shutil.rmtree(VENV)


class Way:
    """How this machine makes an environment (`make`) and fills it (`install`)."""

    def __init__(self, make: list[str], install: list[str], *, is_ready: bool) -> None:
        """`is_ready`: the environment is there already, with what `install` needs in it."""
        self.make = make
        self.install = install
        self.is_ready = is_ready


def choose_way() -> Way:
    """Return uv's way, else the standard one, else the one of a Debian without ensurepip."""
    is_made = VENV_PYTHON.exists()
    uv = shutil.which("uv")
    if uv:
        make = [uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(VENV)]
        return Way(
            make, [uv, "pip", "install", "--quiet", "--python", str(VENV_PYTHON)], is_ready=is_made
        )
    venv = [sys.executable, "-m", "venv"]
    pip = ["-m", "pip", "-qq", "--disable-pip-version-check", "--no-input"]
    if importlib.util.find_spec("ensurepip"):
        has_pip = (VENV / "lib" / FOLDER / "site-packages" / "pip").is_dir()
        return Way(
            [*venv, str(VENV)], [str(VENV_PYTHON), *pip, "install"], is_ready=is_made and has_pip
        )
    if importlib.util.find_spec("venv") and pip_version() >= OLDEST_PIP:
        install = [sys.executable, *pip, "--python", str(VENV_PYTHON), "install"]
        return Way([*venv, "--without-pip", str(VENV)], install, is_ready=is_made)
    raise Refusal(
        f"this Python can't make a virtual environment; run: sudo apt-get install {FOLDER}-venv"
    )


def pip_version() -> tuple[int, ...]:
    """Return this Python's own pip as (major, minor), or (0, 0) where there is none."""
    told = subprocess.run(
        [sys.executable, "-m", "pip", "--version"], capture_output=True, text=True, check=False
    )
    found = re.match(r"pip (\d+)\.(\d+)", told.stdout)
    return tuple(int(number) for number in found.groups()) if found else (0, 0)


def run(command: list[str], refusal: str) -> None:
    """Run one step; its own messages are shown."""
    if subprocess.run(command, cwd=ROOT, close_fds=False, check=False).returncode:
        raise Refusal(refusal)


def say(line: str) -> None:
    """Print a line at once."""
    print(f"watchbill: {line}", flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (Refusal, OSError) as problem:
        sys.stderr.write(f"watchbill: {problem}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
