"""`manage.py up` puts every part that dies back on its feet, and itself leaves nothing behind."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from tests.servers import HOST, SmtpServer, smtp_server
from tests.stack import Moulds, Stack, children, eventually

pytestmark = pytest.mark.slow


def descendants(pid: int) -> list[int]:
    found = list(children(pid))
    return [*found, *(deeper for child in found for deeper in descendants(child))]


def page_arrives(stack: Stack, post: SmtpServer, key: str, name: str) -> None:
    """Post one event until it is taken, and wait for its page."""
    body = {"action": "trigger", "dedup_key": name, "title": f"{name} is failing"}
    eventually(
        lambda: stack.ask("POST", f"/in/generic/{key}/", body)[0] == 202,
        within_s=30,
        what=f"the web is back: {stack.log()}",
    )
    eventually(
        lambda: [mail for mail in list(post.mails) if name.encode() in mail.content],
        within_s=30,
        what=f"the page about {name} arrives: {stack.log()}",
    )


def is_alive(pid: int) -> bool:
    with suppress(ProcessLookupError, FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_every_part_killed_at_once_starts_again_and_pages_leave(
    moulds: Moulds, tmp_path: Path
) -> None:
    with (
        smtp_server() as post,
        moulds.stack("sqlite", tmp_path / "up", EMAIL_URL=f"smtp://{HOST}:{post.port}") as stack,
    ):
        key, up = stack.keys["generic"], stack.start_up()
        page_arrives(stack, post, key, "checkout")

        for pid in descendants(up.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        page_arrives(stack, post, key, "search")

        whole = descendants(up.pid)
        os.kill(up.pid, signal.SIGKILL)
        up.process.wait(30)
        eventually(
            lambda: not any(is_alive(pid) for pid in whole), within_s=20, what="nothing is left"
        )
        stack.start_up()
        page_arrives(stack, post, key, "payments")
