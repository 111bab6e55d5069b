"""The sentences of the night: every state, its times and its words, from plain data."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.screens import (
    Ending,
    Link,
    LostRace,
    NextPage,
    ReplyScreen,
    ReplyState,
    Verb,
    page_mail,
    render_reply,
    reply_page,
    words,
)
from tests.oncall.scenes import (
    EXPIRED,
    INCIDENT,
    OPEN,
    OSLO,
    OVER,
    PAGE,
    PASSED,
    SNOOZED,
    STATES,
    TAKEN,
    UNREAD,
    YOURS,
    night,
)


def said(screen: ReplyScreen) -> str:
    return " | ".join(f"{b.headline} {b.text}".strip() for b in reply_page(screen).banners)


def facts(screen: ReplyScreen) -> list[tuple[str, str, str]]:
    return [(f.label, f.value, f.note.replace(words.NBSP, " ")) for f in reply_page(screen).facts]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\r\nBcc: b", "a Bcc: b"),
        ("a\u202eb\u2066c\u200f", "abc"),
        ("a\u2028b\u0085c\x00d", "a b c d"),
        ("\ud800!", "\ufffd!"),
        ("  ", ""),
        ("\u0646\u200c\u0645", "\u0646\u200c\u0645"),
    ],
)
def test_hostile_text_becomes_one_harmless_line(text, line):
    assert words.plain(text) == line


def test_a_long_text_is_cut_with_an_ellipsis():
    assert words.plain("abcdef", 4) == "abc\u2026"
    assert words.plain("abcd", 4) == "abcd"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//x",
        "/r/",
        "http://[",
        "https://a b/",
        "https://a\u202eb/",
        "",
    ],
)
def test_only_a_web_address_becomes_a_link(url):
    assert words.web_address(url) == ""
    assert reply_page(replace(OPEN, runbook=Link("x", url))).runbook is None


@pytest.mark.parametrize("name", ["", "Nowhere/Land", "../../etc/passwd", "Europe", "\x00"])
def test_a_zone_nobody_knows_is_utc_and_loses_no_page(name):
    assert words.clock(night(2, 6), words.zone_of(name)) == "02:06 UTC"
    assert "02:06 UTC" in render_reply(replace(OPEN, zone=name))


@pytest.mark.parametrize(
    ("zone", "at", "text"),
    [
        ("Europe/Oslo", night(2, 6), "03:06 CET (02:06 UTC)"),
        ("Europe/Oslo", datetime(2026, 7, 1, 2, tzinfo=UTC), "04:00 CEST (02:00 UTC)"),
        ("UTC", night(2, 6), "02:06 UTC"),
        ("America/Sao_Paulo", night(4, 6), "01:06 UTC-03 (04:06 UTC)"),
        ("Asia/Kolkata", night(20, 0), "01:30 IST (Sun 22 Nov, 20:00 UTC)"),
    ],
)
def test_a_mail_names_the_persons_zone_and_utc(zone, at, text):
    assert words.with_utc(at, words.zone_of(zone)) == text


def test_another_day_is_named():
    assert words.clock(night(9, 0, day=23), OSLO, seen=night(2, 0)) == "Mon 23 Nov, 10:00 CET"
    span = words.span_with_utc(night(22, 30, day=21), night(2, 0), OSLO)
    assert span == (
        "Sat 21 Nov, 23:30 to Sun 22 Nov, 03:00 CET (Sat 21 Nov, 22:30 to Sun 22 Nov, 02:00 UTC)"
    )


@pytest.mark.parametrize(
    ("seconds", "long", "short"),
    [
        (-5, "0 s", "0:00"),
        (28, "28 s", "0:28"),
        (249, "4 min", "4:09"),
        (5040, "1 h 24 min", "1 h 24 min"),
        (86400 * 2 + 10800, "2 days 3 h", "2 days 3 h"),
    ],
)
def test_durations_read_as_a_person_says_them(seconds, long, short):
    delta = timedelta(seconds=seconds)

    assert words.duration(delta).replace(words.NBSP, " ") == long
    assert words.countdown(delta).replace(words.NBSP, " ") == short


def test_open_says_who_is_paged_next_and_when():
    assert facts(OPEN) == [
        ("Since", "02:58 CET", "3 min so far"),
        ("Paged", "03:01 CET", "you, step 1 of 3"),
        ("Where", "Payments, production", ""),
        ("If nobody answers", "Mika is paged", "at 03:06 CET, in 4:09"),
    ]


@pytest.mark.parametrize(
    ("following", "value", "note"),
    [
        (None, "Nobody else", "you are the last"),
        (
            NextPage("Robin", night(2, 6), is_you=True),
            "You are paged again",
            "at 03:06 CET, in 4:09",
        ),
        (NextPage("Mika", night(2, 1)), "Mika is paged", "now, due 03:01 CET"),
    ],
)
def test_open_is_honest_about_the_last_in_line_and_about_a_late_step(following, value, note):
    screen = replace(OPEN, next_page=following)

    assert facts(screen)[-1] == ("If nobody answers", value, note)


@pytest.mark.parametrize(
    ("screen", "sentence"),
    [
        (OPEN, ""),
        (YOURS, "You have it. Acknowledged 03:03 CET. Nobody else will be paged."),
        (TAKEN, "Mika has it. Acknowledged 03:02 CET. You can go back to sleep."),
        (
            PASSED,
            "Passed on to Mika. Paged 03:03 CET. Not acknowledged yet; "
            "next is the incident lead at 03:08 CET.",
        ),
        (
            replace(PASSED, holder="Mika", acknowledged_at=night(2, 4)),
            "Passed on to Mika. Paged 03:03 CET. Mika has it. Acknowledged 03:04 CET. "
            "You can go back to sleep.",
        ),
        (SNOOZED, "Yours, quiet until 03:18 CET. You are paged again then if it is still open."),
        (OVER, "It is over. Resolved 03:41 CET after 43 min. Nothing is left for you to do here."),
        (EXPIRED, "It worked until 03:01 CET on Monday 23 November 2026. Nothing was changed."),
        (replace(EXPIRED, expires_at=None), "It no longer works. Nothing was changed."),
    ],
)
def test_every_state_says_its_sentence(screen, sentence):
    assert said(screen).replace(words.NBSP, " ") == sentence


@pytest.mark.parametrize(
    ("screen", "sentence"),
    [
        (
            replace(TAKEN, lost_race=LostRace(Verb.ACKNOWLEDGE, night(2, 3), night(2, 2))),
            "You pressed Acknowledge at 03:03; Mika was first at 03:02.",
        ),
        (
            replace(TAKEN, lost_race=LostRace(Verb.PASS, night(2, 3, 12), night(2, 3, 7))),
            "You pressed Pass at 03:03:12; Mika was first at 03:03:07.",
        ),
        (
            replace(OVER, lost_race=LostRace(Verb.RESOLVE, night(2, 42), night(2, 41))),
            "You pressed Resolve at 03:42; it was over at 03:41.",
        ),
    ],
)
def test_a_lost_race_shows_the_winner_and_both_times(screen, sentence):
    assert said(screen).endswith(sentence)


def test_what_the_press_did_comes_first():
    screen = replace(YOURS, messages=("Paging stopped at 03:03:12.",))

    assert said(screen).startswith("You have it. Paging stopped at 03:03:12. Acknowledged")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("", "Not recorded. Press again."),
        ("4K", "Not recorded. Press again, or reply 4K to the SMS."),
    ],
)
def test_a_press_that_was_not_stored_is_said_and_the_form_stays(code, sentence):
    page = reply_page(replace(OPEN, saved=False, sms_code=code))

    assert (page.banners[0].tone, f"{page.banners[0].headline} {page.banners[0].text}") == (
        "bad",
        sentence,
    )
    assert page.title.startswith("Not recorded: ")
    assert page.controls == reply_page(OPEN).controls


@pytest.mark.parametrize(
    ("pressed", "label"),
    [
        (Verb.ACKNOWLEDGE, "Acknowledge"),
        (Verb.PASS, "Pass to the next"),
        (Verb.SNOOZE, "Snooze 30 min"),
        (Verb.RESOLVE, "Resolve"),
        (Verb.FALSE_ALARM, "False alarm"),
    ],
)
def test_a_press_can_be_repeated_even_when_nothing_can_be_read(pressed, label):
    page = reply_page(replace(UNREAD, pressed=pressed, pressed_minutes=30))

    assert page.heading == "Not recorded"
    assert page.controls.primary is not None
    assert (page.controls.primary.label, page.controls.primary.action) == (label, pressed)


def test_a_page_that_cannot_be_read_still_offers_to_acknowledge():
    page = reply_page(replace(UNREAD, saved=True))

    assert page.heading == "This page cannot be shown now"
    assert page.controls.primary is not None
    assert page.controls.primary.action == Verb.ACKNOWLEDGE


@pytest.mark.parametrize(
    ("how", "word"),
    [
        ("resolved", "Resolved 03:41"),
        ("cleared", "It cleared itself at 03:41"),
        ("false_alarm", "Marked a false alarm at 03:41"),
        ("merged", "Merged into another incident at 03:41"),
        ("something new", "Ended at 03:41"),
    ],
)
def test_over_says_how_it_ended(how, word):
    assert word in said(replace(OVER, ending=Ending(at=night(2, 41), how=how)))


def test_the_update_that_is_due_turns_into_late():
    due = replace(YOURS, update_due_at=night(2, 18))

    assert facts(due)[1] == ("Your first update", "by 03:18 CET", "")
    late = facts(replace(due, at=night(2, 20)))
    assert late[1] == ("Your update was due", "03:18 CET", "2 min late")


def test_an_expired_link_tells_nothing_about_its_incident():
    page = render_reply(replace(OPEN, state=ReplyState.EXPIRED))

    for secret in ("INC-2041", "Card", "Payments", "Mika", "Robin", "SEV-1", "wiki.example"):
        assert secret not in page


@pytest.mark.parametrize("screen", STATES.values(), ids=STATES)
def test_no_state_needs_more_than_its_moment(screen):
    bare = ReplyScreen(state=screen.state, at=screen.at, incident=screen.incident)

    assert "<h1" in render_reply(bare)


@given(
    state=st.sampled_from(ReplyState),
    text=st.text(max_size=60),
    at=st.integers(0, 4 * 10**9).map(lambda second: datetime.fromtimestamp(second, tz=UTC)),
    zone=st.sampled_from(["UTC", "Asia/Kathmandu", "America/St_Johns", "nonsense"]),
    saved=st.booleans(),
)
def test_whatever_the_text_the_page_is_whole(state, text, at, zone, saved):
    incident = replace(INCIDENT, title=text, where=text, cause=text, number=text, code=text)
    screen = replace(
        OPEN, state=state, at=at, zone=zone, saved=saved, incident=incident, person=text,
        holder=text, passed_to=text, messages=(text,), state_word=text, sms_code=text,
        next_page=NextPage(text, at), runbook=Link(text, text),
    )  # fmt: skip

    assert render_reply(screen).encode().rstrip().endswith(b"</html>")
    assert page_mail(replace(PAGE, incident=incident, person=text, why=text))[1].encode()


def test_all_states_and_verbs_have_words():
    for state, verb in itertools.product(ReplyState, Verb):
        race = LostRace(verb, night(2, 3), night(2, 2))

        assert reply_page(replace(OPEN, state=state, lost_race=race)).title
