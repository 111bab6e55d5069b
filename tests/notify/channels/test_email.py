"""Mail leaves through a real server, and a bad server costs ten seconds at most (F14)."""

import threading
import time
from dataclasses import replace
from email import message_from_bytes
from email.policy import default as modern

import pytest

from notify.channels import TIME_LIMIT_S, ChannelError
from notify.channels.email import Email
from notify.channels.mail_settings import parse_email_url
from tests.certificates import certificate
from tests.notify.channels.messages import a_message
from tests.servers import free_port, mute_server, resolver_of, smtp_server

FROM, SITE = "Watchbill <watchbill@wb.example>", "https://wb.example"
ANA = "ana@example.org"
LIMIT_S = 0.25


@pytest.fixture
def server():
    with smtp_server() as running:
        yield running


def email(server, *, limit_s=5.0):
    return Email(parse_email_url(f"smtp://127.0.0.1:{server.port}", FROM, SITE), limit_s=limit_s)


def refusal(server, *, limit_s=5.0, channel=None):
    """Send a mail that is not taken; return the error."""
    with pytest.raises(ChannelError) as error:
        (channel or email(server, limit_s=limit_s)).send(a_message(), ANA, "")
    assert ANA not in str(error.value)
    return error.value


def test_a_mail_arrives_whole_and_its_receipt_is_the_servers_answer(server):
    receipt = email(server).send(a_message(text="Größe\n.\n..dots\n", html="<p>Größe</p>"), ANA, "")

    (envelope,) = server.mails
    mail = message_from_bytes(envelope.content, policy=modern)
    assert (envelope.mail_from, envelope.rcpt_tos) == ("watchbill@wb.example", [ANA])
    assert mail["Message-ID"] == "<page-7-12@wb.example>"
    assert mail.get_body(("plain",)).get_content().splitlines() == ["Größe", ".", "..dots"]
    assert receipt.provider_id == "2.0.0 OK: queued as 4711"
    assert receipt.detail == "accepted by 127.0.0.1 (250)"
    assert server.greetings == ["wb.example"]
    assert server.steps[-1] == "quit"


@pytest.mark.parametrize("step", ["connect", "ehlo", "mail", "rcpt", "data"])
@pytest.mark.parametrize("how", ["hang", "drip"])
def test_a_server_that_hangs_or_drips_does_not_outlive_the_limit(server, step, how):
    server.behaves(step, how)
    started = time.monotonic()

    error = refusal(server, limit_s=LIMIT_S)

    assert time.monotonic() - started < 1.0
    assert not error.permanent
    assert str(error) == f"The mail server did not finish within {LIMIT_S:g} s."


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_server_that_never_says_a_word_does_not_outlive_the_limit(server, scheme):
    started = time.monotonic()

    with mute_server() as port:
        settings = parse_email_url(f"{scheme}://127.0.0.1:{port}", FROM, SITE)
        error = refusal(server, channel=Email(settings, limit_s=0.2))

    assert time.monotonic() - started < 1.0
    assert "did not finish" in str(error)


@pytest.mark.parametrize("how", ["hang", "drop", "drip", "421 4.3.0 no"])
def test_trouble_at_quit_counts_as_sent(server, how):
    server.behaves("quit", how)
    started = time.monotonic()

    receipt = email(server).send(a_message(), ANA, "")

    assert time.monotonic() - started < 1.5
    assert "4711" in receipt.provider_id
    assert len(server.mails) == 1


@pytest.mark.parametrize("step", ["connect", "ehlo", "mail", "rcpt", "data"])
def test_a_server_that_drops_the_line_is_tried_again(server, step):
    server.behaves(step, "drop")

    error = refusal(server)

    assert not error.permanent
    assert "broke off" in str(error)


@pytest.mark.parametrize(
    ("step", "answer", "permanent", "text"),
    [
        ("connect", "421 4.3.2 busy", False, "refused the connection (421 4.3.2)"),
        ("connect", "554 5.7.1 blocked", False, "refused the connection (554 5.7.1)"),
        ("ehlo", "550 no", False, "refused our greeting (550)"),
        ("mail", "451 4.3.0 later", False, "refused the sender (451 4.3.0)"),
        ("mail", "550 5.7.1 not you", True, "refused the sender (550 5.7.1)"),
        ("rcpt", "450 4.2.1 greylisted", False, "refused the recipient (450 4.2.1)"),
        ("rcpt", f"550 5.1.1 <{ANA}> unknown", True, "refused the recipient (550 5.1.1)"),
        ("data", "452 4.2.2 full", False, "refused the text (452 4.2.2)"),
        ("data", "554 5.6.0 spam", True, "refused the text (554 5.6.0)"),
        ("data", "354 go on for ever", False, "refused the text (354)"),
    ],
)
def test_a_refusal_is_final_only_where_it_is_about_this_mail(server, step, answer, permanent, text):
    server.behaves(step, answer)

    error = refusal(server)

    assert error.permanent is permanent
    assert str(error) == f"The mail server {text}."


def test_a_server_that_is_down_is_tried_again(server):
    settings = parse_email_url(f"smtp://127.0.0.1:{free_port()}", FROM, SITE)

    error = refusal(server, channel=Email(settings))

    assert not error.permanent
    assert "could not be reached" in str(error)


