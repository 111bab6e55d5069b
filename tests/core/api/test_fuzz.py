"""What is served is what the schema says: schemathesis plays every operation, well and badly, in this process.

Statuses, media types, headers and shapes of answers are checked, that what fits is taken and what does not fit is
refused, and that nothing ends in a 500. The seed is fixed: the same requests each time.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from incidents.models import Alert, AlertKey, Incident, RawEvent
from notify.models import Delivery
from oncall.models import ForeignCalendar, Holiday, HolidayCalendar
from tests.conftest import Clock
from tests.core.api.callers import a_token, further_verbs, shelve_playbooks
from tests.factories import (
    NINE,
    AnIncident,
    APolicy,
    AResponder,
    ASchedule,
    AService,
    ASource,
    ATeam,
    AUser,
)

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

EXAMPLES = 2  # of each operation, besides those that cover each bound of its schema
APPLICATION = get_wsgi_application()
# The methods that an address lacks are played in test_access.
COVERED = {"coverage": {"unexpected-methods": ["DELETE"]}}
# Bad requests come from the bounds of the schema: to invent further ones takes longer than all the rest.
CHANCE = {"fuzzing": {"generation": {"mode": "positive"}}}
# The verbs of one door have one reader: its bounds are covered on the first, the others get the examples.
FURTHER = sorted(further_verbs())


def _schema(phases: dict[str, Any]) -> Any:
    config = schemathesis.Config.from_dict({"phases": phases})
    return schemathesis.openapi.from_wsgi("/api/v1/schema/", APPLICATION, config=config)


SCHEMA = _schema({**COVERED, **CHANCE}).exclude(path=FURTHER)
VERBS = _schema({"coverage": {"enabled": False}, **CHANCE}).include(path=FURTHER)


@pytest.fixture
def _open_connection() -> Iterator[None]:
    """Keep the test's connection, and its transaction, over the requests, as Django's own client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def token(clock: Clock, _open_connection: None) -> str:
    """Fill the house and return an Administrator's token."""
    shelve_playbooks()
    team = ATeam(slug="shop")
    service = AService(slug="shop", team=team)
    user = AUser(username="rita", group="Administrator", manages=team)
    responder = AResponder(user=user)
    APolicy(steps=[(300, [ASchedule(slug="shop", people=[responder.user])])], default=True)
    source = ASource(pk=1, service=service)
    incident = AnIncident(pk=1, service=service, declared=True, resolved=True)
    key = AlertKey.objects.create(source=source, key="disk")
    Alert.objects.create(
        pk=1, key=key, source=source, incident=incident, title="Disk", severity="critical",
        started_at=NINE, first_received_at=NINE, last_received_at=NINE, labels={"host": "db1"},
    )  # fmt: skip
    RawEvent.objects.create(pk=1, source=source, received_at=NINE, kind="generic", body=b"{}")
    Delivery.objects.create(
        pk=1, unique_key="k", kind="page", object_id=1, recipient=user, channel="email", address="r@n.example",
        created_at=NINE, not_before=NINE, expires_at=NINE.replace(year=2030),
    )  # fmt: skip
    calendar = HolidayCalendar.objects.create(pk=1, name="Own days", team=team)
    Holiday.objects.create(calendar=calendar, date=NINE.date())
    foreign = ForeignCalendar(pk=1, user=user, created_at=NINE, due_at=NINE)
    foreign.seal("https://127.0.0.1/a.ics", "127.0.0.1")
    foreign.save()
    assert Incident.objects.count() == 1
    return a_token(user, "admin", expires_at=NINE.replace(year=2099))


played = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@SCHEMA.parametrize()
@played
def test_what_is_served_is_what_the_schema_says(case: Any, token: str) -> None:
    play(case, token)


@VERBS.parametrize()
@played
def test_what_a_verb_answers_is_what_the_schema_says(case: Any, token: str) -> None:
    play(case, token)


def play(case: Any, token: str) -> None:
    """Send it, and check the answer against the schema."""
    case.call_and_validate(
        headers={"Authorization": f"Bearer {token}"},
        additional_checks=[what_fits_is_not_refused_for_its_form],
        excluded_checks=[positive_data_acceptance],  # names and states are beyond any schema
    )


# What a schema can say of a request: no request that fits it may be refused with one of these.
FORM = {"unknown_field", "unknown_filter", "unknown_ordering", "too_long", "object_required"}


def what_fits_is_not_refused_for_its_form(_context: Any, response: Any, case: Any) -> None:
    """A request that fits the schema is refused for what it means, never for its form."""
    if not case.meta.generation.mode.is_positive or response.status_code != 422:
        return
    if case.path == "/api/v1/incidents/bulk/":  # which fields a verb takes, its own address says
        return
    codes = {error["code"] for error in response.json()["errors"]}
    assert not codes & FORM, (case.as_curl_command(), response.text)
