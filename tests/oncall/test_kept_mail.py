"""A mail that was kept is no proof: nobody is called reachable by it, and a real installation says so loudly."""

import logging
from typing import Any

import pytest
from django.test import Client

from core.models import User
from notify.admin.outcomes import outcome_of
from notify.models import Delivery, KeptMail
from oncall.actions import why_not_well
from oncall.actions.contacts import send_test
from oncall.admin.setup_steps import steps
from oncall.models import ContactMethod
from oncall.watchdog import Watchdog
from tests.core import admin_scene as scene
from tests.factories import NINE, AResponder, AUser, person
from tests.pager import Pager, a_person, policy
from tests.servers import SmtpServer

pytestmark = pytest.mark.django_db

NO_SERVER = (
    "There is no mail server: mail is kept and wakes nobody. Set EMAIL_URL and restart every part."
)


@pytest.fixture
def ana(pager: Pager) -> User:
    """Ana has sent herself a test page."""
    ana = a_person("ana", user__group="Administrator")
    send_test(ContactMethod.objects.get().pk, by=person(ana), at=NINE)
    return ana


def last_step(user: User) -> tuple[bool, str]:
    step = steps(user, NINE)[-1]
    return step.is_done, step.detail


def test_a_kept_test_page_proves_nothing(pager: Pager, ana: User) -> None:
    pager.settle()

    assert KeptMail.objects.count() == 1
    assert ContactMethod.objects.get().last_ok_at is None
    assert outcome_of(Delivery.objects.get()).word == "kept, no mail server"
    browser = scene.signed_in(ana)
    log = browser.get("/admin/notify/delivery/").context["headline"]
    assert log.startswith("0 sent in the last hour")
    assert "1 without proof" in log
    page = f"/admin/oncall/responder/{ana.responder.pk}/change/"
    assert "mail is kept, not sent" in browser.get(page).context["headline"]


def test_a_test_page_that_a_server_took_proves_it(
    pager: Pager, ana: User, post: SmtpServer
) -> None:
    pager.settle()

    assert len(post.mails) == 1
    assert ContactMethod.objects.get().last_ok_at == NINE
    assert last_step(ana)[0] is True


@pytest.mark.parametrize("is_demo", [True, False])
def test_the_first_run_is_content_with_a_kept_page_in_a_demo_alone(
    pager: Pager, ana: User, settings: Any, is_demo: bool
) -> None:
    settings.DEMO = is_demo
    assert last_step(ana)[0] is False

    pager.settle()

    assert last_step(ana) == (is_demo, "kept, not sent: there is no mail server")


def test_without_a_mail_server_every_page_is_red_once_and_liveness_says_it(
    pager: Pager, settings: Any
) -> None:
    settings.DEMO = False
    policy((300, [a_person("ana")]))
    pager.settle()

    Watchdog().look()

    assert why_not_well(NINE) == [NO_SERVER]
    assert NO_SERVER in Client().get("/livez/engine").content.decode()
    html = scene.signed_in(AUser()).get("/admin/core/team/").content.decode()
    assert html.count(NO_SERVER) == 1


def test_a_demo_and_who_is_paged_by_other_ways_alone_need_no_mail_server(
    pager: Pager, settings: Any
) -> None:
    policy((300, [a_person("ana")]))
    pager.settle()
    assert why_not_well(NINE) == []

    settings.DEMO = False
    ContactMethod.objects.update(channel="webhook")

    assert why_not_well(NINE) == []


def test_a_new_installation_without_a_mail_server_is_red_before_anybody_has_an_address(
    pager: Pager, settings: Any
) -> None:
    settings.DEMO = False

    assert NO_SERVER in why_not_well(NINE)


def test_the_watchdog_counts_a_mail_that_nobody_takes_as_nobody_told(
    pager: Pager, caplog: pytest.LogCaptureFixture
) -> None:
    AResponder(user__group="Administrator")
    dog = Watchdog()
    dog.look()

    with caplog.at_level(logging.CRITICAL):
        told = dog.tell(["it sleeps"], NINE)

    assert told == 0
    assert "no mail server" in caplog.text
