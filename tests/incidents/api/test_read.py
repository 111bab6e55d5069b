"""Reading incidents: the whole of one, the list, its filters, its cost."""

from datetime import timedelta
from typing import Any

import pytest

from core.models import User
from incidents.models import Alert, AlertKey, Incident, Milestone, RoleAssignment, TimelineEntry
from incidents.playbook.lifecycle import State
from tests.conftest import Clock
from tests.core.api.callers import Caller, a_caller, assert_problem
from tests.factories import NINE, AnIncident, AService, ASource, AUser

pytestmark = pytest.mark.django_db

FACTS = {
    "number", "label", "title", "description", "state", "declared_at", "opened_at", "ended_at", "severity",
    "service", "playbook", "acknowledged_by", "acknowledged_at", "unpaged_reason", "milestones", "roles", "allowed",
}  # fmt: skip
IDS = ["0", "-1", "1e3", "+1", "01", "1.0", "%00", "1%00", "..", "%2e%2e", "..%2f", "x" * 500, "\u0665",
       str(2**63), str(10**20), "9" * 5000, "0x1", "1%0a", "6F9619FF-8B86-D011-B42D-00CF4FC964FF"]  # fmt: skip


def an_alert(incident: Incident, key: str = "disk", **fields: Any) -> Alert:
    source = fields.pop("source", None) or ASource(service=incident.service)
    alert: Alert = Alert.objects.create(
        **{
            "key": AlertKey.objects.create(source=source, key=key),
            "source": source,
            "incident": incident,
            "title": "Disk is full",
            "severity": "critical",
            "labels": {"host": "db1"},
            "links": [{"href": "https://g.example/1", "text": "Graph"}],
            "count": 3,
            "started_at": NINE,
            "first_received_at": NINE,
            "last_received_at": NINE,
            **fields,
        }
    )
    return alert


def tell(incident: Incident, text: str) -> None:
    TimelineEntry.objects.create(
        incident=incident, kind="note", text=text, happened_at=NINE,
        recorded_at=NINE + timedelta(seconds=1), actor_kind="engine", actor_label="Watchbill",
    )  # fmt: skip


def reach(incident: Incident, kind: str, minutes: int) -> None:
    at = NINE + timedelta(minutes=minutes)
    Milestone.objects.create(incident=incident, kind=kind, at=at, recorded_at=at)


def an_incident_with_everything(rita: User) -> tuple[Incident, Alert]:
    incident = AnIncident(
        declared=True, acknowledged=True, acknowledged_by=rita, description="Cards fail", rank=1
    )
    alert = an_alert(incident)
    tell(incident, "Looking")
    for minutes in (7, 5):
        reach(incident, "acknowledged", minutes)
    roles = {"role": "commander", "user": rita, "from_at": NINE}
    RoleAssignment.objects.create(incident=incident, **roles)
    RoleAssignment.objects.create(incident=incident, **{**roles, "role": "scribe"}, to_at=NINE)
    return incident, alert


def test_one_incident_is_told_whole(caller: Caller) -> None:
    incident, _alert = an_incident_with_everything(caller.user)

    found = caller.get(f"incidents/{incident.pk}/").json()

    lists = {name: found.pop(name) for name in ("alerts", "pages", "public", "timeline", "offers")}
    assert [len(rows) for rows in lists.values()] == [1, 0, 0, 1, 0]
    assert found == {
        "number": incident.pk,
        "label": f"INC-{incident.pk}",
        "title": "Checkout is failing",
        "description": "Cards fail",
        "state": "acknowledged",
        "declared_at": "2026-11-23T09:00:00.000000Z",
        "opened_at": "2026-11-23T09:00:00.000000Z",
        "ended_at": None,
        "severity": {"rank": 1, "code": "SEV-1"},
        "service": incident.service.slug,
        "playbook": "standard",
        "acknowledged_by": "rita",
        "acknowledged_at": "2026-11-23T09:00:00.000000Z",
        "unpaged_reason": "",
        "milestones": {"acknowledged": "2026-11-23T09:05:00.000000Z"},
        "roles": {"commander": "rita"},
        "allowed": [
            "investigate", "identify", "mitigate", "monitor", "resolve", "mark_false_alarm", "merge", "cancel",
        ],
    }  # fmt: skip


