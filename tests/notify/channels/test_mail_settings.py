"""EMAIL_URL is read strictly, and never shown."""

import pytest

from notify.channels.mail_settings import Tls, parse_email_url

FROM, SITE = "Watchbill <watchbill@wb.example>", "https://wb.example"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 25, "", "", Tls.NONE)),
        ("smtp://127.0.0.1:2525", ("127.0.0.1", 2525, "", "", Tls.NONE)),
        ("smtp://[::1]:2525/", ("::1", 2525, "", "", Tls.NONE)),
        ("smtp+tls://mail.example", ("mail.example", 587, "", "", Tls.STARTTLS)),
        ("smtp+tls://ana%40wb.example:p%40ss%2F%3A@mail.example:587", ("mail.example", 587, "ana@wb.example", "p@ss/:", Tls.STARTTLS)),
        ("smtps://u:p@mail.example", ("mail.example", 465, "u", "p", Tls.IMPLICIT)),
    ],
)  # fmt: skip
def test_it_reads_the_three_ways_to_a_mail_server(url, expected):
    found = parse_email_url(url, FROM, SITE)

    assert (found.host, found.port, found.user, found.password, found.tls) == expected
    assert (found.sender, found.host_name) == ("watchbill@wb.example", "wb.example")


@pytest.mark.parametrize(
    "url",
    [
        "", "mail.example", "mail.example:25", "http://mail.example", "smtp://", "smtp://:25", "smtp://mail.example:0",
        "smtp://mail.example:99999", "smtp://mail.example:x", "smtp://u:s3cret@mail.example", "smtp+tls://u@mail.example",
        "smtp+tls://:s3cret@mail.example", "smtps://u:s3cret@mail.example/path", "smtps://u:s3cret@mail.example?x=1",
        "smtps://u:s3#cret@mail.example", "smtps://u:s3/cret@mail.example", "smtp://mail example", "smtp://mail.example\r\n",
        "smtps://u:s3cret%C3%A9@mail.example", "smtp://[::1",
    ],
)  # fmt: skip
def test_anything_else_is_refused_in_a_sentence_without_the_password(url):
    with pytest.raises(ValueError, match=r"^EMAIL_URL .*\.$") as refusal:
        parse_email_url(url, FROM, SITE)

    assert "cret" not in str(refusal.value)


def test_the_password_is_not_in_its_representation():
    assert "s3cret" not in repr(parse_email_url("smtps://u:s3cret@mail.example", FROM, SITE))


@pytest.mark.parametrize(
    "sender",
    ["", "Watchbill", "a@b.example, c@d.example", "a@", "@b.example", "a@b.example\r\nBcc: c@d.example", "-a@b.example", "a b@c.example", "ä@b.example"],
)  # fmt: skip
def test_the_sender_is_one_address(sender):
    with pytest.raises(ValueError, match=r"^MAIL_FROM .*\.$"):
        parse_email_url("smtp://mail.example", sender, SITE)
