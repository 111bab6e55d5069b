"""A list of subscribers comes in after a look, each asked once; and goes out so that nothing in it is run."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from core.errors import Invalid, NotAllowed, NotPossible
from core.late import run_late
from notify.models import Delivery
from statuspage.actions import bringing, forget_old, tokens
from statuspage.actions.bringing import look_at, take_in, throw_away
from statuspage.actions.giving_out import HEADER, subscriber_rows
from statuspage.actions.subscribing import confirm, leave
from statuspage.models import Page, Subscriber, SubscriberList, Subscription
from tests.conftest import Clock
from tests.factories import NINE, ATeam, AUser, somebody
from tests.notify.conftest import pager, post
from tests.pager import Pager
from tests.servers import SmtpServer
from tests.statuspage.letters import a_subscriber, mails, part
from tests.statuspage.scenes import a_component, a_group, a_page, shown

__all__ = ["pager", "post"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped", "clock")]
PROOF = "Double opt-in at our former page, export of 20 November 2026"
LISTS = "/admin/statuspage/subscriberlist/"
OUT = "/admin/statuspage/subscribers-out/"


@pytest.fixture
def page() -> Page:
    row = a_page()
    a_component(row, "Payments", group=a_group(row, "Buying"))
    a_component(row, "Search", position=2)
    shown(row)
    return row


@pytest.fixture
def browser(page: Page) -> Client:
    client = Client()
    client.force_login(AUser(username="mona", group="Responder", manages=page.team))
    return client


def looked(page: Page, text: str, proof: str = "") -> SubscriberList:
    boss = somebody(manages=page.team)
    return look_at(page.pk, text.encode(), name="list.csv", proof=proof, by=boss, at=NINE)


def taken(page: Page, text: str, clock: Clock, proof: str = "") -> SubscriberList:
    row = looked(page, text, proof)
    take_in(row.pk, by=somebody(manages=page.team), at=clock.now)
    while run_late(clock.now):
        pass
    return SubscriberList.objects.get(pk=row.pk)


def states() -> dict[str, str]:
    return dict(Subscriber.objects.order_by("pk").values_list("address", "state"))


def sent(answer: Any) -> list[list[str]]:
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content, newline="")))


def test_nobody_is_told_or_stored_by_looking_and_each_line_that_stays_out_is_named(
    page: Page,
) -> None:
    a_subscriber(page)
    a_subscriber(page, "gone@example.com", state="quarantined")
    leave(page, tokens.leaving(a_subscriber(page, "left@example.com")), at=NINE)
    before = states()

    row = looked(
        page,
        "email,follows\nNew@Example.com,\nkim@example.com,\ngone@example.com,\nleft@example.com,\n"
        "nobody,\nnew@example.com,\nother@example.com,Nowhere\n",
    )

    assert (row.report["new"], row.report["left_out"]) == (1, 6)
    told = dict(row.report["lines"])
    assert sorted(told) == [3, 4, 5, 6, 7, 8]
    assert told[3] == "k…@example.com is a subscriber already."
    assert "can't be reached" in told[4]
    assert "has left this page" in told[5]
    assert "no component or group “Nowhere”" in told[8]
    assert states() == before
    assert not Delivery.objects.exists()
    assert "example.com" not in row.lines, "kept encrypted"


def test_each_is_asked_by_one_mail_and_told_nothing_before_the_button(
    page: Page, pager: Pager, post: SmtpServer
) -> None:
    text = "address,wants,maintenance,follows\na@x.example,ends,no,Buying; search\nb@x.example,,,\n"
    row = taken(page, text, pager.clock)
    pager.settle()

    assert states() == {"a@x.example": "pending", "b@x.example": "pending"}
    assert (row.taken, row.lines, row.done_at) == (2, "", NINE)
    assert sorted(mail["To"] for mail in mails(post)) == ["a@x.example", "b@x.example"]
    [mail] = [one for one in mails(post) if one["To"] == "a@x.example"]
    assert mail["Subject"] == "Northwind Books: do you want status mail?"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "Buying and Search, one message at the start" in " ".join(part(mail).split())
    link = re.search(r"/subscribe/confirm/\S+", part(mail))
    assert link is not None
    assert Client().get(link[0]).status_code == 200
    assert Subscriber.objects.get(address="a@x.example").state == "pending"
    pager.clock.forward(days=6)
    Client().post(link[0], {"confirm": "1"}, HTTP_SEC_FETCH_SITE="same-origin")
    assert states()["a@x.example"] == "confirmed"

    for _again in range(3):
        bringing.take_next(row.pk, pager.clock.now)
    pager.settle()
    assert len(post.mails) == 2


def test_who_does_not_confirm_within_a_week_is_forgotten(page: Page, pager: Pager) -> None:
    taken(page, "address\na@x.example\n", pager.clock)
    pager.settle()

    forget_old(pager.clock.forward(days=7))

    assert states() == {}
    assert not Delivery.objects.exclude(address="").exists()


def test_who_have_agreed_are_told_at_once_and_the_proof_is_kept_with_each(
    page: Page, pager: Pager, post: SmtpServer
) -> None:
    row = taken(page, "address,state\na@x.example,\nb@x.example,pending\n", pager.clock, PROOF)
    pager.settle()

    assert states() == {"a@x.example": "confirmed", "b@x.example": "pending"}
    assert [mail["To"] for mail in mails(post)] == ["b@x.example"], (
        "it had not confirmed there either"
    )
    told = Subscriber.objects.get(address="a@x.example")
    assert (told.brought_by, told.confirmed_at) == (row, NINE)
    assert (row.reason, row.is_agreed) == (PROOF, True)
    confirm(page, tokens.confirming(Subscriber.objects.get(address="b@x.example")), at=NINE)
    assert states()["b@x.example"] == "confirmed"


@pytest.mark.parametrize("proof", ["yes", "x" * 2001])
def test_a_proof_that_says_nothing_is_refused(page: Page, proof: str) -> None:
    with pytest.raises(Invalid):
        looked(page, "address\na@x.example\n", proof)


def test_a_large_list_is_taken_in_by_batches(
    page: Page, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "BATCH", 3)
    row = looked(page, "address\n" + "".join(f"a{one}@x.example\n" for one in range(8)))
    take_in(row.pk, by=somebody(manages=page.team), at=NINE)

    counts = []
    while run_late(clock.now):
        counts.append(Subscriber.objects.count())

    assert counts == [3, 6, 8]
    assert Delivery.objects.filter(kind="invited").count() == 8
    assert set(Delivery.objects.values_list("priority", flat=True)) == {9}


def test_who_signs_up_leaves_or_fails_meanwhile_stays_as_they_are(page: Page, clock: Clock) -> None:
    row = looked(page, "address\nkim@example.com\nleft@example.com\nnew@example.com\n", PROOF)
    a_subscriber(page, state="quarantined")
    leave(page, tokens.leaving(a_subscriber(page, "left@example.com")), at=NINE)

    take_in(row.pk, by=somebody(manages=page.team), at=NINE)
    run_late(clock.now)

    assert states() == {
        "kim@example.com": "quarantined",
        "": "ended",
        "new@example.com": "confirmed",
    }
    assert SubscriberList.objects.get().taken == 1


def test_a_list_is_taken_in_once_and_only_by_managers(page: Page) -> None:
    row, boss = looked(page, "address\na@x.example\n"), somebody(manages=page.team)
    for act in (take_in, throw_away):
        with pytest.raises(NotAllowed):
            act(row.pk, by=somebody(manages=ATeam()), at=NINE)
    with pytest.raises(NotAllowed):
        look_at(page.pk, b"address\n", name="x", proof="", by=somebody(), at=NINE)

    take_in(row.pk, by=boss, at=NINE)

    for act in (take_in, throw_away):
        with pytest.raises(NotPossible):
            act(row.pk, by=boss, at=NINE)


def test_a_list_that_nobody_takes_in_is_gone_after_a_day(page: Page, clock: Clock) -> None:
    looked(page, "address\na@x.example\n")

    forget_old(clock.forward(hours=23))
    assert SubscriberList.objects.exists()
    forget_old(clock.forward(hours=1))
    assert not SubscriberList.objects.exists()


# In the admin


def upload(browser: Client, page: Page, content: bytes, **more: Any) -> Any:
    file = SimpleUploadedFile("former.csv", content, content_type="text/csv")
    return browser.post(f"{LISTS}add/", {"page": page.pk, "file": file, **more}, follow=True)


def test_a_manager_looks_takes_in_and_sees_who_brought_what(page: Page, browser: Client) -> None:
    form = browser.get(f"{LISTS}add/").content.decode()
    assert 'enctype="multipart/form-data"' in form

    answer = upload(browser, page, b"email,phone\na@x.example,1\nnobody,2\n").content.decode()
    assert "Nobody was told yet" in answer
    assert "Take 1 subscriber in" in answer
    assert '<td data-label="Line">3</td>' in answer
    assert "Columns that mean nothing here: phone." in answer
    path = f"{LISTS}{SubscriberList.objects.get().pk}/press/take_in/"
    assert "is asked by mail, once" in browser.post(path).content.decode()
    assert (
        "are asked by mail now"
        in browser.post(path, {"confirmed": "1"}, follow=True).content.decode()
    )

    listed = browser.get(LISTS).content.decode()
    assert "former.csv" in listed
    assert "0 of 1 taken in" in listed


def test_it_is_thrown_away_after_a_question(page: Page, browser: Client) -> None:
    upload(browser, page, b"email\na@x.example\n")
    path = f"{LISTS}{SubscriberList.objects.get().pk}/press/throw_away/"

    answer = browser.post(path, {"confirmed": "1"}, follow=True)

    assert answer.redirect_chain[-1][0] == LISTS
    assert not SubscriberList.objects.exists()


@pytest.mark.parametrize(
    ("content", "more", "why"),
    [
        (b"name\nKim\n", {}, "names no column"),
        (b"address\n\xff\n", {}, "not UTF-8"),
        (b"", {}, "empty"),
        (b"address\na@x.example\n", {"agreed": "on"}, "how you can show it"),
        (b"address\na@x.example\n", {"proof": PROOF}, "Tick this as well"),
        (b"address\na@x.example\n", {"agreed": "on", "proof": "yes"}, "Say in 10 to"),
    ],
)
def test_what_can_not_be_is_said_beside_the_form(
    page: Page, browser: Client, content: bytes, more: dict[str, str], why: str
) -> None:
    answer = upload(browser, page, content, **more)

    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not SubscriberList.objects.exists()


def test_another_team_s_page_is_none_of_theirs(page: Page, browser: Client) -> None:
    other = a_page(slug="o", is_default=False, team=ATeam())

    assert upload(browser, other, b"email\na@x.example\n").status_code == 422
    assert browser.post(OUT, {"page": other.pk, "states": ["confirmed"]}).status_code == 422
    stranger = Client()
    stranger.force_login(AUser(group="Responder"))
    assert stranger.get(OUT).status_code == 403
    assert stranger.get(f"{LISTS}add/").status_code == 403


# Out again


def test_the_file_goes_out_by_a_post_and_the_page_remembers_it(page: Page, browser: Client) -> None:
    a_subscriber(page)
    a_subscriber(page, "+cmd@example.com", confirmed_at=NINE)
    a_subscriber(page, "wait@example.com", state="pending")
    leave(page, tokens.leaving(a_subscriber(page, "left@example.com")), at=NINE)
    assert "kim@example.com" not in browser.get(OUT).content.decode()

    answer = browser.post(OUT, {"page": page.pk, "states": ["confirmed"]})

    assert answer["Content-Disposition"] == 'attachment; filename="subscribers-northwind.csv"'
    assert "no-store" in answer["Cache-Control"]
    head, kim, cmd = sent(answer)
    assert tuple(head) == HEADER
    assert kim == [
        "kim@example.com",
        "email",
        "confirmed",
        "everything",
        "yes",
        "",
        "2026-11-23T09:00:00+00:00",
        "",
    ]
    assert cmd[0] == "'+cmd@example.com"
    assert LogEntry.objects.get().change_message == "Wrote a list of its subscribers."


def test_who_is_told_of_a_component_goes_out_by_its_name(page: Page, browser: Client) -> None:
    payments, search = page.components.order_by("pk")
    for name, thing in (
        ("c", {"component": payments}), ("g", {"group": payments.group}), ("s", {"component": search}),
    ):  # fmt: skip
        row = a_subscriber(page, f"{name}@x.example", follows_all=False)
        Subscription.objects.create(subscriber=row, **thing)
    a_subscriber(page)

    def got(*names: str) -> list[str]:
        told = {"page": page.pk, "states": ["confirmed"], "follows": "\n".join(names)}
        return [row[0] for row in sent(browser.post(OUT, told))[1:]]

    assert got("payments") == ["c@x.example", "g@x.example", "kim@example.com"]
    assert got("Buying") == ["c@x.example", "g@x.example", "kim@example.com"]
    assert got("Search") == ["s@x.example", "kim@example.com"]
    wrong = browser.post(OUT, {"page": page.pk, "states": ["confirmed"], "follows": "Nowhere"})
    assert (wrong.status_code, b"no component or group" in wrong.content) == (422, True)


def test_what_goes_out_comes_in_elsewhere_the_same(page: Page, clock: Clock) -> None:
    row = a_subscriber(
        page, "+a@x.example", wants="ends", wants_maintenance=False, follows_all=False
    )
    Subscription.objects.create(subscriber=row, component=page.components.earliest("pk"))
    boss = somebody(manages=page.team)
    before = list(subscriber_rows(page, ["confirmed"], [], by=boss))
    text = "\n".join([",".join(HEADER), *(",".join(cells) for cells in before)])
    Subscriber.objects.all().delete()

    taken(page, text, clock, PROOF)

    after = list(subscriber_rows(page, ["confirmed"], [], by=boss))
    assert [one[:6] for one in after] == [one[:6] for one in before]


# At the command line


def test_the_command_looks_takes_in_and_writes(
    page: Page, tmp_path: Path, capsys: Any, clock: Clock
) -> None:
    file = tmp_path / "former.csv"
    file.write_text("email\na@x.example\nnobody\n")

    call_command("statuspage_subscribers", "import", str(file), "--dry-run")
    assert not SubscriberList.objects.exists()
    said = capsys.readouterr().out
    assert "Line 3: its address is no mail address." in said
    assert "1 can be taken in, 1 lines stay out." in said
    call_command("statuspage_subscribers", "import", str(file), "--agreed", PROOF)
    run_late(clock.now)
    assert states() == {"a@x.example": "confirmed"}
    capsys.readouterr()
    call_command("statuspage_subscribers", "export")
    assert '"a@x.example","email","confirmed"' in capsys.readouterr().out


def test_the_command_refuses_in_one_line(page: Page, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_bytes(b"\0")
    for name, why in (("gone.csv", "can't be read"), ("bad.csv", r"bad\.csv: .*holds a NUL")):
        with pytest.raises(CommandError, match=why) as error:
            call_command("statuspage_subscribers", "import", str(tmp_path / name))
        assert (error.value.returncode, "\n" in str(error.value)) == (2, False)
    with pytest.raises(CommandError, match=rf"no status page nobody; there are: {page.public_id} "):
        call_command("statuspage_subscribers", "export", "--page", "nobody")
    with pytest.raises(CommandError, match="lists no component or group nobody"):
        call_command("statuspage_subscribers", "export", "--follows", "nobody")
