"""What is said reaches who wants it, in batches, and holds up no page (areas/statuspage.md 6.5, S5, S6, S13)."""

import time
from typing import Any

import pytest
from django.utils.html import escape

from core.late import run_late
from notify import actions as notify
from notify.models import Delivery
from statuspage.actions import Press, fan_out, publish
from statuspage.models import Component, Mailing, Page, PublicNotice, Subscriber, Subscription
from tests.conftest import Clock
from tests.factories import NINE, somebody
from tests.notify.conftest import pager, post
from tests.pager import Pager
from tests.servers import SmtpServer
from tests.statuspage.letters import a_subscriber, mails, part
from tests.statuspage.scenes import (
    MINUTE,
    a_component,
    a_group,
    a_page,
    an_incident,
    said,
    shown,
    tell,
)

__all__ = ["pager", "post"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
MANY = 10_000


@pytest.fixture
def page() -> Page:
    row = a_page()
    a_component(row, "Payments", group=a_group(row, "Buying"))
    a_component(row, "Search", position=2)
    shown(row)
    return row


def an_open_one(page: Page) -> tuple[Any, Component]:
    payments = page.components.get(name="Payments")
    incident = an_incident()
    payments.bindings.create(service=incident.service)
    return incident, payments


def follower(page: Page, address: str, **followed: Any) -> Subscriber:
    row = a_subscriber(page, address, follows_all=False)
    Subscription.objects.create(subscriber=row, **followed)
    return row


def addressed(post: SmtpServer) -> list[str]:
    return sorted(mail["To"] for mail in mails(post))


def drain(clock: Clock) -> int:
    """Run what was promised until nothing is, and return in how many batches."""
    count = 0
    while run_late(clock.now):
        count += 1
    return count


def test_only_who_follows_what_is_affected_is_told_and_once_s5(
    page: Page, pager: Pager, post: SmtpServer
) -> None:
    incident, payments = an_open_one(page)
    search = page.components.get(name="Search")
    a_subscriber(page, "all@example.com")
    both = follower(page, "a@example.com", component=payments)
    Subscription.objects.create(subscriber=both, group=payments.group)
    follower(page, "group@example.com", group=payments.group)
    follower(page, "b@example.com", component=search)
    a_subscriber(page, "asked@example.com", state="pending")
    a_subscriber(page, "full@example.com", state="quarantined")

    tell(incident, components={payments.public_id: "major_outage"})
    pager.settle()

    assert addressed(post) == ["a@example.com", "all@example.com", "group@example.com"]
    mailing = Mailing.objects.get()
    assert (mailing.wanted, mailing.queued) == (3, 3)
    assert mailing.finished_at == NINE


def test_what_affects_no_component_is_told_to_everybody(
    page: Page, pager: Pager, post: SmtpServer
) -> None:
    incident, _payments = an_open_one(page)
    follower(page, "b@example.com", component=page.components.get(name="Search"))

    tell(incident)
    pager.settle()

    assert addressed(post) == ["b@example.com"]


def test_start_and_end_is_two_mails_and_the_last_one_tells_it_all(
    page: Page, pager: Pager, post: SmtpServer
) -> None:
    incident, payments = an_open_one(page)
    a_subscriber(page, wants="ends")
    said_so = [
        ("investigating", "Cards fail."),
        ("identified", "The bank."),
        ("monitoring", "Moved."),
    ]
    for state, body in said_so:
        tell(
            incident, state, body=body, at=pager.clock.now,
            components={payments.public_id: "partial_outage"},
        )  # fmt: skip
        pager.forward(minutes=20)
    tell(incident, "resolved", body="All is well.", at=pager.clock.now)
    pager.settle()

    first, last = mails(post)
    assert first["Subject"] == "Northwind Books: Card payments failing"
    assert last["Subject"] == f"Re: {first['Subject']}"
    text = part(last)
    assert text.startswith("RESOLVED: Card payments failing\n")
    assert "Lasted:" in text
    assert "Payments: partial outage" in text
    told = text[text.index("WHAT HAPPENED") :]
    places = [told.index(words) for words in ("All is well", "Moved", "The bank", "Cards fail")]
    assert places == sorted(places)


def told_at_each(
    page: Page, pager: Pager, post: SmtpServer, steps: list[tuple[str, dict[str, str]]]
) -> list[list[str]]:
    """Say several updates of one incident, ten minutes apart, and return who was mailed each."""
    incident, _payments = an_open_one(page)
    found, before = [], 0
    for state, components in steps:
        tell(incident, state, at=pager.clock.now, components=components)
        pager.forward(minutes=10)
        sent = [mail["To"] for mail in mails(post)]
        found.append(sorted(sent[before:]))
        before = len(sent)
    return found


def test_what_spreads_is_a_start_to_who_follows_only_what_it_spread_to(
    page: Page, pager: Pager, post: SmtpServer
) -> None:
    payments, search = page.components.get(name="Payments"), page.components.get(name="Search")
    follower(page, "search@example.com", component=search)
    Subscriber.objects.update(wants="ends")
    a_subscriber(page, "all@example.com", wants="ends")

    told = told_at_each(
        page,
        pager,
        post,
        [
            ("investigating", {payments.public_id: "partial_outage"}),
            ("identified", {search.public_id: "major_outage"}),
            ("monitoring", {search.public_id: "partial_outage"}),
            ("resolved", {}),
        ],
    )

    both = ["all@example.com", "search@example.com"]
    assert told == [["all@example.com"], ["search@example.com"], [], both]


def test_what_comes_back_after_its_end_is_a_start_again(
    page: Page, pager: Pager, post: SmtpServer
) -> None:
    payments = page.components.get(name="Payments")
    a_subscriber(page, "all@example.com", wants="ends")
    down, again = {payments.public_id: "major_outage"}, {payments.public_id: "partial_outage"}

    told = told_at_each(
        page,
        pager,
        post,
        [
            ("identified", down),
            ("resolved", {}),
            ("investigating", again),
            ("identified", again),
            ("resolved", {}),
            ("postmortem", {}),
        ],
    )

    assert [len(one) for one in told] == [1, 1, 1, 0, 1, 0]


def test_the_plain_text_is_complete_and_sixty_four_columns_wide(
    page: Page, pager: Pager, post: SmtpServer
) -> None:
    incident, payments = an_open_one(page)
    a_subscriber(page)
    tell(
        incident,
        body="The card processor has confirmed a fault on its side and is moving traffic to its second site.",
        advice="pay by bank transfer.",
        next_update_by=pager.clock.now.replace(hour=10),
        components={payments.public_id: "partial_outage"},
    )
    pager.settle()

    [mail] = mails(post)
    text, html = part(mail), part(mail, "text/html")
    assert [one.get_content_type() for one in mail.walk()][1:] == ["text/plain", "text/html"]
    assert text.startswith("PARTIAL OUTAGE: Card payments failing\n\n")
    for words in (
        "Stage:           Investigating", "Affected:        Payments: partial outage",
        "Since:           09:00 UTC, Mon 23 Nov 2026", "Next update by:  10:00 UTC",
        "What you can do: pay by bank transfer.", "Read the incident:\nhttp", "Unsubscribe: http",
        "Change what you get: http",
    ):  # fmt: skip
        assert words in text
    wide = [line for line in text.split("\n") if len(line) > 64 and "http" not in line]
    assert wide == []
    assert "<img" not in html
    assert "Investigating, 09:00 UTC." in html
    assert len(html) < 6500


def test_a_hostile_name_and_body_stay_text(page: Page, pager: Pager, post: SmtpServer) -> None:
    incident, _payments = an_open_one(page)
    a_subscriber(page)
    Page.objects.filter(pk=page.pk).update(name="Books\r\nBcc: eve@example.com\u2028X")

    tell(
        incident,
        name="Cards <b>fail</b>",
        body="<script>alert(1)</script> [x](javascript:alert(1))",
    )
    pager.settle()

    [mail] = mails(post)
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Books Bcc: eve@example.com X: Cards <b>fail</b>"
    html = part(mail, "text/html")
    assert "<script" not in html
    assert "javascript:" not in html.replace(escape("[x](javascript:alert(1))"), "")


def test_a_rename_starts_no_new_thread(page: Page, pager: Pager, post: SmtpServer) -> None:
    incident, _payments = an_open_one(page)
    a_subscriber(page)
    tell(incident)
    pager.settle()
    tell(incident, "identified", name="Something else", at=pager.clock.forward(minutes=5))
    pager.settle()

    assert [mail["Subject"] for mail in mails(post)] == [
        "Northwind Books: Card payments failing",
        "Re: Northwind Books: Card payments failing",
    ]


def test_who_leaves_between_the_publishing_and_the_sending_gets_nothing(
    page: Page, pager: Pager, post: SmtpServer
) -> None:
    incident, _payments = an_open_one(page)
    row = a_subscriber(page)
    tell(incident)
    drain(pager.clock)
    assert Delivery.objects.get().state == "pending"

    row.end(pager.clock.now)
    row.save()
    pager.settle()

    assert (mails(post), Delivery.objects.get().state) == ([], "suppressed")


def test_an_update_may_be_published_without_telling_anybody(page: Page) -> None:
    incident, _payments = an_open_one(page)
    a_subscriber(page)

    update = publish(
        incident.pk,
        said(),
        by=somebody(),
        at=NINE,
        press=Press(despite_findings=True, notify=False),
    )

    assert (update.is_sent, Mailing.objects.count()) == (False, 0)


def test_the_same_batch_twice_sends_nothing_twice(page: Page, clock: Clock) -> None:
    incident, _payments = an_open_one(page)
    a_subscriber(page)
    tell(incident)
    drain(clock)
    mailing = Mailing.objects.get()
    Mailing.objects.update(reached=0, finished_at=None)

    fan_out(mailing.pk, clock.now)

    assert (PublicNotice.objects.count(), Delivery.objects.count()) == (1, 1)


@pytest.mark.slow
def test_ten_thousand_subscribers_are_told_in_batches_and_a_page_goes_before_them_s13(
    page: Page, pager: Pager
) -> None:
    made = [
        Subscriber(
            page=page, channel="email", state="confirmed", address=f"k{number}@example.com",
            address_hash=f"{number:064d}", created_at=NINE,
        )
        for number in range(MANY)
    ]  # fmt: skip
    Subscriber.objects.bulk_create(made, batch_size=1000)
    incident, _payments = an_open_one(page)
    began = time.thread_time()
    tell(incident, at=pager.clock.now)
    spent = time.thread_time() - began

    assert drain(pager.clock) == MANY // 500 + 1
    mailing = Mailing.objects.get()
    assert (mailing.wanted, mailing.queued) == (MANY, MANY)
    assert Delivery.objects.filter(kind="status", state="pending").count() == MANY
    bulk = notify.claim("email", at=pager.clock.now, limit=8, reserved=2)
    assert len(bulk) == 6  # the last two wait for pages
    assert notify.claim("email", at=pager.clock.now, limit=2, reserved=2) == []
    notify.queue(
        [
            notify.Wish(
                "page:1",
                "test",
                1,
                None,
                "email",
                "ana@example.com",
                priority=Delivery.Priority.PAGE,
            )
        ],
        at=pager.clock.now,
    )
    [paged] = notify.claim("email", at=pager.clock.now, limit=2, reserved=2)
    assert paged.address == "ana@example.com"
    assert spent < 0.3


@pytest.mark.parametrize("audience", ["login", "link", "network"])
def test_who_subscribed_to_a_public_page_hears_nothing_of_it_while_it_is_private(
    page: Page, audience: str
) -> None:
    a_subscriber(page, "old@example.com")
    Page.objects.update(is_default=False, audience=audience, private_since=NINE + MINUTE)
    a_subscriber(page, "in@example.com")
    Subscriber.objects.filter(address="in@example.com").update(confirmed_at=NINE + 2 * MINUTE)
    told = Subscriber.objects.told()

    assert [one.address for one in told] == ["in@example.com"]
    Page.objects.update(private_since=None, audience="public")
    assert told.all().count() == 2
