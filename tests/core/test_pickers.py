"""Rows of many are typed by name: read in one way only, refused with the nearest, suggested a few at a time."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from core.admin.fields import Picker, Pickers, person_picker
from core.admin.pickers import MOST, Called, likely, meant, nearest
from core.models import Membership, Team, User
from incidents.models import Dependency, Service
from oncall.models import PolicyStep
from tests.core import admin_scene as scene
from tests.factories import NINE, APolicy, ASchedule, AService, ATeam, AUser
from tests.query_budget import statements

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]


@pytest.fixture
def people() -> dict[str, User]:
    """Two called Ana, one of two first names, one without a name, one who left."""
    rows = (
        ("ana", "Ana", "Diaz", True),
        ("aruiz", "Ana", "Ruiz", True),
        ("mary", "Mary Ann", "Smith, Jr.", True),
        ("kit", "", "", True),
        ("gone", "Gone", "Away", False),
    )
    return {
        name: AUser(username=name, first_name=first, last_name=last, is_active=is_here)
        for name, first, last, is_here in rows
    }


def page(reply: Any) -> str:
    return unescape(reply.content.decode())


def suggestions(html: str, list_id: str) -> list[str]:
    found = re.search(rf'<datalist id="{list_id}">(.*?)</datalist>', html, re.DOTALL)
    return re.findall(r'<option value="([^"]*)">', found[1]) if found else []


@pytest.mark.parametrize(("text", "who"), [
    ("Ana Diaz (ana)", "ana"),
    ("ana", "ana"),  # a username before a first name
    ("ANA  DIAZ", "ana"),
    ("aruiz@northwind.example", "aruiz"),
    ("Ruiz", "aruiz"),
    ("mary ann smith, jr.", "mary"),
    ("Mary Ann Smith Jr. (mary)", "mary"),
    ("Mary Ann", "mary"),
    ("Mary Smith (mary)", "mary"),  # renamed since the page was made
    ("kit", "kit"),
    ("  Kit\n", "kit"),
])  # fmt: skip
def test_a_person_is_known_by_every_name_that_is_theirs_alone(
    people: dict[str, User], text: str, who: str
) -> None:
    assert person_picker().clean(text) == people[who]


def test_a_number_means_the_row_and_is_shown_as_its_name(people: dict[str, User]) -> None:
    assert person_picker().clean(str(people["kit"].pk)) == people["kit"]


@pytest.mark.parametrize(("text", "said"), [
    ("Anna Diaz", "Nobody active is called “Anna Diaz”. Nearest: Ana Diaz (ana), Ana Ruiz (aruiz)."),
    ("An Ruis", "Nobody active is called “An Ruis”. Nearest: Ana Ruiz (aruiz)."),
    ("Gone Away", "Nobody active is called “Gone Away”. Write a name, a username or an e-mail address."),
    ("\0", "Nobody active is called “”."),
    ("9" * 30, "Nobody active is called “"),
    ("%", "Nobody active is called “%”. Write a name"),
    ("x" * 501, "Write at most 500 characters for one name."),
])  # fmt: skip
@pytest.mark.usefixtures("people")
def test_a_name_that_nobody_has_is_refused_with_the_nearest(text: str, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        person_picker().clean(text)

    assert refused.value.messages[0].startswith(said)


def test_a_name_that_two_have_is_refused_with_both_and_how_to_tell_them_apart(
    people: dict[str, User],
) -> None:
    people["ana"].username = "adiaz"
    people["ana"].save()

    with pytest.raises(ValidationError) as refused:
        person_picker().clean("Ana")

    assert refused.value.messages == [
        "Several people are called “Ana”: Ana Diaz (adiaz), Ana Ruiz (aruiz). "
        "Write which, with what stands in brackets."
    ]


def test_what_stands_in_brackets_is_no_key_where_it_is_part_of_the_name() -> None:
    mail, other = AService(name="Mail (eu)", slug="mail"), AService(name="Europe", slug="eu")

    assert Picker(Service.objects.all()).clean("Mail (eu)") == mail
    assert Picker(Service.objects.all()).clean("Europe (eu)") == other


def test_a_text_names_one_row_whatever_its_name_holds() -> None:
    assert Called("sam", "Sam  Lee, Jr.").text == "Sam Lee Jr. (sam)"
    assert Called("payments", "Payments").text == "Payments"
    assert Called("rob", "").text == "rob"


def test_several_are_named_a_line_each_or_with_commas_and_count_once(
    people: dict[str, User],
) -> None:
    field = Pickers(User.objects.filter(is_active=True))

    assert field.clean(["Ana Diaz (ana)", "kit, aruiz", "ana"]) == [
        people["ana"], people["kit"], people["aruiz"],
    ]  # fmt: skip


@pytest.mark.parametrize(("lines", "said"), [
    ([], "Name at least one person."),
    (["a," * 51], "Name at most 50 people."),
    (["x" * 1_000_000], "Name at most 50 people."),
    (["kit, zoe"], "Nobody active is called “zoe”."),
])  # fmt: skip
@pytest.mark.usefixtures("people")
def test_a_crowd_and_nobody_are_refused(lines: list[str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Pickers(User.objects.filter(is_active=True)).clean(lines)


def test_a_thousand_names_are_read_at_once(people: dict[str, User]) -> None:
    names = [f"nobody {number}" for number in range(499)]
    found: dict[str, list[User]] = {}

    asked = statements(lambda: found.update(meant(User.objects.all(), [*names, "Ruiz"])))

    assert len(asked) == 1
    assert found["ruiz"] == [people["aruiz"]]
    assert "LIMIT" in asked[0]


def test_those_of_the_reader_s_teams_come_first_and_who_left_never() -> None:
    team = ATeam()
    reader, mate = AUser(username="zed", member_of=team), AUser(username="yan", member_of=team)
    lately = AUser(username="lou", last_login=NINE)
    AUser(username="old", last_login=NINE - timedelta(days=9))
    AUser(username="out", member_of=team, is_active=False)

    order = [row.username for row in likely(User.objects.all(), reader)]

    assert order == ["yan", "zed", "lou", "old"]
    assert (mate.pk, lately.pk) != (0, 0)


def test_services_of_the_reader_s_teams_come_first() -> None:
    reader, team = AUser(), ATeam()
    Membership.objects.create(user=reader, team=team)
    for slug, of in (("b", None), ("a", None), ("c", team)):
        AService(slug=slug, **({"team": of} if of else {}))

    assert [row.slug for row in likely(Service.objects.all(), reader)] == ["c", "a", "b"]


def test_what_was_typed_is_kept_and_refused_in_words(people: dict[str, User]) -> None:
    who = scene.cast()
    browser = scene.signed_in(who.manager)

    reply = browser.post(f"/admin/core/team/{who.team.pk}/change/", members(who.team, ["Anna"]))

    assert 'value="Anna"' in page(reply)
    assert "Nobody active is called “Anna”. Nearest: Ana" in page(reply)
    assert people["ana"].memberships.count() == 0


def members(team: Team, names: list[str]) -> dict[str, Any]:
    """Return the form of a team: the members that it has, as they stand, and new ones."""
    there = list(team.memberships.order_by("pk"))
    rows = [(row.pk, str(row.user_id), row.role) for row in there]
    rows += [("", name, "member") for name in names]
    form = {
        "name": team.name, "slug": team.slug, "memberships-TOTAL_FORMS": len(rows),
        "memberships-INITIAL_FORMS": len(there),
    }  # fmt: skip
    for place, (pk, name, role) in enumerate(rows):
        start = f"memberships-{place}"
        form |= {f"{start}-id": pk, f"{start}-team": team.pk, f"{start}-user": name, f"{start}-role": role}  # fmt: skip
    return form


def test_a_member_is_added_by_name_and_one_who_left_stays(people: dict[str, User]) -> None:
    who = scene.cast()
    Membership.objects.create(team=who.team, user=people["gone"])
    browser, address = scene.signed_in(who.manager), f"/admin/core/team/{who.team.pk}/change/"

    html = page(browser.get(address))
    reply = browser.post(address, members(who.team, ["Ruiz"]))

    assert 'value="Gone Away (gone)"' in html
    assert reply.status_code == 302
    assert set(who.team.people.values_list("username", flat=True)) == {"mona", "gone", "aruiz"}


def test_whom_a_step_pages_is_typed_a_line_each(people: dict[str, User]) -> None:
    who = scene.cast()
    schedule = ASchedule(team=who.team, name="Payments", slug="pay", people=[people["kit"]])
    policy = APolicy(team=who.team, steps=[(60, [people["kit"]])])
    step = PolicyStep.objects.get(policy=policy)
    address = reverse("admin:oncall_escalationpolicy_change", args=[policy.pk])
    form = {
        "name": "Fast", "slug": policy.slug, "team": who.team.slug, "fallback": "Ana Diaz", "steps-TOTAL_FORMS": "1",
        "steps-INITIAL_FORMS": "1", "steps-0-id": step.pk, "steps-0-policy": policy.pk, "steps-0-position": "1",
        "steps-0-wait_s": "60", "steps-0-people": ["aruiz", "Mary Ann"], "steps-0-schedules": ["payments", ""],
    }  # fmt: skip

    html = page(scene.signed_in(who.manager).get(address))
    reply = scene.signed_in(who.manager).post(address, form)

    assert html.count('name="steps-0-people" value="kit"') == 1
    assert reply.status_code == 302, page(reply)
    assert set(step.people.all()) == {people["aruiz"], people["mary"]}
    assert list(step.schedules.all()) == [schedule]
    policy.refresh_from_db()
    assert policy.fallback == people["ana"]


def test_a_service_of_another_team_can_t_be_named_for_a_source() -> None:
    who = scene.cast()
    foreign = AService(team=ATeam(), name="Foreign", slug="foreign")
    form = {"name": "Prometheus", "format": "alertmanager", "service": foreign.slug}

    refused = scene.signed_in(who.manager).post("/admin/incidents/source/add/", form)

    assert refused.status_code == 422
    assert "No service is called “foreign”." in page(refused)


# Suggested while somebody types


def asked(browser: Client, address: str, **typed: Any) -> Any:
    return browser.post(f"{address}?part=picks", typed)


def offered(reply: Any) -> list[str]:
    return re.findall(r'<option value="([^"]*)">', page(reply))


def test_what_is_being_typed_brings_the_rows_that_hold_it_and_saves_nothing(
    people: dict[str, User],
) -> None:
    who = scene.cast()
    browser, address = scene.signed_in(who.manager), f"/admin/core/team/{who.team.pk}/change/"

    typed = members(who.team, ["dia"])
    reply = asked(browser, address, **typed)

    assert offered(reply) == ["Ana Diaz (ana)"]
    assert '<template data-for="picks-membership-user">' in page(reply)
    assert people["ana"].memberships.count() == 0


def test_nothing_typed_brings_the_likeliest_again() -> None:
    who = scene.cast()
    browser = scene.signed_in(who.manager)

    reply = asked(browser, "/admin/oncall/unavailability/add/", user="")

    assert "mona" in offered(reply)


def test_a_second_name_in_a_line_keeps_the_first(people: dict[str, User]) -> None:
    who = scene.cast()
    schedule = ASchedule(team=who.team, people=[people["kit"]])
    address = reverse("admin:oncall_schedule_new_layer", args=[schedule.pk])

    reply = asked(scene.signed_in(who.manager), address, slot_0="Ana Diaz (ana), rui")

    assert offered(reply) == ["Ana Diaz (ana), Ana Ruiz (aruiz)"]


def test_whoever_may_not_edit_is_told_no_names() -> None:
    who = scene.cast()

    reply = asked(scene.signed_in(who.viewer), f"/admin/core/team/{who.team.pk}/change/")

    assert reply.status_code == 403


# With three people and with three thousand


def crowd(number: int) -> None:
    start = User.objects.count()
    names = range(start, start + number)
    User.objects.bulk_create(
        User(username=f"p{one}", first_name=f"Given{one}", last_name=f"Family{one}", is_active=True)
        for one in names
    )


def test_forms_cost_the_same_for_three_people_and_for_three_thousand() -> None:
    who = scene.cast()
    schedule = ASchedule(team=who.team, people=[who.responder, who.manager])
    policy = APolicy(team=who.team, steps=[(60, [who.responder])])
    service = AService(team=who.team)
    Dependency.objects.create(service=service, needs=AService())
    browser = scene.signed_in(who.administrator)
    places = {
        "team": reverse("admin:core_team_change", args=[who.team.pk]),
        "policy": reverse("admin:oncall_escalationpolicy_change", args=[policy.pk]),
        "plan": reverse("admin:oncall_schedule_plan", args=[schedule.pk]),
        "layer": reverse("admin:oncall_schedule_new_layer", args=[schedule.pk]),
        "absence": reverse("admin:oncall_unavailability_add"),
        "token": reverse("admin:core_apitoken_add"),
        "schedule": reverse("admin:oncall_schedule_add"),
        "service": reverse("admin:incidents_service_change", args=[service.pk]),
    }
    for address in places.values():
        browser.get(address)

    def seen() -> dict[str, tuple[int, int]]:
        found = {}
        for name, address in places.items():
            told: list[str] = []
            ran = statements(lambda to=address, told=told: told.append(page(browser.get(to))))
            found[name] = (len(ran), max(map(len, re.findall(r"(?:<option[^>]*></option>)+", told[0]))))  # fmt: skip
        return found

    few = seen()
    crowd(3_000)
    many = seen()

    assert {name: count for name, (count, _) in many.items()} == {
        name: count for name, (count, _) in few.items()
    }
    assert max(size for _, size in many.values()) < MOST * 80


def test_a_wrong_name_among_three_thousand_costs_a_few_bounded_statements() -> None:
    crowd(3_000)

    found: list[User] = []
    asked = statements(lambda: found.extend(nearest(User.objects.all(), "Given77 Famly77")))

    assert found[0].username == "p77"
    assert len(asked) <= 3
    assert all("LIMIT 200" in sql for sql in asked)


def test_a_save_of_many_unchanged_rows_reads_their_names_at_once() -> None:
    who = scene.cast()
    for _ in range(3):
        Membership.objects.create(team=who.team, user=AUser())
    browser, address = scene.signed_in(who.manager), f"/admin/core/team/{who.team.pk}/change/"
    browser.post(address, members(who.team, []))

    few = statements(lambda: browser.post(address, members(who.team, [])))
    for _ in range(20):
        Membership.objects.create(team=who.team, user=AUser())
    many = statements(lambda: browser.post(address, members(who.team, [])))

    looked_up = [sum('"first_name"' in sql for sql in asked) for asked in (few, many)]
    assert looked_up[0] == looked_up[1] > 0
