"""Who may do what: every method of every address, by every right, scope and session.

The examples of the documents are the requests, with the names of what is there. What is allowed may still be
refused for what it means; what is not allowed is 403 and changes nothing.
"""

from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from django.apps import apps
from django.test import Client

from core.api.schema import Address, addresses
from core.api.shapes import Shape
from core.models import Team, User
from incidents.models import (
    Alert,
    AlertKey,
    Incident,
    RawEvent,
    RoleOffer,
    Source,
    TimelineEntry,
)
from notify.models import Delivery
from oncall.models import ForeignCalendar, Handoff, Holiday, HolidayCalendar, Override, Schedule
from statuspage.models import Page, Proposal
from tests.conftest import Clock
from tests.core.api.callers import (
    HOST,
    Caller,
    a_token,
    assert_problem,
    further_verbs,
    shelve_playbooks,
)
from tests.factories import (
    NINE,
    AnIncident,
    AResponder,
    ASchedule,
    AService,
    ASource,
    ATeam,
    AUser,
)
from tests.postmortems.scenes import a_postmortem, an_item
from tests.statuspage.scenes import a_component, a_page

pytestmark = pytest.mark.django_db
VIEWER, RESPONDER, MANAGER, ADMINISTRATOR = range(1, 5)
# design.md 5, "People and rights", written down again: what an address needs besides VIEWER to read, RESPONDER to write.
READS = {"/api/v1/deliveries/": RESPONDER, "/api/v1/deliveries/{pk}/": RESPONDER}
WRITES = (
    "/api/v1/services/",
    "/api/v1/sources/",
    "/api/v1/schedules/",
    "/api/v1/holiday-calendars/",
    "/api/v1/reports/",
    "/api/v1/users/",
)  # and all below them: MANAGER
SELF_SERVICE = (
    "/api/v1/schedules/{slug}/swaps/",
    "/api/v1/schedules/{slug}/take/",
)  # but for these
HELD = {"Viewer": VIEWER, "Responder": RESPONDER, "Manager": MANAGER, "Administrator": ADMINISTRATOR}  # fmt: skip
ALLOWED = {200, 201, 204, 404, 409, 422}
CEILING = {"read": VIEWER, "write": MANAGER, "admin": ADMINISTRATOR, "session": ADMINISTRATOR}


FURTHER = further_verbs()


def needed(found: Address, method: str) -> int:
    if method == "get":
        return READS.get(found.path, VIEWER)
    is_own = found.path.startswith(SELF_SERVICE)
    return MANAGER if found.path.startswith(WRITES) and not is_own else RESPONDER


def everything() -> list[tuple[Address, str]]:
    return [(found, method) for found in addresses() for method in found.operations]


