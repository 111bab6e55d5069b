"""`python -m bench.escalate ARMED DUE ROUNDS IDLE_S`: what the pager's steps cost (B12).

Arms timers, then in turn: DUE jobs taken one by one with SKIP LOCKED (the floor), DUE due steps
through the engine's own `advance`. Last, the engine idles for IDLE_S seconds. Prints JSON.
"""

import json
import sys
import threading
from datetime import datetime, timedelta

from django.db import connection

from bench import ready
from core import clock
from incidents.models import Incident, PlaybookVersion, RawEvent, Service
from oncall.actions import advance
from oncall.actions.escalate import new_run, policies_for
from oncall.engine import Engine
from oncall.models import Escalation

_FAR = timedelta(days=30)
_LOCK = " FOR UPDATE SKIP LOCKED"
_TAKE = "DELETE FROM bench_jobs WHERE id = (SELECT id FROM bench_jobs ORDER BY id LIMIT 1{})"


def arm(count: int, at: datetime) -> None:
    """Open incidents whose escalations wait for a moment a month away."""
    services = list(Service.objects.all())
    playbook = PlaybookVersion.objects.filter(slug="standard").latest("number")
    incidents = Incident.objects.bulk_create(
        [
            Incident(
                title=f"armed {n}", service=services[n % len(services)], rank=2, playbook=playbook,
                opened_at=at, group_key=f"armed-{at.timestamp()}-{n}",
            )
            for n in range(count)
        ],
        batch_size=500,
    )  # fmt: skip
    policies = policies_for(incidents)
    runs = [new_run(one, policies.get(one.service_id), at + _FAR) for one in incidents]
    Escalation.objects.bulk_create(runs, batch_size=500)


def fire(count: int, at: datetime) -> None:
    """Make `count` of the armed timers due at `at`."""
    armed = Escalation.objects.filter(state="waiting", next_due_at__gt=at + _FAR / 2)
    chosen = list(armed.order_by("pk").values_list("pk", flat=True)[:count])
    Escalation.objects.filter(pk__in=chosen).update(next_due_at=at)


def one_by_one(count: int) -> ready.Meter:
    """Take `count` jobs from a plain table, one committed statement each."""
    taking = _TAKE.format(_LOCK if connection.vendor == "postgresql" else "")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_jobs (id integer PRIMARY KEY)")
        cursor.execute("DELETE FROM bench_jobs")
        cursor.executemany("INSERT INTO bench_jobs (id) VALUES (%s)", [[n] for n in range(count)])
        with ready.metered() as meter:
            for _ in range(count):
                cursor.execute(taking)
    return meter


def steps(due: int) -> ready.Meter:
    """Take every step that is due; raises RuntimeError unless all `due` moved: a failed step is quick."""
    moved = 0
    with ready.metered() as meter:
        while count := advance(clock.now()):
            moved += count
    if moved != due:
        raise RuntimeError(f"{moved} of {due} due steps were taken; nothing to measure")
    return meter


def idle(seconds: float) -> ready.Meter:
    """Let an engine run with nothing due. Its own deliveries are called off before."""
    engine = Engine(part="bench")
    engine.tick()

    def stop() -> None:
        engine.stopping.set()
        engine.woken.set()

    timer = threading.Timer(seconds, stop)
    with ready.metered() as meter:
        timer.start()
        engine.run()
    return meter


def main(armed: int, due: int, rounds: int, idle_s: float) -> dict[str, object]:
    """Arm, then measure in turn; events that other parts left would keep the engine from idling."""
    RawEvent.objects.all().delete()
    arm(armed, clock.now())
    floors, taken = [], []
    fire(20, clock.now())
    steps(20)
    for _ in range(rounds):
        floors.append({**one_by_one(due).as_json(), "count": due})
        fire(due, clock.now())
        taken.append({**steps(due).as_json(), "count": due})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notify_delivery SET state = 'suppressed' WHERE state = 'pending'")
    return {"floor": floors, "steps": taken, "idle": idle(idle_s).as_json()}


if __name__ == "__main__":
    words = sys.argv[1:]
    print(json.dumps(main(int(words[0]), int(words[1]), int(words[2]), float(words[3]))))
