"""The reply page by HTTP: every state, every button, and what it must never do (public.md 12)."""

from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from core import clock as core_clock
from core.models import Heartbeat, LateCall
from incidents import actions as incidents
from incidents.models import Incident, TimelineEntry
from notify.models import Delivery
from oncall.models import Escalation, Page, ReplyToken
from tests.factories import somebody
from tests.pager import Pager, a_person, policy, run_of, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident(pager: Pager) -> Incident:
    """Ana is paged, then bob, then eve; five minutes each."""
    people = {name: a_person(name) for name in ("ana", "bob", "eve")}
    policy(*[(300, [one]) for one in people.values()])
    pager.people = people
    return pager.opens()


def rows() -> dict[str, Any]:
    tables = (Incident, Escalation, Page, ReplyToken, TimelineEntry, Delivery, LateCall, Heartbeat)
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in tables}


def text(answer: Any) -> str:
    return answer.content.decode()


def test_case_42_looking_at_a_link_changes_nothing(pager: Pager, incident: Incident) -> None:
    before = rows()

    for _ in range(10):
        assert Client().get(pager.link("ana")).status_code == 200
    head = Client().head(pager.link("ana"))

    assert (head.status_code, head.content) == (200, b"")
    assert rows() == before


def test_other_methods_are_refused(pager: Pager, incident: Incident) -> None:
    before = rows()

    for method in ("put", "patch", "delete", "options"):
        assert getattr(Client(), method)(pager.link("ana")).status_code == 405

    assert rows() == before


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_answer_sets_no_cookie_and_can_not_be_kept_framed_or_found(
    pager: Pager, incident: Incident, method: str
) -> None:
    answer = getattr(Client(enforce_csrf_checks=True), method)(pager.link("ana"))

    assert answer.status_code == 200
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Robots-Tag"] == "noindex"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_a_token_is_stored_hashed_with_enough_bits(pager: Pager, incident: Incident) -> None:
    token = pager.link("ana").split("/")[2]

    assert len(token) * 6 >= 128
    assert token not in str(rows())
    assert len(ReplyToken.objects.get().digest) == 64


def test_acknowledging_stops_the_paging_and_pressing_twice_is_the_same(
    pager: Pager, incident: Incident
) -> None:
    first = pager.presses("ana", "acknowledge")
    after = rows()
    second = pager.presses("ana", "acknowledge")
    pager.minutes(30)

    assert (first.status_code, second.status_code) == (200, 200)
    assert "You have it." in text(second)
    assert {**rows(), "Heartbeat": 0} == {**after, "Heartbeat": 0}
    assert pager.paged() == ["ana"]
    assert Incident.objects.get().acknowledged_by.username == "ana"


def test_the_second_of_two_is_told_who_was_first(pager: Pager, incident: Incident) -> None:
    pager.forward(minutes=5)
    pager.presses("bob", "acknowledge")
    pager.clock.forward(minutes=1)

    lost = pager.presses("ana", "acknowledge")

    assert lost.status_code == 409
    assert "was first" in text(lost)
    assert Incident.objects.get().acknowledged_by.username == "bob"
    seen = Client().get(pager.link("ana"))
    assert "You can go back to sleep" in text(seen)


@pytest.mark.parametrize(
    ("action", "state"), [("resolve", "resolved"), ("false_alarm", "false_alarm")]
)
def test_a_link_ends_what_is_in_triage(
    pager: Pager, incident: Incident, action: str, state: str
) -> None:
    done, again = pager.presses("ana", action), pager.presses("ana", action)

    assert (done.status_code, again.status_code) == (200, 200)
    assert Incident.objects.get().state == state
    assert "It is over" in text(again)
    assert run_of(incident).state == "stopped"


def test_a_link_does_not_resolve_what_is_declared(pager: Pager, incident: Incident) -> None:
    incidents.declare_incident(incident.pk, by=somebody(), at=pager.clock.now)

    refused = pager.presses("ana", "resolve")

    assert refused.status_code == 409
    assert Incident.objects.get().state == "detected"


@pytest.mark.parametrize("action", ["acknowledge", "pass", "snooze"])
def test_after_the_end_every_other_button_is_refused(
    pager: Pager, incident: Incident, action: str
) -> None:
    incidents.move(incident.pk, "resolve", by=somebody(), at=pager.clock.now)

    refused = pager.presses("ana", action, minutes="15")

    assert refused.status_code == 409
    assert "It is over" in text(refused)
    assert Incident.objects.get().state == "resolved"


