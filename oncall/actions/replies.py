"""Answers to pages: what a reply link may do, and nothing wider (design.md 5, "Links")."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from core.actor import reply as reply_actor
from core.errors import DomainError, Invalid, NotPossible
from core.permissions import require
from core.secrets import digest
from incidents import actions as incidents
from incidents.models import Incident
from incidents.playbook.lifecycle import State
from oncall.actions.escalate import restart, stop_escalations
from oncall.actions.outlook import steps_behind
from oncall.models import Escalation, Page, ReplyToken

VERBS = ("acknowledge", "pass", "snooze", "resolve", "false_alarm")
SNOOZE_MINUTES = (5, 15, 30, 60)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer came to: done or refused, and the sentence that says so."""

    is_done: bool
    text: str = ""


def find_page(token: str, at: datetime) -> Page | None:
    """Return the page that a link's token names; None when it is unknown, over, or its person is gone."""
    found = (
        ReplyToken.objects.filter(
            digest=digest(token), expires_at__gt=at, page__user__is_active=True
        )
        .select_related(
            "page__user",
            "page__escalation__incident__service",
            "page__escalation__incident__playbook",
        )
        .first()
    )
    return found.page if found else None


def answer(page: Page, verb: str, *, at: datetime, minutes: int = 0) -> Answer:
    """Do what a button of the reply page says. Pressing twice changes nothing.

    Raises Invalid for a verb or a span that links don't have; a refusal of the domain is returned in words.
    """
    actions = {
        "acknowledge": _acknowledge,
        "pass": _pass,
        "resolve": _resolve,
        "false_alarm": _false_alarm,
    }
    try:
        if verb == "snooze":
            return _snooze(page, minutes, at)
        if verb not in actions:
            raise Invalid.field("/action", f"A link can't {verb}; it can {', '.join(VERBS)}.")
        return actions[verb](page, at)
    except Invalid:
        raise
    except DomainError as refusal:
        return Answer(is_done=False, text=str(refusal))


def _acknowledge(page: Page, at: datetime) -> Answer:
    by = reply_actor(page.user)
    with transaction.atomic():
        incident = _locked(page)
        if _is_given_up(incident, page):
            incidents.take_over(incident.pk, by=by, at=at)
        elif not _is_still_theirs(incident, page):
            incidents.move(incident.pk, "acknowledge", by=by, at=at)
        stop_escalations([incident.pk], at)
    return Answer(is_done=True, text=f"It is yours. Paging stopped at {at:%H:%M:%S} UTC.")


def _locked(page: Page) -> Incident:
    """Return the page's incident as it is now, locked, so that what is decided on it still holds."""
    rows = Incident.objects.select_for_update(no_key=True)
    return rows.get(pk=page.escalation.incident_id)


def _is_given_up(incident: Incident, page: Page) -> bool:
    """Whether its holder can't take it after all, so that anybody else who was paged may take it over."""
    if incident.state == State.DETECTED or incident.acknowledged_by_id == page.user_id:
        return False
    running = Escalation.objects.filter(incident=incident, state=Escalation.State.WAITING)
    if incident.acknowledged_by_id is None:
        return running.exists()  # only a machine has it
    return running.filter(passed_by=incident.acknowledged_by_id).exists()


def _is_still_theirs(incident: Incident, page: Page) -> bool:
    """Whether they hold it in a later state and passed it on: acknowledging takes that back."""
    is_later = incident.is_live and incident.state not in (State.DETECTED, State.ACKNOWLEDGED)
    return is_later and incident.acknowledged_by_id == page.user_id


def _pass(page: Page, at: datetime) -> Answer:
    """Page the next step now. From a stale page nothing happens: it has gone on already (case 39)."""
    by = reply_actor(page.user)
    with transaction.atomic():
        incident = _locked(page)
        require(by, "oncall.answer_page", incident)
        if incident.is_live and incident.acknowledged_by_id == page.user_id:
            return _give_up(incident, page, at)
        run = Escalation.objects.select_for_update(no_key=True).get(pk=page.escalation_id)
        if incident.state != State.DETECTED or run.state != Escalation.State.WAITING:
            raise NotPossible("Somebody has it already, or it is over.")
        if page.is_fallback:
            raise NotPossible("Nobody else can be reached. Acknowledge it, or call somebody.")
        if (run.cycle, run.step) == page.place_after(run):
            run.next_due_at, run.passed_by, run.snoozed_by = at, page.user, None
            run.save(update_fields=["next_due_at", "passed_by", "snoozed_by"])
            data = {"page": page.pk, "verb": "pass"}
            incidents.tell(
                incident.pk, "escalation", "Passed on to the next step", by=by, at=at, data=data
            )
    return Answer(is_done=True, text="Passed on. The next person is being paged.")


def _give_up(incident: Incident, page: Page, at: datetime) -> Answer:
    """Its holder can't take it after all: page from the step after theirs until somebody takes it over."""
    running = Escalation.objects.filter(
        incident=incident, state=Escalation.State.WAITING, passed_by=page.user
    )
    if not running.exists():
        restart(incident, steps_behind(page), at, due_at=at, passed_by=page.user)
        incidents.tell(
            incident.pk, "escalation", "Can't take it after all; the next step is paged",
            by=reply_actor(page.user), at=at, data={"page": page.pk, "verb": "pass"},
        )  # fmt: skip
    return Answer(is_done=True, text="Passed on. The next person is being paged.")


def _snooze(page: Page, minutes: int, at: datetime) -> Answer:
    if minutes not in SNOOZE_MINUTES:
        choices = ", ".join(map(str, SNOOZE_MINUTES))
        raise Invalid.field("/minutes", f"Choose one of {choices} minutes.")
    with transaction.atomic():
        incident = _locked(page)
        require(reply_actor(page.user), "oncall.answer_page", incident)
        run = Escalation.objects.filter(incident=incident, state=Escalation.State.WAITING).first()
        if incident.state != State.DETECTED or run is None:
            raise NotPossible("Somebody has it already, or it is over.")
        until = at + timedelta(minutes=minutes)
        run.snoozed_by, run.next_due_at = page.user, until
        run.save(update_fields=["snoozed_by", "next_due_at"])
        incidents.tell(
            incident.pk, "escalation", f"Snoozed for {minutes} min", by=reply_actor(page.user), at=at,
            data={"page": page.pk, "verb": "snooze", "until": until.isoformat()},
        )  # fmt: skip
    return Answer(is_done=True, text=f"Yours, quiet until {until:%H:%M} UTC.")


def _resolve(page: Page, at: datetime) -> Answer:
    with transaction.atomic():
        incident = _locked(page)
        if incident.is_declared:
            raise NotPossible("It is declared; sign in to resolve it.")
        incidents.move(incident.pk, "resolve", by=reply_actor(page.user), at=at)
    return Answer(is_done=True, text="Resolved.")


def _false_alarm(page: Page, at: datetime) -> Answer:
    by = reply_actor(page.user)
    incidents.move(page.escalation.incident_id, "mark_false_alarm", by=by, at=at)
    return Answer(is_done=True, text="Marked a false alarm.")
