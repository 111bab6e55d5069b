"""Staff screens of the page, its groups and components: who edits, and that visitors see it at once."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.secrets import digest
from incidents.models import Service
from statuspage.actions import set_component
from statuspage.models import Component, ComponentGroup, ComponentInterval, Page
from tests.factories import NINE, AService, ATeam, AUser, somebody
from tests.statuspage.scenes import MINUTE, a_component, a_group, a_page, an_incident, shown, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
ROOT = "/admin/statuspage/"


@pytest.fixture
def page() -> Page:
    """Give a rendered page."""
    page = a_page()
    shown(page)
    return page


@pytest.fixture
def manager(client: Client, page: Page) -> Client:
    """Give the client of a manager of the page's team."""
    client.force_login(AUser(manages=page.team))
    return client


def component_form(
    page: Page, service: Service | None = None, **fields: object
) -> dict[str, object]:
    return {
        "page": page.pk,
        "name": "Payments",
        "description": "",
        "position": 1,
        "shows_uptime": "on",
        "bindings-TOTAL_FORMS": 1,
        "bindings-INITIAL_FORMS": 0,
        "followed-TOTAL_FORMS": 0,
        "followed-INITIAL_FORMS": 0,
        "bindings-0-service": service.pk if service else "",
        **fields,
    }


def seen(timer: object) -> str:
    timer.forward(1)  # type: ignore[attr-defined]
    return Client().get("/").content.decode()


def test_a_manager_adds_a_component_with_its_service_and_visitors_see_it(
    manager: Client, page: Page, timer: object
) -> None:
    service = AService()

    answer = manager.post(f"{ROOT}component/add/", component_form(page, service))

    assert answer.status_code == 302
    row = Component.objects.get()
    assert list(row.services.all()) == [service]
    assert len(row.public_id) == 12
    assert "Payments" in seen(timer)


def test_a_renamed_component_is_renamed_at_once_and_a_deleted_one_is_gone(
    manager: Client, page: Page, timer: object
) -> None:
    row = a_component(page, "Payments")
    manager.post(f"{ROOT}component/{row.pk}/change/", component_form(page, name="Card payments"))
    assert "Card payments" in seen(timer)

    manager.post(f"{ROOT}component/{row.pk}/delete/", {"post": "yes"})
    assert "Card payments" not in seen(timer)


def test_groups_and_the_page_itself_are_shown_at_once(
    manager: Client, page: Page, timer: object
) -> None:
    manager.post(
        f"{ROOT}componentgroup/add/",
        {"page": page.pk, "name": "Buying", "description": "", "position": 1},
    )
    a_component(page, "Payments", group=ComponentGroup.objects.get())

    manager.post(
        f"{ROOT}page/{page.pk}/change/",
        {**NEW, "name": "Southwind", "slug": page.slug, "team": page.team_id, "time_zone": "Europe/Oslo",
         "support_url": "mailto:help@southwind.example", "product_url": "", "shows_uptime": "on"},
    )  # fmt: skip

    html = seen(timer)
    assert "Southwind" in html
    assert "Buying" in html
    assert "Europe/Oslo" in html


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "required"),
        ({"name": "Buying"}, "A group of this page has that name"),
        ({"name": "Known"}, "already exists"),
        ({"position": "-1"}, "greater than or equal to 0"),
        ({"start_date": "someday"}, "valid date"),
    ],
)
def test_a_wrong_component_is_told_what_is_wrong(
    manager: Client, page: Page, fields: dict[str, object], words: str
) -> None:
    a_group(page, "Buying")
    a_component(page, "Known")

    answer = manager.post(f"{ROOT}component/add/", component_form(page, **fields))

    assert answer.status_code == 200
    assert words in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"time_zone": "Mars/Olympus"}, "time zone"), ({"support_url": "javascript:alert(1)"}, "web address"),
     ({"slug": ""}, "required")],
)  # fmt: skip
def test_a_wrong_page_is_told_what_is_wrong(
    manager: Client, page: Page, fields: dict[str, object], words: str
) -> None:
    data = {"name": "Other", "slug": "other", "team": page.team_id, "time_zone": "UTC", **fields}

    answer = manager.post(f"{ROOT}page/{page.pk}/change/", data)

    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert Page.objects.get().name == page.name


@pytest.mark.parametrize("group", ["Responder", "Viewer"])
def test_others_look_and_do_not_edit(client: Client, page: Page, group: str) -> None:
    row = a_component(page)
    client.force_login(AUser(group=group, manages=ATeam() if group == "Responder" else None))

    assert client.get(f"{ROOT}component/{row.pk}/change/").status_code == 200
    assert (
        client.post(
            f"{ROOT}component/{row.pk}/change/", component_form(page, name="Mine")
        ).status_code
        == 403
    )
    assert (
        client.post(f"{ROOT}component/add/", component_form(page, name="Mine")).status_code == 403
    )
    assert list(Component.objects.values_list("name", flat=True)) == ["Payments"]