class Scene:
    """One of everything, and who calls: a Manager is a responder who manages the team."""

    def __init__(self, group: str) -> None:
        team = ATeam(slug="web")
        manages = {"manages": team} if group == "Manager" else {}
        self.person: User = AUser(group="Responder" if manages else group, **manages)
        leila = AUser(username="leila", member_of=team)
        schedule = ASchedule(slug="shop", team=team, people=[leila])
        service = AService(slug="shop", team=team)
        AService(slug="stock", team=team)
        component = a_component(a_page(), service=service)
        source = ASource(service=service)
        incident = AnIncident(service=service, declared=True)
        postmortem = a_postmortem()
        self.numbers = {
            "incidents": incident.pk,
            "sources": source.pk,
            "postmortems": postmortem.pk,
            "action-items": an_item(postmortem.incident).pk,
            **arrived(source, incident),
            "deliveries": sent(self.person).pk,
            "schedules": an_override(schedule, leila).pk,
            "handoffs": a_handoff(schedule, self.person).pk,
            "foreign-calendars": a_foreign_calendar(self.person).pk,
            "holiday-calendars": a_holiday_calendar(team).pk,
            "public-proposals": a_proposal(incident, component.page, leila).pk,
        }
        self.entry = TimelineEntry.objects.create(
            incident=incident, kind="hypothesis", text="Disk", happened_at=NINE, recorded_at=NINE,
            actor_kind="person", actor_label="Leila", actor_user=leila, standing="open", stands_since=NINE,
        )  # fmt: skip
        RoleOffer.objects.create(
            incident=incident, role="commander", user=self.person, offered_by=leila, offered_at=NINE
        )
        self.there: dict[str, Any] = {
            "incident": incident.pk, "incidents": [incident.pk], "into": AnIncident().pk, "service": "shop",
            "team": "web", "depends_on": ["stock"], "owner": "leila", "user": "leila", "reviewers": ["leila"],
            "components": {component.public_id: "partial_outage"}, "key": source.keys.first().pk,
        }  # fmt: skip

    def path(self, found: Address) -> str:
        """Return the address with what is there in its places."""
        resource = found.path.split("/")[3]
        words = {
            "pk": self.numbers.get(resource),
            "entry": self.entry.pk,
            "slug": "web" if resource == "teams" else "shop",
            "username": "leila",
            "day": "2026-12-25",
            "public_id": "c3f6j1r9t4ye",
        }
        path = found.path.replace("oncall/now", "oncall/now?service=shop")
        for name, word in words.items():
            path = path.replace(f"{{{name}}}", str(word))
        return path

    def body(self, takes: Shape | None) -> dict[str, Any]:
        """Return the example of what an operation takes, with the names of what is there."""
        example = takes.example if takes else {}
        return {name: self.there.get(name, value) for name, value in example.items()}


def arrived(source: Source, incident: Incident) -> dict[str, int]:
    """Store an alert and an event; return their numbers."""
    key = AlertKey.objects.create(source=source, key="disk")
    alert = Alert.objects.create(
        key=key, source=source, incident=incident, title="Disk", severity="critical",
        started_at=NINE, first_received_at=NINE, last_received_at=NINE,
    )  # fmt: skip
    event = RawEvent.objects.create(source=source, received_at=NINE, kind="generic", body=b"{}")
    return {"alerts": alert.pk, "events": event.pk}


def sent(to: User) -> Delivery:
    """Store a delivery."""
    return Delivery.objects.create(
        unique_key="k", kind="page", object_id=1, recipient=to, channel="email", address="r@n.example",
        created_at=NINE, not_before=NINE, expires_at=NINE + timedelta(days=1),
    )  # fmt: skip


def an_override(schedule: Schedule, user: User) -> Override:
    """Store a cover of tomorrow."""
    start = NINE + timedelta(days=1)
    return Override.objects.create(
        schedule=schedule, user=user, starts_at=start, ends_at=start + timedelta(hours=1), created_at=NINE
    )  # fmt: skip


def a_handoff(schedule: Schedule, user: User) -> Handoff:
    """Store a handoff that somebody both writes and accepts."""
    week = timedelta(weeks=1)
    return Handoff.objects.create(
        schedule=schedule, seat="primary", from_user=user, to_user=user, starts_at=NINE - week,
        ends_at=NINE, to_starts_at=NINE, created_at=NINE, opened_at=NINE,
    )  # fmt: skip


def a_holiday_calendar(team: Team) -> HolidayCalendar:
    """Store a calendar with a day that nobody follows."""
    calendar = HolidayCalendar.objects.create(name="Own days", team=team)
    Holiday.objects.create(calendar=calendar, date=date(2026, 12, 25))
    return calendar


def a_proposal(incident: Incident, page: Page, user: User) -> Proposal:
    """Store what somebody proposed to say of an incident."""
    words = {
        "name": "Down", "state": "investigating", "body": "We look.", "components": {}, "advice": "",
        "next_update_by": None, "started_at": None, "notify": False,
    }  # fmt: skip
    return Proposal.objects.create(
        page=page, incident=incident, said=words, asked_by=user, asked_at=NINE
    )


