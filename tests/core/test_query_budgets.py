"""No screen costs more statements because there is more in the house (style.md E15)."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from oncall.models import Layer
from tests.core import admin_scene as scene
from tests.query_budget import FEW, MANY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
BUDGET, SERVICE_BUDGET = (
    25,
    31,
)  # a service's screen says of five apps whether they are ready for it
PUBLISH_BUDGET = 31  # draws the whole page as it would be, and counts who is told
CHOICES = 21  # of any list on any page: rows of many are typed, and suggested; with an empty choice
# Where rows are chosen from a list: playbooks; holiday calendars; status pages, their groups and components.
CHOSEN = {
    *("incidents.service", "layer", "new layer"),
    *("statuspage.component", "statuspage.componentgroup", "statuspage.page"),
}
PICTURE_BUDGET = 20  # of a schedule's screen (issue 4)
PAGES = (
    "/admin/", "/admin/search/?q=a", "/admin/keys/", "/admin/style/", "/admin/lamp/", "/admin/first-run/",
    "/admin/incidents/incident/add/", "/accounts/", "/api/v1/docs/", "/admin/shifts/", "/admin/load/",
)  # fmt: skip


def addresses() -> dict[str, str]:
    """Return every list, the first object of each, the page that publishes for the first incident, and all other pages."""
    found = {path: path for path in PAGES}
    for screen in scene.screens():
        first = screen.model._base_manager.order_by("pk").first()
        label = screen.opts.label_lower
        found[f"list of {label}"] = scene.url(screen, "changelist")
        found[label] = scene.url(screen, "change", first.pk)
        if label == "oncall.schedule":
            layer = Layer.objects.filter(schedule=first).first()
            found["plan"] = reverse("admin:oncall_schedule_plan", args=[first.pk])
            found["layer"] = reverse("admin:oncall_schedule_layer", args=[first.pk, layer.pk])
            found["new layer"] = reverse("admin:oncall_schedule_new_layer", args=[first.pk])
        if label == "incidents.incident":
            found["publish"] = reverse("admin:statuspage_publish", args=[first.pk])
    return found


@pytest.mark.parametrize("label", [
    "incidents.rawevent", "incidents.alert", "incidents.changeevent", "oncall.page", "oncall.escalation",
    "notify.delivery", "core.signin",
])  # fmt: skip
def test_a_list_of_a_large_table_never_counts_or_reads_all_of_it(label: str) -> None:
    people = scene.cast()
    scene.fill(people.team, 2)
    screen = next(one for one in scene.screens() if one.opts.label_lower == label)
    table = screen.model._meta.db_table

    with CaptureQueriesContext(connection) as queries:
        answer = scene.signed_in(people.administrator).get(scene.url(screen, "changelist"))

    assert answer.status_code == 200
    asked = [query["sql"] for query in queries if f'FROM "{table}"' in query["sql"]]
    assert any("LIMIT" in sql and "COUNT(*)" in sql for sql in asked)
    assert not [sql for sql in asked if re.search(r'COUNT\(\*\) AS "__count" FROM "\w+"$', sql)]
    assert not [sql for sql in asked if "DISTINCT" in sql]


def costs(browser: Client) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many statements each page runs, and how many choices its longest list offers."""
    found = {name: cost(browser, address) for name, address in addresses().items()}
    return {name: one[0] for name, one in found.items()}, {name: one[1] for name, one in found.items()}  # fmt: skip


def cost(browser: Client, address: str) -> tuple[int, int]:
    answer = browser.get(address, follow=True)  # fills what a process remembers
    where = answer.redirect_chain[-1][0] if answer.redirect_chain else address
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(where)
    assert answer.status_code == 200, address
    lists = re.finditer(r"<(select|datalist)\b.*?</\1>", answer.content.decode(), re.DOTALL)
    return len(queries), max((one[0].count("<option") for one in lists), default=0)


def test_e15_every_screen_costs_the_same_for_three_rows_and_for_thirty() -> None:
    people = scene.cast()
    browser = scene.signed_in(people.administrator)
    scene.fill(people.team, FEW)

    few, _ = costs(browser)
    scene.fill(people.team, MANY - FEW)
    many, choices = costs(browser)

    assert many == few
    assert {name for name, number in choices.items() if number > CHOICES} == CHOSEN
    assert few["oncall.schedule"] <= PICTURE_BUDGET
    assert few.pop("incidents.service") <= SERVICE_BUDGET
    assert few.pop("publish") <= PUBLISH_BUDGET
    assert {name: number for name, number in few.items() if number > BUDGET} == {}