@pytest.mark.parametrize(
    ("screen", "words"),
    [("component", "bind the services behind it"), ("componentgroup", "works without groups"),
     ("publicincident", "Review and publish")],
)  # fmt: skip
def test_an_empty_list_tells_the_next_step(manager: Client, screen: str, words: str) -> None:
    assert words in manager.get(f"{ROOT}{screen}/").content.decode()


def test_before_there_is_a_page_every_list_asks_for_one_first(client: Client) -> None:
    client.force_login(AUser(group="Administrator"))

    for screen in ("page", "componentgroup", "component"):
        assert "First comes a page" in client.get(f"{ROOT}{screen}/").content.decode()


def test_the_list_shows_which_components_no_incident_can_reach(manager: Client, page: Page) -> None:
    a_component(page, "Payments", service=AService(name="cards"))
    a_component(page, "Search")

    html = manager.get(f"{ROOT}component/").content.decode()

    assert "cards" in html
    assert "none: no incident reaches it" in html


def test_a_component_is_set_by_hand_with_one_button(
    client: Client, page: Page, timer: object
) -> None:
    row = a_component(page)
    client.force_login(AUser())

    answer = client.post(
        f"{ROOT}component/{row.pk}/press/set_component/", {"state": "major_outage"}
    )

    assert answer.status_code == 302
    assert "Major outage in Payments" in seen(timer)
    html = client.get(f"{ROOT}component/{row.pk}/change/").content.decode()
    assert 'data-action="set_component"' in html
    assert "major outage" in html


def test_what_was_said_in_public_keeps_page_and_component(manager: Client, page: Page) -> None:
    service = AService()
    row = a_component(page, service=service)
    tell(an_incident(service), components={row.public_id: "major_outage"})

    for path in (f"{ROOT}page/{page.pk}/delete/", f"{ROOT}component/{row.pk}/delete/"):
        manager.post(path, {"post": "yes"})
    assert Page.objects.exists()
    assert Component.objects.exists()


def test_a_public_incident_is_read_with_its_updates(manager: Client, page: Page) -> None:
    service = AService()
    a_component(page, service=service)
    update = tell(an_incident(service), body="Our words.")

    html = manager.get(f"{ROOT}publicincident/{update.incident_id}/change/").content.decode()

    assert "Our words." in html
    assert update.incident.path in html
    assert manager.get(f"{ROOT}publicincident/add/").status_code == 403


@pytest.mark.parametrize("rows", [3, 30])
@pytest.mark.parametrize("screen", ["component", "componentgroup", "publicincident", "page"])
def test_a_list_costs_the_same_with_three_rows_and_with_thirty(
    manager: Client, page: Page, screen: str, rows: int, django_assert_max_num_queries: object
) -> None:
    service = AService()
    for number in range(rows):
        group = a_group(page, f"Group {number}")
        a_component(page, f"Component {number}", group=group, service=service)
        if screen == "publicincident":
            tell(an_incident(service))
    manager.get(f"{ROOT}{screen}/")

    with django_assert_max_num_queries(18):  # type: ignore[operator]
        assert manager.get(f"{ROOT}{screen}/").status_code == 200


NEW = {
    "name": "Northwind", "slug": "northwind", "time_zone": "Etc/UTC", "support_url": "", "product_url": "",
    "shows_uptime": "on", "uptime_rule": "statuspage", "audience": "public", "hosts": "", "networks": "",
    "shared-TOTAL_FORMS": "0", "shared-INITIAL_FORMS": "0",
}  # fmt: skip


@pytest.fixture
def boss(client: Client) -> Client:
    """Give an Administrator's browser."""
    client.force_login(AUser(group="Administrator"))
    return client


def test_the_first_page_is_the_default_one_and_the_next_has_a_host(boss: Client) -> None:
    team = ATeam()
    assert boss.post(f"{ROOT}page/add/", {**NEW, "team": team.pk}).status_code == 302
    second = {**NEW, "name": "Orders", "slug": "orders", "team": team.pk}

    answer = boss.post(
        f"{ROOT}page/add/", {**second, "hosts": "Status.Orders.test.\n\nb.test\nstatus.orders.test"}
    )

    assert answer.status_code == 302
    assert list(Page.objects.order_by("pk").values_list("name", "is_default", "hosts")) == [
        ("Northwind", True, []),
        ("Orders", False, ["status.orders.test", "b.test"]),
    ]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"hosts": "https://a.test/"}, "name of the host alone"),
        ({"hosts": "status.orders.test"}, "Orders answers on status.orders.test already"),
        ({"hosts": "\n".join(f"h{n}.test" for n in range(21))}, "at most 20 hosts"),
        ({"networks": "10.0.0.0/99"}, "is no network"),
        ({"networks": "\n".join(f"10.0.0.{n}" for n in range(101))}, "at most 100 networks"),
        ({"audience": "login"}, "The default page is for everybody"),
    ],
)
def test_what_cannot_be_is_said_at_the_field_and_nothing_is_saved(
    boss: Client, page: Page, fields: dict[str, str], sentence: str
) -> None:
    a_page(name="Orders", slug="orders", is_default=False, hosts=["status.orders.test"])
    told = {**NEW, "name": "Changed", "slug": page.slug, "team": page.team_id, **fields}

    answer = boss.post(f"{ROOT}page/{page.pk}/change/", told)

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert Page.objects.get(pk=page.pk).name == page.name