def a_foreign_calendar(user: User) -> ForeignCalendar:
    """Store a calendar that a person's absences follow, at an address that nothing reaches."""
    row = ForeignCalendar(user=user, created_at=NINE, due_at=NINE)
    row.seal("https://127.0.0.1/a.ics", "127.0.0.1")
    row.save()
    return row


def every_row() -> dict[str, list[Any]]:
    """Return what is in every table of the house."""
    return {
        model.__name__: sorted(model._default_manager.values_list(), key=str)
        for name in ("core", "incidents", "oncall", "notify", "postmortems", "statuspage")
        for model in apps.get_app_config(name).get_models()
    }


def a_caller_with(credential: str, person: User) -> Caller:
    """Return a caller with a token of that scope, or with a session and its CSRF token."""
    if credential != "session":
        return Caller(person, a_token(person, credential))
    caller = Caller(person)
    caller.client = Client(
        enforce_csrf_checks=True, headers={"host": HOST, "X-CSRFToken": "a" * 32}
    )
    caller.client.force_login(person)
    caller.client.cookies["csrf"] = "a" * 32
    return caller


@pytest.fixture(autouse=True)
def _frozen(clock: Clock) -> None:
    shelve_playbooks()


CALLERS = [
    ("Viewer", "admin"), ("Viewer", "session"),
    ("Responder", "read"), ("Responder", "admin"), ("Responder", "session"),
    ("Manager", "read"), ("Manager", "write"), ("Manager", "session"),
    ("Administrator", "read"), ("Administrator", "write"), ("Administrator", "admin"), ("Administrator", "session"),
]  # fmt: skip


@pytest.mark.parametrize(("group", "credential"), CALLERS)
def test_every_address_by_every_right_and_credential(group: str, credential: str) -> None:
    scene = Scene(group)
    caller, held = a_caller_with(credential, scene.person), min(HELD[group], CEILING[credential])
    before = every_row()
    knocks = sorted(everything(), key=lambda knock: needed(*knock) <= held)  # refusals first

    for found, method in knocks:
        may = needed(found, method) <= held
        if may and method != "get" and before:
            assert every_row() == before
            before = {}
        if (
            may and found.path in FURTHER
        ):  # the first verb of a door stands for what all of them ask
            continue
        body = orjson.dumps(scene.body(found.operations[method].takes))
        answer = caller.send(
            method.upper(), scene.path(found), content=b"" if method == "get" else body
        )

        place = f"{method} {found.path}: {answer.getvalue()[:200]!r}"
        if may:
            assert answer.status_code in ALLOWED, place
        elif found.path.endswith("/bulk/"):  # each is refused by itself
            [outcome] = answer.json()["results"]
            assert (outcome["status"], outcome["code"]) == (403, "not_allowed")
        else:
            assert answer.status_code == 403, place
            assert_problem(answer, 403, "not_allowed")
    assert not before or every_row() == before


def test_a_stranger_changes_nothing() -> None:
    scene = Scene("Responder")
    stranger, before = Caller(scene.person), every_row()

    for found, method in everything():
        body = orjson.dumps(scene.body(found.operations[method].takes))
        assert_problem(stranger.send(method.upper(), scene.path(found), content=body), 401)

    assert every_row() == before


@pytest.mark.parametrize(
    ("group", "credential", "whole"),
    [
        ("Viewer", "admin", False),
        ("Responder", "admin", False),
        ("Manager", "admin", False),
        ("Administrator", "write", False),
        ("Administrator", "admin", True),
        ("Administrator", "session", True),
    ],
)
def test_an_address_of_somebody_else_is_whole_for_administrators_only(
    group: str, credential: str, whole: bool
) -> None:
    other = AUser(username="tomas")
    AResponder(user=other, contact="tomas@home.example")

    answer = a_caller_with(
        credential, AUser(group="Responder" if group == "Manager" else group)
    ).get("users/tomas/")

    assert (b"tomas@home.example" in answer.content) is whole
