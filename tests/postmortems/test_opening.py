"""A resolved incident gets its postmortem where its playbook says so, and resolving never waits for it."""

from datetime import timedelta

import pytest

from core.errors import NotAllowed, NotPossible
from core.late import run_late
from core.models import LateCall
from incidents import actions as incidents
from incidents.models import Incident
from postmortems.actions import open_by_hand, open_postmortem, writing
from postmortems.models import Postmortem
from tests.factories import NINE, AnIncident, AService, ASource, AUser, somebody
from tests.postmortems.scenes import (
    an_incident,
    an_item,
    commander,
    minutes,
    own_playbook,
    resolved,
)

NEEDS = [
    ("standard", 1, True),
    ("standard", 2, True),
    ("standard", 3, False),
    ("standard", 4, False),
    ("imag", 1, True),
    ("imag", 2, True),
    ("imag", 3, True),
    ("imag", 4, True),
]


def has_one(incident: Incident) -> bool:
    return Postmortem.objects.filter(incident=incident).exists()


@pytest.mark.parametrize(("playbook", "rank", "opens"), NEEDS)
def test_the_playbook_decides_by_rank(playbook, rank, opens):
    incident = resolved(an_incident(rank, service=AService(playbook_slug=playbook)))

    assert has_one(incident) is opens


def _third_time_counts(document):
    needs = [
        {"ranks": [3], "need": "required", "recurring_within": "90d"},
        {"ranks": [3], "need": "optional"},
    ]
    document["postmortems"] = {**document["postmortems"], "needs": needs}


@pytest.mark.parametrize(("days", "opens"), [(89, True), (91, False)])
def test_what_comes_back_within_the_window_needs_one(days, opens):
    own_playbook("strict", _third_time_counts)
    service = AService(playbook_slug="strict")
    first = resolved(an_incident(3, service=service), at=NINE)
    again = resolved(
        an_incident(3, service=service, at=NINE + timedelta(days=days)),
        at=NINE + timedelta(days=days, hours=1),
    )

    assert not has_one(first)
    assert has_one(again) is opens


def test_another_failure_of_the_same_service_is_not_the_same_coming_back():
    own_playbook("strict", _third_time_counts)
    service = AService(playbook_slug="strict")
    resolved(an_incident(3, service=service), at=NINE)
    other = resolved(an_incident(3, service=service, title="Something else", at=minutes(5)))

    assert not has_one(other)


@pytest.mark.parametrize("verb", ["mark_false_alarm", "cancel"])
def test_what_was_no_incident_gets_none(verb):
    incident = an_incident(1)
    incidents.move(incident.pk, verb, by=somebody(), at=minutes(5), reason="the probe was wrong")
    run_late(minutes(5))

    assert not has_one(incident)


def test_what_was_merged_gets_none_and_the_survivor_gets_one():
    service = AService()
    merged, survivor = an_incident(1, service=service), an_incident(1, service=service)
    incidents.move(merged.pk, "merge", by=somebody(), at=minutes(5), into=survivor.pk)
    resolved(survivor)

    assert not has_one(merged)
    assert has_one(survivor)


def test_what_nobody_declared_gets_none():
    incident = AnIncident(rank=1)
    resolved(incident)

    assert not has_one(incident)


def test_resolving_does_not_wait_for_it_nor_fail_because_of_it(monkeypatch):
    incident = an_incident(1)

    def broken(*_: object) -> None:
        raise RuntimeError("no postmortem today")

    monkeypatch.setattr("postmortems.actions.open_postmortem", broken)
    moved = resolved(incident)

    assert moved.state == "resolved"
    assert LateCall.objects.get(handler="postmortems.actions.open_postmortem").attempts == 1

    monkeypatch.undo()
    run_late(minutes(120))

    assert has_one(incident)


def test_opening_twice_opens_one():
    incident = resolved(an_incident(1))
    open_postmortem(incident.pk, minutes(61))
    open_postmortem(incident.pk, minutes(62))

    assert Postmortem.objects.filter(incident=incident).count() == 1


