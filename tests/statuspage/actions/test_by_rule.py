"""Playbooks draft, remind, and publish where they say so (C19): never unseen where a person has to look, never twice."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.actor import ENGINE
from core.models import Membership, User
from incidents.actions import move, playbooks
from incidents.models import Incident, PlaybookVersion, RoleAssignment
from notify.models import Delivery
from statuspage.actions import (
    Pending,
    Press,
    nudge_message,
    nudge_unwanted,
    pendings,
    publish,
    save_draft,
)
from statuspage.actions.by_rule import say_due
from statuspage.actions.drafting import first_word_by, speakers
from statuspage.actions.nudging import nudge_due
from statuspage.actions.publishing import say as speak
from statuspage.models import Component, Nudge, PublicIncident, PublicUpdate
from tests.factories import NINE, AService, AUser, somebody
from tests.incidents.playbook.books import changed
from tests.statuspage.scenes import MINUTE, a_component, a_page, an_incident, said, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


def at_once(**more: Any) -> PlaybookVersion:
    """Store a version of the lean playbook that publishes by itself, and return it."""

    def change(book: dict[str, Any]) -> None:
        book["status_page"].update(publish="at_once", **more)

    return playbooks.store(json.dumps(changed(change, "standard")), at=NINE)


@pytest.fixture
def payments() -> Component:
    """Give a component of the public page that stands for a service."""
    return a_component(a_page(), service=AService(name="payments"))


@pytest.fixture
def incident(payments: Component) -> Incident:
    """Give a declared incident of that service whose playbook publishes by itself."""
    row = an_incident(payments.bindings.get().service, title="Checkout fails", rank=1)
    row.playbook = at_once()
    row.save(update_fields=["playbook"])
    return row


def over() -> int:
    return Incident.objects.update(state="resolved", ended_at=NINE + 9 * MINUTE)


def states() -> list[str]:
    return list(PublicUpdate.objects.order_by("pk").values_list("state", flat=True))


def test_what_is_declared_is_told_with_the_playbooks_words_and_once(incident: Incident) -> None:
    assert [say_due(NINE), say_due(NINE + MINUTE)] == [1, 0]

    update = PublicUpdate.objects.get()
    assert (update.state, update.published_by, update.is_sent) == ("investigating", None, True)
    assert update.next_update_by is not None
    line = incident.timeline.filter(kind="update").get()
    assert line.actor_label == "Watchbill"
    assert "proposed by the playbook" in line.text


def test_each_step_that_has_another_public_stage_is_told(incident: Incident) -> None:
    ines = somebody()
    say_due(NINE)
    for verb in ("acknowledge", "investigate", "identify", "monitor"):
        move(incident.pk, verb, by=ines, at=NINE + MINUTE)
        say_due(NINE + MINUTE)
    over()
    say_due(NINE + 10 * MINUTE)

    assert states() == ["investigating", "identified", "monitoring", "resolved"]
    assert PublicIncident.objects.get().resolved_at is not None


@pytest.mark.parametrize(
    "silence",
    [
        pytest.param(lambda row: Incident.objects.update(declared_at=None), id="triage"),
        pytest.param(lambda row: Incident.objects.update(rank=4), id="a rank that is not told"),
        pytest.param(lambda row: over(), id="never told"),
        pytest.param(
            lambda row: save_draft(row.pk, said(), by=somebody(), at=NINE, seen=0), id="a draft"
        ),
    ],
)
def test_it_keeps_silent_where_nothing_is_owed_or_somebody_writes(
    incident: Incident, silence: Callable[[Incident], object]
) -> None:
    silence(incident)

    assert say_due(NINE) == 0
    assert not PublicUpdate.objects.exists()


def test_where_the_playbook_only_drafts_nothing_is_published(payments: Component) -> None:
    an_incident(payments.bindings.get().service)

    with CaptureQueriesContext(connection) as asked:
        assert say_due(NINE) == 0
    assert len(asked) == 1


@pytest.mark.parametrize("case", ["a leak", "a second person", "words that can't be said"])
def test_what_a_person_has_to_look_at_waits_and_the_person_is_told_once(
    incident: Incident, payments: Component, case: str
) -> None:
    if case == "a leak":
        Incident.objects.update(title="db-7.internal is full")
    elif case == "words that can't be said":
        Incident.objects.update(title=" ")
    else:
        payments.page.needs_second = True
        payments.page.save()
    holder = AUser(email="holder@example.org")
    RoleAssignment.objects.create(incident=incident, role="commander", user=holder, from_at=NINE)

    assert [say_due(NINE), say_due(NINE + MINUTE)] == [0, 0]

    assert not PublicUpdate.objects.exists()
    assert Nudge.objects.get().why == "withheld"
    assert Delivery.objects.get(kind="public_word").address == "holder@example.org"
    line = incident.timeline.filter(kind="update").get()
    assert "waits for a person" in line.text


def commander(incident: Incident, email: str = "commander@example.org") -> User:
    user: User = AUser(email=email)
    RoleAssignment.objects.create(incident=incident, role="commander", user=user, from_at=NINE)
    return user


def reminders() -> list[tuple[str, str]]:
    rows = Delivery.objects.filter(kind="public_word").order_by("pk")
    return [(Nudge.objects.get(pk=row.object_id).why, row.address) for row in rows]


def test_a_promise_is_reminded_of_five_minutes_before_and_when_it_is_late(
    payments: Component,
) -> None:
    holder = AUser(email="holder@example.org")
    incident = an_incident(payments.bindings.get().service, acknowledged_by=holder)
    commander(incident)
    due = NINE + 30 * MINUTE
    tell(incident, next_update_by=due)

    assert nudge_due(due - 6 * MINUTE) == 0
    assert [nudge_due(due - 5 * MINUTE), nudge_due(due)] == [1, 0]
    assert [nudge_due(due + MINUTE), nudge_due(due + 2 * MINUTE)] == [1, 0]

    assert reminders() == [
        ("soon", "commander@example.org"),
        ("late", "commander@example.org"),
        ("late", "holder@example.org"),
    ]


def test_the_first_word_is_reminded_of_as_the_playbook_wants(payments: Component) -> None:
    incident = an_incident(payments.bindings.get().service, rank=1)
    incident.playbook = PlaybookVersion.objects.get(slug="imag")
    incident.save(update_fields=["playbook"])
    team = incident.service.team
    Membership.objects.create(
        team=team, user=AUser(email="m@example.org"), role=Membership.Role.MANAGER
    )
    declared = incident.declared_at
    assert declared is not None

    assert nudge_due(declared + 9 * MINUTE) == 0
    assert nudge_due(declared + 10 * MINUTE) == 1

    assert reminders() == [("soon", "m@example.org")]


def test_who_has_left_is_passed_over_and_a_team_without_managers_has_administrators(
    payments: Component,
) -> None:
    incident = an_incident(payments.bindings.get().service)
    gone = commander(incident)
    tell(incident, next_update_by=NINE + 30 * MINUTE)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    User.objects.filter(groups__name="Administrator").update(is_active=False)
    AUser(email="admin@example.org", group="Administrator")

    assert nudge_due(NINE + 26 * MINUTE) == 1

    assert reminders() == [("soon", "admin@example.org")]


def deliver(at: datetime) -> Delivery:
    nudge_due(at)
    return Delivery.objects.filter(kind="public_word").latest("pk")


def test_a_reminder_says_what_is_owed_by_when_and_where(payments: Component) -> None:
    incident = an_incident(payments.bindings.get().service)
    commander(incident)
    tell(incident, next_update_by=NINE + 30 * MINUTE)

    sent = nudge_message(deliver(NINE + 26 * MINUTE), NINE + 26 * MINUTE)

    assert sent.subject == f"{incident.label}: the next public update is due by 09:30 UTC"
    assert f"/admin/statuspage/publish/{incident.pk}/" in sent.text


def test_a_reminder_is_called_off_once_the_word_was_said(payments: Component) -> None:
    incident = an_incident(payments.bindings.get().service)
    commander(incident)
    tell(incident, next_update_by=NINE + 30 * MINUTE)
    row = deliver(NINE + 26 * MINUTE)

    assert nudge_unwanted(row, NINE + 26 * MINUTE) == ""
    tell(incident, at=NINE + 27 * MINUTE, body="Still looking.")
    assert nudge_unwanted(row, NINE + 28 * MINUTE) == "it was said meanwhile"


def test_an_incident_that_ended_unheard_owes_nothing(payments: Component) -> None:
    incident = an_incident(payments.bindings.get().service, rank=1)
    incident.playbook = PlaybookVersion.objects.get(slug="imag")
    incident.save(update_fields=["playbook"])
    commander(incident)
    row = deliver(NINE + timedelta(hours=1))
    over()

    assert "never heard" in nudge_unwanted(row, NINE + timedelta(hours=1))


@pytest.mark.parametrize("broken", ["speakers", "first_word_by"])
def test_one_broken_playbook_keeps_no_other_reminder_back(
    payments: Component, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    imag = PlaybookVersion.objects.get(slug="imag")
    rows = [an_incident(payments.bindings.get().service, rank=1, playbook=imag) for _ in range(2)]
    for row in rows:
        commander(row, f"c{row.pk}@example.org")
    sound = {"speakers": speakers, "first_word_by": first_word_by}[broken]

    def break_one(incident: Incident) -> object:
        if incident == rows[0]:
            raise ValueError("its playbook can't be read")
        return sound(incident)

    monkeypatch.setattr(f"statuspage.actions.nudging.{broken}", break_one)

    assert nudge_due(NINE + timedelta(hours=1)) == 1
    assert reminders() == [("late", f"c{rows[1].pk}@example.org")]


@pytest.mark.parametrize(("untold", "statements"), [(0, 2), (3, 3)])
def test_what_is_not_owed_yet_costs_the_same_however_much_there_is(
    payments: Component, untold: int, statements: int
) -> None:
    """One statement more reads the playbooks of what was not told yet."""
    for _one in range(untold):
        an_incident(payments.bindings.get().service)

    with CaptureQueriesContext(connection) as asked:
        assert nudge_due(NINE) == 0
    assert len(asked) == statements


def a_lesson(incident_id: int) -> str:
    """Stand in for the app that writes postmortems."""
    return "What we learned."


def test_a_lesson_waits_for_a_person_also_while_another_page_hears_that_it_is_over(
    incident: Incident, payments: Component, settings: LazySettings
) -> None:
    settings.PROVIDERS = {**settings.PROVIDERS, "public_postmortem": f"{__name__}.a_lesson"}
    acme = a_page(name="Acme", slug="acme", is_default=False)
    a_component(acme, service=incident.service)
    assert say_due(NINE) == 2
    over()
    press = Press(page=payments.page.public_id)
    publish(incident.pk, said("resolved"), by=somebody(), at=NINE + 9 * MINUTE, press=press)

    assert say_due(NINE + 10 * MINUTE) == 1

    latest = PublicUpdate.objects.latest("pk")
    assert (latest.incident.page, latest.state) == (acme, "resolved")
    assert "postmortem" not in states()


def test_what_was_told_and_what_is_not_told_at_all_costs_the_same_however_much_there_is(
    incident: Incident,
) -> None:
    """It runs every five seconds, while many incidents may be live."""
    book, service = incident.playbook, incident.service
    for rank in (1, 1, 4, 4):
        an_incident(service, rank=rank, playbook=book)
    assert say_due(NINE) == 3

    with CaptureQueriesContext(connection) as asked:
        assert say_due(NINE + MINUTE) == 0
    assert len(asked) == 3


def test_a_playbook_that_cant_be_read_silences_no_other(incident: Incident) -> None:
    PlaybookVersion.objects.filter(pk=incident.playbook_id).update(
        document={"status_page": {"publish": "at_once"}}
    )
    sound = an_incident(incident.service, rank=1, playbook=at_once(ranks=[1]))

    assert say_due(NINE) == 1
    assert PublicIncident.objects.get().incident == sound


def test_one_broken_incident_silences_no_other(
    incident: Incident, payments: Component, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = an_incident(payments.bindings.get().service, rank=1, playbook=incident.playbook)

    def break_one(row: Incident, at: datetime) -> tuple[Pending, ...]:
        if row == incident:
            raise RuntimeError("its playbook is broken")
        return pendings(row, at)

    monkeypatch.setattr("statuspage.actions.by_rule.pendings", break_one)

    assert say_due(NINE) == 1
    assert PublicIncident.objects.get().incident == other


def test_one_page_that_fails_silences_no_other(
    incident: Incident, payments: Component, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = a_page(name="Acme", slug="acme", is_default=False)
    a_component(acme, service=incident.service)

    def break_one(found: Pending, *args: Any, **told: Any) -> PublicUpdate:
        if found.page == payments.page:
            raise RuntimeError("this page can't be rendered")
        return speak(found, *args, **told)

    monkeypatch.setattr("statuspage.actions.by_rule.say", break_one)

    assert say_due(NINE) == 1
    assert PublicIncident.objects.get().page == acme


def test_the_engine_publishes_for_nobody_else(payments: Component) -> None:
    """A second runner that comes late finds it said."""
    row = an_incident(payments.bindings.get().service, rank=1)
    row.playbook = at_once()
    row.save(update_fields=["playbook"])
    publish(row.pk, said(), by=ENGINE, at=NINE)

    assert say_due(NINE) == 0
