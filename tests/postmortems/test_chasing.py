"""Reminders: the owner, then the managers, then every week; once per step, whoever runs it (AC-G10)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from core.models import Membership, User
from incidents import actions as incidents
from notify.models import Delivery
from postmortems.actions import items, remind, review
from postmortems.models import ActionItem, Postmortem, Reminder
from tests.factories import NINE, AService, ATeam, AUser, somebody
from tests.postmortems.scenes import an_incident, an_item, in_review, minutes

DUE = date(2026, 12, 1)


def at(month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


SOON, LATE, MANAGERS, WEEK_ONE, WEEK_TWO = at(11, 30), at(12, 2), at(12, 4), at(12, 11), at(12, 18)


def an_owned_item(**values: object) -> ActionItem:
    """Return an item that is due on 1 Dec, of Leila in a team that Mona manages."""
    team = ATeam()
    owner = AUser(username="leila", member_of=team)
    AUser(username="mona", manages=team)
    return an_item(owner=owner, due_on=DUE, **values)


def told() -> list[tuple[str, list[str]]]:
    return [
        (one.step, sorted(person.username for person in one.people.all()))
        for one in Reminder.objects.order_by("pk")
    ]


def mails() -> list[str]:
    rows = Delivery.objects.filter(kind="action_reminder").order_by("pk")
    return [str(row.recipient) for row in rows]


def run_through(*moments: datetime) -> None:
    for moment in moments:
        remind(moment)


def test_the_owner_then_the_managers_then_every_week():
    an_owned_item()

    run_through(
        at(11, 29), SOON, at(12, 1), LATE, at(12, 3), MANAGERS, at(12, 10), WEEK_ONE, WEEK_TWO
    )

    assert told() == [
        ("soon", ["leila"]),
        ("owner", ["leila"]),
        ("manager", ["leila", "mona"]),
        ("week-1", ["leila", "mona"]),
        ("week-2", ["leila", "mona"]),
    ]
    assert len(mails()) == 8


def test_running_it_again_sends_nothing_more():
    an_owned_item()
    run_through(LATE, LATE, LATE + timedelta(minutes=1))

    assert mails() == ["leila"]


def test_after_downtime_the_newest_step_alone_is_sent():
    an_owned_item()
    run_through(at(12, 12))

    assert told() == [("week-1", ["leila", "mona"])]

    run_through(at(12, 12, 10), WEEK_TWO)
    assert [step for step, _ in told()] == ["week-1", "week-2"]


def test_a_moved_date_starts_anew_and_moved_back_repeats_nothing():
    item = an_owned_item()
    run_through(LATE)
    items.change(item.pk, {"due_on": date(2026, 12, 20)}, by=somebody(), at=LATE)
    run_through(MANAGERS)
    assert [step for step, _ in told()] == ["owner"]

    items.change(item.pk, {"due_on": DUE}, by=somebody(), at=at(12, 3))
    run_through(at(12, 3, 10))
    assert [step for step, _ in told()] == ["owner"]

    run_through(MANAGERS)
    assert [step for step, _ in told()] == ["owner", "manager"]


@pytest.mark.parametrize("verb", ["finish", "drop"])
def test_what_is_finished_reminds_nobody(verb):
    item = an_owned_item()
    items.move(
        item.pk, verb, by=somebody(), at=SOON, evidence="change 4471", reason="no longer needed"
    )
    run_through(LATE, MANAGERS, WEEK_ONE)

    assert told() == []


def test_what_is_opened_again_is_chased_again():
    item = an_owned_item()
    items.move(item.pk, "finish", by=somebody(), at=SOON, evidence="change 4471")
    items.move(item.pk, "reopen", by=somebody(), at=at(12, 3), reason="it came back")
    run_through(at(12, 3), MANAGERS)

    assert [step for step, _ in told()] == ["owner", "manager"]


def test_it_goes_on_after_postmortem_and_incident_are_closed():
    postmortem, _reader = in_review()
    owner = AUser(username="leila")
    an_item(postmortem.incident, owner=owner, due_on=DUE)
    for step in (review.approve, review.publish, review.close):
        step(postmortem.pk, by=somebody(), at=minutes(200))
    run_through(LATE)

    assert Postmortem.objects.get(pk=postmortem.pk).state == "closed"
    assert told() == [("owner", ["leila"])]


def test_an_item_alone_on_an_incident_is_chased_too():
    incident = an_incident(4)
    item = an_item(incident, owner=AUser(username="leila"), due_on=DUE)
    incidents.move(incident.pk, "cancel", by=somebody(), at=minutes(5))
    run_through(LATE)

    assert item.postmortem is None
    assert told() == [("owner", ["leila"])]


def test_what_is_late_when_it_is_written_down_is_chased_at_once():
    an_owned_item(at=at(12, 9))
    run_through(at(12, 9))

    assert told() == [("manager", ["leila", "mona"])]


def test_a_team_without_a_person_tells_its_managers():
    team = ATeam()
    AUser(username="mona", manages=team)
    an_item(owner=None, team=team, due_on=DUE)
    run_through(SOON)

    assert told() == [("soon", ["mona"])]


def test_an_owner_who_has_left_hands_over_to_the_managers():
    item = an_owned_item()
    item.owner.is_active = False
    item.owner.save()
    run_through(LATE)

    assert told() == [("owner", ["mona"])]


def test_where_nobody_manages_the_administrators_hear_of_it():
    AUser(username="ada", group="Administrator")
    an_item(owner=None, team=ATeam(), due_on=DUE)
    run_through(LATE)

    assert told() == [("owner", ["ada"])]


def test_who_has_no_address_is_not_said_to_be_told():
    item = an_owned_item()
    User.objects.filter(pk=item.owner_id).update(email="")
    run_through(LATE)

    assert told() == [("owner", ["mona"])]
    assert mails() == ["mona"]


def test_where_neither_owner_nor_manager_has_an_address_the_administrators_hear_of_it():
    an_owned_item()
    AUser(username="ada", group="Administrator")
    User.objects.filter(username__in=["leila", "mona"]).update(email="")
    run_through(LATE)

    assert told() == [("owner", ["ada"])]
    assert mails() == ["ada"]


def test_where_nobody_has_an_address_it_is_loud_and_tried_again(caplog):
    item = an_owned_item()
    User.objects.update(email="")

    assert remind(LATE) == 0
    assert told() == []
    assert f"{item.label}: nobody who answers for it has a mail address" in caplog.text
    User.objects.filter(username="leila").update(email="leila@northwind.example")
    run_through(LATE + timedelta(hours=1))
    assert told() == [("owner", ["leila"])]
    assert mails() == ["leila"]


def test_an_owner_of_no_team_has_the_managers_of_the_service():
    team = ATeam()
    AUser(username="mona", manages=team)
    an_item(an_incident(service=AService(team=team)), owner=AUser(username="leila"), due_on=DUE)
    run_through(MANAGERS)

    assert told() == [("manager", ["leila", "mona"])]


def test_who_manages_and_owns_gets_one_mail():
    item = an_owned_item()
    Membership.objects.filter(user=item.owner).update(role="manager")
    run_through(MANAGERS)

    assert sorted(mails()) == ["leila", "mona"]


def test_it_falls_on_the_morning_of_its_owner():
    owner = AUser(username="leila", time_zone="Asia/Kolkata")
    item = an_item(owner=owner, due_on=DUE)

    assert item.next_reminder_at == datetime(2026, 11, 30, 3, 30, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_two_runners_at_once_send_one_mail():
    for number in range(5):
        an_item(owner=AUser(username=f"owner{number}"), due_on=DUE)

    def runner(_: int) -> int:
        try:
            return remind(LATE)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        sent = sum(pool.map(runner, range(2)))

    assert sent + remind(LATE) == 5
    assert Delivery.objects.filter(kind="action_reminder").count() == 5


def test_a_row_keeps_a_step_from_happening_twice():
    item = an_owned_item()
    remind(LATE)
    ActionItem.objects.filter(pk=item.pk).update(next_reminder_at=LATE)

    assert remind(LATE) == 0
    assert mails() == ["leila"]


def test_many_items_need_no_more_statements_to_look_at_than_one(django_assert_num_queries):
    an_owned_item()
    with django_assert_num_queries(1):
        remind(NINE)
