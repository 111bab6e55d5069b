"""What a batch of steps needs to know, read once: who is on call, who can be reached, who is spared."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.models import User
from core.people import administrators as every_administrator
from incidents.models import TimelineEntry
from oncall.actions.rotation import OnCall, resolve
from oncall.models import ContactMethod, Escalation, Page


@dataclass(slots=True)
class Scene:
    """The rows behind a batch of runs at `at`; the pages to be written are collected in `pages`."""

    at: datetime
    on_call: dict[int, OnCall]
    people: dict[int, User]
    contacts: dict[int, list[ContactMethod]]
    administrators: list[int]
    raised_by: dict[int, int | None]  # incident id -> who raised its severity just now
    pages: list[Page] = field(default_factory=list)

    def reachable(self, user_id: int) -> bool:
        """Whether a page can go anywhere for this person."""
        return bool(self.contacts.get(user_id))

    def unsent_reason(self, run: Escalation, user_id: int) -> str:
        """Return why a person is not paged by this step, or "": nobody is paged for what they just did."""
        if user_id == run.passed_by_id:
            return PASSED_IT_ON
        if run.cycle == 0 and user_id == run.incident.opened_by_id:
            return "declared it"
        if run.cycle == 0 and user_id == self.raised_by.get(run.incident_id):
            return "raised its severity"
        if self.reachable(user_id):
            return ""
        is_here = self.people[user_id].is_active
        return "has no verified address" if is_here else "can't sign in any more"


PASSED_IT_ON = "passed it on"
KNOW_ALREADY = (
    "declared it",
    "raised its severity",
)  # they were there: the step did reach somebody


def set_scene(runs: Sequence[Escalation], at: datetime) -> Scene:
    """Read what the steps of these runs need at `at`."""
    schedules = {pk for run in runs for step in run.steps for pk in step["schedules"]}
    on_call = resolve(schedules, at) if schedules else {}
    administrators = list(every_administrator().values_list("pk", flat=True))
    named = {pk for run in runs for step in run.steps for pk in step["people"]}
    named |= {user for answer in on_call.values() for user in answer.users} | set(administrators)
    named |= {user for answer in on_call.values() for user in answer.seats.get("secondary", ())}
    named |= {run.fallback_id for run in runs if run.fallback_id}
    contacts: dict[int, list[ContactMethod]] = {}
    usable = ContactMethod.objects.usable().filter(responder__user__in=named)
    for contact in usable.select_related("responder"):
        contacts.setdefault(contact.responder.user_id, []).append(contact)
    people = {user.pk: user for user in User.objects.filter(pk__in=named)}
    return Scene(at, on_call, people, contacts, administrators, _raised_by(runs))


def _raised_by(runs: Sequence[Escalation]) -> dict[int, int | None]:
    """Return who began these runs by raising a severity: the line stands at the instant of the run's start."""
    begun = {run.incident_id: run.started_at for run in runs if run.generation > 1}
    if not begun:
        return {}
    lines = TimelineEntry.objects.filter(incident__in=begun, kind="severity")
    rows = lines.values_list("incident_id", "recorded_at", "actor_user_id")
    return {pk: user for pk, at, user in rows if at == begun[pk]}
