"""Promises of `manage.py up`, kept by real processes: small ones, in real process groups."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.supervisor import Backoff, print_or_drop

ROOT = Path(__file__).parents[2]

# A part with a child of its own that no SIGTERM ends, like a worker that is stuck in a request.
PART = """
import os, signal, sys, time
mine = os.getpid()
child = os.fork()
if child == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.pause()
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("pids", os.getppid(), mine, child, flush=True)
signal.pause()
"""
SUPERVISE = """
import sys
from core.supervisor import Part, Supervisor, print_or_drop
python = (sys.executable, "-I", "-S", "-c", sys.argv[1])
Supervisor([Part("engine", python + tuple(sys.argv[2:]))], write=print_or_drop).run()
"""


class Running:
    """A supervisor of one part, with handles on every process so that their end can be awaited."""

    def __init__(self, *arguments: str, program: str = PART) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISE, program, *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.handles: list[int] = []

    def line(self, containing: str) -> str:
        """Return the next line of output with this text, which must be among the next ten."""
        lines = [self.process.stdout.readline()]
        while containing not in lines[-1]:
            assert len(lines) < 10, lines
            assert lines[-1], lines
            lines.append(self.process.stdout.readline())
        return lines[-1].rstrip("\n")

    def next_life(self) -> dict[str, int]:
        """Return the pids of the next life of the part, and remember them."""
        numbers = [int(word) for word in self.line("pids").split("pids")[1].split()]
        self.handles += [os.pidfd_open(number) for number in numbers]
        return dict(zip(("keeper", "part", "child"), numbers, strict=True))

    def wait_until_gone(self, *, seconds: float = 8) -> bool:
        """Wait for the end of every process remembered so far; tell whether all ended in time."""
        while self.handles:
            if not select.select(self.handles, [], [], seconds)[0]:
                return False
            self.handles = [one for one in self.handles if not select.select([one], [], [], 0)[0]]
        return True


@pytest.fixture(autouse=True)
def _no_wait_is_endless() -> Iterator[None]:
    def give_up(_number: int, _frame: object) -> None:
        raise AssertionError("waited 30 s")  # no OSError, which the code may expect

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(30)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@contextmanager
def supervised(*arguments: str, program: str = PART) -> Iterator[Running]:
    running = Running(*arguments, program=program)
    try:
        yield running
    finally:
        running.process.terminate()
        running.process.wait(timeout=20)
        running.process.stdout.close()


def test_delays_double_to_four_seconds_and_begin_anew_after_five_seconds_of_life():
    backoff = Backoff()

    delays = [backoff.after(lived) for lived in (0.1, 0.1, 0.1, 0.1, 4.9, 5.0, 0.1)]

    assert delays == [0.5, 1, 2, 4, 4, 0.5, 1]


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["part", "keeper"])
def test_whichever_process_is_killed_the_group_goes_and_the_part_comes_back(victim):
    with supervised() as running:
        first = running.next_life()

        os.kill(first[victim], signal.SIGKILL)

        assert running.line("starts again") == "up     | engine starts again in 0.5 s"
        assert running.wait_until_gone()
        second = running.next_life()
        assert not set(first.values()) & set(second.values())


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_with_status_0(number):
    with supervised() as running:
        running.next_life()

        running.process.send_signal(number)

        assert running.process.wait(timeout=8) == 0
        assert running.wait_until_gone(seconds=0)


@pytest.mark.slow
def test_a_second_signal_cuts_a_stubborn_part_short():
    with supervised("stubborn") as running:
        life = running.next_life()
        running.process.send_signal(signal.SIGINT)
        assert not select.select([running.handles[1]], [], [], 0.5)[0], (
            f"{life['part']} obeyed SIGTERM"
        )

        running.process.send_signal(signal.SIGINT)

        assert running.process.wait(timeout=3) == 0
        assert running.wait_until_gone(seconds=0)


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [(), ("stubborn",)])
def test_kill_9_of_the_supervisor_leaves_no_process(arguments):
    with supervised(*arguments) as running:
        running.next_life()

        running.process.kill()

        assert running.wait_until_gone()


@pytest.mark.slow
def test_each_line_carries_its_part_and_a_death_says_how():
    talk = "print('half', flush=True); print('no newline', end=''); raise SystemExit(3)"

    with supervised(program=talk) as running:
        lines = [running.process.stdout.readline() for _ in range(4)]

    assert lines[:2] == ["engine | half\n", "engine | no newlineended by itself (exit status 3)\n"]
    assert lines[2:] == ["up     | engine starts again in 0.5 s\n", "engine | half\n"]


@pytest.mark.slow
def test_a_reader_that_is_gone_stops_no_part(tmp_path):
    fifo = tmp_path / "written"
    os.mkfifo(fifo)
    talk = f"import os; [print('x' * 999) for _ in range(900)]; open({str(fifo)!r}, 'w').write('all'); os.wait()"
    with supervised(program=talk) as running:
        running.process.stdout.readline()
        running.process.stdout.close()

        assert fifo.read_text() == "all"


def test_a_reader_that_is_stuck_loses_lines_and_delays_nobody(monkeypatch):
    reader, writer = os.pipe()
    before = os.dup(1)
    os.dup2(writer, 1)
    try:
        print_or_drop(b"x" * 200_000)
    finally:
        os.dup2(before, 1)

    assert len(os.read(reader, 200_000)) < 200_000
    for descriptor in (reader, writer, before):
        os.close(descriptor)
