"""Take the steps that are due: resolve who is on call, write pages, set the next due moment.

No network here. One transaction takes a batch; when it fails, its members are taken one by one, so
that one broken run can't hold the others. Downtime means one up-to-date step, never the backlog.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import OperationalError, transaction

from core.actor import ENGINE
from incidents import actions as incidents
from incidents.models import Incident
from incidents.playbook.lifecycle import State
from oncall.actions import pages
from oncall.actions.escalate import restart, stop
from oncall.actions.scene import KNOW_ALREADY, Scene, set_scene
from oncall.models import Escalation

logger = logging.getLogger(__name__)

BATCH = 100
LAST_WAIT = timedelta(minutes=5)
_MOVED = ["cycle", "step", "next_due_at", "advanced_at", "unreached_at", "passed_by"]


def advance(at: datetime) -> int:
    """Take every step due at `at`; return how many runs moved. Safe with several engines."""
    waiting = Escalation.objects.filter(state=Escalation.State.WAITING, next_due_at__lte=at)
    ids = list(
        waiting.order_by("incident__rank", "next_due_at").values_list("pk", flat=True)[:BATCH]
    )
    if not ids:
        return 0
    try:
        return _advance(ids, at)
    except OperationalError:
        raise  # the database is away: try the same batch again
    except Exception:  # one broken run must not hold the others
        logger.exception("a batch of %s escalations failed; they follow one by one", len(ids))
        return sum(_alone(pk, at) for pk in ids)


def _alone(pk: int, at: datetime) -> int:
    try:
        return _advance([pk], at)
    except OperationalError:
        raise
    except Exception:  # it stays due and is seen by the watchdog
        logger.exception("escalation %s can't be advanced", pk)
        return 0


def _advance(ids: Sequence[int], at: datetime) -> int:
    with transaction.atomic():
        runs = _claim(ids, at)
        answered = [run for run in runs if not _is_wanted(run)]
        stop(answered, "somebody has it, or it is over", at)
        going = [run for run in runs if _is_wanted(run)]
        for run in [run for run in going if run.snoozed_by_id is not None]:
            _wake(run, at)
        going = [run for run in going if run.snoozed_by_id is None]
        _step_all(going, at)
    return len(runs)


def _claim(ids: Sequence[int], at: datetime) -> list[Escalation]:
    """Lock the incidents first, as every action does, then their runs; skip what another engine has."""
    rows = Incident.objects.filter(escalations__in=ids)
    locked = rows.select_for_update(no_key=True, of=("self",), skip_locked=True).order_by("pk")
    found = {incident.pk: incident for incident in locked.select_related("service", "playbook")}
    runs = Escalation.objects.filter(
        pk__in=ids, incident__in=found, state=Escalation.State.WAITING, next_due_at__lte=at
    )
    claimed = list(runs.select_for_update(no_key=True, skip_locked=True).order_by("pk"))
    for run in claimed:
        run.incident = found[run.incident_id]
    return claimed


def _is_wanted(run: Escalation) -> bool:
    """Nobody has it; or who had it passed it on; or only a machine says that somebody has it."""
    incident = run.incident
    if incident.state == State.DETECTED:
        return True
    return incident.is_live and incident.acknowledged_by_id == run.passed_by_id


def _wake(run: Escalation, at: datetime) -> None:
    """A snooze is over: page the one who snoozed first, then by the policy from its beginning."""
    steps = [step for step in run.steps if "woken" not in step]  # of an earlier snooze
    first = steps[0]["wait_s"] if steps else int(LAST_WAIT.total_seconds())
    woken = {
        "wait_s": first,
        "schedules": [],
        "people": [run.snoozed_by_id],
        "seat": "primary",
        "woken": True,
    }
    restart(run.incident, [woken, *steps], at, due_at=at)
    incidents.tell(
        run.incident_id, "escalation", "The snooze is over; paging begins anew", by=ENGINE, at=at
    )


def _step_all(runs: Sequence[Escalation], at: datetime) -> None:
    if not runs:
        return
    scene = set_scene(runs, at)
    for run in runs:
        _step(run, scene)
        run.advanced_at = at
    Escalation.objects.bulk_update(runs, _MOVED)
    pages.write(scene)


def _step(run: Escalation, scene: Scene) -> None:
    """Page the present step; where it reaches nobody go on at once; where none does, be loud."""
    for _ in range(len(run.steps)):
        wait = timedelta(seconds=run.steps[run.step]["wait_s"])
        told = _page_step(run, scene)
        _go_on(run)
        if told:
            run.next_due_at, run.unreached_at = scene.at + wait, None
            _spare_no_longer(run)
            return
    _fall_back(run, scene)


def _spare_no_longer(run: Escalation) -> None:
    """Who passes on before anybody has it is spared for one step; who had it and gave it up, always."""
    if run.incident.state == State.DETECTED:
        run.passed_by = None


def _go_on(run: Escalation) -> None:
    run.step += 1
    if run.step >= len(run.steps):
        run.step, run.cycle = 0, run.cycle + 1


def _page_step(run: Escalation, scene: Scene) -> bool:
    """Write the pages of one step; return whether anybody was told, or knows already."""
    told = False
    for user_id, why in targets(run, scene).items():
        row = pages.page(run, user_id, why, scene)
        row.unsent_reason = scene.unsent_reason(run, user_id)
        scene.pages.append(row)
        told = told or not row.unsent_reason or row.unsent_reason in KNOW_ALREADY
    if not told:
        _tell(run, f"Step {run.step + 1} reached nobody", scene.at)
    return told


def targets(run: Escalation, scene: Scene) -> dict[int, str]:
    """Return whom the run's present step is for, each with why: user id -> reason."""
    step = run.steps[run.step]
    found: dict[int, str] = {}
    for pk in step["schedules"]:
        answer = scene.on_call.get(pk)
        for user_id in answer.called(step) if answer else ():
            found.setdefault(user_id, f"on call by {answer.schedule.name}" if answer else "")
    for user_id in step["people"]:
        found.setdefault(user_id, "named in the policy")
    return {pk: why for pk, why in found.items() if pk in scene.people}


def fall_back(run: Escalation, at: datetime) -> None:
    """Page the fallback of a locked run now: a whole round of its steps has reached nobody."""
    scene = set_scene([run], at)
    _fall_back(run, scene)
    run.save(update_fields=_MOVED)
    pages.write(scene)


def _fall_back(run: Escalation, scene: Scene) -> None:
    """No step reaches anybody: page the fallback, or every Administrator, and leave a red mark (I8).

    These pages stand on a step of their own behind the policy's last, so that they never take the
    place of a page that a real step of the next round writes.
    """
    named = (
        [run.fallback_id]
        if run.fallback_id and scene.reachable(run.fallback_id)
        else scene.administrators
    )
    reached = [pk for pk in named if scene.reachable(pk)]
    told = [pk for pk in reached if pk != run.passed_by_id] or reached
    for user_id in told:
        row = pages.page(run, user_id, "nobody else could be reached", scene)
        row.step, row.is_fallback = len(run.steps), True
        scene.pages.append(row)
    if not run.steps:
        run.cycle += 1
    run.unreached_at, run.next_due_at = scene.at, scene.at + LAST_WAIT
    _spare_no_longer(run)
    names = ", ".join(scene.people[pk].display_name for pk in told)
    ending = f"; {names} paged instead" if names else ", and no Administrator either: call somebody"
    _tell(run, f"Nobody on this policy could be reached{ending}", scene.at)


def _tell(run: Escalation, text: str, at: datetime) -> None:
    incidents.tell(run.incident_id, "unreached", text, by=ENGINE, at=at)
