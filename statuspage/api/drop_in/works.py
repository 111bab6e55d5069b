"""Maintenances as Statuspage's clients write them: incidents with a time (areas/statuspage.md 2.10)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from core.actor import Actor
from core.errors import Invalid, NotPossible
from statuspage.actions.maintenance import Plan, change, plan
from statuspage.actions.maintenance_steps import step, tell
from statuspage.actions.maintenance_words import Word
from statuspage.actions.second import program_alone
from statuspage.api.drop_in.bodies import Fields
from statuspage.models import Maintenance, Page
from statuspage.rules.states import ComponentState, Work

REMINDED_BEFORE = 60  # minutes, as Statuspage does
_STEPS = {Work.IN_PROGRESS: "begin", Work.VERIFYING: "verify", Work.COMPLETED: "complete"}
_STATES = (Work.SCHEDULED, *_STEPS)


def is_meant(fields: Fields) -> bool:
    """Return whether a new incident is a maintenance: by its state, or because it has a time."""
    return fields.text("status", 50) in _STATES or bool(fields.text("scheduled_for", 40))


def plan_new(page: Page, fields: Fields, by: Actor, at: datetime) -> str:
    """Plan a maintenance, begun at once where its state says so; return its public id."""
    begins = fields.moment("scheduled_for", page.zone)
    ends = fields.moment("scheduled_until", page.zone)
    name, body = fields.text("name") or "", fields.text("body") or ""
    state = _state(fields) or Work.SCHEDULED
    fields.done()
    if begins is None or ends is None:
        text = "A maintenance has a beginning and an end: send scheduled_for and scheduled_until."
        raise Invalid.field("/scheduled_for", text, "required")
    planned = Plan(name, begins, ends, body=body or name, begins_itself=False, ends_itself=False)
    planned = replace(_told(fields, planned), alone_because=program_alone(page, by))
    with transaction.atomic():
        work = plan(page.pk, planned, by=by, at=at, despite_findings=True)
        if state is not Work.SCHEDULED:
            step(work.public_id, _STEPS[state], by=by, at=at)
        return work.public_id


def change_known(work: Maintenance, fields: Fields, by: Actor, at: datetime) -> None:
    """Change the plan, take a step and say a word, as far as each is told; all of it or nothing."""
    present = Plan(
        work.name,
        work.scheduled_for,
        work.scheduled_until,
        components={
            one.component.public_id: one.state for one in work.touched.select_related("component")
        },
        advice=work.advice,
        begins_itself=work.begins_itself,
        ends_itself=work.ends_itself,
        tells_begin=work.tells_begin,
        tells_end=work.tells_end,
        remind_minutes=work.remind_minutes,
    )
    wanted = replace(
        present,
        name=fields.text("name") or work.name,
        scheduled_for=fields.moment("scheduled_for", work.page.zone) or work.scheduled_for,
        scheduled_until=fields.moment("scheduled_until", work.page.zone) or work.scheduled_until,
    )
    wanted, body, state = _told(fields, wanted), fields.text("body") or "", _state(fields)
    is_sent = fields.flag("deliver_notifications") is not False
    fields.done()
    is_step = state not in (None, work.state)
    is_changed = replace(wanted, is_sent=True) != present
    reason = program_alone(work.page, by) if is_changed or body else ""
    said = replace(wanted, alone_because=reason)
    with transaction.atomic():
        if is_changed:
            told = replace(said, body="" if is_step else body)
            change(work.public_id, told, by=by, at=at, despite_findings=True)
            body = body if is_step else ""
        if state is not None and is_step:
            _step(work, state, replace(said, body=body, alone_because=reason), by, at)
        elif body:
            word = Word(body, is_sent=is_sent, alone_because=reason)
            tell(work.public_id, word, by=by, at=at, despite_findings=True)


def _step(work: Maintenance, state: Work, said: Plan, by: Actor, at: datetime) -> None:
    if state not in _STEPS:
        raise NotPossible(f"“{work.name}” has begun; it can't be {state} again.")
    step(
        work.public_id,
        _STEPS[state],
        body=said.body,
        by=by,
        at=at,
        despite_findings=True,
        alone_because=said.alone_because,
    )


def _told(fields: Fields, planned: Plan) -> Plan:
    """Return a plan with everything that is told beside its words and times."""
    flags: dict[str, Any] = {
        "begins_itself": fields.flag("scheduled_auto_in_progress"),
        "ends_itself": fields.flag("scheduled_auto_completed"),
        "tells_begin": fields.flag("auto_transition_deliver_notifications_at_start"),
        "tells_end": fields.flag("auto_transition_deliver_notifications_at_end"),
    }
    known = {name: value for name, value in flags.items() if value is not None}
    reminds = fields.flag("scheduled_remind_prior")
    minutes = planned.remind_minutes
    if reminds is not None:
        minutes = (minutes or REMINDED_BEFORE) if reminds else None
    return replace(
        planned,
        **known,
        remind_minutes=minutes,
        components=_components(fields, planned),
        is_sent=fields.flag("deliver_notifications") is not False,
    )


def _components(fields: Fields, planned: Plan) -> dict[str, str]:
    """Return what is touched: under maintenance meanwhile, unless the sender says that it keeps its state."""
    states, ids = fields.states("components"), fields.ids("component_ids")
    if not states and ids is None:
        return dict(planned.components)
    during = ComponentState.MAINTENANCE
    if fields.flag("auto_transition_to_maintenance_state") is False:
        during = ComponentState.OPERATIONAL
    named = {key: planned.components.get(key, during) for key in ids or ()}
    told = {
        key: during if state == ComponentState.OPERATIONAL else state
        for key, state in states.items()
    }
    return {**named, **told}


def _state(fields: Fields) -> Work | None:
    text = fields.text("status", 50)
    if not text:
        return None
    if text not in _STATES:
        raise Invalid.field(
            "/status", f"A maintenance's status is one of {', '.join(_STATES)}; not {text[:50]!r}."
        )
    return Work(text)
