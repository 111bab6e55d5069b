"""Real small servers for tests: mail and HTTP, on 127.0.0.1, below port 32768, as bad as they are told to be.

They run in threads, record what arrived and end with their `with` block, also those that hang.
"""

import asyncio
import os
import secrets
import socket
import ssl
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.certificates import Certificate

HOST = "127.0.0.1"
DRIP_S = 0.02
PORTS, SHARE = range(20_000, 32_768), 1_500  # of each process of a run: they may not meet


def free_port() -> int:
    """Return a port of 127.0.0.1 below 32768, of this process's share, that nobody listens on now.

    By true chance: pytest-randomly gives every test the same numbers of the other kind.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = PORTS.start + worker * SHARE % (len(PORTS) - SHARE)
    for _ in range(200):
        port = first + secrets.randbelow(SHARE)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port
    raise RuntimeError("no free port below 32768")


@contextmanager
def mute_server() -> Iterator[int]:
    """Listen, and never say a word; give the port."""
    with socket.create_server((HOST, free_port())) as listener:
        yield listener.getsockname()[1]


# --- Mail ---


@dataclass
class SmtpServer:
    """A mail server. `behaviour` maps a step to what it does instead of its duty.

    Steps: connect, ehlo, mail, rcpt, data, quit. Behaviours: "hang", "drop", "drip" (one byte at a
    time, for ever), or an answer such as "451 4.3.0 later".
    """

    port: int
    behaviour: dict[str, str] = field(default_factory=dict)
    mails: list[Envelope] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    greetings: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    password: str = ""

    def behaves(self, step: str, how: str) -> None:
        """From now on `step` goes like `how`."""
        self.behaviour[step] = how


class _Conversation(SMTP):
    """aiosmtpd with a script: it asks before each step whether to misbehave."""

    def __init__(
        self, server: SmtpServer, closing: asyncio.Event, *args: Any, **kwargs: Any
    ) -> None:
        self._server, self._closing = server, closing
        super().__init__(*args, **kwargs)

    async def _handle_client(self) -> None:
        if await self._misbehaves("connect"):
            self.transport.close()
            return
        await super()._handle_client()

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802  aiosmtpd finds commands by name
        self._server.greetings.append(hostname)
        await self._step("ehlo", super().smtp_EHLO, hostname)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802  as above
        await self._step("mail", super().smtp_MAIL, arg)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802  as above
        await self._step("rcpt", super().smtp_RCPT, arg)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802  as above
        await self._step("quit", super().smtp_QUIT, arg)

    async def _step(self, step: str, duty: Any, arg: Any) -> None:
        if not await self._misbehaves(step):
            await duty(arg)

    async def _misbehaves(self, step: str) -> bool:
        self._server.steps.append(step)
        how = self._server.behaviour.get(step, "")
        if how == "hang":
            await self._closing.wait()
        elif how == "drop":
            self.transport.abort()
        elif how == "drip":
            await self._drip()
        elif how:
            await self.push(how)
        return bool(how)

    async def _drip(self) -> None:
        while not self._closing.is_set() and not self.transport.is_closing():
            self._writer.write(b"2")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), DRIP_S)

    async def data_arrived(self, envelope: Envelope) -> str:
        """Record the mail, then answer as the script says: after the text is when trouble hurts most."""
        self._server.mails.append(envelope)
        how = self._server.behaviour.get("data", "")
        if how in {"hang", "drop", "drip"}:
            await self._misbehaves("data")
            return "451 4.3.0 closing"
        return how or "250 2.0.0 OK: queued as 4711"


class _Taker:
    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  as above
        assert isinstance(server, _Conversation)
        return await server.data_arrived(envelope)


class _SmtpThread(Controller):
    def __init__(self, server: SmtpServer, **kwargs: Any) -> None:
        self._script, self._closing = server, asyncio.Event()
        self._conversations: list[_Conversation] = []
        super().__init__(_Taker(), hostname=HOST, port=server.port, **kwargs)

    def factory(self) -> SMTP:
        self._conversations.append(
            _Conversation(self._script, self._closing, self.handler, **self.SMTP_kwargs)
        )
        return self._conversations[-1]

    def stop(self, no_assert: bool = False) -> None:
        asyncio.run_coroutine_threadsafe(self._end_conversations(), self.loop).result(5)
        super().stop(no_assert=no_assert)

    async def _end_conversations(self) -> None:
        """Let those that hang go on, cut every line, and wait until all of it is gone."""
        self._closing.set()
        for conversation in self._conversations:
            if conversation.transport is not None:
                conversation.transport.abort()
        while any(conversation.transport is not None for conversation in self._conversations):
            await asyncio.sleep(0)  # connection_lost is called by the loop's next turns


@contextmanager
def smtp_server(
    *, tls: Certificate | None = None, implicit: bool = False, password: str = ""
) -> Iterator[SmtpServer]:
    """Run a mail server; with `tls` it offers STARTTLS, or speaks TLS at once; with `password` it wants a login."""
    server = SmtpServer(free_port(), password=password)

    def check(
        _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        server.logins.append(data.login.decode())
        return AuthResult(success=data.password.decode() == password, handled=False)

    options: dict[str, Any] = {"ident": "test"}
    if password:
        options |= {
            "authenticator": check,
            "auth_required": not implicit,
            "auth_require_tls": not implicit,
        }
    if tls and implicit:
        options |= {"ssl_context": tls.context}
    elif tls:
        options |= {"tls_context": tls.context}
    thread = _SmtpThread(server, **options)
    thread.start()
    server.steps.clear()
    try:
        yield server
    finally:
        thread.stop()


# --- HTTP ---


@dataclass(frozen=True)
class Answer:
    """One answer. `how`: "" as it should be; "drip" the body, "drip-head", "hang", "reset", "cut" in the body."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    how: str = ""


