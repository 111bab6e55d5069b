"""`make system-packages` installs where it may, and else says what to do."""

import shutil
import subprocess

import pytest

from tools import system_packages


@pytest.fixture
def machine(monkeypatch):
    """A Debian with root and nothing installed; returns the commands that were run."""
    ran: list[list[str]] = []

    def run(command, **_options):
        ran.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(system_packages, "is_installed", lambda _name: False)
    monkeypatch.setattr(subprocess, "run", run)
    return ran


def test_it_installs_what_is_missing(machine):
    status = system_packages.main()

    assert status == 0
    assert machine[-1][-4:] == ["postgresql", "prometheus-alertmanager", "chromium", "nginx-light"]


def test_it_runs_nothing_when_all_is_there(machine, monkeypatch):
    monkeypatch.setattr(system_packages, "is_installed", lambda _name: True)

    assert system_packages.main() == 0
    assert machine == []


@pytest.mark.parametrize(
    ("target", "replacement", "advice"),
    [
        ("os.geteuid", lambda: 1000, "sudo apt-get install postgresql"),
        ("shutil.which", lambda _name: None, "install by hand: postgresql"),
    ],
)
def test_where_it_may_not_it_says_so_in_one_line(
    machine, monkeypatch, capsys, target, replacement, advice
):
    monkeypatch.setattr(target, replacement)

    status = system_packages.main()

    said = capsys.readouterr().err
    assert (status, machine) == (1, [])
    assert advice in said
    assert len(said.splitlines()) == 1


def test_a_failing_install_is_loud(machine, monkeypatch, capsys):
    monkeypatch.setattr(
        subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 100)
    )

    assert system_packages.main() == 1
    assert "!!!" in capsys.readouterr().err
