"""Action items: every state and verb, what they must have, dates that are moved and counted, history."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from core.errors import Conflict, IllegalTransition, Invalid, NotAllowed
from postmortems.actions import items, writing
from postmortems.models import ActionItem
from postmortems.models.action import State
from tests.factories import NINE, ATeam, AUser, somebody
from tests.postmortems.scenes import a_postmortem, an_incident, an_item, minutes

LEGAL = {
    "start": ("open", "blocked"),
    "block": ("open", "in_progress"),
    "finish": ("open", "in_progress", "blocked"),
    "drop": ("open", "in_progress", "blocked"),
    "reopen": ("done", "wont_do"),
}
WAYS = {
    "open": (),
    "in_progress": ("start",),
    "blocked": ("block",),
    "done": ("finish",),
    "wont_do": ("drop",),
}


def move(item: ActionItem, verb: str, **said: str) -> ActionItem:
    given = {"reason": "because it is so", "evidence": "change 4471", **said}
    return items.move(item.pk, verb, by=somebody(), at=minutes(10), **given)


def change(item: ActionItem, **values: object) -> ActionItem:
    return items.change(
        item.pk, values, by=somebody(), at=minutes(20), reason="waits for test data"
    )


def one_in(state: str) -> ActionItem:
    item = an_item()
    for verb in WAYS[state]:
        item = move(item, verb)
    return item


@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("verb", LEGAL)
def test_every_state_and_every_verb(state, verb):
    item, target = one_in(state), items.TARGETS[verb]

    if state in LEGAL[verb]:
        assert move(item, verb).state == target
    elif state == target:
        version = item.version
        assert move(item, verb).version == version
    else:
        with pytest.raises(IllegalTransition):
            move(item, verb)


def test_done_needs_something_that_proves_it():
    item = an_item()

    with pytest.raises(Invalid):
        move(item, "finish", evidence="  ")

    change(item, evidence="PAY-881")
    assert move(item, "finish", evidence="").evidence == "PAY-881"


def test_the_database_keeps_done_without_evidence_out():
    item = an_item()

    with pytest.raises(IntegrityError), transaction.atomic():
        ActionItem.objects.filter(pk=item.pk).update(state="done", done_at=NINE)


@pytest.mark.parametrize(
    ("verb", "reason", "start"),
    [("drop", "too short", "open"), ("block", "", "open"), ("reopen", "", "done")],
)
def test_some_steps_need_a_reason(verb, reason, start):
    with pytest.raises(Invalid):
        move(one_in(start), verb, reason=reason)


def test_the_first_date_never_changes_and_moves_are_counted():
    item = an_item(due_on=date(2026, 12, 1))
    change(item, due_on=date(2026, 12, 8))
    change(item, due_on=date(2026, 12, 15))

    item.refresh_from_db()
    assert (item.due_on, item.original_due_on, item.times_moved) == (
        date(2026, 12, 15),
        date(2026, 12, 1),
        2,
    )


def test_every_change_is_a_line_of_history_with_who_when_and_why():
    item, by = an_item(due_on=date(2026, 12, 1)), somebody(first_name="Leila", last_name="Haddad")
    items.change(
        item.pk, {"due_on": date(2026, 12, 8)}, by=by, at=minutes(20), reason="waits for test data"
    )

    line = item.moves.last()
    assert (line.field, line.before, line.after) == ("due_on", "2026-12-01", "2026-12-08")
    assert (line.actor_label, line.actor_user, line.at) == ("Leila Haddad", by.user, minutes(20))
    assert line.reason == "waits for test data"


def test_the_same_again_leaves_no_line():
    item = an_item(due_on=date(2026, 12, 1))
    change(item, due_on=date(2026, 12, 1), title=item.title)

    assert [line.field for line in item.moves.all()] == ["created"]


def test_a_state_is_in_the_history_too():
    item = one_in("done")

    assert [(line.field, line.after) for line in item.moves.all()][1:] == [
        ("evidence", "change 4471"), ("state", "done"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"title": " "}, "/title"),
        ({"title": "x" * 201}, "/title"),
        ({"owner": None}, "/owner"),
        ({"due_on": None}, "/due_on"),
        ({"due_on": date(1900, 1, 1)}, "/due_on"),
        ({"kind": "magic"}, "/kind"),
        ({"horizon": "some day"}, "/horizon"),
        ({"priority": "now"}, "/priority"),
        ({"factor": 1}, "/factor"),
    ],
)
def test_what_is_wrong_is_named(values, pointer):
    with pytest.raises(Invalid) as refusal:
        an_item(**values)

    assert [problem["pointer"] for problem in refusal.value.extra["errors"]] == [pointer]
    assert not ActionItem.objects.exists()


def test_who_has_left_gets_nothing_new_but_keeps_what_there_is():
    gone = AUser()
    item = an_item(owner=gone)
    gone.is_active = False
    gone.save()

    assert change(item, title="Another title").owner == gone
    with pytest.raises(Invalid):
        an_item(owner=gone)


def test_a_team_may_stand_for_a_person_at_first():
    assert an_item(team=ATeam(), owner=None).team is not None


def test_a_horizon_sets_the_date_where_none_is_given():
    assert an_item(horizon="soon", due_on=None).due_on == NINE.date() + timedelta(weeks=1)


def test_an_item_may_stand_alone_on_an_incident_without_a_postmortem():
    item = an_item(an_incident(4))

    assert item.postmortem is None


def test_an_item_of_an_incident_with_a_postmortem_belongs_to_it_and_may_answer_a_factor():
    postmortem = a_postmortem()
    writing.add_factor(postmortem.pk, "One value decides", by=somebody(), at=minutes(70))

    item = an_item(postmortem.incident, factor=1)

    assert item.postmortem == postmortem
    assert item.factor == postmortem.factors.get()


def test_an_older_page_overwrites_nothing():
    item = an_item()
    change(item, title="Newer")

    with pytest.raises(Conflict):
        items.change(item.pk, {"title": "Older"}, by=somebody(), at=minutes(30), version=1)


def test_a_viewer_changes_nothing():
    item, viewer = an_item(), somebody("Viewer")

    with pytest.raises(NotAllowed):
        items.change(item.pk, {"title": "No"}, by=viewer, at=minutes(30))
    with pytest.raises(NotAllowed):
        items.move(item.pk, "start", by=viewer, at=minutes(30))
    with pytest.raises(NotAllowed):
        items.create(item.incident_id, {"title": "No"}, by=viewer, at=minutes(30))
