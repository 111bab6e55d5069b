"""Two at the same moment, at the admin's doors: nobody gets a fault for what somebody else did (security corpus 85, 89)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, connection
from django.test import Client

from core.admin.base import GuardedAdmin
from core.models import Team
from incidents.actions import opening
from incidents.models import Incident, PlaybookVersion, Service
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.core.api.callers import a_caller, assert_problem
from tests.factories import AnIncident, AService, AUser

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("shipped", "clock"),
]
TEAM = {
    "name": "Shop", "slug": "shop", "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0",
}  # fmt: skip


@pytest.fixture
def browsers() -> list[Client]:
    return [scene.signed_in(AUser(group="Administrator")) for _ in range(2)]


def at_once(deeds: list[Callable[[], Any]]) -> list[Any]:
    """Run these in threads, each with a connection of its own; return what they answered."""

    def run(deed: Callable[[], Any]) -> Any:
        try:
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_of_two_who_add_the_same_at_once_one_reads_that_it_is_there(
    browsers: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    both_checked, save = Barrier(2), GuardedAdmin.save_model

    def slowly(self: Any, *args: Any) -> None:
        with suppress(BrokenBarrierError):  # SQLite lets the second in when the first is done
            both_checked.wait(1)
        save(self, *args)

    monkeypatch.setattr(GuardedAdmin, "save_model", slowly)
    answers = at_once([lambda b=b: b.post("/admin/core/team/add/", TEAM) for b in browsers])  # type: ignore[misc]

    assert sorted(answer.status_code for answer in answers) == [200, 302]
    [refused] = [answer for answer in answers if answer.status_code == 200]
    assert "Team with this Slug already exists." in refused.content.decode()
    assert "was added" not in refused.content.decode()
    assert Team.objects.filter(slug="shop").count() == 1


def test_what_comes_into_use_while_it_is_deleted_is_kept_and_the_page_says_by_what(
    browsers: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one write at a time, so nothing comes in between.")
    service, delete = AService(name="Payments"), GuardedAdmin.delete_model

    def meanwhile(self: Any, *args: Any) -> None:
        other = Thread(target=lambda: (AnIncident(service=service), connection.close()))
        other.start()
        other.join()
        monkeypatch.setattr(GuardedAdmin, "delete_model", delete)
        delete(self, *args)

    monkeypatch.setattr(GuardedAdmin, "delete_model", meanwhile)
    answer = browsers[0].post(f"/admin/incidents/service/{service.pk}/delete/", {"post": "yes"})

    assert answer.status_code == 200
    assert Incident.objects.get().label in answer.content.decode()
    assert "was deleted" not in answer.content.decode()
    assert Service.objects.filter(pk=service.pk).exists()


@pytest.mark.parametrize("fault", [OperationalError, InterfaceError])
def test_a_database_that_is_busy_or_away_is_told_with_what_to_do(
    browsers: list[Client], monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    def away(*_: Any) -> None:
        raise fault

    monkeypatch.setattr(GuardedAdmin, "save_model", away)
    browsers[0].raise_request_exception = False
    answer = browsers[0].post("/admin/core/team/add/", TEAM)

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Nothing of this was stored." in answer.content.decode()
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_a_bug_is_told_without_saying_what_it_was(
    browsers: list[Client], monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    def broken(*_: Any) -> None:
        raise IntegrityError("secret detail")

    monkeypatch.setattr(GuardedAdmin, "save_model", broken)
    browsers[0].raise_request_exception = False
    answer = browsers[0].post("/admin/core/team/add/", TEAM)

    assert answer.status_code == 500
    assert "It is in the log" in answer.content.decode()
    assert "secret" not in answer.content.decode()


def test_a_program_that_was_overtaken_is_told_so_and_nothing_is_half_done(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, caller = AService(slug="shop"), a_caller("Responder", "write")

    def meanwhile(asked: Service) -> PlaybookVersion:
        monkeypatch.setattr(opening.playbooks, "of", present)
        Service.objects.filter(pk=asked.pk).delete()
        return present(asked)

    present = opening.playbooks.of
    monkeypatch.setattr(opening.playbooks, "of", meanwhile)
    answer = caller.post("incidents/", {"title": "Down", "service": service.slug, "severity": 3})

    assert_problem(answer, 409, "not_possible")
    assert not Incident.objects.exists()
    assert Service.objects.filter(pk=service.pk).exists()
