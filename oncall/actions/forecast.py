"""Who would be woken if somebody declared an incident now: the engine's own rules, and no row written.

Wired as `paging_forecast` in PROVIDERS.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from core.models import User
from incidents.models import Incident, Service
from incidents.playbook.severity import NEVER_PAGES
from incidents.provided import Forecast, Later, Woken
from oncall.actions.advance import targets
from oncall.actions.escalate import new_run, policies_for
from oncall.actions.scene import KNOW_ALREADY, Scene, set_scene
from oncall.models import Escalation

NO_POLICY = "No escalation policy pages for this service: the fallback is told."
NOBODY = "No step of the policy reaches anybody now: the fallback is told."
LATER = 3


def forecast(service: Service, rank: int, user: User | None, at: datetime) -> Forecast:
    """Return who would be paged now and later by the schedules as they stand at `at` (UTC)."""
    if rank >= NEVER_PAGES:
        return Forecast(note="This severity pages nobody.")
    incident = Incident(service=service, rank=rank, opened_by=user)
    run = new_run(incident, policies_for([incident]).get(service.pk), at)
    scene = set_scene([run], at)
    for step in range(len(run.steps)):
        now = _step(run, step, scene)
        if any(not person.unpaged or person.unpaged in KNOW_ALREADY for person in now):
            return Forecast(tuple(now), tuple(_later(run, step, scene)))
    return Forecast(tuple(_fallback(run, scene)), note=NOBODY if run.steps else NO_POLICY)


def _step(run: Escalation, step: int, scene: Scene) -> list[Woken]:
    run.step = step
    return [_woken(run, pk, why, scene) for pk, why in targets(run, scene).items()]


def _woken(run: Escalation, user_id: int, why: str, scene: Scene) -> Woken:
    channels = dict.fromkeys(contact.channel for contact in scene.contacts.get(user_id, ()))
    name = scene.people[user_id].display_name
    return Woken(user_id, name, why, tuple(channels), scene.unsent_reason(run, user_id))


def _later(run: Escalation, present: int, scene: Scene) -> Iterable[Later]:
    """Yield whom the steps behind the present one add, each after the waits before it."""
    after = timedelta(seconds=run.steps[present]["wait_s"])
    for step in range(present + 1, min(len(run.steps), present + 1 + LATER)):
        names = [person.name for person in _step(run, step, scene) if not person.unpaged]
        if names:
            yield Later(after, tuple(names))
            after += timedelta(seconds=run.steps[step]["wait_s"])


def _fallback(run: Escalation, scene: Scene) -> Iterable[Woken]:
    named = [run.fallback_id] if run.fallback_id and scene.reachable(run.fallback_id) else None
    for pk in named or scene.administrators:
        if pk in scene.people and scene.reachable(pk):
            channels = dict.fromkeys(contact.channel for contact in scene.contacts[pk])
            name = scene.people[pk].display_name
            yield Woken(pk, name, "nobody else can be reached", tuple(channels))
