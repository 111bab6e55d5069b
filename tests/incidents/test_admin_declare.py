"""Declaring on screen: what a press brings about is said before; a press does it once."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import KeptAnswer, User
from incidents.models import Incident, PlaybookVersion, Service
from oncall.models import Escalation
from tests.core import admin_scene as scene
from tests.factories import AnIncident, APolicy, AResponder, ASchedule, AService, AUser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]

ADD = "/admin/incidents/incident/add/"


@pytest.fixture
def ines() -> User:
    return AUser(username="ines", first_name="Ines", last_name="Okafor")


@pytest.fixture
def browser(ines: User) -> Client:
    return scene.signed_in(ines)


@pytest.fixture
def payments() -> Service:
    """Return a service whose first responder is Jonas, then Mara after five minutes."""
    jonas = AResponder(user=AUser(first_name="Jonas", last_name="Brandt")).user
    mara = AResponder(user=AUser(first_name="Mara", last_name="Lindqvist")).user
    schedule = ASchedule(name="Payments", people=[jonas])
    APolicy(default=True, steps=[(300, [schedule]), (600, [mara])])
    return AService(slug="payments", name="payments")


def text(reply: Any) -> str:
    return str(reply.content.decode()).replace("&#x27;", "'")


def look(browser: Client, **filled: object) -> str:
    reply = browser.get(ADD, filled)
    assert reply.status_code == 200
    return text(reply)


def declared(browser: Client, about: Service, **more: Any) -> Any:
    told = {"title": "Card payments fail", "service": about.pk, "severity": "1", **more}
    return browser.post(ADD, told, follow=True)


def main_button(page: str) -> str:
    return re.findall(r'id="declare-word">(.*?)</span>', page)[0]


# What a press would bring about


def test_an_empty_page_asks_for_two_fields_and_declares_nothing(
    browser: Client, payments: Service
) -> None:
    page = look(browser)

    assert re.search(r'name="title"[^>]*autofocus', page)
    assert re.findall(r'name="severity" value="(\d)"', page) == ["1", "2", "3", "4"]
    assert "The service is down, or data is being lost or exposed." in page
    assert main_button(page) == "Declare"
    assert "Choose a service to see who is woken." in page


def test_the_button_says_whom_it_wakes(browser: Client, payments: Service) -> None:
    page = look(browser, service="payments", severity=1)

    assert main_button(page) == "Declare SEV-1 and page Jonas Brandt"
    assert re.search("Jonas Brandt.*?on call by Payments.*?e-mail now", page, re.DOTALL)
    assert re.search(r"Unanswered after 5\s+?min: <b>Mara Lindqvist</b>", page)


def test_severity_four_and_i_have_it_wake_nobody(browser: Client, payments: Service) -> None:
    assert main_button(look(browser, service="payments", severity=4)) == "Declare SEV-4"
    assert "This severity pages nobody." in look(browser, service="payments", severity=4)

    mine = look(browser, service="payments", severity=1, page_nobody="on")
    assert main_button(mine) == "Declare SEV-1, page nobody"
    assert "Nobody: you have it from the first second." in mine


def test_whoever_declares_is_not_paged(browser: Client, ines: User) -> None:
    AResponder(user=ines)
    APolicy(default=True, steps=[(300, [ines])])
    AService(slug="payments")

    page = look(browser, service="payments", severity=1)

    assert "not paged: declared it" in page
    assert main_button(page) == "Declare SEV-1"


def test_a_pager_that_can_t_tell_never_stands_in_the_way(
    browser: Client, payments: Service, settings: Any
) -> None:
    settings.PROVIDERS = {**settings.PROVIDERS, "paging_forecast": f"{__name__}.broken"}

    assert "Who would be paged can't be told now." in look(browser, service="payments", severity=1)
    declared(browser, payments)

    assert Incident.objects.count() == 1


def broken(*_: Any) -> None:
    raise RuntimeError("the pager is away")


def test_the_questions_propose_and_say_which_answer_decided(
    browser: Client, payments: Service
) -> None:
    page = look(browser, service="payments", a_down="no", a_many="yes")

    assert "because: Are many people unable to finish something important? Yes." in page
    assert main_button(page).startswith("Declare SEV-2")
    assert "not needed" in page
    assert not re.search(r'name="severity"[^>]*checked', page)


def test_a_pick_counts_more_than_the_answers(browser: Client, payments: Service) -> None:
    page = look(browser, service="payments", a_down="yes", severity=3)

    assert main_button(page).startswith("Declare SEV-3")
    assert "You picked another one; yours counts." in page


def test_first_promises_are_the_playbook_s(browser: Client, payments: Service) -> None:
    page = look(browser, service="payments", severity=1)

    assert re.search(r"Acknowledged within <b>5\smin</b>", page)
    assert re.search(r"First public update within <b>15\smin</b>", page)


def test_another_playbook_brings_its_own_severities(browser: Client) -> None:
    AService(slug="api", playbook_slug="imag")
    book = PlaybookVersion.objects.get(slug="imag").playbook

    page = look(browser, service="api")

    assert all(level.code in page for level in book.severities)


def test_open_incidents_that_may_be_the_same_are_named_with_links(
    browser: Client, payments: Service
) -> None:
    same = AnIncident(title="Refunds stuck", service=payments)
    alike = AnIncident(title="Card errors at checkout")
    AnIncident(title="Covers missing")
    AnIncident(title="Card trouble, over", service=payments, resolved=True)

    page = look(browser, service="payments", title="Card payments failing")

    links = re.findall(r'<a href="/admin/incidents/incident/(\d+)/[^"]*">INC', page)
    assert set(map(int, links)) == {same.pk, alike.pk}


def test_recent_services_are_one_press_and_the_rest_are_typed(browser: Client) -> None:
    services = [AService(name=f"svc {number}") for number in range(6)]
    for service in services:
        AnIncident(service=service, declared=True)

    page = look(browser)

    shown = re.findall(r'name="service" value="(\d+)"', page)
    assert shown == [str(service.pk) for service in reversed(services[2:])]
    assert 'name="service" value="other"' in page
    assert page.count("<option") == 6


def test_a_recent_service_is_offered_however_late_its_name_comes(
    browser: Client,
) -> None:
    for number in range(25):
        AService(name=f"svc {number}")
    last = AService(name="zebra")
    AnIncident(service=last, declared=True)

    shown = re.findall(r'name="service" value="(\d+)"', look(browser))

    assert shown == [str(last.pk)]


def test_check_shows_all_of_it_keeps_what_was_typed_and_declares_nothing(
    browser: Client, payments: Service
) -> None:
    reply = browser.post(
        ADD,
        {
            "title": "Cards",
            "other": "payments",
            "severity": "2",
            "description": "p99",
            "check": "1",
        },
    )

    assert reply.status_code == 200
    assert "Nothing has been declared yet" in text(reply)
    assert 'value="Cards"' in text(reply)
    assert ">p99</textarea>" in text(reply)
    assert main_button(text(reply)) == "Declare SEV-2 and page Jonas Brandt"
    assert not Incident.objects.exists()
    assert not Escalation.objects.exists()


def test_the_live_part_says_the_button_s_words_anew(browser: Client, payments: Service) -> None:
    part = look(browser, part="preview", service=payments.pk, severity=1, book="standard")

    assert "<html" not in part
    assert '<template data-for="declare-word">Declare SEV-1 and page Jonas Brandt' in part
    assert '<template data-for="levels">' not in part
    assert '<template data-for="levels">' in look(browser, part="preview", book="imag")


def test_the_live_part_is_posted_and_declares_nothing(browser: Client, payments: Service) -> None:
    typed = {"title": "Cards", "service": payments.pk, "severity": "1", "description": "p99 " * 300}

    reply = browser.post(f"{ADD}?part=preview", typed)

    assert reply.status_code == 200
    assert "<html" not in text(reply)
    assert "Declare SEV-1 and page Jonas Brandt" in text(reply)
    assert not Incident.objects.exists()


# Declaring


def test_a_press_declares_and_says_who_is_paged(
    browser: Client, ines: User, payments: Service
) -> None:
    reply = declared(browser, payments, description="All cards")

    made = Incident.objects.get()
    assert (made.title, made.rank, made.opened_by, made.is_declared) == (
        "Card payments fail", 1, ines, True,
    )  # fmt: skip
    assert made.description == "All cards"
    assert f"{made.label} is declared. The engine pages within seconds: Jonas Brandt." in text(
        reply
    )
    assert Escalation.objects.filter(incident=made).exists()


def test_the_answers_alone_are_enough(browser: Client, payments: Service) -> None:
    declared(browser, payments, severity="", a_down="yes")

    assert Incident.objects.get().rank == 1


def test_a_service_is_known_by_its_name(browser: Client, payments: Service) -> None:
    other = AService(slug="mailer", name="Order mails")

    declared(browser, payments, service="other", other="order MAILS")

    assert Incident.objects.get().service == other


def test_of_two_services_of_one_name_none_is_chosen_for_you(
    browser: Client, payments: Service
) -> None:
    mail, post = AService(slug="mail-eu", name="Mail"), AService(slug="mail-us", name="Mail")
    for number in range(4):
        AnIncident(service=AService(name=f"svc {number}"), declared=True)
    before = Incident.objects.count()

    reply = declared(browser, payments, service="other", other="mail")

    assert reply.status_code == 422
    assert "Several services are called “mail”" in text(reply)
    assert "Mail (mail-eu), Mail (mail-us)" in text(reply)
    assert Incident.objects.count() == before
    again = look(browser, service="other", other="mail-us", severity=1)
    assert 'name="other"' in again
    assert 'value="Mail (mail-us)"' in again
    declared(browser, payments, service="other", other="mail-us")
    assert Incident.objects.latest("pk").service == post
    assert mail != post


def test_a_form_sent_twice_declares_once(browser: Client, payments: Service) -> None:
    token = re.findall(r'name="token" value="(\w+)"', look(browser))[0]

    first, second = (declared(browser, payments, token=token) for _ in range(2))

    made = Incident.objects.get()
    assert first.redirect_chain[-1][0] == second.redirect_chain[-1][0]
    assert f"{made.label} is declared; your second press changed nothing." in text(second)
    assert KeptAnswer.objects.count() == 1


def test_the_same_form_with_another_text_asks_before_it_declares_another(
    browser: Client, payments: Service
) -> None:
    token = "a" * 32
    declared(browser, payments, token=token)

    asked = declared(browser, payments, token=token, title="Something else")

    assert asked.status_code == 409
    assert "This form has declared INC-" in text(asked)
    assert 'value="Something else"' in text(asked)
    assert Incident.objects.count() == 1
    fresh = re.findall(r'name="token" value="(\w+)"', text(asked))[0]
    declared(browser, payments, token=fresh, title="Something else")
    assert Incident.objects.count() == 2


def test_two_people_never_share_a_form(browser: Client, payments: Service) -> None:
    token = "b" * 32
    declared(browser, payments, token=token)

    declared(scene.signed_in(AUser()), payments, token=token)

    assert Incident.objects.count() == 2


def test_a_refused_form_may_be_sent_again(browser: Client, payments: Service) -> None:
    token = "c" * 32
    assert declared(browser, payments, token=token, title=" ").status_code == 422

    declared(browser, payments, token=token)

    assert Incident.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": " "}, "Say what is wrong."),
        ({"title": "x" * 1025}, "at most 1024 characters"),
        ({"title": "a\0b"}, "Null characters are not allowed."),
        ({"service": "999999"}, "No service is called “999999”."),
        ({"service": ""}, "Choose a service."),
        (
            {"service": "other", "other": "<b>no\0</b>"},
            "No service is called “&lt;b&gt;no&lt;/b&gt;”.",
        ),
        ({"service": "other"}, "Choose a service."),
        ({"severity": ""}, "Pick how bad it is"),
        ({"severity": "9"}, "Severity is a rank from 1 to 4."),
        ({"severity": "٢"}, "Severity is a rank from 1 to 4."),
        ({"description": "x" * 20_001}, "at most 20000 characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    browser: Client, payments: Service, wrong: dict[str, str], said: str
) -> None:
    reply = declared(browser, payments, **{"description": "p99 9 s", **wrong})

    assert reply.status_code == 422
    assert said in text(reply)
    assert wrong.get("description", "p99 9 s") in text(reply)
    assert not Incident.objects.exists()


def test_without_a_service_or_a_playbook_the_page_says_what_to_do(browser: Client) -> None:
    assert "No service yet" in look(browser)
    service = AService()
    PlaybookVersion.objects.all().delete()

    assert "No playbook is loaded" in look(browser)
    assert declared(browser, service).status_code == 422


def test_hostile_text_is_text_everywhere(browser: Client) -> None:
    evil = "<script>alert(1)</script>"
    service = AService(name=evil)
    AResponder(user=AUser(first_name=evil))
    AnIncident(title=evil, service=service, declared=True)
    filled = {"title": evil, "service": service.pk, "severity": 1, "description": evil}

    for page in (look(browser, **filled), text(browser.post(ADD, {**filled, "check": "1"}))):
        assert "<script>alert" not in page


def test_the_page_costs_the_same_however_many_incidents_there_are(
    browser: Client, payments: Service
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            look(browser, title="Card payments failing", service=payments.pk, severity=1)
        return len(queries)

    for _ in range(3):
        AnIncident(title="Card", service=payments, declared=True)
    cost()
    few = cost()
    for _ in range(27):
        AnIncident(title="Card", service=payments, declared=True)

    assert cost() == few
