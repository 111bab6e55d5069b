"""From rows to the reply page's data: which of its states a person is in."""

from datetime import datetime, timedelta

from core.models import User
from incidents.models import Incident, TimelineEntry
from incidents.playbook import label
from incidents.playbook.lifecycle import State
from oncall.actions import outlook
from oncall.actions.replies import SNOOZE_MINUTES
from oncall.actions.texts import incident_url
from oncall.models import Escalation, Page
from oncall.screens import Ending, Link, NextPage, ReplyScreen, ReplyState, SnoozeChoice

_ENDINGS = {
    State.RESOLVED: "resolved",
    State.IN_REVIEW: "resolved",
    State.CLOSED: "closed",
    State.FALSE_ALARM: "false_alarm",
    State.MERGED: "merged",
    State.CANCELLED: "cancelled",
}


def screen(page: Page, at: datetime, *, messages: tuple[str, ...] = ()) -> ReplyScreen:
    """Return the page as its person sees it at `at`."""
    incident = Incident.objects.select_related("service", "playbook", "acknowledged_by").get(
        pk=page.escalation.incident_id
    )
    run = incident.escalations.filter(state=Escalation.State.WAITING).first()
    passed = _own_pass(incident, page)
    state = _state(incident, run, page.user, passed is not None)
    holder = incident.acknowledged_by
    following = _following(state, run, page, at)
    runbook = incident.service.runbook_url
    return ReplyScreen(
        state=state,
        at=at,
        zone=page.user.time_zone,
        person=page.user.display_name,
        incident=outlook.facts_of(incident),
        paged_at=page.created_at,
        duty=outlook.duty_of(page, at),
        next_page=following,
        holder=_holder(holder, state),
        acknowledged_at=incident.acknowledged_at,
        passed_to=_passed_to(page),
        passed_at=passed.happened_at if passed else None,
        snoozed_until=run.next_due_at if run and state is ReplyState.SNOOZED else None,
        ending=_ending(incident) if not incident.is_live else None,
        state_word=label(incident.playbook.playbook, incident.state),
        snooze_choices=_snooze_choices(at) if state is ReplyState.OPEN else (),
        may_resolve=not incident.is_declared and incident.is_live,
        may_mark_false_alarm=incident.is_live,
        messages=messages,
        runbook=Link(incident.service.name, runbook) if runbook else None,
        incident_url=incident_url(incident),
        sign_in_url=incident_url(incident),
    )


def _following(
    state: ReplyState, run: Escalation | None, page: Page, at: datetime
) -> NextPage | None:
    """Return who is paged next; for who has it, whom they may hand it to."""
    if state is ReplyState.YOURS:
        return outlook.stand_in(page, at)
    if run is None or state is ReplyState.SNOOZED:
        return None
    return outlook.next_page(run, page.user, at)


def _state(
    incident: Incident, run: Escalation | None, person: User, has_passed: bool
) -> ReplyState:
    if not incident.is_live:
        return ReplyState.OVER
    if incident.state == State.DETECTED:
        if run is not None and run.snoozed_by_id == person.pk:
            return ReplyState.SNOOZED
        return ReplyState.PASSED if has_passed else ReplyState.OPEN
    if run is not None and run.passed_by_id == incident.acknowledged_by_id:  # or a machine's alone
        return ReplyState.PASSED if run.passed_by_id == person.pk else ReplyState.OPEN
    return ReplyState.YOURS if incident.acknowledged_by_id == person.pk else ReplyState.TAKEN


def _own_pass(incident: Incident, page: Page) -> TimelineEntry | None:
    """Return how the person passed it on since this page; an earlier pass says nothing about a new page."""
    mine = incident.timeline.filter(kind="escalation", actor_kind="reply", actor_user=page.user)
    passes = (entry for entry in mine.order_by("-pk") if entry.data.get("verb") == "pass")
    return next((entry for entry in passes if entry.data["page"] >= page.pk), None)


def _holder(holder: User | None, state: ReplyState) -> str:
    if state in (ReplyState.OPEN, ReplyState.PASSED):
        return ""
    return holder.display_name if holder else "Somebody"


def _passed_to(page: Page) -> str:
    later = Page.objects.filter(
        escalation__incident=page.escalation.incident_id, pk__gt=page.pk
    ).exclude(user=page.user)
    following = later.select_related("user").order_by("pk").first()
    return following.user.display_name if following else ""


def _ending(incident: Incident) -> Ending:
    latest = incident.transitions.order_by("number").last()
    is_machine = latest is not None and latest.actor_kind == "source"
    how = "cleared" if is_machine else _ENDINGS.get(State(incident.state), "resolved")
    holder = incident.acknowledged_by.display_name if incident.acknowledged_by else ""
    by = holder if is_machine or latest is None else latest.actor_label
    return Ending(at=incident.ended_at or incident.opened_at, how=how, by=by)


def _snooze_choices(at: datetime) -> tuple[SnoozeChoice, ...]:
    return tuple(
        SnoozeChoice(minutes, at + timedelta(minutes=minutes)) for minutes in SNOOZE_MINUTES
    )
