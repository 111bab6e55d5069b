"""The strictest known reader of components.json, written again from what it was seen to accept (areas/statuspage.md 2.5).

It decodes into closed types: an unknown key, a wrong type or a word outside the enum is UNKNOWN (3). Otherwise 0 when
all is operational, 2 for a major outage, 1 for anything else.
"""

from datetime import date, datetime
from typing import Any

OK, WARNING, CRITICAL, UNKNOWN = range(4)
STATES = {
    "operational": OK, "degraded_performance": WARNING, "partial_outage": WARNING, "under_maintenance": WARNING,
    "major_outage": CRITICAL,
}  # fmt: skip


class Refused(Exception):
    """It cannot be decoded."""


def verdict(document: Any) -> int:
    """Return the exit status for a components.json."""
    try:
        return max(_components(document))
    except Refused:
        return UNKNOWN


def _components(document: Any) -> list[int]:
    _closed(document, {"page": dict, "components": list})
    page = document["page"]
    _closed(page, {"id": str, "name": str, "url": str, "time_zone": str, "updated_at": (str, type(None))})  # fmt: skip
    _moment(page["updated_at"], may_lack=True)
    if not document["components"]:
        raise Refused("no components")
    return [_component(one) for one in document["components"]]


def _component(one: Any) -> int:
    text, flag, perhaps = str, bool, (str, type(None))
    told = {
        "id": text, "name": text, "status": text, "created_at": text, "updated_at": text, "position": int,
        "description": perhaps, "showcase": flag, "group_id": perhaps, "page_id": text, "group": flag,
        "only_show_if_degraded": flag,
    }  # fmt: skip
    allowed: dict[str, Any] = {**told, "start_date": perhaps, "components": list}
    _closed(one, told, allowed)
    _moment(one["created_at"])
    _moment(one["updated_at"])
    _day(one.get("start_date"))
    if one["group"] and "components" not in one:
        raise Refused("a group without its children")
    if one["status"] not in STATES:
        raise Refused(one["status"])
    return STATES[one["status"]]


def _closed(value: Any, needed: dict[str, Any], allowed: dict[str, Any] | None = None) -> None:
    """Refuse what is no object of exactly these keys and types."""
    if not isinstance(value, dict):
        raise Refused("no object")
    known = allowed or needed
    if not needed.keys() <= value.keys() <= known.keys():
        raise Refused(f"{value.keys() ^ needed.keys()}")
    for name, one in value.items():
        is_flag_as_number = isinstance(one, bool) and known[name] is int
        if not isinstance(one, known[name]) or is_flag_as_number:
            raise Refused(name)


def _moment(value: str | None, *, may_lack: bool = False) -> None:
    if value is None and may_lack:
        return
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Refused(str(value)) from error
    if found.tzinfo is None or "T" not in str(value):
        raise Refused("a time without a zone")


def _day(value: str | None) -> None:
    if value is None:
        return
    try:
        found = date.fromisoformat(value)
    except ValueError as error:
        raise Refused(value) from error
    if found.isoformat() != value:
        raise Refused(value)
