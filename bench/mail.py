"""From the 202 to the SMTP server's acceptance, while 50 events a second arrive."""

import dataclasses
import smtplib
import subprocess
import sys
import time
from contextlib import suppress

from bench.figures import Bound, Figure, percentile
from bench.load import Plan
from bench.place import ROOT, Place
from bench.runs import Size

RATE = 50
POLL_S = 1.0  # of the engine, design.md 6
_MAIL = "Subject: straight\n\n" + "A page is about this long.\n" * 40
_LAST_S = 5  # what has not left by then is lost


def measure(place: Place, size: Size, mail_port: int, new_every: int) -> list[Figure]:
    """Return the waits when every `new_every`-th event is a new incident whose page leaves by SMTP."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.sink", str(mail_port)],
        cwd=ROOT,
        env=place.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as sink:
        straight = _straight(mail_port)
        answered = _send(place, size, new_every)
        lines, _nothing = sink.communicate()
    taken: dict[str, float] = {}
    for line in lines.splitlines():
        at, _space, subject = line.partition(" ")
        taken.setdefault(subject[subject.find("bench-") :][:15], float(at))
    return _rows(answered, taken, straight, f"{RATE // new_every} pages/s")


def _send(place: Place, size: Size, new_every: int) -> dict[str, float]:
    """Post the events to web and engine; return when each new key was answered, in monotonic seconds."""
    server, engine = place.serve(), place.start("engine", ["manage.py", "engine"])
    plan = Plan(
        server.port,
        place.keys,
        "generic",
        RATE * size.mail_s,
        first=700_000_000 + new_every * 1_000_000,
        rate=float(RATE),
        new_every=new_every,
        keep=True,
    )
    answered: dict[str, float] = place.run("bench.load", told=dataclasses.asdict(plan))["answered"]
    time.sleep(_LAST_S)
    for part in (server, engine):
        part.stop()
    return answered


def _straight(mail_port: int) -> list[float]:
    """Return how many seconds the sink takes for a mail that is sent to it without us between."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with suppress(ConnectionRefusedError), smtplib.SMTP("127.0.0.1", mail_port, timeout=5):
            break
        time.sleep(0.05)
    waits = []
    for _ in range(40):
        begun = time.monotonic()
        with smtplib.SMTP("127.0.0.1", mail_port, timeout=5) as link:
            link.sendmail("bench@bench.example", "sink@bench.example", _MAIL)
        waits.append(time.monotonic() - begun)
    return waits


def _rows(
    answered: dict[str, float], taken: dict[str, float], straight: list[float], what: str
) -> list[Figure]:
    waits = [taken[name] - at for name, at in answered.items() if name in taken]
    rows = [
        Figure(
            f"202 to SMTP acceptance, {what}, p{share}",
            percentile(waits, share / 100),
            "s",
            POLL_S * share / 100 + percentile(straight, share / 100),
            Bound("<=", limit, " s"),
            note=f"{len(waits)} pages; floor: the poll's share and a straight mail",
        )
        for share, limit in ((50, 1.5), (99, 3.0))
    ]
    lost = Figure(
        f"pages not there {_LAST_S} s after the last event, {what}",
        len(answered) - len(waits),
        "",
        None,
        Bound("<=", 0),
    )
    return [*rows, lost]
