"""Read a plan that a program sends, to announce it, to change to it or to propose it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core import clock
from core.api.bodies import Body
from core.errors import NotFound
from statuspage.actions.checking import LONGEST_ADVICE
from statuspage.actions.maintenance import LONGEST_NOTICE, TAKEN, Plan
from statuspage.actions.second import LONGEST_REASON
from statuspage.api import shapes
from statuspage.models import Maintenance, Page
from statuspage.models.public import LONGEST_BODY, LONGEST_NAME
from statuspage.rules.ids import LENGTH

_FLAGS = ("begins_itself", "ends_itself", "tells_begin", "tells_end")


def alone_reason(body: Body) -> str:
    """Return why it can't wait for a second person, "" unless told."""
    return body.text("alone_because", longest=LONGEST_REASON)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A plan as a body describes it. `despite`: the passages that look like ours may be public."""

    planned: Plan
    despite: bool


def read_new(document: Mapping[str, object], *, is_proposal: bool = False) -> tuple[int, Wanted]:
    """Return the page of work to be announced, or proposed, and the plan; raises Invalid with every problem, NotFound."""
    body = Body(document)
    page = body.text("page", longest=LENGTH)
    wanted = _wanted(body, None, is_proposal=is_proposal)
    return _page_named(page), wanted


def read_change(document: Mapping[str, object], known: Maintenance) -> Wanted:
    """Return what announced work is to be changed to; raises Invalid with every problem."""
    return _wanted(Body(document), known, is_proposal=False)


def _wanted(body: Body, known: Maintenance | None, *, is_proposal: bool) -> Wanted:
    planned, despite = _plan(body, known), body.flag("despite_findings")
    if not is_proposal:
        planned = replace(planned, alone_because=alone_reason(body))
    body.done()
    return Wanted(planned, despite)


def _plan(body: Body, known: Maintenance | None) -> Plan:
    """Return the plan that a body describes; what it leaves out stays as it is, or is as usual."""
    is_new = known is None
    given: dict[str, Any] = {name: getattr(known, name) for name in TAKEN} if known else {}
    given["components"] = touched_of(known) if known else {}
    readers: Mapping[str, Any] = {
        "name": lambda: body.text("name", required=is_new, longest=LONGEST_NAME),
        "scheduled_for": lambda: body.moment("scheduled_for", required=is_new),
        "scheduled_until": lambda: body.moment("scheduled_until", required=is_new),
        "components": lambda: body.pairs("components", most=shapes.MOST_COMPONENTS),
        "advice": lambda: body.text("advice", longest=LONGEST_ADVICE),
        "remind_minutes": lambda: body.number("remind_minutes", 1, LONGEST_NOTICE) or None,
        **{name: lambda name=name: body.flag(name) for name in _FLAGS},
    }
    must = ("name", "scheduled_for", "scheduled_until") if is_new else ()
    given |= {name: read() for name, read in readers.items() if body.has(name) or name in must}
    said = body.text("body", required=is_new, longest=LONGEST_BODY)
    for name in ("scheduled_for", "scheduled_until"):
        if given[name] is None:  # told as missing by `done`, but for a null that a change sends
            body.refuse(name, f"{name} is an instant.", "required")
            given[name] = clock.now()
    return Plan(**given, body=said)


def _page_named(public_id: str) -> int:
    """Return the page of that id, or the default one for ""; raises NotFound."""
    rows = (
        Page.objects.filter(public_id=public_id)
        if public_id
        else Page.objects.order_by("-is_default", "pk")
    )
    found = rows.values_list("pk", flat=True).first()
    if found is None:
        raise NotFound(
            f"There is no status page {public_id!r}."
            if public_id
            else "There is no status page yet."
        )
    return found


def touched_of(row: Maintenance) -> dict[str, str]:
    """Return how each component does meanwhile, by its id in public."""
    return {one.component.public_id: one.state for one in row.touched.all()}