def test_its_alerts_and_its_timeline_are_told_whole(caller: Caller) -> None:
    incident, alert = an_incident_with_everything(caller.user)

    found = caller.get(f"incidents/{incident.pk}/").json()

    assert found["alerts"] == [
        {
            "id": alert.pk,
            "key": "disk",
            "state": "firing",
            "title": "Disk is full",
            "severity": "critical",
            "started_at": "2026-11-23T09:00:00.000000Z",
            "ended_at": None,
            "count": 3,
            "labels": {"host": "db1"},
            "links": [{"href": "https://g.example/1", "text": "Graph"}],
        }
    ]
    assert found["timeline"] == [
        {
            "id": incident.timeline.get().pk,
            "kind": "note",
            "at": "2026-11-23T09:00:00.000000Z",
            "recorded_at": "2026-11-23T09:00:01.000000Z",
            "actor": {"kind": "engine", "label": "Watchbill"},
            "text": "Looking",
            "reason": None,
            "alternatives": None,
            "standing": None,
            "pinned_at": None,
            "edits": 0,
        }
    ]


@pytest.mark.parametrize("path", ["incidents/{}/", "events/{}/"])
def test_what_can_be_no_number_is_404(caller: Caller, path: str) -> None:
    for number in [*IDS, str(2**63 - 1)]:
        assert_problem(caller.get(path.format(number)), 404, "not_found")


@pytest.mark.parametrize("verb", ["acknowledge", "note", "declare", "take-over"])
def test_a_verb_on_what_does_not_exist_is_404(caller: Caller, verb: str) -> None:
    for number in [*IDS, str(2**63 - 1), "77"]:
        answer = caller.post(f"incidents/{number}/{verb}/", {"note": "x"})

        assert_problem(answer, 404, "not_found")


def test_the_list_shows_the_same_facts_and_counts_the_rest(caller: Caller) -> None:
    quiet, loud = AnIncident(), AnIncident(declared=True)
    for key in ("a", "b"):
        an_alert(loud, key)
    tell(loud, "Looking")

    page = caller.get("incidents/").json()

    first, second = page["results"]
    assert set(page) == {"results", "next", "previous"}
    assert [first["number"], second["number"]] == [loud.pk, quiet.pk]
    assert set(first) == FACTS | {"alert_count", "page_count", "timeline_count"}
    assert (first["alert_count"], first["timeline_count"], first["page_count"]) == (2, 1, 0)
    assert (second["alert_count"], second["timeline_count"]) == (0, 0)
    whole = caller.get(f"incidents/{loud.pk}/").json()
    assert {name: whole[name] for name in FACTS} == {name: first[name] for name in FACTS}


def scene() -> dict[str, Incident]:
    shop = AService(slug="shop")
    return {
        "triage": AnIncident(service=shop, rank=3),
        "declared": AnIncident(service=shop, rank=1, declared=True, acknowledged=True),
        "over": AnIncident(rank=1, declared=True, resolved=True),
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["over", "declared", "triage"]),
        ({"state": "open"}, ["declared", "triage"]),
        ({"state": "resolved"}, ["over"]),
        ({"state": "detected"}, ["triage"]),
        ({"state": "merged"}, []),
        ({"service": "shop"}, ["declared", "triage"]),
        ({"severity": "1"}, ["over", "declared"]),
        ({"declared": "true"}, ["over", "declared"]),
        ({"declared": "false"}, ["triage"]),
        ({"state": "open", "service": "shop", "severity": "1", "declared": "true"}, ["declared"]),
    ],
)
def test_filters_narrow_the_list(caller: Caller, query: dict[str, str], names: list[str]) -> None:
    numbers = {name: incident.pk for name, incident in scene().items()}

    results = caller.get("incidents/", **query).json()["results"]

    assert [row["number"] for row in results] == [numbers[name] for name in names]


