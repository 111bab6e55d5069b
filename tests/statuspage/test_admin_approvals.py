"""The screen of what waits for a second person, and planned work that leads there."""

import pytest
from django.test import Client
from django.urls import reverse

from statuspage.actions.maintenance import plan
from statuspage.admin.waiting import waiting
from statuspage.models import Component, Maintenance, Proposal
from tests.factories import NINE, AUser, somebody
from tests.statuspage.scenes import a_component, a_page
from tests.statuspage.test_admin_maintenance import LIST, typed
from tests.statuspage.works import a_plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
WHY = "Nobody else answers and the disk fails."


@pytest.fixture
def payments() -> Component:
    """Give a component of a page that asks for a second person."""
    return a_component(a_page(needs_second=True))


def browser(**fields: object) -> Client:
    client = Client()
    client.force_login(AUser(**fields))
    return client


def press(client: Client, row: Proposal | Maintenance, verb: str, **data: object) -> str:
    name = type(row).__name__.lower()
    url = reverse(f"admin:statuspage_{name}_press", args=[row.pk, verb])
    return client.post(url, {"confirmed": "1", **data}, follow=True).content.decode()


def test_a_plan_is_proposed_read_and_announced_by_another(payments: Component) -> None:
    ana, bea = browser(username="ana"), browser(username="bea")

    answer = ana.post(f"{LIST}add/", typed(payments), follow=True)

    row = Proposal.objects.get()
    assert answer.redirect_chain[-1][0].endswith(f"/admin/statuspage/proposal/{row.pk}/change/")
    assert "It waits for another person." in answer.content.decode()
    assert not Maintenance.objects.exists()
    page = bea.get(f"/admin/statuspage/proposal/{row.pk}/change/").content.decode()
    assert f"<h1>{row.said['name']}</h1>" in page
    assert "Payments will pause for some minutes." in page
    assert "Payments: under maintenance" in page
    assert "Tue 24 Nov 2026, 02:00 UTC to Tue 24 Nov 2026, 03:00 UTC" in page
    assert "Approved. It is public on Northwind Books." in press(bea, row, "approve")
    assert Maintenance.objects.get().updates.get().body == "Payments will pause for some minutes."


def test_with_a_reason_it_is_announced_at_once_and_the_reason_is_shown(
    payments: Component,
) -> None:
    ana = browser(first_name="Ana", last_name="")

    ana.post(f"{LIST}add/", typed(payments, alone_because=WHY))

    work = Maintenance.objects.get()
    page = ana.get(f"{LIST}{work.pk}/change/").content.decode()
    assert f"Ana, alone: {WHY}" in page


def test_a_page_that_asks_for_nobody_asks_for_no_reason() -> None:
    a_component(a_page())

    assert "second person" not in browser().get(f"{LIST}add/").content.decode()


def test_a_word_and_a_change_wait_too_and_a_step_in_our_words_does_not(
    payments: Component,
) -> None:
    said = a_plan(payments, alone_because=WHY)
    work = plan(payments.page_id, said, by=somebody(), at=NINE)
    ana = browser()

    assert "It waits for another person." in press(ana, work, "tell", body="All ready.")
    moved = typed(payments, ends="2026-11-24T04:00")
    assert "It waits for another person." in press(ana, work, "change", **moved)
    assert "is in progress" in press(ana, work, "begin", body="")

    assert list(Proposal.objects.order_by("pk").values_list("act", "state")) == [
        ("word", "withdrawn"),
        ("change", "asked"),
    ]


def test_a_step_with_words_of_ones_own_says_what_to_do(payments: Component) -> None:
    work = plan(payments.page_id, a_plan(alone_because=WHY), by=somebody(), at=NINE)

    page = press(browser(), work, "begin", body="Go.")

    assert "or say why it can&#x27;t wait" in page
    assert Maintenance.objects.get().state == "scheduled"


def test_only_its_author_takes_it_back_and_only_others_answer(payments: Component) -> None:
    ana, bea = browser(), browser()
    ana.post(f"{LIST}add/", typed(payments))
    row = Proposal.objects.get()
    address = f"/admin/statuspage/proposal/{row.pk}/change/"

    mine, theirs = (one.get(address).content.decode() for one in (ana, bea))
    assert ("Take it back" in mine, "Take it back" in theirs) == (True, False)
    assert ("Ask for other words" in mine, "Ask for other words" in theirs) == (False, True)
    assert "Another person approves" in press(ana, row, "approve")
    press(bea, row, "decline", answer="At night, please.")
    assert "At night, please." in ana.get(address).content.decode()
    viewer = browser(group="Viewer").get(address).content.decode()
    assert "Take it back" not in viewer


def test_now_holds_it_out_to_those_who_may_approve(payments: Component) -> None:
    browser_of_ana = AUser()
    client = Client()
    client.force_login(browser_of_ana)
    client.post(f"{LIST}add/", typed(payments))

    [owed] = waiting(AUser(), NINE)

    assert owed.what == "Approve planned work"
    assert owed.detail.startswith("Moving the payments database, on Northwind Books, by ")
    assert owed.url == f"/admin/statuspage/proposal/{Proposal.objects.get().pk}/change/"
    assert waiting(browser_of_ana, NINE) == []
