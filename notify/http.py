"""The one outbound HTTP client: checks the address it connects to, and ends in time.

A name is resolved once; all its addresses must be allowed (a name that mixes public and private
answers is an attack or a mistake), and the connection goes to a checked address, so that a second
answer of the name server changes nothing. No proxy from the environment, no cookies. What is posted follows no
redirect; what is read follows three, and each address on the way is checked like the first.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import urljoin

from notify.addresses import (
    Network,
    Target,
    UrlNotAllowed,
    plain_address,
    read_url,
    require_allowed,
)
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

__all__ = ["HttpClient", "HttpFailure", "HttpReply", "HttpSettings", "UrlNotAllowed", "check_url"]

LONGEST_REPLY = 64 * 1024
MOST_REDIRECTS = 3
# Of what arrives: the standard library would read a chunk of length -1 to its end, which never comes.
LONGEST_HEAD, WRAPPED = 1024 * 1024, 8
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """How we may reach out.

    `allowed_private`: the operator's networks that may be reached although they are not public.
    `time_limit_s`: for all of one exchange, from the name to the last byte.
    `ca_file`: authorities to trust instead of the system's.
    """

    allowed_private: tuple[Network, ...] = ()
    time_limit_s: float = 10.0
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class HttpReply:
    """An answer: names of headers in lower case.

    Of the body to a post at most 64 KiB, less or nothing when it broke off; the body that was asked for is whole.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpFailure(Exception):
    """There was no answer. The text is safe to show; `permanent` says that asking again is no use."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


def check_url(url: str, settings: HttpSettings) -> None:
    """Raise UrlNotAllowed with a sentence when `url` can never be allowed; for forms, asks no name server."""
    read_url(url, settings.allowed_private)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request as it goes out, and what its other side is called.

    `largest`: of the body in bytes; None: as much of it as is cheap.
    """

    method: str
    body: bytes
    headers: Mapping[str, str]
    largest: int | None = None
    other: str = "The receiver"


class HttpClient:
    """Posts to, and reads from, addresses that strangers entered."""

    def __init__(self, settings: HttpSettings, resolver: Resolver = system_resolver) -> None:
        self._settings, self._resolver = settings, resolver

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> HttpReply:
        """Post `body`; see `send`."""
        return self.send("POST", url, body, headers)

    def send(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> HttpReply:
        """Make one request and return the answer, whatever its status; a redirect is an answer like any other.

        Raises UrlNotAllowed before any packet leaves, HttpFailure when there is no answer in time.
        """
        return self._ask(url, _Asked(method, body, headers), Deadline(self._settings.time_limit_s))

    def get(self, url: str, headers: Mapping[str, str], *, largest: int) -> HttpReply:
        """Return what is at `url`, its body whole and at most `largest` bytes, whatever its status.

        Raises UrlNotAllowed before any packet leaves for an address on the way, HttpFailure when there is no whole
        answer in time.
        """
        deadline = Deadline(self._settings.time_limit_s)
        asked = _Asked(
            "GET", b"", {**headers, "Accept-Encoding": "identity"}, largest, "The server"
        )
        for _ in range(MOST_REDIRECTS + 1):
            reply = self._ask(url, asked, deadline)
            if reply.status not in _REDIRECTS or "location" not in reply.headers:
                return reply
            onward = _onward(url, reply.headers["location"])
            if url.startswith("https:") and not onward.startswith("https:"):
                raise HttpFailure("The address leads on to one without https.", permanent=True)
            url = onward
        raise HttpFailure("The address leads on to another one too often.", permanent=True)

    def _ask(self, url: str, asked: _Asked, deadline: Deadline) -> HttpReply:
        target = read_url(url, self._settings.allowed_private)
        try:
            with self._open(target, deadline) as sock:
                most = LONGEST_HEAD + WRAPPED * (asked.largest or LONGEST_REPLY)
                return _exchange(TimedSocket(sock, deadline, most), target, asked)
        except ssl.SSLCertVerificationError as error:
            raise HttpFailure(
                f"{asked.other}'s certificate {certificate_fault(error)}.", permanent=True
            ) from error
        except TimeoutError as error:
            limit = self._settings.time_limit_s
            raise HttpFailure(f"{asked.other} gave no answer within {limit:g} s.") from error
        except (OSError, http.client.HTTPException) as error:
            raise HttpFailure(f"{asked.other} could not be reached, or broke off.") from error

    def _open(self, target: Target, deadline: Deadline) -> socket.socket:
        sock = connect(self._addresses(target, deadline), target.port, deadline)
        if target.scheme == "http":
            return sock
        return secure(sock, target.host, deadline, self._settings.ca_file)

    def _addresses(self, target: Target, deadline: Deadline) -> Sequence[str]:
        if target.address is not None:
            return [str(plain_address(target.address))]
        texts = resolve_within(self._resolver, target.host, target.port, deadline)
        addresses = [ipaddress.ip_address(text) for text in texts]
        for address in addresses:
            require_allowed(target, address, self._settings.allowed_private)
        return [str(plain_address(address)) for address in addresses]


def _onward(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise HttpFailure("The address leads on to what is none.", permanent=True) from error


def _exchange(sock: TimedSocket, target: Target, asked: _Asked) -> HttpReply:
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.auto_open = 0  # never dial by itself: that would go round the address check
    connection.sock = cast("socket.socket", sock)
    ours = {"Host": target.host_header, "User-Agent": "Watchbill", "Connection": "close"}
    connection.request(
        asked.method, target.path, body=asked.body or None, headers={**asked.headers, **ours}
    )
    response = connection.getresponse()
    with response:
        names = {name.lower(): value for name, value in response.getheaders()}
        if asked.largest is None:
            return HttpReply(response.status, names, _read(response))
        return HttpReply(response.status, names, _read_whole(response, asked.largest))


def _read_whole(response: http.client.HTTPResponse, largest: int) -> bytes:
    """Return all of a body. Raises HttpFailure for one that is larger, OSError or HTTPException for one that breaks off."""
    if (response.length or 0) > largest:
        raise _too_large(largest)
    try:
        body = response.read(largest + 1)
    except ValueError as error:
        raise http.client.HTTPException("a chunk of no length") from error
    if len(body) > largest:
        raise _too_large(largest)
    if response.length:
        raise http.client.IncompleteRead(body, response.length)
    return body


def _too_large(largest: int) -> HttpFailure:
    return HttpFailure(f"The answer is larger than {largest // 1024} KiB.", permanent=True)


def _read(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read(LONGEST_REPLY)
    except (OSError, ValueError, http.client.HTTPException):
        return b""  # the status has been heard; a body that drips or breaks off does not unsay it