def test_a_page_for_certain_networks_needs_one(boss: Client, page: Page) -> None:
    other = a_page(name="Orders", slug="orders", is_default=False)
    told = {**NEW, "name": "Orders", "slug": "orders", "team": other.team_id, "audience": "network"}
    address = f"{ROOT}page/{other.pk}/change/"

    assert "Name at least one network" in boss.post(address, told).content.decode()
    assert boss.post(address, {**told, "networks": "203.0.113.77/24"}).status_code == 302
    assert Page.objects.get(slug="orders").networks == ["203.0.113.0/24"]


def test_another_page_becomes_the_default_one(boss: Client, page: Page) -> None:
    other = a_page(name="Orders", slug="orders", is_default=False)

    boss.post(f"{ROOT}page/{other.pk}/press/make_default/", {"confirmed": "yes"})

    assert Page.objects.get(is_default=True) == other
    assert boss.get("/api/v2/status.json").json()["page"]["name"] == "Orders"


def test_a_secret_link_is_shown_once_and_kept_as_a_hash(boss: Client, page: Page) -> None:
    other = a_page(name="Orders", slug="orders", is_default=False, audience="link")

    answer = boss.post(
        f"{ROOT}page/{other.pk}/press/new_link/", {"confirmed": "yes"}, follow=True
    ).content.decode()

    token = answer.split("/status/orders/enter/")[1].split("<")[0].strip()
    assert Page.objects.get(pk=other.pk).link_hash == digest(token)
    assert token not in boss.get(f"{ROOT}page/{other.pk}/change/").content.decode()


@pytest.mark.parametrize("noun", ["component", "componentgroup", "page"])
def test_a_page_is_locked_before_what_stands_on_it_as_publishing_does(
    manager: Client, page: Page, noun: str
) -> None:
    a_component(page, "Payments", group=a_group(page, "Buying"))
    row = {"component": Component, "componentgroup": ComponentGroup, "page": Page}[noun].objects
    fields = {"component": component_form(page, name="Cards")}.get(
        noun, {"page": page.pk, "name": "Cards", "description": "", "position": 1}
    )

    address = f"{ROOT}{noun}/{row.get().pk}/change/"

    with CaptureQueriesContext(connection) as held:
        manager.post(address, fields)

    after = [one["sql"] for one in held if not one["sql"].startswith(("SAVEPOINT", "BEGIN"))]
    ours = [sql for sql in after if 'FROM "statuspage_' in sql]
    assert 'FROM "statuspage_page"' in ours[0]
    if connection.vendor == "postgresql":
        locks = [sql for sql in after if "FOR NO KEY UPDATE" in sql]
        assert 'FROM "statuspage_page"' in locks[0]


def an_outage(component: Component) -> ComponentInterval:
    """Return an ended half hour of a major outage."""
    for state, at in (("major_outage", NINE - 60 * MINUTE), ("operational", NINE - 30 * MINUTE)):
        set_component(component.public_id, state, by=somebody("Administrator"), at=at)
    return component.intervals.get()


def test_a_row_of_the_ledger_is_corrected_after_a_question_and_with_a_reason(
    manager: Client, page: Page
) -> None:
    row = a_component(page, "Payments")
    wrong = an_outage(row)
    screen, press = (
        f"{ROOT}component/{row.pk}/{end}/" for end in ("change", f"press/correct_{wrong.pk}")
    )
    assert press in manager.get(screen).content.decode()

    asked = manager.post(press)
    assert "The former row stays" in asked.content.decode()
    assert manager.post(press, {"confirmed": "1", "state": "partial_outage"}).status_code == 422
    assert row.intervals.count() == 1
    said = {"confirmed": "1", "state": "partial_outage", "reason": "half of the cards went through"}
    assert manager.post(press, said).status_code == 302

    made = row.intervals.get(is_corrected=False)
    assert (made.state, made.corrects_id, made.reason) == (
        "partial_outage", wrong.pk, "half of the cards went through",
    )  # fmt: skip
    html = manager.get(screen).content.decode()
    assert "corrected, counts no more" in html
    assert press not in html
    assert LogEntry.objects.filter(object_id=str(row.pk)).count() == 1


def test_who_may_not_edit_the_page_corrects_nothing(client: Client, page: Page) -> None:
    row = a_component(page, "Payments")
    wrong = an_outage(row)
    client.force_login(AUser())

    assert "press/correct_" not in client.get(f"{ROOT}component/{row.pk}/change/").content.decode()
    said = {"confirmed": "1", "state": "operational", "reason": "it never happened at all"}
    assert (
        client.post(f"{ROOT}component/{row.pk}/press/correct_{wrong.pk}/", said).status_code == 403
    )
    assert row.intervals.count() == 1
