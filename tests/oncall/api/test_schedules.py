"""The document of a schedule over HTTP, its overrides, and what is refused with its place."""

from typing import Any

import pytest

from oncall.models import Override, Schedule
from tests.conftest import Clock
from tests.core.api.callers import Caller, a_caller, assert_problem
from tests.factories import ATeam, AUser
from tests.oncall.api.documents import document, final, layer, overridden, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller(clock: Clock) -> Caller:
    ATeam()
    for name in ("ana", "bob", "cyd", "dan", "eve"):
        AUser(username=name)
    return a_caller("Administrator", "admin")


def test_a_document_comes_back_as_it_was_written(caller: Caller) -> None:
    sent = document(
        layer("Days", windows=[{"weekdays": [0, 1, 2, 3, 4], "start": "09:00", "end": "24:00"}]),
        layer(
            "Nights",
            priority=2,
            seat="secondary",
            mode="additive",
            participants=[["ana", "bob"], []],
        ),
    )

    made = caller.post("schedules/", sent)

    assert made.json() == caller.get("schedules/payments/").json() == sent
    assert made["Location"].endswith("/api/v1/schedules/payments/")


def test_an_override_covers_and_cancelling_it_restores_exactly(caller: Caller) -> None:
    written(caller)
    window = ("2026-03-16T08:00Z", "2026-03-30T07:00Z")
    before = final(caller, *window)
    wish = {
        "kind": "cover", "user": "eve", "start": "2026-03-23T07:00Z", "end": "2026-03-23T09:00Z",
        "reason": "dentist",
    }  # fmt: skip

    made = caller.post("schedules/payments/overrides/", wish)
    covered = final(caller, *window)
    gone = caller.delete(f"schedules/payments/overrides/{made.json()['id']}/")

    assert made.status_code == 201
    assert covered[1] == "eve 03-23T07:00 03-23T09:00"
    assert gone.status_code == 204
    assert final(caller, *window) == before
    assert caller.delete(f"schedules/payments/overrides/{made.json()['id']}/").status_code == 204


def test_people_who_would_stand_in_for_each_other_in_a_circle_are_refused(caller: Caller) -> None:
    written(caller)
    span = {
        "kind": "substitute",
        "start": "2026-03-16T08:00Z",
        "end": "2026-03-17T08:00Z",
        "reason": "",
    }

    for user, subject in (("bob", "ana"), ("cyd", "bob")):
        made = caller.post(
            "schedules/payments/overrides/", span | {"user": user, "subject": subject}
        )
        assert made.status_code == 201, made.content
    circle = caller.post("schedules/payments/overrides/", span | {"user": "ana", "subject": "cyd"})

    assert_problem(circle, 409, "circular")
    assert final(caller, "2026-03-16T08:00Z", "2026-03-17T08:00Z") == [
        "cyd 03-16T08:00 03-17T08:00"
    ]
    assert Override.objects.count() == 2


