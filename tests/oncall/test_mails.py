"""The mails of the night: subject, complete plain text, small HTML, and hostile text in all."""

from dataclasses import replace

import pytest

from oncall.screens import (
    IncidentFacts,
    Link,
    NextPage,
    cleared_mail,
    notice_mail,
    page_mail,
    words,
)
from tests.oncall.scenes import CLEARED, HOSTILE, INCIDENT, NOTICE, PAGE, night


def test_a_pages_subject_carries_severity_title_number_and_deadline():
    subject, _, _ = page_mail(PAGE)

    assert subject == "[SEV-1] Card payments failing, INC-2041: answer by 03:06 CET"


def test_a_pages_text_is_complete_on_its_own():
    _, text, _ = page_mail(PAGE)

    assert text == (
        "SEV-1: Card payments failing\n"
        "\n"
        "Open to acknowledge:\n"
        "https://wb.example/r/3fK9mQ2xV7bNcR4tYwZa81\n"
        "Opening it changes nothing.\n"
        "\n"
        "Incident:      INC-2041\n"
        "Since:         Sun 22 Nov, 02:58 CET (01:58 UTC)\n"
        "Where:         Payments, production\n"
        "What:          Error rate 38 % (limit 5 %).\n"
        "If no answer:  Mika is paged at 03:06 CET (02:06 UTC)\n"
        "\n"
        "--\n"
        "You are on call for Payments until Mon 23 Nov, 09:00 CET.\n"
        "Sent by Watchbill to robin@example.com at 03:01 CET (02:01 UTC).\n"
        "The link works until 03:01 CET on Monday 23 November 2026, or\n"
        "until the incident ends.\n"
    )


@pytest.mark.parametrize(
    ("following", "subject_end", "sentence"),
    [
        (None, "INC-2041: answer now", "Nobody else is paged: you are the last"),
        (
            NextPage("Robin", night(2, 16), is_you=True),
            "answer by 03:16 CET",
            "You are paged again at 03:16 CET (02:16 UTC)",
        ),
    ],
)
def test_the_last_in_line_is_told_so(following, subject_end, sentence):
    subject, text, html = page_mail(replace(PAGE, next_page=following))

    assert subject.endswith(subject_end)
    assert sentence in text
    assert sentence in html


def test_a_page_outside_any_duty_says_why():
    _, text, html = page_mail(replace(PAGE, duty=None, why="You are the last resort of Payments."))

    assert "You are the last resort of Payments." in text
    assert "You are the last resort of Payments." in html


def test_cleared_answers_in_the_pages_thread():
    subject, text, _ = cleared_mail(CLEARED)

    assert subject == f"Re: {CLEARED.page_subject}"
    assert cleared_mail(replace(CLEARED, page_subject=subject))[0] == subject
    assert "It cleared itself at 03:20 CET. Nobody needs to do anything." in text
    assert (
        "Lasted:      22 min, 02:58 to 03:20 CET (01:58 to 02:20 UTC)\n"
        "Who had it:  Mika, since 03:02 CET\n"
    ) in text


def test_cleared_without_holder_says_nobody():
    assert "Who had it:  Nobody\n" in cleared_mail(replace(CLEARED, holder="", held_from=None))[1]


def test_a_notice_says_what_is_so_what_to_do_and_why_you():
    subject, text, html = notice_mail(NOTICE)

    assert subject == NOTICE.subject
    for part in (
        NOTICE.paragraphs[0],
        "Robin, Mika",
        "Open the incident",
        NOTICE.link.url,
        NOTICE.why,
    ):
        assert part in text
        assert part in html
    assert notice_mail(replace(NOTICE, thread_subject="[SEV-1] x"))[0] == "Re: [SEV-1] x"


MAILS = {
    "page": page_mail(PAGE),
    "page, hostile": page_mail(
        replace(
            PAGE,
            person=HOSTILE,
            incident=IncidentFacts(
                number=HOSTILE, title=HOSTILE, rank=9, code=HOSTILE, since=night(1, 58),
                where=HOSTILE, cause=HOSTILE,
            ),
        )
    ),
    "cleared": cleared_mail(CLEARED),
    "cleared, hostile": cleared_mail(
        replace(CLEARED, incident=replace(INCIDENT, title=HOSTILE), holder=HOSTILE)
    ),
    "notice": notice_mail(NOTICE),
    "notice, hostile": notice_mail(
        replace(
            NOTICE, subject=HOSTILE, heading=HOSTILE, label=HOSTILE, facts=((HOSTILE, HOSTILE),),
            paragraphs=(HOSTILE,), link=Link(HOSTILE, "javascript:alert(1)"),
        )
    ),
}  # fmt: skip


@pytest.mark.parametrize("mail", MAILS.values(), ids=MAILS)
def test_a_subject_is_one_short_line(mail):
    subject, _, _ = mail

    assert subject == words.plain(subject)
    assert len(subject) <= 180


@pytest.mark.parametrize("mail", MAILS.values(), ids=MAILS)
def test_plain_text_keeps_64_columns_and_is_not_escaped(mail):
    _, text, _ = mail

    assert max(len(line) for line in text.splitlines() if "://" not in line) <= 64
    assert "&lt;" not in text
    assert "&quot;" not in text
    assert not set(text) & set("\r\x00\u202e\u2066\u2028")


@pytest.mark.parametrize("mail", MAILS.values(), ids=MAILS)
def test_html_is_escaped_small_and_loads_nothing(mail):
    _, _, html = mail

    assert len(html.encode()) <= 6 * 1024
    for forbidden in ("<script", "<img", "<link", "javascript:alert", "\u202e", "{{", "{%"):
        assert forbidden not in html
    assert html.count("<h1") == 1
    assert "prefers-color-scheme: dark" in html


def test_the_button_stands_before_the_facts():
    _, text, html = page_mail(PAGE)

    assert html.index("Open to acknowledge") < html.index("If no answer")
    assert text.index(PAGE.reply_url) < text.index("Since:")


@pytest.mark.parametrize("rank", [-1, 0, 1, 2, 3, 4, 5])
def test_any_rank_has_a_badge_in_the_mail(rank):
    html = page_mail(replace(PAGE, incident=replace(INCIDENT, rank=rank)))[2]

    assert f'class="sev{rank if rank in (1, 2, 3) else 4}"' in html
