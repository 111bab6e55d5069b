"""The pager: a plain loop that digests, escalates, delivers and keeps promises (reliability 6.3, 6.4).

Several may run. Every stage is idempotent and holds no state but rows; `kill -9` loses nothing. No
network is touched in the main thread: claims are sent by small pools, one per channel, so that a
hanging mail server delays nobody's webhook.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue

from django.conf import settings
from django.db import Error as DatabaseAway
from django.db import InterfaceError, OperationalError, connection
from django.utils.module_loading import import_string

from core import clock
from core.actions import beat
from core.late import run_late
from incidents import actions as incidents
from notify import actions as notify
from notify.channels import CHANNELS
from oncall.actions import advance
from oncall.glance import Glance, glance

logger = logging.getLogger(__name__)

POLL_S = 1.0
BEAT_S = 10.0
CHORE_S = 5.0
STUCK_S = 30.0  # a stage longer than this means that a wait has no end: start anew
SENDERS = 8  # at once, per channel
FOR_PAGES = 2  # of them wait for pages alone, so that no mass of other mail holds one up


@dataclass(slots=True)
class _Desk:
    """The senders of one channel, and how many of them are free."""

    pool: ThreadPoolExecutor
    busy: int = 0

    @property
    def free(self) -> int:
        return SENDERS - self.busy


@dataclass(slots=True)
class Engine:
    """One pager process. `tick` does all that is due once; `run` repeats it until told to stop.

    `part`: the name that it beats under.
    """

    part: str = "engine"
    stopping: threading.Event = field(default_factory=threading.Event)
    woken: threading.Event = field(default_factory=threading.Event)
    outcomes: SimpleQueue[notify.Outcome] = field(default_factory=SimpleQueue)
    desks: dict[str, _Desk] = field(default_factory=dict)
    beaten_at: float = 0.0
    chored_at: float = 0.0
    ticked_at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        for kind in CHANNELS:
            self.desks[kind] = _Desk(ThreadPoolExecutor(SENDERS, thread_name_prefix=f"send-{kind}"))

    def run(self) -> None:
        """Tick until `stopping` is set; survive the loss of the database."""
        threading.Thread(target=self._guard, daemon=True, name="guard").start()
        while not self.stopping.is_set():
            worked = self._tick_safely()
            self.ticked_at = time.monotonic()
            if not worked:
                self.woken.wait(POLL_S)
            self.woken.clear()
        self.close()

    def close(self) -> None:
        """Let the senders finish what they began, record it, and end.

        What can't be recorded because the database is away is sent again when its lease is over.
        """
        for desk in self.desks.values():
            desk.pool.shutdown(wait=True)
        try:
            self._record()
        except DatabaseAway as error:
            logger.warning("the last outcomes could not be recorded: %s", type(error).__name__)

    def _guard(self) -> None:
        """End the process when a stage hangs, so that the supervisor starts a fresh one (reliability 6.6)."""
        while not self.stopping.wait(5.0):
            if time.monotonic() - self.ticked_at > STUCK_S:
                logger.critical("a stage has hung for %.0f s; the engine starts anew", STUCK_S)
                os._exit(3)

    def _tick_safely(self) -> bool:
        try:
            return self.tick()
        except DatabaseAway as error:
            logger.warning("the database does not answer: %s", type(error).__name__)
            connection.close()
            self.stopping.wait(POLL_S)
            return False

    def tick(self) -> bool:
        """Do all that is due now, in the order of an alert's path; return whether anything was done."""
        self._record()
        at = clock.now()
        self._beat(at)
        seen = glance(at)
        worked = [self._stage(stage, at) for stage in (*self._stages(seen), *self._chores())]
        if worked or seen.deliveries:
            worked.append(self._stage(self.deliver, clock.now()))
        return any(worked)

    def _stages(self, seen: Glance) -> list[Callable[[datetime], int]]:
        stages: list[tuple[bool, Callable[[datetime], int]]] = [
            (seen.events, incidents.digest),
            (seen.held, incidents.release_held),
            (seen.events or seen.held or seen.escalations, advance),
            (seen.late_calls or seen.events, run_late),
        ]
        return [stage for is_due, stage in stages if is_due]

    def _chores(self) -> list[Callable[[datetime], int]]:
        """Return what other apps have the engine do every few seconds (wiring: CHORES)."""
        if time.monotonic() - self.chored_at < CHORE_S:
            return []
        self.chored_at = time.monotonic()
        return [import_string(path) for path in settings.CHORES]

    def _stage(self, stage: Callable[[datetime], int], at: datetime) -> int:
        self.ticked_at = time.monotonic()  # a long tick that gets on does not hang
        try:
            return stage(at)
        except (OperationalError, InterfaceError):
            if not connection.is_usable():
                raise
            logger.exception("the stage %s failed", stage.__name__)
        except (
            Exception
        ):  # one broken stage must not stop the others; the watchdog sees what stays due
            logger.exception("the stage %s failed", stage.__name__)
        return 0

    def _beat(self, at: datetime) -> None:
        if time.monotonic() - self.beaten_at >= BEAT_S:
            beat(self.part, at=at)
            self.beaten_at = time.monotonic()

    def deliver(self, at: datetime) -> int:
        """Claim what is due for the free senders of each channel and hand it to them; return how many."""
        count = 0
        for kind, desk in self.desks.items():
            for claimed in notify.claim(kind, at=at, limit=desk.free, reserved=FOR_PAGES):
                desk.busy += 1
                desk.pool.submit(self._send, claimed)
                count += 1
        return count

    def _send(self, claimed: notify.Claim) -> None:
        self.outcomes.put(notify.send(claimed))
        self.woken.set()

    def _record(self) -> None:
        """Record what the senders report. An outcome that can't be recorded now is kept for the next tick.

        One that never can be is left to its lease: the message is then sent once more.
        """
        while True:
            try:
                outcome = self.outcomes.get_nowait()
            except Empty:
                return
            try:
                notify.record(outcome, at=clock.now())
            except DatabaseAway:
                self.outcomes.put(outcome)
                raise
            except Exception:
                logger.exception("an outcome could not be recorded")
            self.desks[outcome.claim.channel].busy -= 1