def test_every_canonical_state_is_a_filter(caller: Caller) -> None:
    for state in State:
        assert caller.get("incidents/", state=state.value).json()["results"] == []


BAD_VALUES = {
    "state": ("", "Open", "closed ", "\0", "open,closed", "x" * 10_000),
    "service": ("", "nowhere", "\0", "a b", "' OR 1=1 --", "x" * 10_000),
    "severity": ("", "0", "5", "01", "1.0", "SEV-1", "\u0661", "9" * 50),
    "declared": ("", "1", "True", "yes", "null"),
}
UNKNOWN = (
    "id", "title", "state__in", "service__team", "field__regex", "_connector", "order_by",
    "password__startswith", "", "offset", "limit", "body", "format", "x" * 5000, "\0",
)  # fmt: skip


def test_a_bad_filter_value_is_refused_by_name(caller: Caller) -> None:
    for name, values in BAD_VALUES.items():
        for value in values:
            problem = assert_problem(caller.get("incidents/", **{name: value}), 422)

            assert problem["errors"][0]["parameter"] == name


def test_an_unknown_filter_is_refused(caller: Caller) -> None:
    for name in UNKNOWN:
        assert_problem(caller.get("incidents/", **{name: "(a+)+$"}), 422, "unknown_filter")


def test_no_filter_reaches_other_addresses(caller: Caller) -> None:
    incident = AnIncident()

    assert_problem(caller.get(f"incidents/{incident.pk}/?state=open"), 422, "unknown_filter")
    assert_problem(caller.get("events/1/?body=true"), 422, "unknown_filter")


def fill(rows: int) -> None:
    for _ in range(rows):
        holder = AUser()
        incident = AnIncident(declared=True, acknowledged=True, acknowledged_by=holder)
        an_alert(incident)
        tell(incident, "Looking")
        reach(incident, "acknowledged", 1)
        RoleAssignment.objects.create(
            incident=incident, role="commander", user=holder, from_at=NINE
        )


@pytest.mark.parametrize("rows", [3, 30])
def test_a_list_costs_the_same_however_long(
    caller: Caller, django_assert_num_queries: Any, rows: int
) -> None:
    fill(rows)
    caller.get("incidents/", page_size=1)  # the playbook is read once per process

    # the caller; the numbers of the page; all that is told of them (B10)
    with django_assert_num_queries(3):
        answer = caller.get("incidents/")

    assert len(answer.json()["results"]) == rows


@pytest.mark.parametrize("rows", [3, 30])
def test_one_incident_costs_the_same_however_much_happened(
    caller: Caller, django_assert_num_queries: Any, rows: int
) -> None:
    incident = AnIncident()
    source = ASource()
    for number in range(rows):
        an_alert(incident, f"key {number}", source=source)
        tell(incident, f"line {number}")
    caller.get(f"incidents/{incident.pk}/")

    # the caller, the incident, offers, alerts, pages, timeline
    with django_assert_num_queries(6):
        caller.get(f"incidents/{incident.pk}/")


def test_reading_changes_nothing(caller: Caller, clock: Clock) -> None:
    incident = AnIncident()
    tell(incident, "Looking")
    before = (list(Incident.objects.values()), list(TimelineEntry.objects.values()))

    for path in ("incidents/", f"incidents/{incident.pk}/", "services/", "users/"):
        caller.get(path)
        caller.send("HEAD", path)

    assert (list(Incident.objects.values()), list(TimelineEntry.objects.values())) == before


@pytest.mark.parametrize("scope", ["read", "write", "admin"])
@pytest.mark.parametrize("group", ["Viewer", "Responder", "Administrator"])
def test_everybody_signed_in_may_read(group: str, scope: str) -> None:
    caller, incident = a_caller(group, scope), AnIncident()

    for path in ("incidents/", f"incidents/{incident.pk}/", "services/", "users/"):
        assert caller.get(path).status_code == 200
