"""A round that several processes share counts, measures and tells like one that runs in a single one."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from coverage import Coverage

from tests import workers
from tools import test as suite

TESTS = """
import house
from tests import programs

def test_a(): assert house.twice(2) == 4
def test_b(): print("half a character: \\udcff")
def test_c(): assert house.twice(-1) == 0, "\\udcff"
def test_d(): programs.require("no-such-program")
"""
HOUSE = """
def twice(number):
    if number < 0:
        return 1
    return 2 * number
"""


def test_half_a_character_is_written_out_wherever_it_stands():
    told = {"sections": [("out", "a\udcff")], "passed": True, "when": ("call", None)}

    assert workers.whole(told) == {
        "sections": [["out", "a\\udcff"]],
        "passed": True,
        "when": ["call", None],
    }


class Process:
    """Stands for one that runs what it is sent, at once."""

    shutting_down = False
    gateway = SimpleNamespace(id="gw")

    def __init__(self) -> None:
        self.sent: list[int] = []

    def send_runtest_some(self, indices: list[int]) -> None:
        self.sent += indices

    def shutdown(self) -> None:
        self.shutting_down = True


def test_what_shares_something_dear_stays_together_and_namesakes_all_run():
    names = [
        "tests/browser/test_a.py::test_one", "tests/core/test_c.py::test_two[sqlite]",
        "tests/core/api/test_fuzz.py::test_it", "tests/core/api/test_fuzz.py::test_it",
        "tests/core/test_c.py::test_two[postgresql]", "tests/browser/test_b.py::test_one",
        "tests/faults/test_d.py::test_six[postgresql]", "tests/core/test_sign_in_limits.py::test_five",
    ]  # fmt: skip
    config = SimpleNamespace(
        getvalue=lambda _name: ["2*popen"], option=SimpleNamespace(loadscopereorder=True)
    )
    pieces, processes = workers.Pieces(config), [Process(), Process()]
    for process in processes:
        pieces.add_node(process)
        pieces.add_node_collection(process, names)

    pieces.schedule()
    done: list[int] = []
    while pieces.has_pending:
        for process in processes:
            for index in [one for one in process.sent if one not in done]:
                pieces.mark_test_complete(process, index)
                done.append(index)

    assert sorted(done) == list(range(len(names)))
    together = ({0, 5}, {2, 3, 7}, {4, 6}, {1})
    assert all(piece <= set(one.sent) or not piece & set(one.sent) for one in processes for piece in together)  # fmt: skip


@pytest.mark.slow
def test_two_processes_count_measure_and_say_what_is_missing(monkeypatch, tmp_path):
    monkeypatch.setattr(suite, "ROOT", tmp_path)
    monkeypatch.setenv("CI", "")
    monkeypatch.setenv("PYTHONPATH", f"{Path(suite.__file__).parents[1]}:{tmp_path}")
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "house.py").write_text(HOUSE)
    (tmp_path / "pyproject.toml").write_text('[tool.coverage.run]\nsource = ["."]\n')
    folder = tmp_path / "folder"
    folder.mkdir()
    shared = ("-p", "no:django", "--rootdir", str(tmp_path), "-n", "2", "--dist", "worksteal")

    outcome = suite.run(suite.Round("SQLite", shared), [], folder, measures=True)

    assert outcome == suite.Outcome("SQLite", 2, 1, 1, ("no-such-program",))
    measured = Coverage(data_file=str(folder / "coverage"), config_file=False)
    measured.combine()
    assert measured.get_data().lines(str(tmp_path / "house.py")) == [2, 3, 4, 5]