def test_a_name_server_that_hangs_does_not_outlive_the_limit(server):
    over, started = threading.Event(), time.monotonic()

    def hanging(host, port):
        over.wait()
        return []

    settings = parse_email_url("smtp://mail.example", FROM, SITE)
    error = refusal(server, channel=Email(settings, hanging, limit_s=LIMIT_S))
    over.set()

    assert time.monotonic() - started < 1.0
    assert not error.permanent


def test_the_usual_limit_is_ten_seconds():
    assert TIME_LIMIT_S == 10.0


@pytest.mark.parametrize(
    "address",
    [
        "", "ana", "ana@", "@example.org", "ana@example", "ana@example.org,bob@example.org", "ana@example.org bob@example.org",
        "ana@example.org\r\nRCPT TO:<eve@example.org>", "ana@example.org\n", "-ana@example.org", "ana@-example.org", "<ana@example.org>",
        "Ana <ana@example.org>", '"x y"@example.org', "ana..b@example.org", ".ana@example.org", "ana@exa_mple.org", "ana@example..org",
        "änä@example.org", "ana@bücher.example", "a" * 65 + "@example.org", "ana@" + "a" * 64 + ".org", "ana@" + "a." * 150 + "org",
        "ana@example.org\x00", "ana@[127.0.0.1]", "ana@b@example.org", "ana\u2028@example.org", "ana;bob@example.org",
    ],
)  # fmt: skip
def test_what_is_not_one_address_never_reaches_a_server(server, address):
    with pytest.raises(ChannelError, match="one e-mail address") as error:
        email(server).send(a_message(), address, "")

    assert error.value.permanent
    assert server.steps == []


@pytest.mark.parametrize(
    "address",
    ["ana@example.org", "a.b+tag@mail.example.co.uk", "o'neil@xn--bcher-kva.example", "a@b.cd"],
)
def test_an_ordinary_address_is_taken(server, address):
    email(server).send(a_message(), address, "")

    assert server.mails[0].rcpt_tos == [address]


# --- TLS and login ---


def secured(server, scheme, cert, *, login="", host="mail.example"):
    settings = parse_email_url(f"{scheme}://{login}{host}:{server.port}", FROM, SITE)
    return Email(replace(settings, ca_file=cert.ca_file), resolver_of("127.0.0.1"), limit_s=5)


@pytest.mark.parametrize(("scheme", "implicit"), [("smtp+tls", False), ("smtps", True)])
def test_it_signs_in_over_tls(tmp_path, scheme, implicit):
    cert = certificate(tmp_path, "mail.example")

    with smtp_server(tls=cert, implicit=implicit, password="s3cret") as server:
        secured(server, scheme, cert, login="ana:s3cret@").send(a_message(), ANA, "")

    assert server.logins == ["ana"]
    assert len(server.mails) == 1


def test_a_wrong_password_may_pass_and_is_not_shown(tmp_path):
    cert = certificate(tmp_path, "mail.example")

    with smtp_server(tls=cert, password="right") as server:
        error = refusal(server, channel=secured(server, "smtp+tls", cert, login="ana:wr0ng@"))

    assert str(error) == "The mail server refused the login (535 5.7.8)."
    assert not error.permanent


def test_a_server_without_login_is_told_so(tmp_path):
    cert = certificate(tmp_path, "mail.example")

    with smtp_server(tls=cert, implicit=True) as server:
        server.behaves("ehlo", "250 test")
        error = refusal(server, channel=secured(server, "smtps", cert, login="ana:s3cret@"))

    assert "no login that we know" in str(error)


def test_it_never_goes_on_in_the_clear_when_encryption_was_asked_for(tmp_path):
    cert = certificate(tmp_path, "mail.example")

    with smtp_server() as server:
        error = refusal(server, channel=secured(server, "smtp+tls", cert))

    assert "refused encryption" in str(error)
    assert server.mails == []


@pytest.mark.parametrize(
    ("name", "expired", "fault"),
    [("other.example", False, "is for another name"), ("mail.example", True, "has expired")],
)
def test_a_wrong_certificate_is_not_accepted(tmp_path, name, expired, fault):
    cert = certificate(tmp_path, name, expired=expired)

    with smtp_server(tls=cert) as server:
        error = refusal(server, channel=secured(server, "smtp+tls", cert))

    assert str(error) == f"The mail server's certificate {fault}."
    assert server.mails == []


# --- Settings ---


def test_without_a_mail_server_the_mail_is_taken_to_be_kept(settings):
    settings.EMAIL_URL = ""

    receipt = Email.configured().send(a_message(), ANA, "")

    assert receipt.detail == "kept, because no mail server is configured"


def test_without_a_mail_server_a_wrong_address_is_still_refused(settings):
    settings.EMAIL_URL = ""

    with pytest.raises(ChannelError):
        Email.configured().send(a_message(), "ana", "")


def test_it_is_configured_from_the_settings(settings, server):
    settings.EMAIL_URL, settings.MAIL_FROM = f"smtp://127.0.0.1:{server.port}", FROM
    settings.SITE_URL = "http://127.0.0.1:8000"

    Email.configured().send(a_message(), ANA, "")

    mail = message_from_bytes(server.mails[0].content, policy=modern)
    assert mail["Message-ID"] == "<page-7-12@127.0.0.1>"
    assert server.greetings == ["[127.0.0.1]"]
