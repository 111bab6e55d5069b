"""The screen of a schedule: the sentence, coverage, own shifts, load, layers, and what a click leads to."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from core.models import Team, User
from oncall.models import Escalation, Override, Page, Schedule, ServedShift, Unavailability
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import NINE, AnIncident, ASchedule, ATeam, AUser
from tests.oncall.desk import a_layer, manager, page, someone, text, words
from tests.query_budget import assert_flat

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
DAY = timedelta(days=1)


@pytest.fixture
def team() -> Team:
    return ATeam(slug="own", name="Own")


@pytest.fixture
def mona(team: Team) -> User:
    return manager(team)[0]


@pytest.fixture
def browser(mona: User) -> Client:
    return scene.signed_in(mona)


def taken_out(schedule: Schedule, who: User, days: int = 2, hours: int = 12) -> Override:
    start = NINE + days * DAY
    return Override.objects.create(
        schedule=schedule, kind="remove", subject=who, created_at=NINE, starts_at=start,
        ends_at=start + timedelta(hours=hours),
    )  # fmt: skip


# The sentence


def test_the_sentence_says_who_until_when_who_next_and_how_many_gaps(
    browser: Client, team: Team
) -> None:
    anna, ben = someone("Anna"), someone("Ben")
    schedule = ASchedule(team=team, people=[anna, ben], time_zone="Europe/Berlin")

    calm = words(browser.get(page(schedule)))
    taken_out(schedule, anna)
    holed = words(browser.get(page(schedule)))

    assert "Anna is on call now , until Mon 30 Nov 09:00, then Ben. No gap within a year." in calm
    assert "1 gap ahead" in holed


def test_nobody_on_call_is_loud_where_somebody_is_asked_for(browser: Client, team: Team) -> None:
    empty = ASchedule(team=team, people=[])
    bare = Schedule.objects.create(slug="s", name="S", team=team, created_at=NINE)

    assert "Nobody is on call now: a page by this schedule reaches nobody." in words(browser.get(page(empty)))  # fmt: skip
    said = words(browser.get(page(bare)))
    assert "No layer yet: everything is a gap" in said
    assert "Add the first layer" in said


def test_off_hours_that_nobody_asked_for_are_calm(
    browser: Client, team: Team, clock: Clock
) -> None:
    anna = someone("Anna")
    schedule = ASchedule(team=team, people=[], expectation="business-hours")
    hours = [{"weekdays": [0, 1, 2, 3, 4], "start": "09:00", "end": "17:00"}]
    a_layer(schedule, [anna], "Office", windows=hours)
    clock.forward(hours=10)

    said = words(browser.get(page(schedule)))

    assert "Nobody is on call now, and none is asked for. Next: Anna, Tue 09:00." in said
    assert "No gap within a year." in said


# The picture on the page


def test_the_picture_is_drawn_by_attributes_and_told_in_a_table(
    browser: Client, team: Team
) -> None:
    anna = someone("Anna")
    schedule = ASchedule(team=team, people=[anna])
    taken_out(schedule, anna)

    html = text(browser.get(f"{page(schedule)}?from=2026-11-25&span=week"))

    assert "style=" not in html
    assert "23 Nov \N{EN DASH} 29 Nov 2026" in html
    assert re.search(r'<svg class="bar t-blue" x="0.0%" y="8" width="[\d.]+%" height="40">', html)
    assert 'fill="url(#cal-hatch)"' in html
    assert "! 12 h gap" in html
    table = html[html.index("Show as table") : html.index("</table>")]
    assert table.count("<tr>") == 1 + 3
    assert "Nobody" in table


def test_periods_are_links_and_keys(browser: Client, team: Team) -> None:
    html = text(browser.get(f"{page(ASchedule(team=team))}?from=2026-12-14&span=week"))

    found = re.findall(r'href="([^"]+)"[^>]*data-key="(\w+)"', html)
    assert ("?from=2026-12-07&span=week", "ArrowLeft") in found
    assert ("?from=2026-12-21&span=week", "ArrowRight") in found
    assert ("?from=2026-11-23&span=week", "t") in found


def test_a_bar_leads_its_manager_to_a_cover_and_what_is_over_leads_nowhere(
    browser: Client, team: Team, mona: User
) -> None:
    anna = someone("Anna")
    schedule = ASchedule(team=team, people=[anna, someone("Ben")])
    taken_out(schedule, anna)

    html = text(browser.get(f"{page(schedule)}?from=2026-11-23&span=week"))
    past = text(browser.get(f"{page(schedule)}?from=2026-11-02&span=week"))

    plan = page(schedule, "plan/")
    assert f'{plan}?kind=cover&at=2026-11-23T09%3A00%3A00Z&who={anna.pk}"' in html
    assert f'{plan}?kind=gap&at=2026-11-25T09%3A00%3A00Z"' in html
    assert "plan/?kind=cover&at" not in past


def test_others_find_cover_for_their_own_bars_only_and_viewers_for_none(team: Team) -> None:
    anna, ben = someone("Anna"), someone("Ben")
    schedule = ASchedule(team=team, people=[anna, ben])

    own = text(scene.signed_in(anna).get(page(schedule)))
    viewer = text(scene.signed_in(AUser(group="Viewer")).get(page(schedule)))

    assert f"kind=swap&at=2026-11-23T09%3A00%3A00Z&who={anna.pk}" in own
    assert f"kind=swap&at=2026-11-30T09%3A00%3A00Z&who={ben.pk}" not in own
    assert "Add a layer" not in own
    assert "plan/" not in viewer
    assert "Take the pager now" not in viewer


def test_the_picture_alone_refreshes_in_place(browser: Client, team: Team) -> None:
    reply = browser.get(f"{page(ASchedule(team=team, people=[someone('Anna')]))}?part=picture")

    assert reply.status_code == 200
    assert "<h1" not in text(reply)
    assert "Who answers" in text(reply)


# Below the picture


def test_coverage_says_why_and_offers_a_cover(browser: Client, team: Team) -> None:
    anna, ben = someone("Anna"), someone("Ben")
    schedule = ASchedule(team=team, people=[anna, ben], time_zone="Europe/Oslo")
    taken_out(schedule, anna)
    Unavailability.objects.create(
        user=anna, mode="skip", created_at=NINE, starts_at=NINE + 15 * DAY, ends_at=NINE + 16 * DAY
    )
    Unavailability.objects.create(
        user=ben, mode="skip", created_at=NINE, starts_at=NINE + 15 * DAY, ends_at=NINE + 16 * DAY
    )

    html = words(browser.get(page(schedule)))

    assert "24x7 asked 2 gaps" in html
    assert "Wed 25 Nov 10:00 to 22:00 12 h, Anna is taken out Cover" in html
    assert "24 h, Anna is away, no cover" in html
    assert "Next clock change: 28 March 2027, no gap." in html


def test_a_slot_without_a_person_is_called_empty(browser: Client, team: Team) -> None:
    anna = someone("Anna")
    schedule = ASchedule(team=team, people=[anna, None])

    html = words(browser.get(page(schedule)))

    assert "7 days, slot left empty" in html
    assert "and 21 more within a year" in html


@pytest.mark.parametrize(("zone", "said"), [
    ("Asia/Kolkata", "The clocks of Asia/Kolkata don't change."),
    ("America/New_York", "Next clock change: 14 March 2027, no gap."),
])  # fmt: skip
def test_the_next_change_of_clocks_is_named(
    browser: Client, team: Team, zone: str, said: str
) -> None:
    assert said in words(browser.get(page(ASchedule(team=team, people=[someone("A")], time_zone=zone))))  # fmt: skip


def test_own_shifts_of_all_schedules_with_what_was_given_away(team: Team) -> None:
    anna, ben = someone("Anna"), someone("Ben")
    schedule = ASchedule(name="Shop", team=team, people=[anna, ben])
    ASchedule(name="Other", team=team, people=[ben, anna])
    Override.objects.create(
        schedule=schedule, kind="substitute", user=ben, subject=anna, created_at=NINE, source="swap",
        starts_at=NINE + 14 * DAY, ends_at=NINE + 15 * DAY,
    )  # fmt: skip

    html = words(scene.signed_in(anna).get(page(schedule)))

    assert (
        "Now until Mon 30 Nov 09:00, first Pages go to one channel, email; 2 are needed, in case one fails. Your contacts"
        in html
    )
    assert "Mon 30 Nov 09:00 7 days, first Other" in html
    assert "Mon 7 Dec 09:00 24 h, given away Ben" in html
    assert "Tue 8 Dec 09:00 6 days, first" in html


def test_the_load_counts_hours_and_pages_of_90_days_from_the_ledger(
    browser: Client, team: Team
) -> None:
    anna, ben = someone("Anna"), someone("Ben")
    schedule = ASchedule(
        team=team, people=[anna], created_at=NINE - 2 * DAY, served_to=NINE, time_zone="UTC"
    )
    ServedShift.objects.create(  # what was served is told, not what the rotation says today
        schedule=schedule, layer=schedule.layers.get(), seat="primary", user=ben, source="rotation",
        starts_at=NINE - 2 * DAY, ends_at=NINE - DAY,
    )  # fmt: skip
    run = Escalation.objects.create(
        incident=AnIncident(),
        generation=1,
        steps=[{"schedules": [schedule.pk]}, {}],
        next_due_at=NINE,
        started_at=NINE,
    )
    for step in range(2):
        Page.objects.create(
            escalation=run,
            generation=1,
            cycle=0,
            step=step,
            user=ben,
            created_at=NINE - DAY / 24,
            why="x",
        )

    html = words(browser.get(page(schedule)))

    load = html[html.index("Load, 90 days") :]
    assert "B Ben 24 24 1 Both seats" in load  # a day of a weekend; one page is by this schedule
    assert "Anna" not in load[: load.index("Both seats as served")]  # there was no schedule yet


def test_the_list_says_who_is_on_call(browser: Client, team: Team) -> None:
    anna = someone("Anna")
    ASchedule(name="Shop", team=team, people=[anna], time_zone="Europe/Oslo")
    ASchedule(name="Empty", team=team, people=[])

    html = words(browser.get("/admin/oncall/schedule/"))

    assert "Shop Own Europe/Oslo Anna" in html
    assert "Empty Own UTC Nobody" in html


# The rest


def test_the_pager_is_taken_after_a_question(team: Team) -> None:
    anna, rob = someone("Anna"), someone("Rob")
    schedule = ASchedule(team=team, people=[anna, someone("Ben")])
    browser = scene.signed_in(rob)

    asked = browser.post(page(schedule, "press/take_pager/"), {})
    taken = browser.post(page(schedule, "press/take_pager/"), {"confirmed": "1"}, follow=True)

    assert "Who has it now is told." in text(asked)
    assert "You have the pager until Mon 30 Nov 09:00." in text(taken)
    assert Override.objects.get().user == rob
    assert "Rob is on call now" in words(taken)
    assert "Take the pager now" not in text(taken)


def test_details_are_edited_behind_their_own_address(browser: Client, team: Team) -> None:
    schedule = ASchedule(team=team, name="Old")
    form = {"name": "New", "slug": schedule.slug, "team": team.pk, "time_zone": "Europe/Oslo",
            "expectation": "business-hours"}  # fmt: skip

    shown = text(browser.get(f"{page(schedule)}?edit=details"))
    saved = browser.post(page(schedule), form)

    assert 'name="expectation"' in shown
    assert saved["Location"] == page(schedule)
    schedule.refresh_from_db()
    assert (schedule.name, schedule.expectation) == ("New", "business-hours")


def test_the_screen_costs_at_most_20_statements_however_many_layers_and_people(
    browser: Client, team: Team, mona: User
) -> None:
    schedule = ASchedule(team=team, people=[mona])

    def more(number: int) -> None:
        for _ in range(number):
            people = [someone(f"P{User.objects.count()}") for _ in range(3)]
            layer = a_layer(schedule, [*people, mona], f"L{schedule.layers.count()}", priority=2)
            taken_out(schedule, people[0])
            Unavailability.objects.create(
                user=people[1], created_at=NINE, starts_at=NINE, ends_at=NINE + DAY
            )
            assert layer

    def ask() -> None:
        assert browser.get(page(schedule)).status_code == 200

    assert_flat(ask, more, most=20)


def test_a_backup_is_told_so_and_who_only_learns_is_not_on_call(team: Team) -> None:
    anna, ben, cleo = someone("Anna"), someone("Ben"), someone("Cleo")
    schedule = ASchedule(name="Shop", team=team, people=[anna])
    a_layer(schedule, [ben], "Second", seat="secondary")
    a_layer(schedule, [cleo], "Shadow", seat="shadow")

    backup, learner = (words(scene.signed_in(one).get("/admin/shifts/")) for one in (ben, cleo))

    assert "You are on call now: Shop as backup" in backup
    assert "You are not on call now." in learner
