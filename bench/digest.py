"""`python -m bench.digest SHAPE EVENTS ROUNDS`: what the engine's digest costs, beside its floor.

Each round: bulk upserts of the same number of rows (the floor), then the digest of EVENTS fresh
events of 20 sources. Prints {"floor": [...], "digest": [...]}, one reading per round.
"""

import json
import sys
from datetime import datetime
from uuid import uuid4

from django.db import connection, transaction

from bench import ready
from bench.bodies import ALERTS, FORMATS, MAKERS
from core import clock
from incidents import actions
from incidents.models import RawEvent, SourceKey

BATCH = 100
_TABLE = (
    "CREATE TABLE IF NOT EXISTS bench_rows (key varchar(255) PRIMARY KEY, title text NOT NULL,"
    " labels text NOT NULL, count integer NOT NULL DEFAULT 1)"
)
_UPSERT = (
    "INSERT INTO bench_rows (key, title, labels) VALUES {}"
    " ON CONFLICT (key) DO UPDATE SET count = bench_rows.count + 1, title = excluded.title"
)


def feed(shape: str, count: int, first: int, at: datetime) -> int:
    """Store `count` raw events as the door does; return the number of alerts in them."""
    keys = list(SourceKey.objects.filter(source__format=FORMATS[shape]).order_by("source_id"))
    rows = []
    for place in range(count):
        key = keys[place % len(keys)]
        number = first + (place // len(keys) if shape == "alertmanager" else place)
        _name, body = MAKERS[shape](number, "")
        made = uuid4().hex
        rows.append(
            RawEvent(
                source_id=key.source_id, key=key, received_at=at, kind=FORMATS[shape], body=body,
                made_key=made,
            )
        )  # fmt: skip
    RawEvent.objects.bulk_create(rows, batch_size=500)
    return count * (ALERTS if shape == "alertmanager" else 1)


def floor(alerts: int, mark: str) -> ready.Meter:
    """Upsert as many rows as there are alerts, 100 a statement, each statement committed."""
    labels = json.dumps({"region": "eu-west-1", "cluster": "prod-3", "job": "checkout"})
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
    with ready.metered() as meter, connection.cursor() as cursor:
        for first in range(0, alerts, BATCH):
            rows = range(first, min(first + BATCH, alerts))
            values = [word for n in rows for word in (f"{mark}-{n}", f"title {n}", labels)]
            cursor.execute(_UPSERT.format(", ".join(["(%s, %s, %s)"] * len(rows))), values)
    return meter


def digest() -> ready.Meter:
    """Digest until nothing is pending; raises RuntimeError when an event could not be applied."""
    with ready.metered() as meter:
        while actions.digest(clock.now()):
            pass
    bad = [RawEvent.Verdict.PENDING, RawEvent.Verdict.QUARANTINED]
    if RawEvent.objects.filter(verdict__in=bad).exists():
        raise RuntimeError("events were left or quarantined; nothing to measure")
    return meter


def clear() -> None:
    """Set apart what earlier rounds left, so that the next round meets the same tables."""
    with transaction.atomic():
        RawEvent.objects.filter(verdict=RawEvent.Verdict.PENDING).delete()


def main(shape: str, count: int, rounds: int) -> dict[str, list[dict[str, float]]]:
    """Measure in turn: floor, digest, floor, digest."""
    clear()
    feed(shape, 40, 0, clock.now())
    digest()  # imports, plans and caches are warm from here
    found: dict[str, list[dict[str, float]]] = {"floor": [], "digest": []}
    for number in range(1, rounds + 1):
        first = 0 if shape == "hot" else number * 10_000_000 + count
        alerts = feed(shape, count, first, clock.now())
        units = {"alerts": alerts, "events": count}
        found["floor"].append({**floor(alerts, f"{shape}{number}").as_json(), **units})
        found["digest"].append({**digest().as_json(), **units})
    return found


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
