"""Fill an installation that runs as real processes: people, policy, source, incidents. Prints JSON.

`python -m tests.seed people` makes ana and bob (10 s each) and a source of each format;
`... webhook URL` adds a person with a webhook to the first step; `... events KEY COUNT` stores events.
"""

import json
import os
import sys
import uuid

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from core import clock  # noqa: E402  the apps must be loaded first
from core.secrets import encrypt  # noqa: E402
from incidents.actions.receive import Request, store  # noqa: E402
from incidents.ingest.keys import find  # noqa: E402
from notify import signing  # noqa: E402
from oncall.models import ContactMethod, PolicyStep  # noqa: E402
from tests.factories import (  # noqa: E402
    NINE,
    APolicy,
    AResponder,
    ASchedule,
    AService,
    ASource,
)

WAIT_S = 10


def people() -> dict[str, str]:
    """Make two people on call, ten seconds apart, and the sources."""
    ana, bob = (AResponder(user__username=name).user for name in ("ana", "bob"))
    steps = [(WAIT_S, [ASchedule(people=[ana])]), (3600, [ASchedule(people=[bob])])]
    APolicy(steps=steps, default=True)
    service = AService(slug="checkout")
    forms = ("alertmanager", "generic")
    return {form: ASource(format=form, service=service, key=uuid.uuid4().hex).key for form in forms}


def webhook(url: str) -> dict[str, str]:
    """Let the first step page one more person, by webhook only."""
    eve = AResponder(user__username="eve", contact="")
    ContactMethod.objects.create(
        responder=eve, channel="webhook", address=url, verified_at=NINE,
        secret=encrypt(signing.new_secret()),
    )  # fmt: skip
    PolicyStep.objects.get(position=1).people.add(eve.user)
    return {}


def events(key: str, count: str) -> list[int]:
    """Store events as the ingest door does; return their ids."""
    known = find(key)
    assert known is not None
    found = []
    for number in range(int(count)):
        body = {
            "action": "trigger",
            "dedup_key": f"k{number}",
            "title": f"case {number} is failing",
        }
        request = Request(known.source_id, known.key_id, "generic", json.dumps(body).encode())
        found.append(store(request, at=clock.now()).event_id)
    return found


if __name__ == "__main__":
    made = {"people": people, "webhook": webhook, "events": events}[sys.argv[1]](*sys.argv[2:])
    sys.stdout.write(json.dumps(made))
