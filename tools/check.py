"""Run every gate, show what each found, and fail if one does; `make check` does this."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]
GATES = {
    "format": [BIN / "ruff", "format", "--check", "--quiet", "."],
    "lint": [BIN / "ruff", "check", "--quiet", "."],
    "types": [BIN / "mypy"],
    "imports": [BIN / "lint-imports"],
    "budgets": [sys.executable, "-m", "pytest", "-q", "tests/architecture/test_budgets.py"],
    "no migration is missing": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "ready to deploy": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
    "migrate from empty": [*MANAGE, "migrate", "--verbosity", "0"],
}


def main() -> int:
    """Run all gates, also after one has failed, and return the exit status."""
    with tempfile.TemporaryDirectory(prefix="watchbill-check-") as folder:
        environment = os.environ | production(folder)
        failed = [name for name, command in GATES.items() if not passes(name, command, environment)]
    print(
        f"failed: {', '.join(failed)}" if failed else f"all {len(GATES)} gates passed", flush=True
    )
    return 1 if failed else 0


def production(folder: str) -> dict[str, str]:
    """Return the settings of a real installation on an empty SQLite file."""
    site = {
        "DEMO": "0",
        "SITE_URL": "https://watchbill.example",
        "STAFF_URL": "https://staff.watchbill.example",
    }
    return site | {
        "DATA_DIR": folder,
        "DATABASE_URL": "",
        "EMAIL_URL": "smtp://mail.watchbill.example:25",
        "CLOCK_OFFSET": "0",
        "PORT": "8000",
    }


def passes(name: str, command: list[Path | str], environment: dict[str, str]) -> bool:
    """Run one gate; print its output only when it fails."""
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    verdict = "FAILED" if done.returncode else "ok"
    print(f"{name:<24} {verdict:<6} {time.monotonic() - started:5.1f} s", flush=True)
    if done.returncode:
        print(done.stdout, flush=True)
    return not done.returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
