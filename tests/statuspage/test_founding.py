"""A page is opened by one command; no two pages claim a host."""

import io

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client

from core.errors import Conflict, Invalid, NotAllowed
from statuspage.actions.founding import create_page
from statuspage.models import Page
from tests.factories import NINE, ATeam, somebody
from tests.statuspage.scenes import a_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def run(*words: str) -> str:
    """Return what the command prints."""
    said = io.StringIO()
    call_command("statuspage", *words, stdout=said)
    return said.getvalue().strip()


def test_a_page_is_opened_and_answers_on_its_host_at_once(client: Client) -> None:
    a_page()

    page_id = run("create", "Acme", "--host", "Status.Acme.test.", "--zone", "Europe/Oslo")

    told = client.get("/api/v2/summary.json", headers={"host": "status.acme.test"}).json()
    assert told["page"]["id"] == page_id
    assert told["page"]["time_zone"] == "Europe/Oslo"
    assert told["page"]["url"] == "http://status.acme.test"
    assert client.get("/api/v2/summary.json").json()["page"]["id"] != page_id
    assert f"{page_id}  Acme  http://status.acme.test/" in run("list")


def test_the_first_page_is_the_default_one(client: Client) -> None:
    ATeam()

    page_id = run("create", "Acme")

    assert client.get("/api/v2/status.json").json()["page"]["id"] == page_id
    assert Page.objects.get().is_default


def test_pages_of_one_name_have_slugs_of_their_own() -> None:
    a_page(slug="acme")

    for _number in range(2):
        run("create", "Acme")

    assert set(Page.objects.values_list("slug", flat=True)) == {"acme", "acme-2", "acme-3"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["Acme", "--zone", "Mars/Base"], "not a time zone"),
        (["Acme", "--host", "https://acme.test/"], "name of the host alone"),
        (["Acme", "--host", "acme test"], "no name of a host"),
        (["Acme", "--host", "a" * 254], "no name of a host"),
        (["Acme", "--host", "a.test\r\nset-cookie"], "name of"),
        (["  "], "Write a name"),
        (["A" * 121], "at most 120"),
        (["Acme", "--team", "nobody"], "There is no team nobody; there are: "),
        (["Acme", "--host", "status.orders.test"], "answers on status.orders.test already"),
    ],
)
def test_what_cannot_be_is_said_in_one_line_and_nothing_is_made(
    words: list[str], sentence: str
) -> None:
    a_page(hosts=["status.orders.test"])

    with pytest.raises(CommandError, match=sentence):
        run("create", *words)

    assert Page.objects.count() == 1


def test_without_a_team_the_next_step_is_said() -> None:
    with pytest.raises(CommandError, match="make one in the admin"):
        run("create", "Acme")


def test_without_a_page_the_other_commands_say_how_to_open_one() -> None:
    for command, *words in (["export_statuspage", "--to", "www"], ["import_statuspage", "a.json"]):
        with pytest.raises(
            CommandError, match=r"no status page yet; open one: manage\.py statuspage"
        ):
            call_command(command, *words)


def test_a_host_is_kept_once_as_it_is_compared() -> None:
    page = create_page(
        "Büro",
        team=ATeam(),
        hosts=["büro.test", "BÜRO.test.", "b.test"],
        by=somebody("Administrator"),
        at=NINE,
    )

    assert page.hosts == ["xn--bro-hoa.test", "b.test"]


def test_nobody_takes_the_host_of_staff(settings: LazySettings) -> None:
    settings.STAFF_URL = "https://staff.acme.test"

    with pytest.raises(Invalid, match="where your staff work"):
        create_page(
            "Acme", team=ATeam(), hosts=["staff.acme.test"], by=somebody("Administrator"), at=NINE
        )


def test_only_managers_open_pages() -> None:
    with pytest.raises(NotAllowed):
        create_page("Acme", team=ATeam(), by=somebody("Responder"), at=NINE)


def test_a_host_of_another_page_is_a_conflict_that_names_it() -> None:
    a_page(name="Orders", hosts=["status.orders.test"])

    with pytest.raises(Conflict, match="Orders answers on"):
        create_page(
            "Acme",
            team=ATeam(),
            hosts=["Status.Orders.test"],
            by=somebody("Administrator"),
            at=NINE,
        )
