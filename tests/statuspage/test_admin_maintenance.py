"""Planned work in the admin: announced, moved, ended; warned of, and waited for."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from statuspage.actions.maintenance_clock import move_due
from statuspage.actions.maintenance_steps import step
from statuspage.admin.waiting import waiting
from statuspage.models import Component, Mailing, Maintenance
from tests.conftest import Clock
from tests.factories import NINE, AUser, somebody
from tests.statuspage.scenes import MINUTE, a_component, a_page
from tests.statuspage.works import HOUR, THREE, TWO, planned

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
LIST = "/admin/statuspage/maintenance/"


@pytest.fixture
def payments() -> Component:
    return a_component(a_page(time_zone="Europe/Berlin"))


@pytest.fixture
def browser() -> Client:
    client = Client()
    client.force_login(AUser(group="Responder"))
    return client


def typed(*components: Component, **fields: str) -> dict[str, object]:
    return {
        "name": "Moving the payments database",
        "begins": "2026-11-24T02:00",
        "ends": "2026-11-24T03:00",
        "components": [row.public_id for row in components],
        "during": "under_maintenance",
        "body": "Payments will pause for some minutes.",
        "begins_itself": "on",
        "tells_begin": "on",
        **fields,
    }


def press(browser: Client, work: Maintenance, verb: str, **data: object) -> str:
    url = reverse("admin:statuspage_maintenance_press", args=[work.pk, verb])
    answer = browser.post(url, {"confirmed": "1", **data}, follow=True)
    return answer.content.decode()


def now(work: Maintenance) -> Maintenance:
    return Maintenance.objects.get(pk=work.pk)


def test_a_plan_is_announced_in_the_wall_times_of_the_page(
    browser: Client, payments: Component
) -> None:
    form = browser.get(f"{LIST}add/").content.decode()
    assert "Wall time in Europe/Berlin" in form

    answer = browser.post(f"{LIST}add/", typed(payments), follow=True)

    work = Maintenance.objects.get()
    assert f"{work.scheduled_for:%d %H:%M}" == "24 01:00"
    assert (work.begins_itself, work.ends_itself, work.tells_end) == (True, False, False)
    assert "Announced. Visitors see it." in answer.content.decode()
    assert "Tue 24 Nov 2026, 02:00 to Tue 24 Nov, 03:00 CET" in answer.content.decode()


def test_what_visitors_would_read_is_shown_before_anything_is_announced(
    browser: Client, payments: Component
) -> None:
    told = typed(payments, advice="Pay <b>later</b>.")

    answer = browser.post(f"{LIST}add/", {**told, "look": "1"})

    shown = answer.content.decode()
    panel = shown.partition('aria-label="What visitors would read"')[2].partition("</section>")[0]
    assert answer.status_code == 200
    assert "Moving the payments database" in panel
    assert "Payments will pause for some minutes." in panel
    assert "02:00" in panel
    assert "Pay &lt;b&gt;later" in panel
    assert 'value="2026-11-24T02:00"' in shown, "what was typed stays"
    assert not Maintenance.objects.exists()
    assert not Mailing.objects.exists()

    browser.post(f"{LIST}add/", told)
    work = Maintenance.objects.get()
    after = browser.get(f"{LIST}{work.pk}/change/").content.decode()
    announced = after.partition('aria-label="What visitors read"')[2].partition("</section>")[0]
    assert _words(panel).partition("would read")[2] == _words(announced).partition("Public page")[2]


def test_a_plan_that_can_not_be_shows_no_preview(browser: Client, payments: Component) -> None:
    answer = browser.post(f"{LIST}add/", {**typed(payments, ends="2026-11-24T02:00"), "look": "1"})

    assert answer.status_code == 422
    assert "What visitors would read" not in answer.content.decode()


def _words(html: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", html).split())


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"ends": "2026-11-24T02:00"}, "It must end after it begins."),
        ({"begins": "2026-11-23T02:00"}, "It begins in the past"),
        ({"begins": "0001-01-01T00:00"}, "Write a date of these years."),
        ({"begins": "soon"}, "Enter a valid date/time."),
        ({"remind_minutes": "0"}, "greater than or equal to 1"),
        ({"name": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_what_can_not_be_or_looks_wrong_is_said_and_nothing_announced(
    browser: Client, payments: Component, fields: dict[str, str], words: str
) -> None:
    answer = browser.post(f"{LIST}add/", typed(payments, **fields))

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Maintenance.objects.exists()


def test_an_overlap_is_warned_of_and_announced_all_the_same_where_that_is_meant(
    browser: Client, payments: Component
) -> None:
    planned(payments, scheduled_for=TWO - HOUR, scheduled_until=THREE - HOUR)

    warned = browser.post(f"{LIST}add/", typed(payments))
    assert "touches one of these components as well" in warned.content.decode()
    browser.post(f"{LIST}add/", typed(payments, despite="on"))
    assert Maintenance.objects.count() == 2


def test_each_step_is_a_press_that_asks_first(browser: Client, payments: Component) -> None:
    work = planned(payments)
    url = reverse("admin:statuspage_maintenance_press", args=[work.pk, "begin"])

    asked = browser.post(url)
    assert "Visitors see at once that it has begun" in asked.content.decode()
    assert now(work).state == "scheduled"
    press(browser, work, "begin")
    press(browser, work, "tell", body="Half way.", is_sent="on")
    press(browser, work, "verify", body="We look.")
    said = press(browser, work, "complete")

    assert now(work).state == "completed"
    assert "is completed. Visitors see it." in said
    assert [row.body for row in work.updates.order_by("number")][2:4] == ["Half way.", "We look."]
    assert "can&#x27;t become" in press(browser, work, "begin")


def test_a_plan_is_moved_by_its_form_and_an_old_form_is_told_so(
    browser: Client, payments: Component
) -> None:
    work = planned(payments)
    shown = press(browser, work, "change", confirmed="")
    assert now(work).sequence == 0

    later = typed(payments, begins="2026-11-24T04:00", ends="2026-11-24T05:00", body="")
    press(browser, work, "change", **later)
    assert (now(work).sequence, now(work).moved_from) == (1, TWO)
    assert shown


def test_an_unchanged_form_changes_nothing(browser: Client, payments: Component) -> None:
    work = planned(payments, components={payments.public_id: "degraded_performance"})
    same = typed(
        payments,
        begins="2026-11-24T03:00",
        ends="2026-11-24T04:00",
        body="",
        during="degraded_performance",
        ends_itself="on",
        tells_end="on",
    )
    press(browser, work, "change", **same)

    assert (now(work).sequence, work.updates.count()) == (0, 1)
    assert work.touched.get().state == "degraded_performance"


def test_the_list_says_what_runs_and_what_waits(
    browser: Client, payments: Component, clock: Clock
) -> None:
    planned(payments, ends_itself=False)
    gone = planned(payments, name="Given up")
    step(gone.public_id, "cancel", by=somebody(), at=NINE)
    move_due(TWO)
    clock.now = THREE + MINUTE

    page = browser.get(LIST).content.decode()
    assert "1 under way, 0 to come." in page
    assert "“Moving the payments database” is overrunning: it waits for you." in page
    assert "Given up" in page
    assert "Given up" not in browser.get(f"{LIST}?when=running").content.decode()
    assert "Given up" not in browser.get(f"{LIST}?q=payments").content.decode()


def test_what_no_clock_moves_waits_for_who_announced_it(payments: Component) -> None:
    by = somebody()
    assert by.user is not None
    work = planned(payments, by=by, begins_itself=False, ends_itself=False)

    assert waiting(by.user, TWO - MINUTE) == []
    assert [one.what for one in waiting(by.user, TWO)] == ["Begin planned work"]
    assert waiting(AUser(group="Responder"), TWO) == []
    step(work.public_id, "begin", by=by, at=TWO)
    manager = AUser(manages=payments.page.team)
    assert [one.what for one in waiting(manager, THREE)] == ["End planned work that overruns"]


def test_a_viewer_reads_and_presses_nothing(payments: Component) -> None:
    work = planned(payments)
    client = Client()
    client.force_login(AUser(group="Viewer"))

    assert client.get(f"{LIST}{work.pk}/change/").status_code == 200
    assert client.get(f"{LIST}add/").status_code == 403
    press(client, work, "cancel")
    assert now(work).state == "scheduled"
