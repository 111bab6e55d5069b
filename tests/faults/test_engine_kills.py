"""The engine dies between claim and record, or hangs on a neighbour: every page arrives all the same."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.servers import HOST, SmtpServer, http_server, smtp_server
from tests.stack import Moulds, Stack, eventually

pytestmark = pytest.mark.slow

EXTRA = {"before_claim": 0, "in_claim": 0, "after_claim": 0, "after_send": 1, "in_record": 1}


def subjects(post: SmtpServer, to: str) -> list[str]:
    """Return what the mail server has received for somebody: the ledger."""
    found = [mail for mail in list(post.mails) if mail.rcpt_tos == [f"{to}@northwind.example"]]
    lines = [bytes(mail.content).decode().splitlines() for mail in found]
    return [next(line for line in one if line.startswith("Subject:")) for one in lines]


def kill_and_restart(stack: Stack, post: SmtpServer, point: str) -> list[str]:
    """Let an engine die at `point`, then run a healthy one; return the subjects that ana got."""
    stack.seed("events", stack.keys["generic"], "1")
    dying = stack.start("-m", "tests.faults.engine_that_dies", FAULT_AT=point)
    assert dying.process.wait(60) == 99, stack.log()

    stack.start_engine()
    proven = "SELECT 1 FROM notify_delivery WHERE state = 'sent' AND address LIKE 'ana@%'"
    eventually(lambda: stack.rows(proven), within_s=60, what=f"{point}: {stack.log()}")
    return subjects(post, "ana")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_engine_killed_at_any_point_loses_no_page_and_repeats_it_once_at_most(
    moulds: Moulds, tmp_path: Path, kind: str
) -> None:
    with ExitStack() as ends, ThreadPoolExecutor(len(EXTRA)) as pool:
        runs = {}
        for point in EXTRA:
            post = ends.enter_context(smtp_server())
            mail = f"smtp://{HOST}:{post.port}"
            stack = ends.enter_context(moulds.stack(kind, tmp_path / point, EMAIL_URL=mail))
            runs[point] = pool.submit(kill_and_restart, stack, post, point)
        received = {point: len(run.result()) for point, run in runs.items()}

    assert received == {point: 1 + extra for point, extra in EXTRA.items()}


@pytest.mark.parametrize("kind", ["postgresql"])
def test_two_engines_send_each_page_once(moulds: Moulds, tmp_path: Path, kind: str) -> None:
    with (
        smtp_server() as post,
        moulds.stack(kind, tmp_path / "two", EMAIL_URL=f"smtp://{HOST}:{post.port}") as stack,
    ):
        stack.start_engine(), stack.start_engine()
        stack.seed("events", stack.keys["generic"], "60")

        sent = "SELECT count(*) FROM notify_delivery WHERE state = 'sent'"
        eventually(lambda: stack.rows(sent)[0][0] >= 60, within_s=60, what=stack.log())

        first = subjects(post, "ana")
        assert len(first) == len(set(first)) == 60


def test_a_hanging_mail_server_delays_nobody_s_webhook(moulds: Moulds, tmp_path: Path) -> None:
    more = {"ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8"}
    with smtp_server() as post, http_server() as hook:
        post.behaves("connect", "hang")
        more["EMAIL_URL"] = f"smtp://{HOST}:{post.port}"
        with moulds.stack("sqlite", tmp_path / "hang", **more) as stack:
            stack.seed("webhook", hook.answers("/eve", 200))
            stack.start_engine()
            beat = "SELECT 1 FROM core_heartbeat WHERE part = 'engine'"
            eventually(lambda: stack.rows(beat), within_s=30, what=stack.log())

            stack.seed("events", stack.keys["generic"], "30")

            eventually(lambda: len(hook.requests) >= 30, within_s=8, what=stack.log())
            assert len({request.headers["webhook-id"] for request in hook.requests}) == 30
            assert post.mails == []