@pytest.mark.parametrize("minutes", ["", "0", "7", "-5", "15.0", "\u0665", "1" * 5000, "x\0"])
def test_a_snooze_has_one_of_the_spans_that_are_offered(
    pager: Pager, incident: Incident, minutes: str
) -> None:
    before = rows()

    refused = pager.presses("ana", "snooze", minutes=minutes)

    assert refused.status_code == 422
    assert rows() == before


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_a_body_that_is_no_form_acknowledges_nothing(
    pager: Pager, incident: Incident, kind: str
) -> None:
    before = rows()

    answer = Client().post(pager.link("ana"), b'{"action": "pass"}', content_type=kind)

    assert answer.status_code == 422
    assert "Nothing was changed" in text(answer)
    assert rows() == before


def test_an_empty_post_acknowledges(pager: Pager, incident: Incident) -> None:
    answer = Client().post(pager.link("ana"), b"", content_type="application/json")

    incident.refresh_from_db()
    assert (answer.status_code, incident.state) == (200, "acknowledged")


@pytest.mark.parametrize("action", ["declare", "close", "", "<b>", "x\0y", "assign_role" * 999])
def test_a_link_can_do_nothing_wider(pager: Pager, incident: Incident, action: str) -> None:
    before = rows()

    refused = pager.presses("ana", action)

    assert refused.status_code == 422
    assert "<b>" not in text(refused)
    assert rows() == before


def test_a_snooze_pages_the_snoozer_first_in_a_new_generation(
    pager: Pager, incident: Incident
) -> None:
    pager.forward(minutes=5)
    snoozed = pager.presses("bob", "snooze", minutes="15")
    assert snoozed.status_code == 200
    assert "quiet until" in text(snoozed)

    pager.minutes(14)
    assert pager.paged() == ["ana", "bob"]
    pager.forward(minutes=1)
    assert pager.paged() == ["ana", "bob", "bob"]
    assert run_of(incident).generation == 2
    pager.minutes(5)
    assert pager.paged() == ["ana", "bob", "bob", "ana"]


def test_a_second_snooze_does_not_page_the_snoozer_twice(pager: Pager, incident: Incident) -> None:
    pager.presses("ana", "snooze", minutes="5")
    pager.forward(minutes=5)
    pager.presses("ana", "snooze", minutes="5")
    pager.forward(minutes=5)

    pager.minutes(5)

    assert pager.paged() == ["ana", "ana", "ana", "ana"]
    assert [step["people"] for step in run_of(incident).steps] == [
        [pager.people[name].pk] for name in ("ana", "ana", "bob", "eve")
    ]


def test_a_pass_pages_the_next_person_at_once(pager: Pager, incident: Incident) -> None:
    passed = pager.presses("ana", "pass")
    pager.settle()

    assert passed.status_code == 200
    assert pager.paged() == ["ana", "bob"]
    assert "Passed on" in text(Client().get(pager.link("ana")))
    assert "Passed on to the next step" in told(incident, "escalation")


def test_case_39_a_pass_from_two_stale_pages_goes_on_by_one_step(
    pager: Pager, incident: Incident
) -> None:
    pager.presses("ana", "pass")
    pager.presses("ana", "pass")
    pager.settle()
    pager.presses("ana", "pass")
    pager.settle()

    assert pager.paged() == ["ana", "bob"]


def test_who_passes_on_is_not_paged_by_the_step_that_follows(pager: Pager) -> None:
    ana, bob = a_person("ana"), a_person("bob")
    policy((300, [ana]), (300, [ana, bob]))
    pager.opens()

    pager.presses("ana", "pass")
    pager.settle()

    assert pager.paged() == ["ana", "bob"]
    pager.minutes(5)
    assert pager.paged() == ["ana", "bob", "ana"]


def test_the_only_person_who_passes_on_leaves_it_to_the_fallback(pager: Pager) -> None:
    a_person("root", user__group="Administrator")
    policy((300, [a_person("ana")]))
    pager.opens()

    pager.presses("ana", "pass")
    pager.settle()

    assert pager.paged() == ["ana", "root"]
    refused = pager.presses("root", "pass")
    assert refused.status_code == 409
    assert "Nobody else can be reached" in text(refused)


