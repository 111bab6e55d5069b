"""One time limit for a whole exchange, whatever the other side does: hang, drip, or never resolve.

A timeout per read does not bound an exchange: a server that sends one byte a second outlives it.
So each socket operation gets what is left of one deadline. This is a stopwatch, not a clock: it
reads the monotonic counter only, and never tells what time it is.
"""

import functools
import io
import math
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Resolver = Callable[[str, int], Sequence[str]]


class Deadline:
    """The moment by which an exchange must be over."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left, more than 0; raise TimeoutError when there are none."""
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("the time for this exchange is over")
        return seconds

    def has_passed(self) -> bool:
        """Return whether no time is left."""
        return time.monotonic() >= self._end

    def shorten(self, seconds: float) -> None:
        """Let no more than `seconds` from now be left."""
        self._end = min(self._end, time.monotonic() + seconds)


class TimedSocket:
    """What `http.client` and `smtplib` need of a socket, every operation bounded by one deadline.

    `most`: of bytes that are received in all; then OSError. `close` does nothing, since `http.client` closes before
    the body is read: who opened it closes it.
    """

    def __init__(self, sock: socket.socket, deadline: Deadline, most: float = math.inf) -> None:
        self._sock, self._deadline, self._most = sock, deadline, most

    def sendall(self, data: bytes) -> None:
        """Send all bytes, or raise TimeoutError or another OSError."""
        view = memoryview(data)
        while view:
            self._sock.settimeout(self._deadline.left())
            view = view[self._sock.send(view) :]

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return a buffered reader; only `rb` is known."""
        if mode != "rb":
            raise ValueError("a timed socket is only read as bytes")
        return io.BufferedReader(_TimedStream(self._sock, self._deadline, self._most))

    def close(self) -> None:
        """Leave the socket to its owner."""


class _TimedStream(io.RawIOBase):
    def __init__(self, sock: socket.socket, deadline: Deadline, most: float) -> None:
        super().__init__()
        self._sock, self._deadline, self._left = sock, deadline, most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        self._sock.settimeout(self._deadline.left())
        count = self._sock.recv_into(buffer)
        self._left -= count
        if self._left < 0:
            raise OSError("more was sent than may be")
        return count


def system_resolver(host: str, port: int) -> list[str]:
    """Return every address of `host` as text, in the system's order of preference; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve_within(resolver: Resolver, host: str, port: int, deadline: Deadline) -> Sequence[str]:
    """Return `resolver(host, port)`, or raise TimeoutError when it takes longer than the deadline.

    The system's resolver knows no limit of ours, so it runs in a thread of its own that is left
    behind when it hangs; the operating system ends it within its own limit.
    """
    answer: list[Sequence[str] | OSError | UnicodeError] = []

    def ask() -> None:
        try:
            answer.append(resolver(host, port))
        except (OSError, UnicodeError) as error:
            answer.append(error)

    thread = threading.Thread(target=ask, name="resolve", daemon=True)
    thread.start()
    thread.join(deadline.left())
    if not answer:
        raise TimeoutError("the name was not resolved in time")
    if isinstance(answer[0], OSError | UnicodeError):
        raise OSError("the name could not be resolved") from answer[0]
    return answer[0]


def connect(addresses: Sequence[str], port: int, deadline: Deadline) -> socket.socket:
    """Return a connection to the first of `addresses` (numeric only) that accepts one.

    Each gets a fair share of the time that is left. Raises the last OSError when none accepts.
    """
    failure = OSError("the name has no address")
    for index, address in enumerate(addresses):
        try:
            return socket.create_connection(
                (address, port), deadline.left() / (len(addresses) - index)
            )
        except OSError as error:
            failure = error
    raise failure


@functools.cache
def _trust(ca_file: str | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file)  # loading the system's store costs 20 ms


def secure(
    sock: socket.socket, host: str, deadline: Deadline, ca_file: str | None
) -> ssl.SSLSocket:
    """Return `sock` under TLS, the certificate verified for `host`; `sock` itself is used up.

    `ca_file`: trust these authorities instead of the system's (whose file SSL_CERT_FILE names).
    Raises ssl.SSLError (SSLCertVerificationError for a bad certificate), OSError or TimeoutError.
    """
    secured = _trust(ca_file).wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
    try:
        secured.settimeout(deadline.left())
        secured.do_handshake()
    except BaseException:
        secured.close()
        raise
    return secured


def certificate_fault(error: ssl.SSLCertVerificationError) -> str:
    """Return what is wrong with a certificate, in our words: OpenSSL's would name the host."""
    return {10: "has expired", 62: "is for another name", 64: "is for another address"}.get(
        error.verify_code, "is not trusted"
    )
