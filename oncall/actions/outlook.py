"""What a responder wants to know of a page: what, why me, who is next and when. Reads only."""

from datetime import datetime
from typing import Any

from django.db.models import Min

from core.models import User
from incidents.models import Incident
from incidents.playbook import severity_for
from oncall.actions.rotation import resolve
from oncall.models import Escalation, Page
from oncall.screens import Duty, IncidentFacts, NextPage


def facts_of(incident: Incident) -> IncidentFacts:
    """Return the incident as screens and mails show it; read it with its service and playbook."""
    return IncidentFacts(
        number=incident.label,
        title=incident.title,
        rank=incident.rank,
        code=severity_for(incident.playbook.playbook, incident.rank).code,
        since=_since(incident),
        where=incident.service.name,
        cause=incident.description,
    )


def _since(incident: Incident) -> datetime:
    """Return when its first alert began to fire by its sender's clock, or when it was opened if that is earlier."""
    began: datetime | None = incident.alerts.aggregate(at=Min("started_at"))["at"]
    return min(began or incident.opened_at, incident.opened_at)


def duty_of(page: Page, at: datetime) -> Duty | None:
    """Return which schedule put the person there, until when, and which step it is; None off schedule."""
    steps = page.escalation.steps
    if page.is_fallback or page.step >= len(steps):
        return None
    for answer in resolve(steps[page.step]["schedules"], at).values():
        if page.user_id in answer.called(steps[page.step]):
            return Duty(
                schedule=answer.schedule.name,
                until=answer.until,
                step=page.step + 1,
                steps=len(steps),
            )
    return None


def next_page(run: Escalation, person: User | None, at: datetime) -> NextPage | None:
    """Return whom the run pages next and when, as `person` reads it; None when it has stopped or nobody is found."""
    if run.state != Escalation.State.WAITING or run.next_due_at is None or not run.steps:
        return None
    due = max(run.next_due_at, at)
    for offset in range(len(run.steps)):
        step = run.steps[(run.step + offset) % len(run.steps)]
        user_id = _first(step, due)
        if user_id is not None:
            name = User.objects.get(pk=user_id).display_name
            is_you = person is not None and user_id == person.pk
            return NextPage(name=name, at=run.next_due_at, is_you=is_you)
    return None


def steps_behind(page: Page) -> list[dict[str, Any]]:
    """Return the steps of a page's policy in the order that begins behind the page's own step."""
    steps = [step for step in page.escalation.steps if "woken" not in step]
    woken = len(page.escalation.steps) - len(steps)
    is_first = page.is_fallback or not steps
    place = 0 if is_first else max(page.step - woken + 1, 0) % len(steps)
    return [*steps[place:], *steps[:place]]


def stand_in(page: Page, at: datetime) -> NextPage | None:
    """Return who is paged at once if the page's person, who has it, can't take it; None: nobody else."""
    for step in steps_behind(page):
        user_id = _first(step, at)
        if user_id is not None and user_id != page.user_id:
            return NextPage(name=User.objects.get(pk=user_id).display_name, at=at)
    return None


def _first(step: dict[str, Any], at: datetime) -> int | None:
    for answer in resolve(step["schedules"], at).values():
        if called := answer.called(step):
            return called[0]
    return step["people"][0] if step["people"] else None
