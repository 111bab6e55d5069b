"""What subscribers are told of planned work (areas/statuspage.md 3, row 3; 6.4, M7)."""

import json

import pytest

from statuspage.actions.maintenance import change
from statuspage.actions.maintenance_clock import move_due
from statuspage.actions.maintenance_steps import step
from statuspage.models import Component, Mailing, Page
from tests.core.admin_scene import signed_in
from tests.factories import AUser, somebody
from tests.notify.conftest import hook, pager, post
from tests.pager import Pager
from tests.servers import Answer, HttpServer, SmtpServer
from tests.statuspage.letters import a_subscriber, mails, part
from tests.statuspage.scenes import a_component, a_page, shown
from tests.statuspage.test_endpoints import an_endpoint
from tests.statuspage.works import HOUR, THREE, TWO, a_plan, planned

__all__ = ["hook", "pager", "post"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


@pytest.fixture
def page() -> Page:
    """Give a page with two components."""
    row = a_page()
    for name in ("Payments", "Search"):
        a_component(row, name)
    shown(row)
    return row


def payments(page: Page) -> Component:
    return page.components.get(name="Payments")


def test_who_wants_maintenance_is_told_when_it_is_planned_begun_and_over(
    page: Page, pager: Pager, post: SmtpServer
) -> None:
    a_subscriber(page, "all@example.com")
    a_subscriber(page, "never@example.com", wants_maintenance=False)
    other = a_subscriber(page, "search@example.com", follows_all=False)
    other.subscriptions.create(component=page.components.get(name="Search"))

    planned(payments(page), at=pager.clock.now)
    pager.settle()
    for moment in (TWO, THREE):
        pager.clock.forward(seconds=(moment - pager.clock.now).total_seconds())
        move_due(pager.clock.now)
        pager.settle()

    found = mails(post)
    assert {mail["To"] for mail in found} == {"all@example.com"}
    subject = f"{page.name}: Moving the payments database"
    assert [mail["Subject"] for mail in found] == [subject, f"Re: {subject}", f"Re: {subject}"]
    assert found[1]["In-Reply-To"] == found[0]["Message-ID"]
    assert "02:00 UTC to 03:00 UTC, Tue 24 Nov 2026" in part(found[0])
    assert "Payments will pause for some minutes." in part(found[0])
    assert "Payments" in part(found[2])
    assert all("List-Unsubscribe" in mail for mail in found)


def test_start_and_end_alone_are_two_mails(page: Page, pager: Pager, post: SmtpServer) -> None:
    a_subscriber(page, "few@example.com", wants="ends")
    planned(payments(page), at=pager.clock.now)
    for moment in (TWO, THREE):
        pager.clock.forward(seconds=(moment - pager.clock.now).total_seconds())
        move_due(pager.clock.now)
        pager.settle()

    assert len(mails(post)) == 2


def test_start_and_end_hear_of_new_times_before_it_begins(
    page: Page, pager: Pager, post: SmtpServer
) -> None:
    a_subscriber(page, "few@example.com", wants="ends")
    work = planned(payments(page), at=pager.clock.now)
    pager.settle()
    later = a_plan(payments(page), scheduled_for=TWO + HOUR, scheduled_until=THREE + HOUR, body="")

    change(work.public_id, later, by=somebody(), at=pager.clock.now)
    pager.settle()

    assert len(mails(post)) == 2


def test_the_reminder_comes_once_and_not_for_what_was_cancelled(
    page: Page, pager: Pager, post: SmtpServer
) -> None:
    a_subscriber(page, "all@example.com")
    kept = planned(payments(page), at=pager.clock.now, remind_minutes=60)
    gone = planned(payments(page), at=pager.clock.now, name="Another", remind_minutes=60)
    pager.settle()
    post.mails.clear()

    pager.clock.forward(seconds=(TWO - HOUR - pager.clock.now).total_seconds())
    move_due(pager.clock.now)
    step(gone.public_id, "cancel", body="Not now.", by=somebody(), at=pager.clock.now)
    move_due(pager.clock.now)
    pager.settle()

    reminders = [mail for mail in mails(post) if "It begins at" in part(mail)]
    assert [kept.name in mail["Subject"] for mail in reminders] == [True]
    assert "Begins soon" in part(reminders[0])
    assert Mailing.objects.filter(kind="reminder").count() == 2


def test_a_program_is_told_as_statuspage_tells_it(
    page: Page, pager: Pager, hook: HttpServer
) -> None:
    an_endpoint(page, hook, pager, Answer(204))

    work = planned(payments(page), at=pager.clock.now)
    pager.settle()

    body = json.loads(hook.requests[-1].body)
    incident = body["incident"]
    assert (incident["id"], incident["status"]) == (work.public_id, "scheduled")
    assert (incident["scheduled_for"], incident["scheduled_auto_completed"]) == (
        "2026-11-24T02:00:00.000Z",
        True,
    )
    assert incident["incident_updates"][0]["wants_twitter_update"] is False


def test_the_list_of_mailings_names_the_work_and_what_was_said_of_it(page: Page) -> None:
    planned(payments(page))

    listed = signed_in(AUser(group="Administrator")).get("/admin/statuspage/mailing/")

    assert "Moving the payments database: scheduled" in listed.content.decode()
