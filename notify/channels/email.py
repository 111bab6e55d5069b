"""E-mail over SMTP: one recipient a mail, one deadline an attempt, nothing in a header that is not ours.

When is a refusal final? A 5xx to the sender, the recipient or the text is (RFC 5321 4.2.1): the next
way is tried at once. A 5xx before that (greeting, HELO, STARTTLS, login) says nothing about this
message: servers answer so while overloaded or while their password store is away, and taking it as
final would drop every waiting message at once. So it is tried again like a 4xx.
"""

import contextlib
import ipaddress
import re
import smtplib
import socket
import ssl
from contextlib import ExitStack
from typing import Self, cast

from django.conf import settings as django_settings

from notify.channels.base import (
    TIME_LIMIT_S,
    Channel,
    ChannelError,
    Message,
    Receipt,
    one_line,
    require_valid,
)
from notify.channels.mail_settings import MailSettings, Tls, parse_email_url
from notify.channels.mail_text import compose
from notify.deadline import (
    Deadline,
    Resolver,
    TimedSocket,
    certificate_fault,
    connect,
    resolve_within,
    secure,
    system_resolver,
)
from notify.models import KEPT

QUIT_LIMIT_S = 0.5
RECIPIENT = "the recipient"  # what a server refuses that knows no such mailbox

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(
    rf"(?=.{{1,254}}\Z)(?!-)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+"
)
_ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}(?=\s|\Z)")  # RFC 3463


class Email(Channel):
    """Sends mail. Without settings it takes mail without sending it; the outbox then keeps the text."""

    kind = "email"
    label = "E-mail"

    def __init__(
        self,
        settings: MailSettings | None,
        resolver: Resolver = system_resolver,
        *,
        limit_s: float = TIME_LIMIT_S,
    ) -> None:
        self._settings, self._resolver, self._limit_s = settings, resolver, limit_s

    @classmethod
    def configured(cls) -> Self:
        """Return the channel with EMAIL_URL, MAIL_FROM and the host of SITE_URL."""
        if not django_settings.EMAIL_URL:
            return cls(None)
        return cls(
            parse_email_url(
                django_settings.EMAIL_URL, django_settings.MAIL_FROM, django_settings.SITE_URL
            )
        )

    def validate(self, address: str) -> None:
        """Raise ValueError unless `address` is a single ASCII address, name@domain.tld."""
        if not _ADDRESS.fullmatch(address):
            raise ValueError("Write one e-mail address such as ana@example.org.")

    def send(self, message: Message, address: str, secret: str) -> Receipt:
        """Send one mail; the proof is the server's answer to the text, whatever happens to QUIT after it."""
        require_valid(self, address)
        if self._settings is None:
            return Receipt("", KEPT)
        deadline = Deadline(self._limit_s)
        try:
            with ExitStack() as stack:
                smtp = self._open(self._settings, stack, deadline)
                return _hand_over(smtp, message, address, self._settings)
        except ssl.SSLCertVerificationError as error:
            raise _temporary(
                f"The mail server's certificate {certificate_fault(error)}."
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            if deadline.has_passed() or isinstance(error, TimeoutError):
                raise _temporary(
                    f"The mail server did not finish within {self._limit_s:g} s."
                ) from error
            raise _temporary("The mail server could not be reached, or broke off.") from error

    def _open(self, settings: MailSettings, stack: ExitStack, deadline: Deadline) -> smtplib.SMTP:
        """Return a session that is ready for a mail, encrypted and signed in as the settings ask."""
        addresses = resolve_within(self._resolver, settings.host, settings.port, deadline)
        sock: socket.socket = stack.enter_context(connect(addresses, settings.port, deadline))
        if settings.tls is Tls.IMPLICIT:
            sock = stack.enter_context(secure(sock, settings.host, deadline, settings.ca_file))
        smtp = smtplib.SMTP(
            local_hostname=_helo_name(settings.host_name)
        )  # the name given: it would ask DNS
        _attach(smtp, sock, deadline)
        _expect(smtp.getreply(), "the connection", may_be_final=False)
        _expect(smtp.ehlo(), "our greeting", may_be_final=False)
        if settings.tls is Tls.STARTTLS:
            _expect(smtp.docmd("STARTTLS"), "encryption", may_be_final=False)
            secured = stack.enter_context(secure(sock, settings.host, deadline, settings.ca_file))
            _attach(smtp, secured, deadline)  # drops what was read in the clear
            _expect(smtp.ehlo(), "our greeting", may_be_final=False)
        stack.callback(_say_goodbye, smtp, deadline)
        if settings.user:
            _sign_in(smtp, settings)
        return smtp


def _attach(smtp: smtplib.SMTP, sock: socket.socket, deadline: Deadline) -> None:
    smtp.sock = cast("socket.socket", TimedSocket(sock, deadline))
    smtp.file = None


def _sign_in(smtp: smtplib.SMTP, settings: MailSettings) -> None:
    try:
        smtp.login(settings.user, settings.password)
    except smtplib.SMTPResponseException as error:
        raise _refusal(
            (error.smtp_code, _bytes(error.smtp_error)), "the login", may_be_final=False
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise _temporary("The mail server offers no login that we know.") from error


def _hand_over(
    smtp: smtplib.SMTP, message: Message, address: str, settings: MailSettings
) -> Receipt:
    _expect(smtp.mail(settings.sender), "the sender")
    _expect(smtp.rcpt(address), RECIPIENT)
    try:
        reply = smtp.data(compose(message, address, settings))
    except smtplib.SMTPDataError as error:
        raise _refusal((error.smtp_code, _bytes(error.smtp_error)), "the text") from error
    _expect(reply, "the text")
    said = one_line(reply[1].decode("utf-8", "replace"), 120)
    return Receipt(said, f"accepted by {settings.host} ({reply[0]})")


def _say_goodbye(smtp: smtplib.SMTP, deadline: Deadline) -> None:
    deadline.shorten(QUIT_LIMIT_S)
    with contextlib.suppress(OSError, smtplib.SMTPException):
        smtp.docmd("QUIT")


def _expect(reply: tuple[int, bytes], what: str, *, may_be_final: bool = True) -> None:
    if not 200 <= reply[0] < 300:
        raise _refusal(reply, what, may_be_final=may_be_final)


def _refusal(reply: tuple[int, bytes], what: str, *, may_be_final: bool = True) -> ChannelError:
    """Return the error for a refusal; of the server's words only the codes, since they may repeat the address."""
    code, words = reply
    enhanced = _ENHANCED.match(words)
    codes = f"{code} {enhanced.group().decode()}" if enhanced else str(code)
    return ChannelError(
        f"The mail server refused {what} ({codes}).", permanent=may_be_final and code >= 500
    )


def _temporary(text: str) -> ChannelError:
    return ChannelError(text, permanent=False)


def _bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode("utf-8", "replace")


def _helo_name(host: str) -> str:
    """Return `host` as EHLO wants it: an address in brackets (RFC 5321 4.1.3)."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return f"[{host}]" if address.version == 4 else f"[IPv6:{host}]"
