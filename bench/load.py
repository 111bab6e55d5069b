"""`python -m bench.load`: a keep-alive HTTP client in a process of its own, one epoll loop.

In: a plan as JSON on standard input. Out: one JSON line with what became of it.
"""

import json
import re
import select
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.bodies import MAKERS, path
from bench.figures import percentile

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_PATIENCE_S = 10.0


@dataclass
class Plan:
    """What to send: `count` bodies of `shape`, numbered from `first`, to the sources of `keys` in turn.

    `rate`: so many a second at even distances; 0: as fast as answers come. `new_every` (with a
    rate): only every n-th body has a new key, the others repeat the latest. `keep`: return when
    each new key was answered. `most_s`: nothing more is sent after so many seconds. A shape "mixed"
    plays one of every kind of request in turn, a shape "get" asks for the addresses of `keys` with the `token`.
    """

    port: int
    keys: dict[str, list[str]]
    shape: str
    count: int
    first: int = 0
    connections: int = 8
    rate: float = 0.0
    new_every: int = 1
    keep: bool = False
    most_s: float = 60.0
    token: str = ""


@dataclass
class Call:
    """One request: its bytes, the status that is right, when it is due and when it left."""

    name: str
    data: bytes
    right: int
    due: float = 0.0
    left: float = 0.0


@dataclass
class Wire:
    """One connection: what it waits for, and what has come of it."""

    link: socket.socket
    call: Call | None = None
    came: bytes = b""

    def answered(self) -> int:
        """Read what is there; return the status once the answer is whole, else 0."""
        piece = self.link.recv(65_536)
        if not piece:
            raise ConnectionError("the server closed the connection")
        self.came += piece
        head, found, body = self.came.partition(b"\r\n\r\n")
        if not found or not _is_whole(head, body):
            return 0
        self.came = b""
        return int(head[9:12])


def _is_whole(head: bytes, body: bytes) -> bool:
    length = _LENGTH.search(head)
    return len(body) >= int(length[1]) if length else body.endswith(b"0\r\n\r\n")  # chunked


@dataclass
class Outcome:
    """What became of a plan: milliseconds per request, wrong answers, when new keys were answered."""

    waits: list[float] = field(default_factory=list)
    wrong: dict[str, int] = field(default_factory=dict)
    answered: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0


def calls(plan: Plan) -> Iterator[Call]:
    """Yield the requests of a plan, in order."""
    for place in range(plan.count):
        if plan.shape == "mixed":
            yield _mixed(plan, place)
            continue
        if plan.shape == "get":
            yield Call("", _get(plan.keys["get"][place % len(plan.keys["get"])], plan.token), 200)
            continue
        number = plan.first + place // plan.new_every
        key = plan.keys[plan.shape][number % len(plan.keys[plan.shape])]
        name, body = MAKERS[plan.shape](number, key)
        yield Call(
            name if place % plan.new_every == 0 else "", _post(path(plan.shape, key), body), 202
        )


def _mixed(plan: Plan, place: int) -> Call:
    number = plan.first + place
    kinds = ("generic", "pagerduty", "generic", "alertmanager", "generic", "wrong", "bad", "get")
    kind = kinds[place % 8] if place % 80 < 8 or place % 8 != 3 else "generic"
    if kind == "get":
        target = ("/healthz", "/readyz", "/admin/login/")[place // 8 % 3]
        return Call("", f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode(), 200)
    key = plan.keys.get(kind, plan.keys["generic"])[number % len(plan.keys["generic"])]
    if kind == "wrong":
        return Call("", _post("/in/generic/no-such-key/", b"{}"), 404)
    if kind == "bad":
        return Call("", _post(path("generic", key), b'{"action": '), 400)
    name, body = MAKERS[kind](number, key)
    return Call(name, _post(path(kind, key), body), 202)


def _get(target: str, token: str) -> bytes:
    head = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"
    return head.encode()


def _post(target: str, body: bytes) -> bytes:
    head = (
        f"POST {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Play:
    """One run of a plan over its connections, in one epoll loop."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.outcome, self.todo = plan, Outcome(), deque(calls(plan))
        links = [_connect(plan.port) for _ in range(plan.connections)]
        self.wires = {wire.link.fileno(): wire for wire in links}
        self.free = deque(links)
        self.poll = select.epoll()
        for number in self.wires:
            self.poll.register(number, select.EPOLLIN)

    def run(self) -> Outcome:
        """Send everything and return what became of it; raises OSError where the server goes away."""
        begun = last = time.monotonic()
        for place, call in enumerate(self.todo):
            call.due = begun + place / self.plan.rate if self.plan.rate else 0.0
        while self.todo or len(self.free) < len(self.wires):
            self._send_due()
            last = time.monotonic() if self._hear() else last
            if time.monotonic() - begun > self.plan.most_s:
                self.todo.clear()
            if time.monotonic() - last > _PATIENCE_S:
                raise TimeoutError("the server does not answer")
        self.outcome.seconds = time.monotonic() - begun
        for wire in self.wires.values():
            wire.link.close()
        return self.outcome

    def _send_due(self) -> None:
        """Use the connections in turn: one that is idle for long would be closed."""
        while self.todo and self.free and self.todo[0].due <= time.monotonic():
            wire, call = self.free.popleft(), self.todo.popleft()
            wire.call, call.left = call, time.monotonic()
            wire.link.sendall(call.data)

    def _hear(self) -> bool:
        """Wait for answers, at most until the next call is due; return whether any byte came."""
        is_waiting = self.todo and self.free
        pause = max(self.todo[0].due - time.monotonic(), 0.0) if is_waiting else 1.0
        events = self.poll.poll(min(pause, 1.0))
        for number, _event in events:
            wire = self.wires[number]
            status = wire.answered()
            if status and wire.call is not None:
                self._note(wire.call, status)
                self.free.append(wire)
        return bool(events)

    def _note(self, call: Call, status: int) -> None:
        now = time.monotonic()
        self.outcome.waits.append(1000 * (now - (call.due or call.left)))
        if status != call.right:
            name = f"{status} for {call.right}"
            self.outcome.wrong[name] = self.outcome.wrong.get(name, 0) + 1
        elif self.plan.keep and call.name:
            self.outcome.answered[call.name] = now


def _connect(port: int) -> Wire:
    link = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_S)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Wire(link)


def main() -> None:
    """Play the plan on standard input."""
    plan = Plan(**json.load(sys.stdin))
    outcome = Play(plan).run()
    done = {
        "count": len(outcome.waits),
        "seconds": outcome.seconds,
        "p50": percentile(outcome.waits, 0.5),
        "p99": percentile(outcome.waits, 0.99),
        "wrong": outcome.wrong,
        "answered": outcome.answered,
    }
    print(json.dumps(done))


if __name__ == "__main__":
    main()
