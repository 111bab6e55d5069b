"""The one outbound HTTP client: checks the address it connects to, and ends in time.

A name is resolved once; all its addresses must be allowed (a name that mixes public and private
answers is an attack or a mistake), and the connection goes to a checked address, so that a second
answer of the name server changes nothing. No redirects, no proxy from the environment, no cookies.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

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
    """An answer: names of headers in lower case; of the body at most 64 KiB, less or nothing when it broke off."""

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


class HttpClient:
    """Posts to addresses that strangers entered."""

    def __init__(self, settings: HttpSettings, resolver: Resolver = system_resolver) -> None:
        self._settings, self._resolver = settings, resolver

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> HttpReply:
        """Post `body`; see `send`."""
        return self.send("POST", url, body, headers)

    def send(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> HttpReply:
        """Make one request and return the answer, whatever its status; a redirect is an answer like any other.

        Raises UrlNotAllowed before any packet leaves, HttpFailure when there is no answer in time.
        """
        target = read_url(url, self._settings.allowed_private)
        deadline = Deadline(self._settings.time_limit_s)
        try:
            with self._open(target, deadline) as sock:
                return _exchange(
                    TimedSocket(sock, deadline), target, _Request(method, body, headers)
                )
        except ssl.SSLCertVerificationError as error:
            raise HttpFailure(
                f"The receiver's certificate {certificate_fault(error)}.", permanent=True
            ) from error
        except TimeoutError as error:
            limit = self._settings.time_limit_s
            raise HttpFailure(f"The receiver gave no answer within {limit:g} s.") from error
        except (OSError, http.client.HTTPException) as error:
            raise HttpFailure("The receiver could not be reached, or broke off.") from error

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


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    body: bytes
    headers: Mapping[str, str]


def _exchange(sock: TimedSocket, target: Target, request: _Request) -> HttpReply:
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.auto_open = 0  # never dial by itself: that would go round the address check
    connection.sock = cast("socket.socket", sock)
    ours = {"Host": target.host_header, "User-Agent": "Watchbill", "Connection": "close"}
    headers = {**request.headers, **ours}
    connection.request(request.method, target.path, body=request.body, headers=headers)
    response = connection.getresponse()
    with response:
        names = {name.lower(): value for name, value in response.getheaders()}
        return HttpReply(response.status, names, _read(response))


def _read(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read(LONGEST_REPLY)
    except (OSError, http.client.HTTPException):
        return b""  # the status has been heard; a body that drips or breaks off does not unsay it
