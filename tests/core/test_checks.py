"""Every foreseen wrong setting has its red line at start (style.md 2.12)."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection

from core import checks
from core.facts_table import later, now
from notify import checks as notify_checks


def ids(found: list[Any]) -> list[str]:
    return [message.id for message in found]


def test_the_shipped_settings_are_well() -> None:
    assert checks.wiring_resolves(None) == checks.queue_is_sane(None) == []


GONE = "oncall.actions.gone_away"


@pytest.mark.parametrize(("table", "value"), [
    ("EVENT_HANDLERS", {"incident.opened": [now(GONE)]}),
    ("EVENT_HANDLERS", {"incident.ended": [later("no_such_app.tasks.x")]}),
    ("DELIVERY_GUARDS", {"page": GONE}),
    ("DELIVERY_TEXTS", {"page": GONE}),
    ("PROVIDERS", {"public_postmortem": "postmortems.actions.gone"}),
    ("PANELS", {"incident": [GONE]}),
    ("LIVENESS", [GONE]),
    ("CHORES", [GONE]),
    ("SCHEDULES", {"pager tick": (GONE, 1)}),
    ("PROVIDERS", {"no_dot": "nothing"}),
])  # fmt: skip
def test_a_path_that_leads_nowhere_is_named(settings: LazySettings, table: str, value: Any) -> None:
    setattr(settings, table, value)

    [message] = checks.wiring_resolves(None)

    assert (message.id, table in message.msg) == ("core.E001", True)


@pytest.mark.parametrize(("change", "wrong"), [
    ({"retry": 60, "timeout": 60}, ["core.E002"]),
    ({"retry": 30, "timeout": 60}, ["core.E002"]),
    ({"catch_up": True}, ["core.E003"]),
    ({"bulk": 10}, ["core.E003"]),
    ({"max_attempts": 0}, ["core.E003"]),
])  # fmt: skip
def test_a_queue_that_would_repeat_or_replay_is_refused(
    settings: LazySettings, change: dict[str, Any], wrong: list[str]
) -> None:
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, **change}

    assert ids(checks.queue_is_sane(None)) == wrong


class _Forgetful:
    """A PostgreSQL that answers as it is told."""

    vendor = "postgresql"

    def __init__(self, **answers: str) -> None:
        self.answers = {
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            **answers,
        }
        self.asked = ""

    def cursor(self) -> "_Forgetful":
        return self

    def __enter__(self) -> "_Forgetful":
        return self

    def __exit__(self, *_: object) -> None: ...

    def execute(self, sql: str, params: list[str] | None = None) -> None:
        self.asked = params[0] if params else "synchronous_commit"

    def fetchone(self) -> tuple[str]:
        return (self.answers[self.asked],)


@pytest.mark.parametrize(("answers", "named"), [
    ({}, ""), ({"synchronous_commit": "remote_apply"}, ""),
    ({"fsync": "off"}, "fsync"), ({"full_page_writes": "off"}, "full_page_writes"),
    ({"synchronous_commit": "off"}, "synchronous_commit"), ({"synchronous_commit": "local"}, "synchronous_commit"),
])  # fmt: skip
def test_a_postgresql_that_may_forget_a_commit_is_named(
    monkeypatch: pytest.MonkeyPatch, answers: dict[str, str], named: str
) -> None:
    monkeypatch.setattr(checks, "connections", {"default": _Forgetful(**answers)})

    found = checks.database_is_durable(None, databases=["default"])

    assert ids(found) == (["core.W001"] if named else [])
    assert all(named in message.msg for message in found)


@pytest.mark.django_db
def test_the_test_database_itself_can_be_asked() -> None:
    assert set(ids(checks.database_is_durable(None, databases=[connection.alias]))) <= {"core.W001"}
    assert checks.database_is_durable(None, databases=None) == []


@pytest.mark.parametrize(("site", "staff", "mail", "wrong"), [
    ("https://a.example", "https://b.example", "smtp://m", []),
    ("http://a.example", "https://b.example", "smtp://m", ["core.W002"]),
    ("https://a.example", "http://b.example", "", ["core.W002", "core.W003"]),
])  # fmt: skip
def test_a_deployment_without_https_or_mail_is_warned_of(
    settings: LazySettings, site: str, staff: str, mail: str, wrong: list[str]
) -> None:
    settings.SITE_URL, settings.STAFF_URL, settings.EMAIL_URL = site, staff, mail

    assert ids(checks.deployment_is_real(None)) == wrong


@pytest.mark.parametrize(
    ("sender", "is_fine"),
    [
        ("Watchbill <wb@host.example>", True),
        ("wb@host.example", True),
        ("bogus", False),
        ("a@b, c@d", False),
    ],
)
def test_a_wrong_sender_is_seen_at_start(settings: Any, sender: str, is_fine: bool) -> None:
    settings.MAIL_FROM = sender

    assert ("notify.E003" in ids(notify_checks.channels_are_configured(None))) is not is_fine