def test_what_was_served_is_not_rewritten(caller: Caller, clock: Clock) -> None:
    start = clock.now
    written(caller, layer(anchor="2026-11-02T09:00", participants=[["ana"]], time_zone="UTC"))
    clock.forward(hours=5)
    assert caller.put("schedules/payments/", document(layer(participants=[["bob"]], anchor="2026-11-02T09:00"), effective=f"{start:%Y-%m-%dT%H:%MZ}")).status_code == 200  # fmt: skip

    served = caller.get("schedules/payments/final/", **{"from": f"{start:%Y-%m-%dT%H:%MZ}", "to": "2026-12-01T00:00Z"}).json()["segments"]  # fmt: skip

    assert [(one["user"], one["end"][:13]) for one in served] == [
        ("ana", clock.now.strftime("%Y-%m-%dT%H")), ("bob", "2026-12-01T00"),
    ]  # fmt: skip
    over = {
        "kind": "cover",
        "user": "eve",
        "start": f"{start:%Y-%m-%dT%H:%MZ}",
        "end": f"{clock.now:%Y-%m-%dT%H:%MZ}",
    }
    assert_problem(caller.post("schedules/payments/overrides/", over), 422, "invalid")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"time_zone": "Mars/Base"}, "/time_zone"),
        ({"expectation": "sometimes"}, "/expectation"),
        ({"slug": "a b"}, "/slug"),
        ({"layers": [layer(unit="second")]}, "/layers/0/rotation/unit"),
        ({"layers": [layer(seat="throne")]}, "/layers/0/seat"),
        ({"layers": [layer(length=0)]}, "/layers/0/rotation/length"),
        ({"layers": [layer(time_zone="Europe/Nowhere")]}, "/layers/0/rotation/time_zone"),
        ({"layers": [layer(anchor="soon")]}, "/layers/0/rotation/anchor"),
        ({"layers": [layer(participants=[["nobody"]])]}, "/layers/0/rotation/participants"),
        ({"layers": [layer(participants=[["ana"]] * 10_000)]}, "/layers/0/rotation/participants"),
        ({"layers": [layer(participants="ana")]}, "/layers/0/rotation/participants"),
        ({"layers": [layer(windows=[{"weekdays": [7], "start": "09:00", "end": "17:00"}])]}, "/layers/0/rotation/windows/0/weekdays"),
        ({"layers": [layer(windows=[{"weekdays": [1], "start": "25:00", "end": "17:00"}])]}, "/layers/0/rotation/windows/0/start"),
        ({"layers": [layer(windows=[{"weekdays": [1], "start": "24:00", "end": "17:00"}])]}, "/layers/0/rotation/windows/0/start"),
        ({"layers": [layer(windows=[{"weekdays": [1], "start": "0900", "end": "17:00"}])]}, "/layers/0/rotation/windows/0/start"),
        ({"layers": [layer(windows=[{"weekdays": [1], "start": "09:00Z", "end": "17:00"}])]}, "/layers/0/rotation/windows/0/start"),
        ({"layers": [layer(windows=[{"weekdays": [1], "start": "09:00", "end": "17:00:30"}])]}, "/layers/0/rotation/windows/0/end"),
        ({"layers": [layer(windows=[{"weekdays": [1], "start": "09:00", "end": "24:30"}])]}, "/layers/0/rotation/windows/0/end"),
        ({"layers": [layer(anchor="0001-01-01T09:00")]}, "/layers/0/rotation/anchor"),
        ({"layers": [layer(anchor="9999-12-31T23:00")]}, "/layers/0/rotation/anchor"),
        ({"layers": [layer(anchor="2026-03-16T09:00:30")]}, "/layers/0/rotation/anchor"),
        ({"layers": [layer(anchor="\u0662026-03-16T09:00")]}, "/layers/0/rotation/anchor"),
        ({"layers": [layer(participants=[])]}, "/layers/0/rotation/participants"),
        ({"layers": [layer(), layer()]}, "/layers"),
        ({"layers": [{"name": "x"}]}, "/layers/0/rotation"),
        ({"layers": [layer(rrule="FREQ=SECONDLY")]}, "/layers/0/rotation/rrule"),
        ({"layers": [layer(str(n), unit="hour") for n in range(24)]}, "/layers"),
        ({"layers": "none"}, "/layers"),
    ],
)  # fmt: skip
def test_a_document_that_can_t_be_is_refused_with_its_place(
    caller: Caller, change: dict[str, Any], pointer: str
) -> None:
    problem = assert_problem(caller.post("schedules/", document(**change)), 422)

    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert not Schedule.objects.exists()


def test_a_preview_reckons_gaps_by_the_coverage_that_the_document_asks(caller: Caller) -> None:
    days = layer(windows=[{"weekdays": [0, 1, 2, 3, 4], "start": "09:00", "end": "17:00"}])
    written(caller, days, expectation="business-hours")
    always = document(days, expectation="24x7")
    window = {"from": "2026-11-30T00:00Z", "to": "2026-12-07T00:00Z"}

    seen = caller.post("schedules/payments/preview/", always).json()
    caller.put("schedules/payments/", always)
    gaps = caller.get("schedules/payments/gaps/", **window).json()["gaps"]

    assert seen["changes"] == seen["closed_gaps"] == []
    assert gaps[1] in seen["new_gaps"]
    back = caller.post("schedules/payments/preview/", document(days, expectation="business-hours"))
    assert back.json()["new_gaps"] == []
    assert gaps[1] in back.json()["closed_gaps"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"end": "2026-03-16T08:00Z"}, "end"),
        ({"end": "2026-03-15T08:00Z"}, "end"),
        ({"end": "soon"}, "end"),
        ({"end": "2029-03-16T08:00Z"}, "end"),
        ({"end": "9999-12-31T23:59:59Z"}, "end"),
        ({"start": "0001-01-01T00:00Z"}, "start"),
        ({"user": "nobody"}, "user"),
        ({"user": None}, "user"),
        ({"kind": "vanish"}, "kind"),
        ({"layer": "Third"}, "layer"),
        ({"kind": "substitute"}, "subject"),
        ({"subject": "ana"}, "subject"),
        ({"kind": "add", "subject": "ana"}, "subject"),
        ({"kind": "remove", "subject": "ana"}, "user"),
        ({"kind": "remove", "user": None}, "subject"),
    ],
)
def test_an_override_that_can_t_be_is_refused_with_its_field(
    caller: Caller, change: dict[str, Any], field: str
) -> None:
    written(caller)
    wish = {
        "kind": "cover",
        "user": "eve",
        "start": "2026-03-16T08:00Z",
        "end": "2026-03-17T08:00Z",
    }

    problem = assert_problem(caller.post("schedules/payments/overrides/", wish | change), 422)

    assert [one["pointer"] for one in problem["errors"]] == [f"/{field}"]
    assert not Override.objects.exists()


