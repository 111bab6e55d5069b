"""A mail says what it should in any language, and holds no header that is not ours (S27)."""

from email import message_from_bytes
from email.policy import default as modern

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notify.channels.mail_settings import MailSettings, Tls
from notify.channels.mail_text import compose, message_id
from tests.notify.channels.messages import a_message

SETTINGS = MailSettings(
    "mail.example", 25, "", "", Tls.NONE, "Watchbill <watchbill@wb.example>", "wb.example"
)
OURS = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"}  # fmt: skip
HOSTILE = [
    "a\r\nBcc: eve@example.org",
    "a\nBcc: eve@example.org\n\nbody",
    "a\u2028Bcc: eve@example.org",
    "a\u2029Bcc: x",
    "a\x85Bcc: x",
    "a\x0bBcc: x",
    "a\x00b",
    "=?utf-8?q?a=0D=0ABcc:_eve@example.org?=",
    "=?utf-8?b?DQpCY2M6IGV2ZUBleGFtcGxlLm9yZw==?=",
    "é" * 500,
    "🔥" * 300,
    "\u202egnp.exe",
    " leading",
    "\ud800",
    "",
]


def mail(**changes):
    return message_from_bytes(
        compose(a_message(**changes), "ana@example.org", SETTINGS), policy=modern
    )


def text_of(parsed):
    return parsed.get_body(("plain",)).get_content().replace("\r\n", "\n")


@pytest.mark.parametrize("subject", HOSTILE)
def test_no_subject_makes_a_header(subject):
    parsed = mail(subject=subject)

    assert set(parsed.keys()) == OURS
    assert len(parsed["Subject"]) <= 200
    assert parsed.get_all("To") == ["ana@example.org"]
    assert not parsed.defects


@pytest.mark.parametrize(
    "name",
    [*HOSTILE, "eve@example.org", "Acme, Inc. <eve@example.org>", 'a" <eve@example.org>, "b', "Ü; a: b@c, d;", "é," * 60],
)  # fmt: skip
def test_in_whose_name_it_is_written_changes_no_address(name):
    parsed = mail(sender_name=name)

    assert set(parsed.keys()) == OURS
    assert [one.addr_spec for one in parsed["From"].addresses] == ["watchbill@wb.example"]
    assert "@" not in parsed["From"].addresses[0].display_name
    assert not parsed.defects


def test_without_a_name_of_its_own_a_mail_is_from_the_configured_one():
    [plain], [named] = (
        mail(sender_name=name)["From"].addresses for name in (" ", "Müller, Söhne & Co.")
    )

    assert (plain.display_name, plain.addr_spec) == ("Watchbill", "watchbill@wb.example")
    assert (named.display_name, named.addr_spec) == ("Müller, Söhne & Co.", "watchbill@wb.example")


@given(st.text(st.characters()), st.text(st.characters()), st.text(st.characters()))
@example("=?", "", "")
@example("", ".\n..\n.", "")
def test_whatever_is_written_the_mail_has_exactly_our_headers(subject, text, html):
    raw = compose(a_message(subject=subject, text=text, html=html), "ana@example.org", SETTINGS)
    parsed = message_from_bytes(raw, policy=modern)

    assert set(parsed.keys()) == OURS - {"Content-Transfer-Encoding"}
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200))
def test_a_subject_of_any_language_arrives_as_written(subject):
    subject = subject.strip()

    parsed = mail(subject=subject)

    if "=?" not in subject:
        assert " ".join(str(parsed["Subject"]).split()) == " ".join(subject.split())


def test_the_text_comes_first_and_the_html_second():
    parsed = mail(text="Größe: 12 €\n", html="<p>Größe: 12 €</p>")

    kinds = [part.get_content_type() for part in parsed.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    assert text_of(parsed) == "Größe: 12 €\n"
    assert parsed.get_body(("html",)).get_content().strip() == "<p>Größe: 12 €</p>"


def test_a_mail_without_html_is_plain_text():
    assert mail().get_content_type() == "text/plain"


def test_the_headers_name_the_mail_its_thread_and_that_a_machine_wrote_it():
    parsed = mail(thread="incident-2041")

    assert parsed["Message-ID"] == "<page-7-12@wb.example>"
    assert parsed["In-Reply-To"] == parsed["References"] == "<incident-2041@wb.example>"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["Date"] == "Mon, 23 Nov 2026 09:00:00 +0000"
    assert parsed["From"] == "Watchbill <watchbill@wb.example>"


def test_the_first_mail_of_a_thread_refers_to_nothing():
    parsed = mail(id="incident-1", thread="incident-1")

    assert "References" not in parsed


def test_a_possible_repeat_is_marked_without_touching_the_subject():
    parsed = mail(possible_repeat=True, html="<body><p>Hi</p></body>")

    assert parsed["X-Watchbill-Repeat"] == "possible"
    assert parsed["Subject"] == mail()["Subject"]
    assert text_of(parsed).rstrip().endswith("reached you before.")
    assert parsed.get_body(("html",)).get_content().count("reached you before.</p></body>") == 1
    assert (
        "repeat" in mail(possible_repeat=True, html="<p>Hi</p>").get_body(("html",)).get_content()
    )


def test_links_and_ids_of_any_length_stay_whole():
    link = f"<https://status.example/u/{'x' * 300}>"
    settings = MailSettings(
        "mail.example", 25, "", "", Tls.NONE, "wb@wb.example", "wb." + "long." * 20 + "example"
    )

    raw = compose(
        a_message(
            thread="incident-1", reply_headers={"List-Unsubscribe": link, "List-ID": "a\r\nBcc: x"}
        ),
        "ana@example.org",
        settings,
    )

    parsed = message_from_bytes(raw, policy=modern)
    assert parsed["List-Unsubscribe"] == link
    assert f"\r\nList-Unsubscribe: {link}\r\n".encode() in raw
    assert b"\r\nReferences: <incident-1@" in raw
    assert parsed["Bcc"] is None


@pytest.mark.parametrize(
    "odd",
    ["a b", "page:7", "<page>", "a@b", "ü", ".a", "a.", "a..b", "x" * 150, "a\nb", "(c)", '"q"'],
)
def test_an_id_of_any_shape_becomes_a_proper_message_id(odd):
    made = message_id(odd, "wb.example")

    local = made.removeprefix("<").removesuffix("@wb.example>")
    assert local.isascii()
    assert local.replace("-", "").replace(".", "").isalnum()
    assert made == message_id(odd, "wb.example")
    assert made != message_id(f"{odd}!", "wb.example")


def test_a_name_of_any_language_may_stand_in_from():
    settings = MailSettings(
        "mail.example", 25, "", "", Tls.NONE, "Wächter 🔔 <wb@wb.example>", "wb.example"
    )

    raw = compose(a_message(), "ana@example.org", settings)

    assert message_from_bytes(raw, policy=modern)["From"].addresses[0].display_name == "Wächter 🔔"
