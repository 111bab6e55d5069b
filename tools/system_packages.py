"""Install the optional programs that tests use, where that is allowed: as root, with apt.

Exit status: 0 when all are there, 1 when some are not; then one line says what to do.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

LIST = Path(__file__).with_name("system_packages.txt")
APT = ["apt-get", "--quiet", "--assume-yes", "-o", "DPkg::Lock::Timeout=120"]


def main() -> int:
    """Install what is missing and return the exit status."""
    if not shutil.which("apt-get"):
        return refuse(f"there is no apt-get here; install by hand: {' '.join(wanted())}")
    missing = [name for name in wanted() if not is_installed(name)]
    if not missing:
        return 0
    if os.geteuid():
        return refuse(f"run: sudo apt-get install {' '.join(missing)}")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*APT, "update"], env=environment, check=False)
    install = [*APT, "install", "--no-install-recommends", *missing]
    if subprocess.run(install, env=environment, check=False).returncode:
        return refuse(
            f"apt-get could not install {' '.join(missing)}; tests that need them can't run"
        )
    return 0


def wanted() -> list[str]:
    """Return the names in the list, without its comments."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def is_installed(package: str) -> bool:
    """Ask dpkg; a package that was removed but left settings behind doesn't count."""
    ask = ["dpkg-query", "--show", "--showformat", "${db:Status-Status}", package]
    return subprocess.run(ask, capture_output=True, text=True, check=False).stdout == "installed"


def refuse(line: str) -> int:
    """Say loudly what is missing."""
    sys.stderr.write(f"watchbill: !!! optional programs are missing: {line}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
