"""A schedule's document as a client writes it, and what it turns into, in short words."""

from collections.abc import Iterable
from typing import Any

from tests.core.api.callers import Caller

WORKING_DAYS = {"weekdays": [0, 1, 2, 3, 4], "start": "09:00", "end": "17:00"}


def layer(name: str = "First", **more: Any) -> dict[str, Any]:
    """A layer, weekly in Berlin unless told otherwise; keys of a rotation go into it."""
    outer = {key: more.pop(key) for key in ("priority", "seat", "mode") if key in more}
    rotation = {
        "anchor": "2026-03-16T09:00",
        "time_zone": "Europe/Berlin",
        "unit": "week",
        "length": 1,
        "turn_mode": "calendar",
        "participants": [["ana"], ["bob"], ["cyd"]],
        "windows": [],
        **more,
    }
    return {
        "name": name,
        "priority": 1,
        "seat": "primary",
        "mode": "exclusive",
        **outer,
        "rotation": rotation,
    }


def document(*layers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "slug": "payments",
        "name": "Payments",
        "time_zone": "Europe/Berlin",
        "expectation": "24x7",
        "layers": list(layers or [layer()]),
        **more,
    }


def written(caller: Caller, *layers: dict[str, Any], **more: Any) -> None:
    reply = caller.post("schedules/", document(*layers, **more))
    assert reply.status_code == 201, reply.content


def overridden(caller: Caller, kind: str, start: str, end: str, **more: Any) -> int:
    """Add an override and return its id."""
    wish = {"kind": kind, "start": start, "end": end, "reason": "", **more}
    reply = caller.post("schedules/payments/overrides/", wish)
    assert reply.status_code == 201, reply.content
    return int(reply.json()["id"])


def whole(caller: Caller, start: str, end: str) -> dict[str, Any]:
    """Return the final schedule as the API tells it."""
    reply = caller.get("schedules/payments/final/", **{"from": start, "to": end})
    assert reply.status_code == 200, reply.content
    found: dict[str, Any] = reply.json()
    return found


def final(caller: Caller, start: str, end: str, seat: str = "primary") -> list[str]:
    """Segments as "ana 03-16T08:00 03-23T08:00"."""
    found = whole(caller, start, end)["segments"]
    return [f"{one['user']} {_span(one)}" for one in found if one["seat"] == seat]


def gaps(caller: Caller, start: str, end: str) -> list[str]:
    """Gaps of the final schedule as "03-16T08:00 03-23T08:00"."""
    return [_span(one) for one in whole(caller, start, end)["gaps"]]


def short(segments: Iterable[str]) -> str:
    """Segments of one day in one line: "ana 10:00-15:00, bob 15:00-16:00"."""
    told = (one.split() for one in segments)
    return ", ".join(f"{who} {start[6:]}-{end[6:]}" for who, start, end in told)


def _span(one: dict[str, str]) -> str:
    return f"{one['start'][5:16]} {one['end'][5:16]}"
