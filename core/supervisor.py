"""Run the parts of one installation together: restart what dies, leave nothing behind.

Each part runs under a keeper (core.keeper) in a session and process group of its own. Linux only.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from core import keeper

FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 4.0
HEALTHY_AFTER_S = 5.0
_TURN_S = 0.2
_STOP_S = keeper.PATIENCE_S + 1  # the keeper's patience, and what it needs itself
_PIPE_SIZE = 65_536  # the most that a pipe holds, so one read empties it (pipe(7))
_PIPE_BUF = 4096  # a pipe that select() calls writable takes this much without blocking


@dataclass(frozen=True)
class Part:
    """One program that must run: the name before each line of its output, and its command.

    `after`: seconds by which its first start waits, so that those who are waited for come up sooner.
    """

    name: str
    command: tuple[str, ...]
    after: float = 0.0


@dataclass
class Backoff:
    """How long a dead part waits for its next start, in seconds: 0.5 doubling to 4."""

    delay: float = 0.0

    def after(self, lived: float) -> float:
        """Return the delay after a life of `lived` seconds; five seconds of life begin anew."""
        begins_anew = lived >= HEALTHY_AFTER_S or not self.delay
        self.delay = FIRST_DELAY_S if begins_anew else min(2 * self.delay, LONGEST_DELAY_S)
        return self.delay


class Life:
    """One life of a part, from its start to the sweep of its process group."""

    def __init__(self, part: Part, *, width: int) -> None:
        """Start the part. It is told to end when the calling *thread* does, so call from the main one."""
        self._prefix = f"{part.name:<{width}} | ".encode()
        self._rest = b""
        told = {keeper.COMMAND_VARIABLE: json.dumps(part.command), "PYTHONUNBUFFERED": "1"}
        self.output, writable = os.pipe()
        os.set_blocking(self.output, False)
        self._keeper = subprocess.Popen(  # noqa: S603  the house's own command, no shell
            [sys.executable, "-I", "-S", keeper.__file__, str(os.getpid())],
            env=os.environ | told,
            stdin=subprocess.DEVNULL,
            stdout=writable,
            stderr=writable,
            start_new_session=True,
        )
        os.close(writable)
        self._started = time.monotonic()

    @property
    def has_ended(self) -> bool:
        """Whether the keeper is dead. It is not reaped yet, so the number of its group stays taken."""
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._keeper.pid, options) is not None

    def ask_to_end(self) -> None:
        """Send SIGTERM to the keeper, which passes it on and kills the group in the end."""
        os.kill(self._keeper.pid, signal.SIGTERM)

    def read(self) -> bytes:
        """Return the lines that are complete, each with the part's name before it."""
        try:
            data = self._rest + os.read(self.output, _PIPE_SIZE)
        except BlockingIOError:
            return b""
        lines = data.splitlines(keepends=True)
        ends_open = lines and not lines[-1].endswith(b"\n") and len(lines[-1]) < _PIPE_SIZE
        self._rest = lines.pop() if ends_open else b""
        return b"".join(self._prefix + line.rstrip(b"\r\n") + b"\n" for line in lines)

    def sweep(self) -> tuple[float, bytes]:
        """Kill what is left of the group. Return the seconds lived and the last lines."""
        os.killpg(self._keeper.pid, signal.SIGKILL)
        self._keeper.wait()
        last = self.read()
        if self._rest:
            last += self._prefix + self._rest + b"\n"
        os.close(self.output)
        return time.monotonic() - self._started, last


class Supervisor:
    """Keeps parts running until SIGINT or SIGTERM."""

    def __init__(self, parts: Sequence[Part], *, write: Callable[[bytes], None]) -> None:
        """`write` takes the lines of all parts; it must not block (see print_or_drop)."""
        self._parts = parts
        self._width = max(len(part.name) for part in parts)
        self._write = write
        self._lives: dict[Part, Life] = {}
        self._backoffs = {part: Backoff() for part in parts}
        self._due = {part: time.monotonic() + part.after for part in parts}
        self._asked_to_stop = 0

    def run(self) -> None:
        """Run until a signal asks to stop; every process group is gone when this returns or raises."""
        with self._heeding_signals():
            try:
                while not self._asked_to_stop:
                    self._start_what_is_due()
                    self._turn()
                self._stop()
            finally:
                for part in list(self._lives):
                    self._bury(part)

    def _start_what_is_due(self) -> None:
        for part in self._parts:
            if part not in self._lives and time.monotonic() >= self._due[part]:
                self._lives[part] = Life(part, width=self._width)

    def _turn(self) -> None:
        """Copy output for a moment, then bury the dead."""
        outputs = {life.output: life for life in self._lives.values()}
        for output in select.select(outputs, [], [], _TURN_S)[0]:
            self._write(outputs[output].read())
        for part in [part for part, life in self._lives.items() if life.has_ended]:
            self._bury(part)

    def _bury(self, part: Part) -> None:
        lived, last = self._lives.pop(part).sweep()
        self._write(last)
        if not self._asked_to_stop:
            delay = self._backoffs[part].after(lived)
            self._due[part] = time.monotonic() + delay
            self._write(
                f"{'up':<{self._width}} | {part.name} starts again in {delay:g} s\n".encode()
            )

    def _stop(self) -> None:
        """Ask every part to end and give it ten seconds; a second signal cuts them short."""
        for life in self._lives.values():
            life.ask_to_end()
        deadline = time.monotonic() + _STOP_S
        while self._lives and time.monotonic() < deadline and self._asked_to_stop == 1:
            self._turn()

    @contextmanager
    def _heeding_signals(self) -> Iterator[None]:
        def heed(_number: int, _frame: object) -> None:
            self._asked_to_stop += 1

        before = {number: signal.signal(number, heed) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def print_or_drop(text: bytes) -> None:
    """Write to standard output, but drop what a stuck or closed reader doesn't take: pages go on."""
    for start in range(0, len(text), _PIPE_BUF):
        try:
            if not select.select([], [1], [], _TURN_S)[1]:
                return
            os.write(1, text[start : start + _PIPE_BUF])
        except OSError:
            return