def test_a_new_page_after_a_pass_asks_anew(pager: Pager, incident: Incident) -> None:
    pager.presses("ana", "pass")
    pager.settle()
    pager.minutes(10)
    assert pager.paged() == ["ana", "bob", "eve", "ana"]

    assert "Nobody has it yet" in text(Client().get(pager.link("ana")))
    assert "Passed on" in text(Client().get(pager.link("ana", 0)))


def test_a_pass_ends_a_snooze(pager: Pager, incident: Incident) -> None:
    pager.presses("ana", "snooze", minutes="60")

    pager.presses("ana", "pass")
    pager.settle()

    assert pager.paged() == ["ana", "bob"]
    assert run_of(incident).generation == 1


def test_who_gives_up_keeps_it_until_somebody_takes_it_over(
    pager: Pager, incident: Incident
) -> None:
    pager.presses("ana", "acknowledge")
    pager.minutes(10)
    assert pager.paged() == ["ana"]

    for _ in range(2):
        assert pager.presses("ana", "pass").status_code == 200
    pager.settle()
    assert pager.paged() == ["ana", "bob"]
    assert incident.escalations.count() == 2
    pager.minutes(5)
    assert pager.paged() == ["ana", "bob", "eve"]

    assert pager.presses("bob", "acknowledge").status_code == 200
    pager.minutes(60)
    assert pager.paged() == ["ana", "bob", "eve"]
    assert Incident.objects.get().acknowledged_by.username == "bob"


def test_a_page_from_before_takes_over_from_who_gave_up(pager: Pager, incident: Incident) -> None:
    pager.forward(minutes=5)
    pager.presses("ana", "acknowledge")
    pager.presses("ana", "pass")
    pager.settle()

    taken = pager.presses("bob", "acknowledge", 0)

    assert taken.status_code == 200
    assert Incident.objects.get().acknowledged_by.username == "bob"


def test_only_the_first_takes_over_from_who_gave_up(pager: Pager, incident: Incident) -> None:
    pager.presses("ana", "acknowledge")
    pager.presses("ana", "pass")
    pager.settle()
    pager.forward(minutes=5)
    pager.presses("bob", "acknowledge")

    lost = pager.presses("eve", "acknowledge")

    assert lost.status_code == 409
    assert Incident.objects.get().acknowledged_by.username == "bob"


def test_who_gave_up_may_have_it_after_all(pager: Pager, incident: Incident) -> None:
    pager.presses("ana", "acknowledge")
    pager.presses("ana", "pass")
    pager.settle()

    assert pager.presses("ana", "acknowledge").status_code == 200
    pager.minutes(60)

    assert pager.paged() == ["ana", "bob"]


@pytest.mark.parametrize("why", ["unknown", "expired", "left"])
def test_a_link_that_is_no_longer_good_tells_nothing(
    pager: Pager, incident: Incident, why: str
) -> None:
    link = pager.link("ana") if why != "unknown" else "/r/AAAAAAAAAAAAAAAAAAAAAAAA/"
    if why == "expired":
        pager.clock.forward(hours=24)
    if why == "left":
        pager.people["ana"].is_active = False
        pager.people["ana"].save()

    seen, pressed = Client().get(link), Client().post(link)

    assert seen.status_code == 404
    assert pressed.status_code in (404, 410)
    for answer in (seen, pressed):
        assert "expired" in text(answer)
        assert "Checkout" not in text(answer)
    assert Incident.objects.get().state == "detected"


def test_a_token_answers_for_its_own_page_and_person_only(pager: Pager, incident: Incident) -> None:
    other = pager.opens(title="Search is slow")

    pager.presses("ana", "acknowledge", 0)

    assert Incident.objects.get(pk=incident.pk).state == "acknowledged"
    assert Incident.objects.get(pk=other.pk).state == "detected"


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_what_could_not_be_stored_is_said_with_the_same_button(
    pager: Pager, incident: Incident, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    link = pager.link("ana")

    def away() -> None:
        raise error("gone")

    with monkeypatch.context() as patch:
        patch.setattr(core_clock, "now", away)
        answer = Client().post(link, {"action": "snooze", "minutes": "15"})

    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "Not recorded" in text(answer)
    assert 'value="snooze"' in text(answer)
    assert 'value="15"' in text(answer)
