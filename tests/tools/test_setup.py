"""`make setup` works on every machine it promises, once, and says one line where it can't."""

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "setup.py"
FOLDER = f"python{sys.version_info[0]}.{sys.version_info[1]}"

# Runs the script on a machine that lacks modules, or whose Python is old.
ON_ANOTHER_MACHINE = """
import importlib.util, runpy, sys
find, gone, version = importlib.util.find_spec, sys.argv[2].split(","), sys.argv[3]
importlib.util.find_spec = lambda name, *rest: None if name in gone else find(name, *rest)
if version:
    sys.version_info = tuple(map(int, version.split(".")))
sys.argv = sys.argv[1:2] + sys.argv[4:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


class Tree:
    """A repository of two lock files, beside a folder with one package to install."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wheels = folder / "wheels"
        for name in ("tools", "requirements", "wheels", "programs"):
            (folder / name).mkdir()
        (folder / "tools" / "setup.py").write_bytes(SCRIPT.read_bytes())
        self.lock("runtime")
        self.lock("dev")

    def lock(self, name: str, *, version: str = "1.0", wrong_hash: bool = False) -> None:
        """Write a lock file that asks for the package of the same name, and the package."""
        wheel = self.wheels / f"{name}-{version}-py3-none-any.whl"
        info = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(f"{name}.py", f"version = {version!r}\n")
            archive.writestr(
                f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
            )
            archive.writestr(
                f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            archive.writestr(f"{info}/RECORD", "")
        digest = "0" * 64 if wrong_hash else hashlib.sha256(wheel.read_bytes()).hexdigest()
        (self.folder / "requirements" / f"{name}.txt").write_text(
            f"{name}=={version} --hash=sha256:{digest}\n"
        )

    def setup(
        self, *arguments: str, gone: str = "", version: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run the script; `gone` names modules that this machine lacks, `version` its Python's."""
        environment = {
            "PATH": f"{self.folder / 'programs'}:/usr/bin:/bin",
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
            "PIP_CONFIG_FILE": os.devnull,
        }
        command = [
            sys.executable,
            "-c",
            ON_ANOTHER_MACHINE,
            str(self.folder / "tools" / "setup.py"),
            gone,
            version,
        ]
        return subprocess.run(
            [*command, *arguments], env=environment, capture_output=True, text=True, check=False
        )

    def installed(self, name: str) -> str:
        """Return the version of a package that .venv holds."""
        ask = [
            self.folder / ".venv" / "bin" / "python",
            "-c",
            f"import {name}; print({name}.version)",
        ]
        return subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip()


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


@pytest.mark.slow
def test_it_installs_the_runtime_once_and_the_rest_when_asked(tree):
    first, second = tree.setup(), tree.setup()

    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.count("installing") == 1
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert (tree.installed("runtime"), tree.installed("dev")) == ("1.0", "")

    dev = tree.setup("--dev")

    assert dev.stdout.count("installing") == 1
    assert tree.installed("dev") == "1.0"

    tree.lock("runtime", version="2.0")
    tree.setup()

    assert tree.installed("runtime") == "2.0"


@pytest.mark.slow
@pytest.mark.parametrize("breakage", ["cut short", "other python"])
def test_the_next_run_repairs_a_broken_environment(tree, breakage):
    tree.setup(gone="ensurepip")
    python = tree.folder / ".venv" / "bin" / "python"
    if breakage == "cut short":
        (tree.folder / ".venv" / "watchbill-unfinished").touch()
        (tree.folder / ".venv" / "lib" / FOLDER / "site-packages" / "runtime.py").unlink()
    else:
        python.unlink()

    repaired = tree.setup(gone="ensurepip")

    assert repaired.returncode == 0
    assert "anew" in repaired.stdout
    assert tree.installed("runtime") == "1.0"


@pytest.mark.slow
def test_without_ensurepip_the_pip_of_the_system_does_it(tree):
    done = tree.setup(gone="ensurepip")

    assert (done.returncode, done.stderr) == (0, "")
    assert tree.installed("runtime") == "1.0"
    assert not list((tree.folder / ".venv").rglob("pip"))


@pytest.mark.slow
def test_what_does_not_match_its_hash_is_not_installed(tree):
    tree.lock("runtime", wrong_hash=True)

    done = tree.setup(gone="ensurepip")

    assert done.returncode == 2
    assert "can't be installed" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert tree.installed("runtime") == ""


def test_uv_is_preferred_and_asked_for_hashes_and_wheels(tree):
    uv, told = tree.folder / "programs" / "uv", tree.folder / "told"
    uv.write_text(f'#!/bin/sh\necho "$@" >> {told}\n')
    uv.chmod(0o755)

    done = tree.setup()

    assert done.returncode == 0
    made, filled = told.read_text().splitlines()
    assert made.startswith("venv ")
    assert filled.startswith("pip install ")
    assert "--require-hashes --only-binary :all: --requirement" in filled


@pytest.mark.parametrize(
    ("machine", "advice"),
    [
        ({"gone": "ensurepip,venv"}, f"run: sudo apt-get install {FOLDER}-venv"),
        ({"version": "3.9"}, "Python 3.11 or newer is needed"),
    ],
)
def test_one_line_says_what_to_do_where_it_can_not_work(tree, machine, advice):
    done = tree.setup(**machine)

    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert advice in done.stderr
    assert not (tree.folder / ".venv").exists()


def test_a_missing_lock_file_is_one_line(tree):
    (tree.folder / "requirements" / "runtime.txt").unlink()

    done = tree.setup()

    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "runtime.txt" in done.stderr


def test_the_locks_name_no_host_and_pin_every_package_by_hash():
    for lock in (SCRIPT.parents[1] / "requirements").glob("*.txt"):
        text = lock.read_text()
        pinned = [
            line for line in text.splitlines() if "==" in line and not line.startswith(("#", " "))
        ]

        assert pinned
        assert all(line.endswith("\\") for line in pinned)
        assert "://" not in text
        assert "--index" not in text
        assert "--find-links" not in text
