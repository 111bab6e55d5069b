"""What screens can show and the demo company has none of: rare rows, and a case that is hostile in every text.

`python -m tests.browser.furniture` adds it to an installation that runs. Prints JSON: what the hostile case is called by.
"""

import json
import os
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from core import clock  # noqa: E402  the apps must be loaded first
from core.actions import make_token  # noqa: E402
from core.actor import Actor, person  # noqa: E402
from core.models import LateCall, User  # noqa: E402
from incidents import actions as incidents  # noqa: E402
from incidents.models import Incident, Service  # noqa: E402
from postmortems.actions import items, open_by_hand, writing  # noqa: E402
from postmortems.models import Postmortem  # noqa: E402
from statuspage.actions import Announcement, Press, publish  # noqa: E402
from statuspage.models import Component, ComponentService, Page  # noqa: E402
from tests.browser.house import HOSTILE  # noqa: E402
from tests.factories import AService, ATeam, AUser  # noqa: E402


def rare(boss: User) -> None:
    """Make an API token, and a promised call that is late but hasn't failed."""
    at = clock.now()
    make_token(boss, scope="read", by=person(boss), at=at, name="Reports")
    LateCall.objects.create(
        fact="incident.ended", handler="oncall.actions.tell_cleared", object_id=1,
        created_at=at, due_at=at + timedelta(days=1),
    )  # fmt: skip


def a_case(by: Actor) -> Incident:
    """Let somebody with a hostile name declare, in hostile words, that a hostile service is down; tell the public."""
    at = clock.now()
    service = AService(name=HOSTILE, slug="tables", team=ATeam(name=HOSTILE, slug="tables"))
    _on_the_page(service)
    case = incidents.declare(
        title=HOSTILE, service=service, rank=3, description=HOSTILE, by=by, at=at
    )
    incidents.take_command(case.pk, by=by, at=at)
    incidents.note(case.pk, HOSTILE, by=by, at=at)
    incidents.suppose(case.pk, HOSTILE, by=by, at=at)
    said = Announcement(name=HOSTILE, state="investigating", body=HOSTILE)
    publish(case.pk, said, by=by, at=at, press=Press(despite_findings=True))
    return case


def _on_the_page(service: Service) -> None:
    at, page = clock.now(), Page.objects.earliest("pk")
    row = Component.objects.create(page=page, name=HOSTILE, created_at=at, updated_at=at)
    ComponentService.objects.create(component=row, service=service)


def a_review(case: Incident, by: Actor) -> Postmortem:
    """End the case, and write of it in the same words."""
    at = clock.now()
    incidents.move(case.pk, "resolve", by=by, at=at)
    found = open_by_hand(case.pk, by=by, at=at)
    for section in found.sections.all():
        writing.save_section(found.pk, section.key, HOSTILE, version=0, by=by, at=at)
    writing.add_factor(found.pk, HOSTILE, by=by, at=at)
    item = {"title": HOSTILE, "owner": by.user, "due_on": (at + timedelta(days=9)).date()}
    items.create(case.pk, item, by=by, at=at)
    return found


if __name__ == "__main__":
    boss = User.objects.filter(groups__name="Administrator").earliest("pk")
    bobby = AUser(username="bobby", first_name=HOSTILE, group="Administrator")
    rare(boss)
    case = a_case(person(bobby))
    review = a_review(case, person(bobby))
    found = {"incident": case.pk, "service": case.service_id, "person": bobby.pk}
    sys.stdout.write(json.dumps(found | {"postmortem": review.pk}))
