"""What learning shows elsewhere: on the incident, in the list of what waits, in the sidebar."""

from datetime import timedelta
from typing import Any

import pytest

from core.models import User
from incidents import actions as incidents
from postmortems.actions import review
from postmortems.admin import panels
from postmortems.models import Postmortem
from tests.core.admin_scene import signed_in
from tests.factories import NINE, AnIncident, AUser, somebody
from tests.postmortems.scenes import (
    a_postmortem,
    an_incident,
    an_item,
    in_review,
    minutes,
    resolved,
)


def on(incident: Any) -> str:
    answer = signed_in(AUser()).get(f"/admin/incidents/incident/{incident.pk}/")
    assert answer.status_code == 200
    html: str = answer.content.decode()
    start = html.find('id="postmortem"')
    return html[start : html.find("</section>", start)] if start >= 0 else ""


@pytest.mark.parametrize(
    ("rank", "sentence"),
    [
        (1, "A postmortem opens when this is resolved."),
        (3, "When this is resolved, a postmortem can be opened."),
        (4, "Its playbook asks for no postmortem."),
    ],
)
def test_a_live_incident_says_what_will_happen(rank, sentence):
    assert sentence in on(an_incident(rank))


def test_a_resolved_incident_leads_to_its_postmortem_with_its_actions():
    postmortem = a_postmortem()
    item = an_item(postmortem.incident)

    html = on(postmortem.incident)

    assert f"/admin/postmortems/postmortem/{postmortem.pk}/change/" in html
    assert item.label in html
    assert "1 of 1 action open" in html


def test_the_optional_one_is_offered_by_a_button():
    incident = resolved(an_incident(3))

    assert f"/admin/postmortems/postmortem/open/{incident.pk}/" in on(incident)


def test_what_is_in_triage_shows_nothing():
    assert on(AnIncident()) == ""


def test_a_false_alarm_offers_no_postmortem():
    incident = an_incident(1)
    incidents.move(
        incident.pk, "mark_false_alarm", by=somebody(), at=minutes(5), reason="the probe was wrong"
    )

    html = on(incident)
    assert "nothing to review" in html
    assert "open_postmortem" not in html


def test_late_and_due_actions_reviews_and_drafts_wait_for_their_person():
    leila = AUser(username="leila")
    an_item(owner=leila, due_on=NINE.date() - timedelta(days=3), title="Late")
    an_item(owner=leila, due_on=NINE.date() + timedelta(days=1), title="Soon")
    an_item(owner=leila, due_on=NINE.date() + timedelta(days=9), title="Not yet")
    an_item(due_on=NINE.date(), title="Somebody else's")
    postmortem, _reader = in_review()
    review.ask_review(postmortem.pk, [leila], by=somebody(), at=minutes(101))
    draft = a_postmortem()
    Postmortem.objects.filter(pk=draft.pk).update(owner=leila)

    found = panels.waiting(leila, NINE)

    assert [row.what for row in found] == ["Late", "Soon", "Write postmortem", "Review postmortem"]
    assert found[0].due_at == NINE.replace(hour=0) - timedelta(days=3)


def test_what_is_answered_or_finished_waits_no_longer():
    postmortem, reader = in_review()
    assert len(panels.waiting(reader, NINE)) == 1

    review.send_back(postmortem.pk, reason="one cause is missing", by=somebody(), at=minutes(110))
    assert panels.waiting(User.objects.get(pk=reader.pk), NINE) == []  # as the next request sees it


def test_the_sidebar_counts_what_is_open_and_what_is_late():
    a_postmortem()
    an_item(due_on=NINE.date() - timedelta(days=1))

    assert panels.open_postmortems(AUser(), NINE).number == 1
    assert panels.late_items(AUser(), NINE).number == 1


def test_all_of_it_costs_a_page_one_statement(django_assert_num_queries):
    leila = AUser(group="Administrator")
    an_item(owner=leila, due_on=NINE.date())
    a_postmortem()

    with django_assert_num_queries(2):  # the person's right, and this
        panels.waiting(leila, NINE)
        panels.open_postmortems(leila, NINE)
        panels.late_items(leila, NINE)


def test_both_pages_stand_in_the_sidebar():
    html = signed_in(AUser()).get("/admin/postmortems/postmortem/").content.decode()

    assert 'href="/admin/postmortems/postmortem/"' in html
    assert 'href="/admin/postmortems/actionitem/"' in html
