"""Staff screens of the page, its groups and components: who edits, and that visitors see it at once."""

import pytest
from django.test import Client

from incidents.models import Service
from statuspage.models import Component, ComponentGroup, Page
from tests.factories import AService, ATeam, AUser
from tests.statuspage.scenes import a_component, a_group, a_page, an_incident, shown, tell

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
        {"name": "Southwind", "slug": page.slug, "team": page.team_id, "is_default": "on", "time_zone": "Europe/Oslo",
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
     ({"is_default": "on", "slug": "other"}, "")],
)  # fmt: skip
def test_a_wrong_page_is_told_what_is_wrong(
    manager: Client, page: Page, fields: dict[str, object], words: str
) -> None:
    data = {"name": "Other", "slug": "other", "team": page.team_id, "time_zone": "UTC", **fields}

    answer = manager.post(f"{ROOT}page/add/", data)

    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert Page.objects.count() == 1


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
