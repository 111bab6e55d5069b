"""What was answered with 202 is in the database after any kill (design.md 4.1)."""

import os
import random
import signal
import threading
from pathlib import Path

import pytest

from tests.faults.load import Load
from tests.servers import HOST, smtp_server
from tests.stack import Moulds, Program, Server, Stack, children, eventually

pytestmark = pytest.mark.slow

ENOUGH, KILLS = 2000, 5


def workers(supervisor: Program) -> list[int]:
    """Return the web server's worker processes: below the supervisor, its keeper, and the server."""
    keepers = children(supervisor.pid)
    servers = [server for keeper in keepers for server in children(keeper)]
    return [worker for server in servers for worker in children(server)]


def stored(stack: Stack) -> set[int]:
    return {pk for (pk,) in stack.rows("SELECT id FROM incidents_rawevent")}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_web_workers_killed_while_they_accept_lose_nothing(
    moulds: Moulds, tmp_path: Path, kind: str
) -> None:
    chance = random.Random(kind)
    with moulds.stack(kind, tmp_path / "web") as stack:
        web = stack.start("-m", "tests.faults.supervised_web")
        stack.wait_for("/healthz")
        kills = 0
        with Load(stack.port, stack.keys["generic"]) as load:
            while kills < KILLS or len(load.accepted) < ENOUGH:
                goal = len(load.accepted) + ENOUGH // KILLS
                eventually(
                    lambda goal=goal: len(load.accepted) >= goal, within_s=60, what=stack.log()
                )
                if kills < KILLS and (alive := workers(web)):
                    os.kill(chance.choice(alive), signal.SIGKILL)
                    kills += 1

        assert len(load.accepted) >= ENOUGH
        assert set(load.accepted) - stored(stack) == set()
        assert set(load.statuses) <= {0, 202, 503}


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_database_that_is_away_for_ten_seconds_loses_nothing_and_paging_resumes(
    moulds: Moulds, postgresql: Server, tmp_path: Path, kind: str
) -> None:
    with smtp_server() as post:
        mail = f"smtp://{HOST}:{post.port}"
        with moulds.stack(kind, tmp_path / "away", EMAIL_URL=mail) as stack:
            stack.start_web(), stack.start_engine()
            with Load(stack.port, stack.keys["generic"], clients=2, pause_s=0.2) as load:
                eventually(lambda: len(load.accepted) > 10, within_s=30, what=stack.log())
                eventually(lambda: post.mails, within_s=30, what=stack.log())

                postgresql.stop()
                threading.Event().wait(10)  # as long as the promise says
                before, last = len(post.mails), max(load.accepted)
                postgresql.start()

                eventually(lambda: max(load.accepted) > last, within_s=30, what=stack.log())
                eventually(lambda: len(post.mails) > before, within_s=30, what=stack.log())

            assert set(load.accepted) - stored(stack) == set()
            assert set(load.statuses) <= {0, 202, 503}, load.statuses
            eventually(lambda: missing(load, post.mails) == set(), within_s=30, what=stack.log())


def missing(load: Load, mails: list[object]) -> set[str]:
    """Return the accepted events about which nobody has got a page."""
    texts = "".join(bytes(mail.content).decode() for mail in list(mails))
    return {name for name in load.accepted.values() if f"case {name} is failing" not in texts}
