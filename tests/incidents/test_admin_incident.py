"""The screen of an incident: every possible verb is a POST button, and nothing else moves it."""

import re
from typing import Any

import pytest
from django.test import Client

from core.actor import person
from core.models import User
from incidents import actions
from incidents.models import Incident, PlaybookVersion, Service, TransitionLog
from incidents.playbook.lifecycle import VERBS, allowed
from oncall.actions import advance
from oncall.models import Escalation
from tests.conftest import Clock
from tests.core import admin_scene as scene
from tests.factories import AnIncident, APolicy, AResponder, AService, AUser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]

LIST = "/admin/incidents/incident/"


@pytest.fixture
def rob() -> User:
    return AUser(username="rob", first_name="Rob", group="Responder")


@pytest.fixture
def browser(rob: User) -> Client:
    return scene.signed_in(rob)


def text(reply: Any) -> str:
    return reply.content.decode().replace("&#x27;", "'")


def page(browser: Client, incident: Incident) -> str:
    reply = browser.get(f"{LIST}{incident.pk}/change/")
    assert reply.status_code == 200
    return text(reply)


def words(html: str) -> str:
    """Return the text of a page, as it reads."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def press(browser: Client, incident: Incident, verb: str, **typed: str) -> Any:
    return browser.post(f"{LIST}{incident.pk}/press/{verb}/", typed, follow=True)


def offered(html: str) -> set[str]:
    return set(re.findall(r'data-action="(\w+)"', html))


def again(incident: Incident) -> Incident:
    return Incident.objects.get(pk=incident.pk)


# Buttons


def test_the_buttons_are_the_verbs_that_are_possible_now(browser: Client) -> None:
    incident = AnIncident()

    shown = offered(page(browser, incident))

    assert shown & set(VERBS) == set(allowed("detected"))
    assert {"declare", "note", "change_severity"} <= shown
    assert not {"take_command", "assign_role", "take_over"} & shown


def test_what_is_over_offers_what_is_left(browser: Client) -> None:
    incident = AnIncident(declared=True, resolved=True)

    shown = offered(page(browser, incident))

    assert shown & set(VERBS) == {"start_review", "close", "reopen"}
    assert "note" in shown
    assert not {"declare", "take_command", "assign_role", "change_severity"} & shown


def test_a_viewer_sees_all_and_is_offered_nothing() -> None:
    html = page(scene.signed_in(AUser(group="Viewer")), AnIncident())

    assert "Checkout is failing" in html
    assert offered(html) == set()


def test_one_press_acknowledges_and_stops_the_paging(
    browser: Client, rob: User, clock: Clock
) -> None:
    anna = AResponder().user
    APolicy(default=True, steps=[(300, [anna])])
    incident = actions.declare(
        title="Down", service=AService(), rank=1, by=person(AUser()), at=clock.now
    )

    reply = press(browser, incident, "acknowledge")

    assert f"{incident.label} is now: Acknowledged (09:00:00 UTC)." in text(reply)
    assert again(incident).acknowledged_by == rob
    assert Escalation.objects.get().state == "stopped"


@pytest.mark.parametrize("verb", allowed("detected"))
def test_a_press_of_a_verb_is_that_verb_in_the_log(browser: Client, rob: User, verb: str) -> None:
    incident, other = AnIncident(), AnIncident()

    press(browser, incident, verb, **({"into": f"inc-{other.pk}"} if verb == "merge" else {}))

    log = TransitionLog.objects.get(incident=incident)
    assert (log.verb, log.actor_user, log.actor_kind) == (verb, rob, "person")


def test_a_verb_that_is_no_longer_possible_says_why(browser: Client) -> None:
    incident = AnIncident(resolved=True)

    reply = press(browser, incident, "mitigate")

    assert reply.status_code == 200
    assert "is resolved; it can't mitigate from there." in text(reply)
    assert again(incident).state == "resolved"


def test_somebody_else_has_it_already_is_a_message(browser: Client) -> None:
    anna = AUser(first_name="Anna")
    incident = AnIncident(acknowledged=True, acknowledged_by=anna)

    assert "Anna has" in text(press(browser, incident, "acknowledge"))
    assert again(incident).acknowledged_by == anna


def test_a_viewer_s_press_moves_nothing() -> None:
    incident = AnIncident()

    reply = press(scene.signed_in(AUser(group="Viewer")), incident, "resolve")

    assert reply.status_code == 403
    assert again(incident).state == "detected"
    assert not TransitionLog.objects.exists()


@pytest.mark.parametrize("forged", ["delete", "save", "__class__", "tell"])
def test_a_forged_verb_is_refused(browser: Client, forged: str) -> None:
    incident = AnIncident()

    assert press(browser, incident, forged).status_code == 403
    assert again(incident).state == "detected"


def test_reopening_asks_for_a_reason_and_keeps_what_was_typed(browser: Client) -> None:
    incident = AnIncident(declared=True, resolved=True)

    refused = press(browser, incident, "reopen", reason="too short")
    assert refused.status_code == 422
    assert "needs a reason of at least 10 characters" in text(refused)
    assert "too short</textarea>" in text(refused)

    press(browser, incident, "reopen", reason="It came back at once.")
    assert again(incident).state == "investigating"


def test_a_double_press_changes_nothing(browser: Client) -> None:
    incident = AnIncident()

    for _ in range(2):
        press(browser, incident, "resolve")

    assert TransitionLog.objects.count() == 1


def test_the_state_can_t_be_saved_by_any_form(browser: Client) -> None:
    incident = AnIncident()
    administrator = scene.signed_in(AUser(group="Administrator"))

    for who in (browser, administrator):
        assert who.post(f"{LIST}{incident.pk}/change/", {"state": "resolved"}).status_code == 403

    assert '<input type="text" name="state"' not in page(administrator, incident)
    assert again(incident).state == "detected"


# Guards


def test_a_guard_that_blocks_is_said_and_overridden_with_a_reason(clock: Clock) -> None:
    service = AService(playbook_slug="imag")
    ada = AUser(group="Administrator")
    incident = actions.declare(title="Down", service=service, rank=1, by=person(ada), at=clock.now)
    actions.move(incident.pk, "acknowledge", by=person(ada), at=clock.now)
    browser = scene.signed_in(ada)
    blocked = [
        verb
        for verb in ("mitigate", "monitor", "resolve")
        if press(browser, incident, verb).status_code == 409
    ]

    refused = press(browser, incident, blocked[0])
    assert "must wait" in text(refused)
    press(browser, incident, blocked[0], reason="The whole team agreed on the call.")

    log = TransitionLog.objects.filter(incident=incident).latest("number")
    assert (log.verb, bool(log.overridden)) == (blocked[0], True)


# Declaring


def declaration(service: Service, **changes: str) -> dict[str, Any]:
    return {
        "title": "Payments are slow",
        "service": service.pk,
        "severity": "2",
        "description": "",
        **changes,
    }


def test_declaring_opens_one_incident_and_goes_to_it(browser: Client, rob: User) -> None:
    service = AService()

    reply = browser.post(f"{LIST}add/", declaration(service), follow=True)

    incident = Incident.objects.get()
    assert (incident.opened_by, incident.rank, incident.is_declared) == (rob, 2, True)
    assert reply.redirect_chain[-1][0] == f"{LIST}{incident.pk}/"
    assert "The engine pages within seconds." in text(reply)
    assert Escalation.objects.filter(incident=incident).exists()


def test_i_have_it_pages_nobody(browser: Client, rob: User) -> None:
    browser.post(f"{LIST}add/", declaration(AService(), page_nobody="on"))

    incident = Incident.objects.get()
    assert (incident.state, incident.acknowledged_by) == ("acknowledged", rob)
    assert not Escalation.objects.exists()


@pytest.mark.parametrize("wrong", [{"title": "  "}, {"severity": "9"}, {"service": "0"}])
def test_a_wrong_declaration_is_said_and_keeps_the_text(
    browser: Client, wrong: dict[str, str]
) -> None:
    reply = browser.post(f"{LIST}add/", declaration(AService(), description="p99 9 s") | wrong)

    assert reply.status_code == 422
    assert "p99 9 s" in text(reply)
    assert not Incident.objects.exists()


def test_a_missing_playbook_is_a_message_not_a_fault(browser: Client) -> None:
    service = AService()
    PlaybookVersion.objects.all().delete()

    reply = browser.post(f"{LIST}add/", declaration(service))

    assert reply.status_code == 422
    assert "No playbook is loaded" in text(reply)


def test_a_viewer_can_t_declare() -> None:
    browser = scene.signed_in(AUser(group="Viewer"))

    assert browser.get(f"{LIST}add/").status_code == 403
    assert browser.post(f"{LIST}add/", declaration(AService())).status_code == 403


def test_declare_promotes_what_is_in_triage(browser: Client) -> None:
    incident = AnIncident()

    press(browser, incident, "declare")

    assert again(incident).is_declared
    assert "declare" not in offered(page(browser, incident))


# People and words


def test_command_is_one_press(browser: Client, rob: User) -> None:
    incident = AnIncident(declared=True)

    press(browser, incident, "take_command")

    assert incident.roles.get(to_at=None).user == rob
    assert "take_command" not in offered(page(browser, incident))


def test_taking_over_needs_a_holder(browser: Client, rob: User) -> None:
    incident = AnIncident(acknowledged=True, acknowledged_by=AUser())
    assert "take_over" in offered(page(browser, incident))

    press(browser, incident, "take_over")

    assert again(incident).acknowledged_by == rob


def test_a_role_is_given_by_name(browser: Client) -> None:
    incident, anna = AnIncident(declared=True), AUser(first_name="Anna")

    press(browser, incident, "assign_role", role="commander", user=str(anna.pk))

    assert "Commander: Anna" in words(page(browser, incident))


def test_a_note_may_tell_of_earlier(browser: Client, clock: Clock) -> None:
    incident = AnIncident()

    press(browser, incident, "note", text="Deploy began", happened_at="2026-11-23T08:50")

    line = incident.timeline.get(kind="note")
    assert (line.text, f"{line.happened_at:%H:%M}", line.recorded_at) == (
        "Deploy began",
        "08:50",
        clock.now,
    )


def test_a_note_of_the_future_is_refused_and_kept(browser: Client) -> None:
    incident = AnIncident()

    reply = press(browser, incident, "note", text="Deploy began", happened_at="2026-11-23T09:50")

    assert reply.status_code == 422
    assert "tell the future" in text(reply)
    assert "Deploy began</textarea>" in text(reply)


def test_a_changed_severity_needs_a_reason(browser: Client) -> None:
    incident = AnIncident(rank=3)

    assert press(browser, incident, "change_severity", rank="1", reason=" ").status_code == 422
    press(browser, incident, "change_severity", rank="1", reason="All regions")

    assert again(incident).rank == 1
    assert "Severity 3 → 1: All regions" in words(page(browser, incident))


# Looking


def test_lists_keep_triage_and_declared_apart(browser: Client) -> None:
    AnIncident(title="Only an alert")
    AnIncident(title="A person said so", declared=True)

    triage, declared = (text(browser.get(f"{LIST}?kind={kind}")) for kind in ("triage", "declared"))

    assert "Only an alert" in triage
    assert "A person said so" not in triage
    assert "A person said so" in declared
    assert "Only an alert" not in declared


@pytest.mark.parametrize(
    ("chosen", "titles"), [("yes", {"A", "B"}), ("nobody", {"A"}), ("no", {"C"})]
)
def test_the_open_filter_tells_who_needs_somebody(
    browser: Client, chosen: str, titles: set[str]
) -> None:
    AnIncident(title="Title A")
    AnIncident(title="Title B", acknowledged=True)
    AnIncident(title="Title C", resolved=True)

    assert set(re.findall(r"Title (\w)", text(browser.get(f"{LIST}?open={chosen}")))) == titles


def test_a_number_is_found_as_people_say_it(browser: Client) -> None:
    wanted = AnIncident(title="This one")
    AnIncident(title="Another")

    found = text(browser.get(f"{LIST}?q=inc-{wanted.pk}"))

    assert "This one" in found
    assert "Another" not in found


def test_the_page_shows_who_was_paged_and_what_came_of_it(browser: Client, clock: Clock) -> None:
    anna, silent = AResponder().user, AUser(first_name="Silent")
    APolicy(default=True, steps=[(300, [anna, silent])])
    incident = actions.declare(
        title="Down", service=AService(), rank=1, by=person(AUser()), at=clock.now
    )
    advance(clock.now)

    html = page(browser, incident)

    assert "Paging runs; step 1 is due at 23 Nov 09:05:00 UTC." in html
    assert re.search(rf"{anna.username}.*?named in the policy.*?email.*?Pending", html, re.DOTALL)
    assert re.search(r"Silent.*?not sent.*?has no verified address", html, re.DOTALL)


def test_a_snooze_is_told_with_who_and_until_when(browser: Client, clock: Clock) -> None:
    anna = AResponder().user
    APolicy(default=True, steps=[(300, [anna])])
    incident = actions.declare(
        title="Down", service=AService(), rank=1, by=person(AUser()), at=clock.now
    )
    Escalation.objects.filter(incident=incident).update(snoozed_by=anna, next_due_at=clock.now)

    html = page(browser, incident)

    assert f"Snoozed: {anna.display_name} is paged again at 23 Nov 09:00:00 UTC." in html


def test_no_link_beside_the_verbs_is_called_close(browser: Client) -> None:
    html = page(browser, AnIncident())

    assert "closelink" not in html
    assert "submit-row" not in html


def test_hostile_text_is_shown_as_text(browser: Client) -> None:
    incident = AnIncident(title="<script>alert(1)</script>", description="<img src=x>")

    html = page(browser, incident) + text(browser.get(LIST))

    assert "<script>alert" not in html
    assert "<img src=x>" not in html