@dataclass(frozen=True)
class Request:
    """What arrived: header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HttpServer:
    """An HTTP server with a script per path; the last answer of a script repeats, an unknown path is 404."""

    port: int
    script: dict[str, list[Answer]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    def answers(self, path: str, *answers: Answer | int) -> str:
        """Set the script of `path`; a number means that status. Return the path's URL."""
        self.script[path] = [Answer(one) if isinstance(one, int) else one for one in answers]
        return f"http://{HOST}:{self.port}{path}"

    def next_answer(self, path: str) -> Answer:
        """Return the answer that is due on `path`, whatever its query."""
        script = self.script.get(path.partition("?")[0], [Answer(404)])
        return script.pop(0) if len(script) > 1 else script[0]


class _HttpThread(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True

    def __init__(self, server: HttpServer, context: ssl.SSLContext | None) -> None:
        self.script, self._context = server, context
        super().__init__((HOST, server.port), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        sock, peer = super().get_request()
        self.script.connections += 1
        return sock, peer

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(5)
        if self._context is None:
            super().finish_request(request, client_address)
            return
        with suppress(OSError), self._context.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is part of the test."""


class _Handler(BaseHTTPRequestHandler):
    server: _HttpThread

    def do_POST(self) -> None:
        script = self.server.script
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        script.requests.append(Request(self.command, self.path, headers, body))
        with suppress(OSError):
            self._play(script.next_answer(self.path))

    do_GET = do_POST  # noqa: N815  as above

    def _play(self, answer: Answer) -> None:
        if answer.how == "hang":
            self.server.script.closing.wait()
            return
        if answer.how == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            return
        if answer.how == "drip-head":
            self._drip(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 60_000)
            return
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if answer.how == "drip":
            self._drip(answer.body)
        elif answer.how == "cut":
            self.wfile.write(answer.body[: len(answer.body) // 2])
        else:
            self.wfile.write(answer.body)

    def _drip(self, body: bytes) -> None:
        for byte in body:
            self.wfile.write(bytes([byte]))
            if self.server.script.closing.wait(DRIP_S):
                return

    def log_message(self, *_args: object) -> None:
        """Stay silent."""


@contextmanager
def http_server(tls: Certificate | None = None) -> Iterator[HttpServer]:
    """Run an HTTP server, with TLS where a certificate is given."""
    server = HttpServer(free_port())
    listener = _HttpThread(server, tls.context if tls else None)
    thread = threading.Thread(
        target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        listener.shutdown()
        thread.join()
        listener.server_close()


def resolver_of(*addresses: str) -> Any:
    """Return a resolver that answers every name with `addresses` and remembers the questions in `.asked`."""

    def resolve(host: str, port: int) -> Sequence[str]:
        resolve.asked.append((host, port))  # type: ignore[attr-defined]  a function with a memory
        return addresses

    resolve.asked = []  # type: ignore[attr-defined]  as above
    return resolve
