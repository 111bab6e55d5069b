"""The list of action items and the page of one: what is late first, every change by its action."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import User
from postmortems.actions import items, remind
from postmortems.models import ActionItem
from tests.core.admin_scene import signed_in
from tests.factories import NINE, ATeam, AUser, somebody
from tests.postmortems.scenes import HOSTILE, an_incident, an_item, minutes

LIST = "/admin/postmortems/actionitem/"
TODAY = NINE.date()


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


@pytest.fixture
def rita() -> User:
    return AUser(username="rita", first_name="Rita", last_name="Rask")


@pytest.fixture
def browser(rita: User) -> Client:
    return signed_in(rita)


def text(answer: Any) -> str:
    return answer.content.decode()


def titles(browser: Client, **query: str) -> list[str]:
    html = text(browser.get(LIST, query))
    return [title for title in ("Alpha", "Beta", "Gamma", "Delta") if title in html]


@pytest.fixture
def four(rita: User) -> dict[str, ActionItem]:
    made = {
        "late": an_item(title="Alpha", due_on=in_days(-19), kind="fix"),
        "soon": an_item(title="Beta", due_on=in_days(4), owner=rita),
        "later": an_item(
            title="Gamma", due_on=in_days(30), owner=None, team=ATeam(name="Platform")
        ),
        "done": an_item(title="Delta", due_on=in_days(-3)),
    }
    items.move(made["done"].pk, "finish", by=somebody(), at=minutes(5), evidence="change 1")
    return made


def test_the_first_sentence_says_what_is_late(browser, four):
    html = text(browser.get(LIST))

    assert (
        '<b class="bad">1 is late</b>, 1 due this week. The oldest late one has waited 19 days.'
        in html
    )


def test_rows_stand_under_when_they_are_due(browser, four):
    html = text(browser.get(LIST))

    order = [
        html.index(word)
        for word in ("Late · 1", "Alpha", "This week · 1", "Beta", "Later · 1", "Gamma")
    ]
    assert order == sorted(order)
    assert "needs a named person" in html


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Alpha", "Beta", "Gamma"]),
        ({"view": "late"}, ["Alpha"]),
        ({"view": "done"}, ["Delta"]),
        ({"view": "all"}, ["Alpha", "Beta", "Gamma", "Delta"]),
        ({"mine": "1"}, ["Beta"]),
        ({"owner": "rita"}, ["Beta"]),
        ({"kind": "fix"}, ["Alpha"]),
        ({"owner": "no\0body"}, ["Alpha", "Beta", "Gamma"]),
        ({"view": "odd"}, ["Alpha", "Beta", "Gamma"]),
    ],
)
def test_chips_narrow_the_list(browser, four, query, found):
    assert titles(browser, **query) == found


def test_who_was_told_stands_beside_a_late_one(browser):
    team = ATeam()
    AUser(first_name="Mona", manages=team)
    an_item(team=team, owner=AUser(), due_on=in_days(-10), title="Alpha")
    remind(NINE)

    assert "Mona told" in text(browser.get(LIST))


def test_nothing_open_says_so(browser):
    assert "Nothing is open" in text(browser.get(LIST))


def bulk(browser: Client, verb: str, *rows: ActionItem, **said: str) -> str:
    chosen = {"verb": verb, "row": [str(row.pk) for row in rows], **said}
    return text(browser.post(f"{LIST}bulk/", chosen, follow=True))


def test_more_than_a_screen_of_rows_is_refused_whole(browser, four):
    html = text(
        browser.post(
            f"{LIST}bulk/",
            {"verb": "start", "row": [four["soon"].pk, *range(1, 201)], "sure": "1"},
            follow=True,
        )
    )

    assert "Choose at most 200 rows at once; nothing was done." in html
    assert ActionItem.objects.get(pk=four["soon"].pk).state == "open"


def test_a_bulk_action_asks_before_it_does_anything(browser, four):
    html = bulk(browser, "move_date", four["late"], four["soon"])

    assert "All 2 can." in html
    assert not ActionItem.objects.filter(times_moved__gt=0).exists()

    bulk(
        browser,
        "move_date",
        four["late"],
        four["soon"],
        sure="1",
        due_on="2026-12-24",
        reason="the freeze",
    )
    assert ActionItem.objects.filter(due_on=date(2026, 12, 24), times_moved=1).count() == 2


def test_rows_that_refuse_are_named_and_nothing_is_done_by_halves(browser, four):
    assert "1 refuses</b> 1 can." in bulk(browser, "finish", four["late"], four["done"])

    bulk(browser, "finish", four["late"], four["done"], sure="1", evidence="change 2")
    assert ActionItem.objects.get(pk=four["late"].pk).state == "open"


def test_a_viewer_presses_nothing(four):
    browser = signed_in(AUser(group="Viewer"))

    assert 'name="row"' not in text(browser.get(LIST))
    chosen = {"verb": "start", "row": [str(four["late"].pk)], "sure": "1"}
    assert browser.post(f"{LIST}bulk/", chosen).status_code == 403
    assert browser.post(f"{LIST}{four['late'].pk}/save/", {"title": "No"}).status_code == 403
    assert browser.get(f"{LIST}{four['late'].pk}/change/").status_code == 200


def form_of(item: ActionItem, **values: str) -> dict[str, str]:
    return {
        "title": item.title, "owner": item.owner.username if item.owner else "", "due_on": str(item.due_on),
        "version": str(item.version), **values,
    }  # fmt: skip


def test_a_saved_date_is_counted_with_its_reason(browser, rita):
    item = an_item(owner=rita, due_on=in_days(3))

    browser.post(f"{LIST}{item.pk}/save/", form_of(item, due_on="2026-12-24", reason="the freeze"))

    line = item.moves.last()
    assert (line.field, line.after, line.reason, line.actor_user) == (
        "due_on",
        "2026-12-24",
        "the freeze",
        rita,
    )
    assert "moved 1 time." in text(browser.get(f"{LIST}{item.pk}/change/"))


def test_an_older_page_loses_nothing(browser):
    item = an_item()
    items.change(item.pk, {"title": "Theirs"}, by=somebody(), at=minutes(1))

    answer = browser.post(f"{LIST}{item.pk}/save/", form_of(item, title="Mine"))

    assert answer.status_code == 412
    assert "Mine" in text(answer)
    assert ActionItem.objects.get(pk=item.pk).title == "Theirs"


def test_an_overtaken_save_shows_both_values_and_the_next_press_replaces_theirs(browser, rita):
    team = ATeam(name="Payments team", slug="pay")
    item = an_item(owner=rita, due_on=date(2026, 12, 1))
    stale = form_of(item, due_on="2026-12-08", reason="the vendor needs longer")
    theirs = {"due_on": date(2026, 12, 3), "team": team}
    items.change(item.pk, theirs, by=somebody(), at=minutes(1))

    refused = browser.post(f"{LIST}{item.pk}/save/", stale)

    assert "due on is now “2026-12-03”; you wrote “2026-12-08”." in text(refused).lower()
    assert "team is now “payments team (pay)”; you wrote “nothing”." in text(refused).lower()
    assert 'name="version" value="2"' in text(refused)
    again = {**stale, "version": "2", "team": str(team.pk)}
    assert browser.post(f"{LIST}{item.pk}/save/", again).status_code == 302
    saved = ActionItem.objects.get(pk=item.pk)
    assert (saved.due_on, saved.team) == (date(2026, 12, 8), team)


def test_done_asks_for_its_evidence(browser):
    item = an_item()
    where = f"{LIST}{item.pk}/press/finish/"

    assert browser.post(where, {"evidence": ""}).status_code == 422
    browser.post(where, {"evidence": "change 4471"})
    assert ActionItem.objects.get(pk=item.pk).evidence == "change 4471"


def test_a_new_item_comes_from_an_incident(browser, rita):
    incident = an_incident()
    assert incident.label in text(browser.get(f"{LIST}add/"))

    answer = browser.post(
        f"{LIST}add/",
        {
            "incident": str(incident.pk),
            "title": "Alert earlier",
            "owner": "rita",
            "due_on": "2026-12-01",
        },
    )

    made = ActionItem.objects.get()
    assert answer["Location"] == f"{LIST}{made.pk}/change/"
    assert made.incident == incident
    assert browser.get(f"{LIST}add/", {"incident": "99999"}).status_code == 404


def test_hostile_text_is_inert(browser):
    item = an_item(title=HOSTILE, evidence=HOSTILE, detail=HOSTILE)
    items.change(item.pk, {"title": f"{HOSTILE}!"}, by=somebody(), at=minutes(1), reason=HOSTILE)

    for path in (LIST, f"{LIST}{item.pk}/change/"):
        assert "<script>alert" not in text(browser.get(path))


@pytest.mark.parametrize("path", ["99999/change/", "0x1/change/", f"{'9' * 40}/change/"])
def test_what_is_not_there_is_not_found(browser, path):
    assert browser.get(f"{LIST}{path}").status_code == 404


def test_the_list_costs_the_same_with_much_and_with_little(browser):
    def cost(count: int) -> int:
        for number in range(count):
            an_item(due_on=in_days(number - 10))
        remind(NINE)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(LIST).status_code == 200
        return len(queries)

    few, many = cost(3), cost(27)

    assert few == many
    assert many <= 40
