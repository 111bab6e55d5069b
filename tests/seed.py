"""Fill an installation that runs as real processes: people, policy, source, incidents. Prints JSON.

`python -m tests.seed people` makes ana and bob (10 s each) and a source of each format;
`... status_page` makes a status page with an open incident, all rendered;
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
from core.command_line import COMMAND_LINE  # noqa: E402
from core.secrets import encrypt  # noqa: E402
from incidents.actions.receive import Request, store  # noqa: E402
from incidents.ingest.keys import find  # noqa: E402
from incidents.models import Service  # noqa: E402
from notify import signing  # noqa: E402
from oncall.models import ContactMethod, PolicyStep  # noqa: E402
from statuspage.actions import Press, publish, render_rooms  # noqa: E402
from tests.factories import (  # noqa: E402
    NINE,
    APolicy,
    AResponder,
    ASchedule,
    AService,
    ASource,
)
from tests.statuspage.scenes import a_component, a_page, an_incident, said  # noqa: E402

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


def status_page() -> str:
    """Make a status page with three components and an open incident, rendered with all its rooms; return its id."""
    at = clock.now()
    service = Service.objects.get(slug="checkout")
    page = a_page(team=service.team)
    row, _search, _labs = [
        a_component(page, name, service=service if name == "Payments" else None)
        for name in ("Payments", "Search", "Labs")
    ]
    told = said(components={row.public_id: "major_outage"})
    incident = an_incident(service, opened_at=at, declared_at=at)
    publish(incident.pk, told, by=COMMAND_LINE, at=at, press=Press(despite_findings=True))
    render_rooms(clock.now())
    return page.public_id


MAKERS = {"people": people, "webhook": webhook, "events": events, "status_page": status_page}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(MAKERS[sys.argv[1]](*sys.argv[2:])))
