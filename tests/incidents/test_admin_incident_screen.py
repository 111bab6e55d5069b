"""The incident's screen says what happens, what to do next and who does what, before anything is pressed."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core.actor import person
from core.errors import Invalid
from core.models import User
from incidents import actions
from incidents.models import ChangeEvent, Incident, PlaybookVersion
from oncall.actions import advance
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import NINE, AnIncident, APolicy, AResponder, AService, ASource, AUser
from tests.incidents.actions.scenes import an_incident_in
from tests.incidents.playbook.books import changed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]

LIST = "/admin/incidents/incident/"


@pytest.fixture
def rob() -> User:
    return AUser(username="rob", first_name="Rob", group="Responder")


@pytest.fixture
def browser(rob: User) -> Client:
    return scene.signed_in(rob)


def page(browser: Client, incident: Incident, query: str = "") -> str:
    reply = browser.get(f"{LIST}{incident.pk}/{query}")
    assert reply.status_code == 200
    return reply.content.decode().replace("&#x27;", "'")


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def primary(html: str) -> str:
    """Return the verb of the one ink button that posts, "" for none."""
    found = re.findall(r'class="btn primary large" data-action="(\w+)"', html)
    assert len(found) <= 1
    return "".join(found)


def press(browser: Client, incident: Incident, verb: str, **typed: Any) -> Any:
    return browser.post(f"{LIST}{incident.pk}/press/{verb}/", typed, follow=True)


# What to do next


@pytest.mark.parametrize(
    ("state", "declared", "verb"),
    [
        ("detected", False, "acknowledge"),
        ("acknowledged", False, "declare"),
        ("detected", True, "acknowledge"),
        ("monitoring", True, "resolve"),
        ("resolved", True, ""),
    ],
)
def test_the_one_primary_button_is_what_is_due(
    browser: Client, state: str, declared: bool, verb: str
) -> None:
    assert primary(page(browser, an_incident_in(state, declared=declared, rank=3))) == verb


def test_without_a_commander_whom_the_playbook_wants_command_comes_first(
    browser: Client, rob: User
) -> None:
    incident = an_incident_in("investigating", rank=1)
    assert primary(page(browser, incident)) == "take_command"

    actions.take_command(incident.pk, by=person(rob), at=NINE)

    assert primary(page(browser, incident)) == "monitor"
    assert "Next for you, as Commander" in page(browser, incident)


def test_a_viewer_is_offered_no_button_and_every_post_is_refused() -> None:
    browser = scene.signed_in(AUser(group="Viewer"))
    incident = an_incident_in("investigating")
    html = page(browser, incident)

    assert "data-action" not in html
    for verb in (
        "resolve",
        "merge",
        "note",
        "decide",
        "pin",
        "assign_role",
        "offer_role",
        "reword",
    ):
        assert press(browser, incident, verb).status_code == 403
    assert not incident.timeline.exists()


def test_who_is_paged_and_who_follows_is_said_while_nobody_has_it(
    browser: Client, clock: Clock
) -> None:
    anna, bob = (AResponder(user__first_name=name).user for name in ("Anna", "Bob"))
    APolicy(default=True, steps=[(300, [anna]), (300, [bob])])
    incident = actions.declare(
        title="Down", service=AService(), rank=1, by=person(AUser()), at=clock.now
    )
    advance(clock.now)

    html = words(page(browser, incident))

    assert "Nobody has it. Paging Anna, then Bob in 5:00" in html
    assert "Answer due in 5:00 of 5:00" in html


# Guards before the click


def blocked(browser_of: User) -> Incident:
    """Return an incident under `imag`, where only the commander resolves."""
    book = PlaybookVersion.objects.get(slug="imag")
    return an_incident_in("mitigating", playbook=book, service=AService(playbook_slug="imag"))


def test_a_refused_button_names_its_conditions_before_the_click(browser: Client, rob: User) -> None:
    html = page(browser, blocked(rob))

    button = re.search(r'<button[^>]*data-action="resolve"[^>]*>.*?</button>', html, re.DOTALL)
    assert button
    assert 'aria-disabled="true" aria-describedby="guards-resolve"' in button[0]
    assert "1 unmet" in button[0]
    assert "takes this step: nobody yet" in words(html)
    assert "Override" not in html


def test_in_triage_a_step_that_declares_is_refused_before_the_click(browser: Client) -> None:
    guard = {"name": "role_filled", "verbs": ["mitigate"], "params": {"role": "commander"}}
    document = changed(lambda book: book["guards"].append({**guard, "mode": "block"}))
    actions.playbooks.store(json.dumps(document), at=NINE)
    incident = AnIncident(service=AService(playbook_slug="imag"))

    html = page(browser, incident)

    button = re.search(r'<button[^>]*data-action="mitigate"[^>]*>.*?</button>', html, re.DOTALL)
    assert button
    assert "Start mitigation (declares it)" in button[0]
    assert 'aria-disabled="true"' in button[0]
    assert "is assigned: nobody yet" in words(html)


def test_a_met_condition_is_shown_as_met(browser: Client, rob: User) -> None:
    incident = an_incident_in("monitoring", rank=1)
    actions.take_command(incident.pk, by=person(rob), at=NINE)

    html = page(browser, incident)

    assert re.search(r'<li class="met">.*?Commander is assigned', html, re.DOTALL)
    assert re.search(r'<li class="warned">.*?Quiet for 10 min:.*?not quiet yet', html, re.DOTALL)


def test_override_opens_in_place_for_who_may_and_goes_through_with_one_press(rob: User) -> None:
    browser = scene.signed_in(AUser(group="Administrator"))
    incident = blocked(rob)
    assert f"{LIST}{incident.pk}/?override=resolve#override" in page(browser, incident)

    html = page(browser, incident, "?override=resolve")
    reason = re.findall(r'name="reason" value="([^"]{10,})"', html)[0]
    press(browser, incident, "resolve", reason=["", reason], seen=incident.step)

    log = incident.transitions.get()
    assert (log.verb, log.reason, bool(log.overridden)) == ("resolve", reason, True)


def test_no_override_is_opened_for_who_may_not(browser: Client, rob: User) -> None:
    assert 'id="override"' not in page(browser, blocked(rob), "?override=resolve")


# Two people at once


def test_of_two_verbs_at_once_one_wins_and_the_other_is_told_who_did_what_when(
    browser: Client, clock: Clock
) -> None:
    incident = an_incident_in("investigating", rank=3)
    anna = person(AUser(first_name="Anna"))
    actions.move(incident.pk, "mitigate", by=anna, at=clock.now)

    reply = press(browser, incident, "monitor", seen=0)

    assert reply.status_code == 200
    assert "Anna set it to Mitigating at 09:00:00 UTC." in reply.content.decode()
    assert Incident.objects.get(pk=incident.pk).state == "mitigating"


def test_what_is_no_longer_possible_says_who_was_first(browser: Client, clock: Clock) -> None:
    incident = AnIncident()
    actions.move(incident.pk, "resolve", by=person(AUser(first_name="Anna")), at=clock.now)

    reply = press(browser, incident, "acknowledge", seen=0)

    assert "Anna set it to Resolved at 09:00:00 UTC." in reply.content.decode()


def test_the_second_press_of_a_double_press_is_no_conflict(browser: Client) -> None:
    incident = an_incident_in("investigating", rank=3)

    for _ in range(2):
        reply = press(browser, incident, "monitor", seen=0)

    assert "is now: Watching" in reply.content.decode()
    assert incident.transitions.count() == 1


# Ways out


@pytest.mark.parametrize("verb", ["cancel", "mark_false_alarm"])
def test_what_cannot_be_undone_is_asked_first_once_it_is_declared(
    browser: Client, verb: str
) -> None:
    incident = an_incident_in("investigating")

    asked = press(browser, incident, verb, seen=0)
    assert "reopened" in asked.content.decode()
    assert Incident.objects.get(pk=incident.pk).state == "investigating"

    press(browser, incident, verb, seen=0, confirmed="1")
    assert not Incident.objects.get(pk=incident.pk).is_live


def test_merging_keeps_the_number_that_was_typed_when_it_asks(browser: Client) -> None:
    incident, other = an_incident_in("investigating"), an_incident_in("investigating")

    asked = press(browser, incident, "merge", into=other.label)

    assert f'value="{other.label}"' in asked.content.decode()


def test_merging_suggests_other_open_incidents_and_takes_their_number_with_the_title(
    browser: Client,
) -> None:
    incident, other = an_incident_in("investigating"), an_incident_in("investigating")
    Incident.objects.filter(pk=other.pk).update(title="Mails wait")
    AnIncident(title="Over", resolved=True)

    asked = press(browser, incident, "merge", seen=0).content.decode()
    press(browser, incident, "merge", into=f"{other.label} Mails wait", seen=0, confirmed="1")

    shown = re.findall(r'<option value="(INC-[^"]*)">', asked)
    assert shown == [f"{other.label} Mails wait"]
    assert Incident.objects.get(pk=incident.pk).merged_into == other


def test_a_step_with_a_way_back_offers_to_undo_it_in_one_press(browser: Client) -> None:
    incident = an_incident_in("mitigating", rank=3)

    html = press(browser, incident, "monitor", seen=0).content.decode()

    assert f'formaction="{LIST}{incident.pk}/press/mitigate/" data-action="mitigate">Undo' in html
    assert 'id="press" method="post"' in html


# Title and description


def test_a_stale_title_is_refused_shows_both_and_keeps_the_typed_text(browser: Client) -> None:
    incident = AnIncident(title="A")
    seen = re.search(r'name="seen" value="([^"]{20,})"', page(browser, incident))
    assert seen
    actions.reword(incident.pk, actions.Wording("B", ""), by=person(AUser()), at=NINE)

    reply = press(browser, incident, "reword", title="C", description="", seen=seen[1])

    assert reply.status_code == 422
    assert "Title is now “B”" in reply.content.decode()
    assert 'value="C"' in reply.content.decode()
    assert Incident.objects.get(pk=incident.pk).title == "B"


@pytest.mark.parametrize(
    ("verb", "field", "typed"),
    [
        ("resolve", "reason", {}),
        ("reword", "description", {"title": "A"}),
        ("note", "text", {}),
        ("decide", "reason", {"chosen": "Roll back"}),
    ],
)
def test_a_text_without_end_is_refused_in_words_and_kept(
    browser: Client, verb: str, field: str, typed: dict[str, str]
) -> None:
    incident = an_incident_in("investigating")
    lines = incident.timeline.count()

    reply = press(browser, incident, verb, **{**typed, field: "x" * 20_001})

    assert reply.status_code == 422
    assert "has at most 20000 characters" in words(reply.content.decode()).replace(
        "Ensure this value", "This"
    )
    assert "x" * 20_001 in reply.content.decode()
    assert incident.timeline.count() == lines


def test_no_door_stores_a_text_without_end() -> None:
    incident, by = an_incident_in("investigating"), person(AUser())

    with pytest.raises(Invalid):
        actions.move(incident.pk, "resolve", by=by, at=NINE, reason="x" * 20_001)
    with pytest.raises(Invalid):
        actions.reword(incident.pk, actions.Wording("A", "x" * 20_001), by=by, at=NINE)

    assert Incident.objects.get().state == "investigating"


# The head, the rail and the past


def test_the_stepper_shows_the_playbook_s_steps_with_their_times(
    browser: Client, clock: Clock
) -> None:
    incident = an_incident_in("acknowledged", rank=3)
    clock.forward(minutes=7)
    actions.move(incident.pk, "monitor", by=person(AUser()), at=clock.now)

    steps = re.search(r'<ol class="stepper".*?</ol>', page(browser, incident), re.DOTALL)

    assert steps
    assert words(steps[0]) == "Open 09:00 Working Watching since 09:07 Resolved"
    assert steps[0].count('aria-current="step"') == 1


def test_an_acknowledgement_is_measured_against_its_target(browser: Client) -> None:
    at = NINE + timedelta(minutes=6)
    late = AnIncident(declared=True, rank=1, state="investigating", acknowledged_at=at)

    assert "Acknowledged in 6:00 of 5:00" in words(page(browser, late))


def test_changes_of_the_service_and_of_what_it_needs_stand_near_the_start(browser: Client) -> None:
    service, needed, other = AService(slug="payments"), AService(slug="auth"), AService()
    service.depends_on.add(needed)
    source = ASource(service=other)
    for slug, minutes in (("payments", 6), ("auth", 60), ("search", 10)):
        ChangeEvent.objects.create(
            source=source, occurred_at=NINE - timedelta(minutes=minutes), summary=f"{slug} deployed",
            details={"service": slug},
        )  # fmt: skip

    html = words(page(browser, AnIncident(service=service)))

    assert "payments deployed 6 min before just before" in html
    assert "auth deployed 1 h 00 min before" in html.replace("\xa0", " ")
    assert "search deployed" not in html


def test_similar_incidents_that_are_over_say_how_they_ended(browser: Client) -> None:
    service, by = AService(), person(AUser())
    old = an_incident_in("investigating", service=service, title="Card payments slow")
    actions.move(old.pk, "resolve", by=by, at=NINE, reason="The pool was raised")
    AnIncident(title="Something else entirely")
    over = an_incident_in("cancelled", service=service, title="Card payments opened by mistake")

    html = page(browser, AnIncident(service=service, title="Card payments failing"))

    assert f"<b>{old.label}</b> Card payments slow" in html
    assert "The pool was raised" in html
    assert over.label not in html


def test_only_web_addresses_become_links(browser: Client) -> None:
    service = AService(runbook_url="javascript:alert(1)")

    html = page(browser, AnIncident(service=service))

    assert "javascript:alert" not in html


# Addresses and parts


@pytest.mark.parametrize("name", ["header", "next", "rail", "story"])
def test_each_part_is_served_alone(browser: Client, name: str) -> None:
    html = page(browser, an_incident_in("investigating"), f"?part={name}")

    assert "<html" not in html
    assert html.strip()


def test_no_part_holds_the_field_that_somebody_types_into(browser: Client) -> None:
    incident = an_incident_in("investigating")

    assert 'name="text"' in page(browser, incident)
    for name in ("header", "next", "rail", "story"):
        assert 'name="text"' not in page(browser, incident, f"?part={name}")


def test_both_addresses_show_the_screen_and_links_use_the_short_one(browser: Client) -> None:
    incident = AnIncident()

    assert browser.get(f"{LIST}{incident.pk}/change/").status_code == 200
    reply = press(browser, incident, "acknowledge")
    assert reply.redirect_chain[-1][0] == f"{LIST}{incident.pk}/"


@pytest.mark.parametrize("number", ["999999", "9" * 30, "x", "-1"])
def test_a_number_that_is_none_is_not_found(browser: Client, number: str) -> None:
    assert browser.get(f"{LIST}{number}/").status_code in (302, 404)
    assert browser.get(f"{LIST}{number}/change/").status_code in (302, 404)


def test_hostile_text_is_inert_everywhere(browser: Client) -> None:
    evil = "<script>alert(1)</script>"
    by = person(AUser(first_name=evil))
    incident = an_incident_in("investigating", title=evil, description=evil)
    actions.note(incident.pk, evil, by=by, at=NINE)
    entry = actions.decide(incident.pk, evil, reason=evil, alternatives=evil, by=by, at=NINE)
    actions.correct(incident.pk, entry.pk, text=evil + "2", seen=0, by=by, at=NINE)
    actions.take_command(incident.pk, by=by, at=NINE)

    html = (
        page(browser, incident)
        + browser.get(f"{LIST}{incident.pk}/entries/{entry.pk}/").content.decode()
    )

    assert evil not in html
    assert " style=" not in html
    assert "onclick" not in html