@pytest.mark.parametrize(
    "who", [{"subject": "ana"}, {"user": "ana"}, {"user": "ana", "subject": "ana"}]
)
def test_whoever_is_taken_out_may_be_named_either_way(caller: Caller, who: dict[str, str]) -> None:
    written(caller)

    overridden(caller, "remove", "2026-03-16T08:00Z", "2026-03-17T08:00Z", **who)

    row = Override.objects.get()
    assert (row.user, row.subject.username if row.subject else None) == (None, "ana")
    assert final(caller, "2026-03-16T08:00Z", "2026-03-17T08:00Z") == []


@pytest.mark.parametrize(
    "query",
    [
        ("final/", {"from": "9999-12-31T00:00Z", "to": "9999-12-31T23:59Z"}),
        ("gaps/", {"from": "0001-01-01T00:00Z"}),
        ("quality/", {"cover_from": "0001-01-01T00:00Z", "cover_to": "0001-01-02T00:00Z"}),
    ],
)
def test_the_ends_of_time_are_refused(caller: Caller, query: tuple[str, dict[str, str]]) -> None:
    written(caller)
    edge = document(effective="9999-12-31T00:00Z")

    assert_problem(caller.get(f"schedules/payments/{query[0]}", **query[1]), 422)
    assert_problem(caller.get("oncall/", at="0001-06-01T00:00Z"), 422)
    assert_problem(caller.post("schedules/payments/preview/", edge), 422)


def test_the_last_years_that_are_reckoned_with_are_answered(caller: Caller) -> None:
    """No turn, however long, and no look-ahead leaves the calendar there."""
    long = {"length": 10_000, "anchor": "2199-12-31T23:59", "time_zone": "America/New_York"}
    written(caller, *[layer(unit, unit=unit, **long) for unit in ("hour", "day", "week", "month")])

    for at in ("1970-01-01T00:00Z", "2199-12-31T23:59:59Z"):
        assert caller.get("oncall/", at=at).status_code == 200
        query = {"from": at, "to": "1970-12-31T00:00Z" if at < "2" else "2199-12-31T23:59:59.9Z"}
        assert caller.get("schedules/payments/final/", **query).status_code == 200


def test_who_is_on_call_at_an_instant_is_who_the_calendar_shows(caller: Caller) -> None:
    written(caller, layer(), layer("Second", seat="secondary", participants=[["dan"]]))

    at = caller.get("oncall/", at="2026-03-25T12:00Z", schedule="payments").json()

    assert at["results"] == [
        {
            "schedule": "payments", "users": ["bob"], "secondary": ["dan"], "shadow": [],
            "until": "2026-03-30T07:00:00.000000Z", "next": {"username": "cyd", "from": "2026-03-30T07:00:00.000000Z"},
        }
    ]  # fmt: skip


def test_only_managers_write(caller: Caller) -> None:
    written(caller)
    viewer = a_caller("Responder", "admin")
    wish = {
        "kind": "cover",
        "user": "eve",
        "start": "2026-03-16T08:00Z",
        "end": "2026-03-17T08:00Z",
    }

    assert_problem(viewer.put("schedules/payments/", document()), 403, "not_allowed")
    assert_problem(viewer.post("schedules/payments/overrides/", wish), 403, "not_allowed")
    assert_problem(viewer.post("schedules/payments/preview/", document()), 403, "not_allowed")
    assert (
        viewer.get("schedules/payments/final/", **{"from": "2026-03-16T08:00Z"}).status_code == 200
    )
