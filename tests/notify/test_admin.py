"""The outbox on screen: proof without addresses, and the mails that were kept."""

from typing import Any

import pytest
from django.conf import settings as django_settings

from notify.models import Delivery, KeptMail
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import AUser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]

MAILS = "/admin/notify/keptmail/"


@pytest.fixture
def mail(shipped: None, clock: Clock) -> KeptMail:
    people = scene.cast()
    scene.fill(people.team)
    kept = KeptMail.objects.get()
    kept.text = f"Answer: {django_settings.SITE_URL}/r/abc/\nSee http://evil.example/x and <b>{django_settings.SITE_URL}/r/abc/</b>"
    kept.save()
    return kept


def text(reply: Any) -> str:
    return reply.content.decode()


def test_a_delivery_shows_its_tries_and_hides_its_address(mail: KeptMail) -> None:
    browser = scene.signed_in(AUser())

    html = text(browser.get(f"/admin/notify/delivery/{mail.delivery_id}/change/")) + text(
        browser.get("/admin/notify/delivery/")
    )

    assert "started" in html
    assert mail.delivery.address not in html


@pytest.mark.parametrize(("query", "count"), [
    ("state__exact=pending", 1), ("state__exact=sent", 0), ("channel=email", 1), ("channel=webhook", 0),
    ("kind=page", 1), ("kind=test", 0),
])  # fmt: skip
@pytest.mark.usefixtures("mail")
def test_deliveries_are_filtered_by_state_channel_and_kind(query: str, count: int) -> None:
    html = text(scene.signed_in(AUser()).get(f"/admin/notify/delivery/?{query}"))

    assert ("1 delivery" if count else "Nothing matches") in html
    assert Delivery.objects.count() == 1


def test_a_kept_mail_offers_our_links_and_no_others(mail: KeptMail) -> None:
    html = text(scene.signed_in(mail.delivery.recipient).get(f"{MAILS}{mail.pk}/change/"))

    ours = f"{django_settings.SITE_URL}/r/abc/"
    assert html.count(f'<a href="{ours}">') == 1
    assert 'href="http://evil.example' not in html
    assert "&lt;b&gt;" in html


def test_a_mail_is_seen_by_its_recipient_and_administrators_only(mail: KeptMail) -> None:
    seen = {
        "recipient": mail.delivery.recipient,
        "administrator": AUser(group="Administrator"),
        "responder": AUser(),
        "viewer": AUser(group="Viewer"),
    }

    found = {
        name: scene.signed_in(user).get(f"{MAILS}{mail.pk}/change/").status_code
        for name, user in seen.items()
    }

    assert found == {"recipient": 200, "administrator": 200, "responder": 302, "viewer": 302}


@pytest.mark.parametrize(
    ("server", "said"), [("", "reach nobody's mailbox"), ("smtp://127.0.0.1:25", "mails are sent")]
)
def test_the_list_says_why_mails_are_kept(settings: Any, server: str, said: str) -> None:
    settings.EMAIL_URL = server

    html = text(scene.signed_in(AUser()).get(MAILS)).replace("&#x27;", "'")

    assert said in html
