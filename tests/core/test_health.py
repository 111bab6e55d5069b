"""Health: the process, the database and its schema, the pager."""

import pytest
from django.conf import LazySettings
from django.db import InterfaceError, OperationalError
from django.test import Client

from core import health
from core.models import Installation
from tests.conftest import Clock
from tests.factories import NINE


def get(path: str, **extra: str) -> tuple[int, dict]:
    answer = Client().get(path, **extra)
    return answer.status_code, answer.json()


def away(error: type[Exception]):
    def fail(*_: object, **__: object) -> None:
        raise error("gone")

    return fail


def test_the_process_answers_without_a_database() -> None:
    answer = Client().get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
@pytest.mark.parametrize(("demo", "started", "loaded", "reason"), [
    (False, True, False, ""), (True, True, True, ""), (True, True, False, "demo"), (False, False, False, "first start"),
])  # fmt: skip
def test_ready_says_what_is_missing(
    settings: LazySettings, demo: bool, started: bool, loaded: bool, reason: str
) -> None:
    settings.DEMO = demo
    Installation.objects.all().delete()
    if started:
        Installation.objects.create(created_at=NINE, demo_loaded_at=NINE if loaded else None)

    status, body = get("/readyz")

    assert (status, body["ok"]) == ((503, False) if reason else (200, True))
    assert reason in "".join(body["reasons"])


@pytest.mark.django_db
def test_ready_knows_a_schema_that_is_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda *_: [("core", "0001")])

    status, body = get("/readyz")

    assert (status, "migrate" in body["reasons"][0]) == (503, True)


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_said_so(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "MigrationExecutor", away(error))
    monkeypatch.setattr(health.clock, "now", away(error))

    for path in ("/readyz", "/livez/engine"):
        answer = Client().get(path)
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert answer.json()["reasons"] == ["the database does not answer"]


@pytest.mark.django_db
def test_the_pager_is_alive_when_nobody_complains(settings: LazySettings, clock: Clock) -> None:
    settings.LIVENESS = [f"{__name__}.content", f"{__name__}.content"]
    assert get("/livez/engine") == (200, {"ok": True, "reasons": []})

    settings.LIVENESS = [f"{__name__}.content", f"{__name__}.unwell"]
    assert get("/livez/engine") == (503, {"ok": False, "reasons": ["it sleeps"]})


def content(_at: object) -> list[str]:
    return []


def unwell(_at: object) -> list[str]:
    return ["it sleeps"]
