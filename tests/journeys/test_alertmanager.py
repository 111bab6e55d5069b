"""The promise, with everything real: Debian's Alertmanager fires, a mail arrives, its link answers."""

import json
import re
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.programs import require
from tests.servers import HOST, SmtpServer, free_port, smtp_server
from tests.stack import Moulds, Program, Stack, eventually

pytestmark = pytest.mark.slow

CONFIG = """
route:
  receiver: watchbill
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1h
receivers:
  - name: watchbill
    webhook_configs:
      - url: {url}
        send_resolved: true
"""


class Alertmanager:
    """The real sender, fed by its own API."""

    def __init__(self, folder: Path, url: str) -> None:
        program = require("prometheus-alertmanager")
        folder.mkdir()
        (folder / "alertmanager.yml").write_text(CONFIG.format(url=url))
        self.port = free_port()
        options = {
            "config.file": folder / "alertmanager.yml",
            "storage.path": folder / "data",
            "web.listen-address": f"{HOST}:{self.port}",
            "cluster.listen-address": "",
        }
        words = [f"--{name}={value}" for name, value in options.items()]
        self.program = Program([program, *words], folder / "log", cwd=folder)

    def ask(self, path: str, body: object = None) -> int:
        """Make a request of its API; 0 while it does not answer."""
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(
            f"http://{HOST}:{self.port}{path}", data, {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310  our own address
                return answer.status
        except OSError:
            return 0

    def says(self, *, ended: bool = False) -> None:
        """Tell it that the alert fires, or that it has ended."""
        now = datetime.now(UTC).isoformat()
        alert = {
            "labels": {"alertname": "HighErrorRate", "severity": "critical"},
            "annotations": {"summary": "Checkout is failing"},
        }
        body = [{**alert, "endsAt": now} if ended else alert]
        eventually(
            lambda: self.ask("/api/v2/alerts", body) == 200,
            within_s=20,
            what="Alertmanager takes it",
        )


def mails(post: SmtpServer, name: str) -> list[EmailMessage]:
    """Return what has arrived for somebody."""
    found = [mail for mail in list(post.mails) if mail.rcpt_tos == [f"{name}@northwind.example"]]
    return [message_from_bytes(bytes(mail.content), policy=policy.default) for mail in found]


def words(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content()


@pytest.fixture
def post() -> Iterator[SmtpServer]:
    with smtp_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def stack(
    request: pytest.FixtureRequest, moulds: Moulds, tmp_path: Path, post: SmtpServer
) -> Iterator[Stack]:
    mail = f"smtp://{HOST}:{post.port}"
    with moulds.stack(request.param, tmp_path / "stack", EMAIL_URL=mail) as made:
        yield made


@pytest.fixture
def sender(stack: Stack, tmp_path: Path) -> Iterator[Alertmanager]:
    """Everything runs, and Alertmanager is pointed at it."""
    key = stack.keys["alertmanager"]
    made = Alertmanager(tmp_path / "alertmanager", f"{stack.site}/in/alertmanager/{key}/")
    try:
        stack.start_up()
        yield made
    finally:
        made.program.kill()


def test_an_alert_wakes_a_person_who_answers_and_it_ends_by_itself(
    stack: Stack, sender: Alertmanager, post: SmtpServer
) -> None:
    sender.says()
    eventually(lambda: mails(post, "ana"), within_s=15, what=f"ana is paged: {stack.log()}")
    (page,) = mails(post, "ana")
    assert "Checkout is failing" in page["Subject"]
    link = re.search(rf"{re.escape(stack.site)}(/r/\S+/)", words(page)).group(1)

    assert stack.ask("GET", link)[0] == 200
    status, shown = stack.ask("POST", link, form="action=acknowledge")
    assert (status, b"You have it" in shown) == (200, True)
    waiting = "SELECT count(*) FROM oncall_escalation WHERE state = 'waiting'"
    assert stack.rows(waiting) == [(0,)]

    sender.says(ended=True)
    eventually(lambda: len(mails(post, "ana")) > 1, within_s=20, what=f"it is said: {stack.log()}")
    assert "cleared itself" in words(mails(post, "ana")[1])
    assert stack.rows("SELECT state FROM incidents_incident") == [("resolved",)]
    assert mails(post, "bob") == []
    shown = stack.ask("GET", link)[1]
    assert b"It is over" in shown


def test_where_nobody_answers_the_next_person_is_paged_in_time(
    stack: Stack, sender: Alertmanager, post: SmtpServer
) -> None:
    sender.says()
    eventually(lambda: mails(post, "bob"), within_s=30, what=f"bob is paged: {stack.log()}")

    by_address = "SELECT address, sent_at FROM notify_delivery WHERE kind = 'page' ORDER BY id"
    eventually(lambda: all(sent for _, sent in stack.rows(by_address)), within_s=5, what="proof")
    (first, early), (second, late) = stack.rows(by_address)
    assert (first.split("@")[0], second.split("@")[0]) == ("ana", "bob")
    early, late = (datetime.fromisoformat(str(moment)) for moment in (early, late))
    assert 9 <= (late - early).total_seconds() <= 14
    assert len(mails(post, "ana")) == 1
