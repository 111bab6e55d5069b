"""What a reminder says, and when it is no longer wanted (public.md 11)."""

import textwrap
from datetime import UTC, date, datetime

import pytest

from core.late import run_late
from core.models import User
from notify.models import Delivery
from postmortems.actions import items, remind, reminder_message, reminder_unwanted, writing
from tests.factories import ATeam, AUser, somebody
from tests.postmortems.scenes import HOSTILE, a_postmortem, an_item, minutes

DUE = date(2026, 12, 1)
SOON, LATE = datetime(2026, 11, 30, 9, tzinfo=UTC), datetime(2026, 12, 2, 9, tzinfo=UTC)
MANAGERS = datetime(2026, 12, 4, 9, tzinfo=UTC)


@pytest.fixture
def item():
    team = ATeam()
    AUser(username="mona", manages=team)
    owner = AUser(
        first_name="Leila", last_name="Haddad", email="leila@northwind.example", member_of=team
    )
    postmortem = a_postmortem(title="Sign-in codes arrive late")
    writing.add_factor(postmortem.pk, "Nobody saw the queue grow.", by=somebody(), at=minutes(70))
    return an_item(postmortem.incident, owner=owner, due_on=DUE, factor=1)


def sent(moment: datetime) -> Delivery:
    remind(moment)
    return Delivery.objects.filter(kind="action_reminder").order_by("pk").last()


def test_a_reminder_is_complete_on_its_own(item, settings):
    message = reminder_message(sent(LATE), LATE)

    url = f"{settings.STAFF_URL}/admin/postmortems/actionitem/{item.pk}/change/"
    why = (
        f"It comes from {item.incident.label}, Sign-in codes arrive late, on Mon 23 Nov 2026. "
        "It answers this factor: Nobody saw the queue grow."
    )
    assert message.subject == "Due Tue 1 Dec: Alert on the age of the queue"
    assert message.text == (
        "1 day late: Alert on the age of the queue\n"
        "\n"
        f"{textwrap.fill(why, 64)}\n"
        "\n"
        f"Action:  {item.label}\n"
        "Owner:   Leila Haddad\n"
        "Due:     Tue 1 Dec 2026\n"
        "Stands:  Open\n"
        "\n"
        "Move the date or the owner:\n"
        f"{url}\n"
        "\n"
        "--\n"
        "This is reminder 1 for this date. While it is open the managers\n"
        "are told too on Fri 4 Dec.\n"
        "You get this because the action is yours.\n"
    )


def test_it_goes_to_the_owners_own_address(item):
    assert sent(LATE).address == "leila@northwind.example"


def test_its_subject_stays_the_same_so_that_mails_stand_together(item):
    first, second = reminder_message(sent(SOON), SOON), reminder_message(sent(LATE), LATE)

    assert first.subject == second.subject
    assert first.thread == second.thread
    assert "This is reminder 2 for this date." in second.text


def test_a_moved_date_is_said(item):
    items.change(item.pk, {"due_on": date(2026, 12, 8)}, by=somebody(), at=LATE)
    after = datetime(2026, 12, 9, 9, tzinfo=UTC)

    assert "Tue 8 Dec 2026, first Tue 1 Dec, moved 1 time" in " ".join(
        reminder_message(sent(after), after).text.split()
    )


def test_html_stays_small_and_has_no_picture(item):
    html = reminder_message(sent(LATE), LATE).html or ""

    assert len(html) < 6 * 1024
    assert "<img" not in html
    assert html.count("<a ") == 1


def test_hostile_text_is_inert(item):
    items.change(item.pk, {"title": HOSTILE}, by=somebody(), at=minutes(80))
    message = reminder_message(sent(LATE), LATE)

    assert "<script>" not in (message.html or "")
    assert "\u202e" not in message.text + message.subject
    assert "\n" not in message.subject


def _finish(item):
    items.move(item.pk, "finish", by=somebody(), at=LATE, evidence="change 4471")


def _move(item):
    items.change(item.pk, {"due_on": date(2026, 12, 8)}, by=somebody(), at=LATE)


def _hand_on(item):
    items.change(item.pk, {"owner": AUser()}, by=somebody(), at=LATE)


def _leave(item):
    item.owner.is_active = False
    item.owner.save()


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        (_finish, "it is finished"),
        (_move, "its date was moved"),
        (_hand_on, "somebody else has it now"),
        (_leave, "the person has left"),
    ],
)
def test_what_has_changed_meanwhile_is_not_sent(item, meanwhile, reason):
    mail = sent(LATE)
    assert reminder_unwanted(mail, LATE) == ""

    meanwhile(item)
    mail.refresh_from_db()

    assert reminder_unwanted(Delivery.objects.get(pk=mail.pk), LATE) == reason


def test_a_manager_is_still_told_when_the_owner_has_changed(item):
    remind(MANAGERS)
    mail = Delivery.objects.get(kind="action_reminder", recipient__username="mona")
    _hand_on(item)

    assert reminder_unwanted(mail, MANAGERS) == ""
    assert "because you manage the team" in reminder_message(mail, MANAGERS).text


@pytest.mark.parametrize("lack", [{"email": ""}, {"is_active": False}])
def test_who_is_told_in_the_owners_place_gets_the_mail(item, lack):
    User.objects.filter(pk=item.owner_id).update(**lack)
    mail = sent(LATE)

    assert mail.recipient.username == "mona"
    assert reminder_unwanted(mail, LATE) == ""


def test_an_administrator_reads_why_it_came_to_them(item):
    User.objects.update(email="")
    ada = AUser(username="ada", group="Administrator")
    mail = sent(LATE)

    assert mail.recipient == ada
    assert "because nobody nearer to it can be told by mail" in " ".join(
        reminder_message(mail, LATE).text.split()
    )


def test_opening_a_postmortem_sends_no_mail():
    a_postmortem()
    run_late(minutes(61))

    assert not Delivery.objects.exists()
