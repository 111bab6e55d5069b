"""Every import contract holds in the tree, and fails when it is broken on purpose."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]
LINTER = Path(sys.executable).with_name("lint-imports")

# contract -> breaches: the file that gets one more line, and the line
BREACHES = [
    ("Commands go down", "core/errors.py", "import incidents.models"),
    ("Commands go down", "incidents/grouping.py", "import oncall.models"),
    ("Commands go down", "notify/addresses.py", "import incidents.models"),
    (
        "Interfaces call actions call models",
        "incidents/models/incident.py",
        "import incidents.actions",
    ),
    (
        "Interfaces call actions call models",
        "incidents/actions/__init__.py",
        "import incidents.ingest.views",
    ),
    ("Only actions publish", "incidents/models/incident.py", "import core.facts"),
    ("Models stay plain", "oncall/models/schedule.py", "import rest_framework"),
    ("Pure modules know no database and no framework", "incidents/grouping.py", "import django.db"),
    (
        "Pure modules know no database and no framework",
        "oncall/rota/__init__.py",
        "import core.models",
    ),
]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the packages, to be broken and mended."""
    folder = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in SETTINGS["root_packages"]:
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "static")
        )
    return folder


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the linter on a tree."""
    return subprocess.run(
        [LINTER, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_all_contracts_hold(copy):
    report = lint(copy)

    assert report.returncode == 0, report.stdout + report.stderr


def test_every_contract_has_a_breach():
    assert {name for name, _, _ in BREACHES} == {
        contract["name"] for contract in SETTINGS["contracts"]
    }


@pytest.mark.parametrize(("contract", "file", "line"), BREACHES)
def test_a_breach_is_found_and_named(copy, contract, file, line):
    path = copy / file
    before = path.read_text(encoding="utf-8")
    path.write_text(f"{before}\n{line}\n", encoding="utf-8")
    try:
        report = lint(copy)
    finally:
        path.write_text(before, encoding="utf-8")

    assert report.returncode == 1
    assert f"{contract} BROKEN" in report.stdout, report.stdout + report.stderr
