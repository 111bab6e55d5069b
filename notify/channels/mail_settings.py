"""Where mail leaves: EMAIL_URL, read strictly."""

import enum
from dataclasses import dataclass, field
from email.utils import getaddresses, parseaddr
from urllib.parse import SplitResult, unquote, urlsplit


class Tls(enum.StrEnum):
    """How the connection to the mail server is encrypted."""

    NONE = "none"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


_SCHEMES = {"smtp": (Tls.NONE, 25), "smtp+tls": (Tls.STARTTLS, 587), "smtps": (Tls.IMPLICIT, 465)}


@dataclass(frozen=True, slots=True)
class MailSettings:
    """One mail server, and as whom we write.

    from_address: as in a From header, `Watchbill <watchbill@example.org>`; sender: its bare address.
    host_name: our own, for Message-ID and EHLO. ca_file: authorities to trust instead of the system's.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: Tls
    from_address: str
    host_name: str
    ca_file: str | None = None

    @property
    def sender(self) -> str:
        """Return the bare address of the From header: the envelope sender."""
        return parseaddr(self.from_address)[1]


def parse_email_url(url: str, from_address: str, site_url: str) -> MailSettings:
    """Return the settings in `smtp://host:port`, `smtp+tls://user:password@host:port` or `smtps://...`.

    Ports default to 25, 587 and 465; user and password are percent-encoded. `site_url` names our own
    host. Raises ValueError with one sentence that never shows the password.
    """
    parts, port = _split(url)
    tls, usual_port = _SCHEMES[parts.scheme]
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ValueError("EMAIL_URL needs both a user and a password, or neither.")
    if user and tls is Tls.NONE:
        raise ValueError(
            "EMAIL_URL would send the password in the clear; use smtp+tls:// or smtps://."
        )
    if not user.isascii() or not password.isascii():
        raise ValueError(
            "EMAIL_URL has a user or password that is not ASCII, which SMTP logins can't carry."
        )
    return MailSettings(
        host=parts.hostname or "",
        port=usual_port if port is None else port,
        user=user,
        password=password,
        tls=tls,
        from_address=_from(from_address),
        host_name=urlsplit(site_url).hostname or "localhost",
    )


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(
            "EMAIL_URL is not an address, or its port is not a number from 1 to 65535."
        ) from error
    if parts.scheme not in _SCHEMES:
        raise ValueError("EMAIL_URL must begin with smtp://, smtp+tls:// or smtps://.")
    if not parts.hostname or any(letter.isspace() for letter in url) or port == 0:
        raise ValueError(
            "EMAIL_URL needs a host, for example smtp+tls://user:password@mail.example:587."
        )
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(
            "EMAIL_URL has something after the host and port; percent-encode / ? # in a password."
        )
    return parts, port


def _from(text: str) -> str:
    found = getaddresses([text])
    name, address = found[0] if len(found) == 1 else ("", "")
    local, _at, domain = address.partition("@")
    odd = not address.isascii() or any(letter.isspace() or letter in ",<>" for letter in address)
    if (
        not local
        or not domain
        or odd
        or not (name + address).isprintable()
        or local.startswith("-")
    ):
        raise ValueError(
            "MAIL_FROM must be one address, such as Watchbill <watchbill@example.org>."
        )
    return text
