"""What the incident list hears of the status page: live, draft or ended, and by when a word is owed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import User
from incidents.actions import assign_role, move
from incidents.models import Incident
from incidents.provided import PublicWord
from statuspage.admin.listed import public_words
from statuspage.models import Page, PublicIncident
from tests.conftest import Clock
from tests.factories import NINE, AnIncident, AService, AUser, somebody
from tests.statuspage.scenes import a_component, a_page, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]

SOON = NINE + timedelta(minutes=10)


def told(incident: Incident, **fields: object) -> PublicIncident:
    number = Page.objects.count()
    page = a_page(slug=f"page-{number}", is_default=number == 0)
    moments = {"started_at": NINE, "created_at": NINE, "updated_at": NINE}
    return PublicIncident.objects.create(
        page=page, incident=incident, name="Trouble", **{**moments, **fields}
    )


def test_what_is_told_is_live_until_it_is_over() -> None:
    live, over = AnIncident(declared=True), AnIncident(declared=True)
    told(live, next_update_by=SOON)
    told(over, state="resolved", resolved_at=NINE)

    assert public_words([live, over]) == {
        live.pk: PublicWord("live", SOON),
        over.pk: PublicWord("ended"),
    }


def test_what_the_public_would_see_and_was_not_told_is_a_draft_that_is_owed() -> None:
    page, service = a_page(), AService()
    a_component(page, service=service)
    owed = AnIncident(service=service, declared=True, rank=1)
    triage = AnIncident(service=service)
    elsewhere = AnIncident(declared=True)

    found = public_words([owed, triage, elsewhere])

    assert found == {owed.pk: PublicWord("draft", NINE + timedelta(minutes=15))}


def test_two_pages_count_as_one_with_the_earlier_word() -> None:
    incident = AnIncident(declared=True)
    told(incident, next_update_by=SOON + timedelta(hours=1))
    told(incident, next_update_by=SOON)
    told(incident, state="resolved", resolved_at=NINE)

    earliest = Page.objects.get(incidents__next_update_by=SOON).name
    assert public_words([incident]) == {incident.pk: PublicWord("live", SOON, earliest)}


def test_it_is_one_statement_however_many_there_are() -> None:
    rows = [AnIncident(declared=True) for _ in range(5)]
    for row in rows:
        told(row)
        assert row.playbook.playbook

    with CaptureQueriesContext(connection) as queries:
        public_words(rows)

    assert len(queries) == 1


def test_now_holds_out_the_word_owed_to_the_public_to_those_who_have_the_incident(
    client: Client, clock: Clock
) -> None:
    payments = AService()
    a_component(a_page(), service=payments)
    holder, scribe, other = AUser(), AUser(), AUser()
    held = AnIncident(declared=True, acknowledged=True, acknowledged_by=holder, service=payments)
    assign_role(held.pk, "scribe", scribe, by=somebody(), at=NINE)
    tell(held, next_update_by=SOON)

    def waits(user: User) -> str:
        client.force_login(user)
        return client.get("/admin/?part=waiting").content.decode()

    for user in (holder, scribe):
        assert f"/admin/statuspage/publish/{held.pk}/" in waits(user)
        assert "Tell the public" in waits(user)
        assert f'datetime="{SOON.isoformat()}"' in waits(user)
    assert "Nothing waits for you" in waits(other)
    move(held.pk, "resolve", by=somebody(), at=NINE)
    assert "Tell the public it is over" in waits(holder)
    tell(held, "resolved", at=NINE + timedelta(minutes=1))
    assert "Nothing waits for you" in waits(holder)


def test_after_the_end_the_screen_leads_to_the_last_word(client: Client, clock: Clock) -> None:
    payments = AService()
    a_component(a_page(), service=payments)
    incident = AnIncident(declared=True, service=payments)
    tell(incident)
    move(incident.pk, "resolve", by=somebody(), at=NINE)
    client.force_login(AUser(group="Responder"))
    screen = f"/admin/incidents/incident/{incident.pk}/?part=next"
    last_word = f"/admin/statuspage/publish/{incident.pk}/"

    before = client.get(screen).content.decode()
    tell(incident, "resolved", at=NINE + timedelta(minutes=1))
    after = client.get(screen).content.decode()

    assert "Tell the public it is over" in before
    assert last_word in before
    assert last_word not in after