def test_the_dates_are_those_of_the_guide():
    # AC-G1: resolved Wed 2025-01-15 15:45 under imag
    start = NINE.replace(year=2025, month=1, day=15, hour=14)
    end = start.replace(hour=15, minute=45)
    incident = resolved(an_incident(2, service=AService(playbook_slug="imag"), at=start), at=end)
    due = Postmortem.objects.get(incident=incident)

    assert due.scheduled_by == end.replace(day=17)
    assert due.published_by == end.replace(day=18)
    assert due.written_by == end.replace(day=22)
    assert due.reviewed_by == end.replace(day=29)


def test_the_last_commander_owns_it():
    incident, first, last = an_incident(2), AUser(), commander()
    incidents.assign_role(incident.pk, "commander", first, by=somebody(), at=minutes(1))
    incidents.assign_role(incident.pk, "commander", last, by=somebody(), at=minutes(2))
    resolved(incident)

    assert Postmortem.objects.get(incident=incident).owner == last


def test_it_keeps_the_playbook_that_the_incident_was_declared_under():
    incident = an_incident(2)
    resolved(incident)

    assert Postmortem.objects.get(incident=incident).playbook_id == incident.playbook_id


def test_one_press_opens_the_optional_one_and_a_second_press_the_same():
    incident = resolved(an_incident(3))
    by = somebody()

    opened = open_by_hand(incident.pk, by=by, at=minutes(70))

    assert open_by_hand(incident.pk, by=by, at=minutes(71)) == opened


def test_nobody_opens_one_by_hand_for_what_is_live_or_in_triage():
    live, triage = an_incident(3), resolved(AnIncident(rank=3))

    for incident in (live, triage):
        with pytest.raises(NotPossible):
            open_by_hand(incident.pk, by=somebody(), at=minutes(70))


def test_a_viewer_opens_none():
    incident = resolved(an_incident(3))

    with pytest.raises(NotAllowed):
        open_by_hand(incident.pk, by=somebody("Viewer"), at=minutes(70))


def test_action_items_of_the_incident_join_its_postmortem():
    incident = an_incident(2)
    item = an_item(incident)
    resolved(incident)
    item.refresh_from_db()

    assert item.postmortem == Postmortem.objects.get(incident=incident)


def _again(incident: Incident) -> None:
    incidents.move(incident.pk, "reopen", by=somebody(), at=minutes(61), reason="it is back again")
    run_late(minutes(61))
    incidents.note(incident.pk, "Second wave", by=somebody(), at=minutes(62))
    resolved(incident, at=minutes(80))


def test_after_a_second_resolution_the_same_one_holds_the_whole_timeline():
    incident = resolved(an_incident(2))
    before = Postmortem.objects.get(incident=incident)
    _again(incident)

    after = Postmortem.objects.get(incident=incident)
    assert after.pk == before.pk
    assert "Second wave" in after.sections.get(key="timeline").text


def test_what_somebody_has_edited_stays_as_it_is():
    incident = resolved(an_incident(2))
    postmortem = Postmortem.objects.get(incident=incident)
    writing.save_section(
        postmortem.pk, "timeline", "My own words", version=1, by=somebody(), at=minutes(60)
    )
    _again(incident)

    assert postmortem.sections.get(key="timeline").text == "My own words"


def test_reopening_the_incident_puts_a_published_one_back_to_draft():
    incident = resolved(an_incident(2))
    Postmortem.objects.filter(incident=incident).delete()
    made = Postmortem.objects.create(
        incident=incident,
        playbook=incident.playbook,
        opened_at=NINE,
        state="published",
        published_at=NINE,
    )
    incidents.move(incident.pk, "reopen", by=somebody(), at=minutes(61), reason="it is back again")
    run_late(minutes(61))

    assert Postmortem.objects.get(pk=made.pk).state == "draft"


def test_the_same_alerts_of_one_source_are_the_same_failure():
    own_playbook("strict", _third_time_counts)
    service = AService(playbook_slug="strict")
    source = ASource(service=service)
    fields = {
        "service": service,
        "source": source,
        "group_key": "HighErrorRate",
        "rank": 3,
        "declared": True,
    }
    past = resolved(AnIncident(title="One", **fields), at=NINE)
    incident = AnIncident(
        title="Two", **{**fields, "opened_at": minutes(60)}, playbook=past.playbook
    )
    resolved(incident, at=minutes(90))

    assert (
        past.playbook.slug == "standard"
    )  # the factory's own; the rule is asked of the pinned version
    assert not has_one(incident)
