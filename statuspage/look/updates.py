"""The published words of an incident: each update, what it changed, and the stages reached."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils.safestring import SafeString

from statuspage.look.shape import Change, Incident, Maintenance, Stage, Update
from statuspage.look.states import NOW_RANK, STAGES, WORDS, WORK_STAGES, listed, stage_word
from statuspage.look.text import body_html, clean
from statuspage.look.times import Times

NAMED = 3


@dataclass(frozen=True)
class Word:
    """One update, ready to show."""

    id: str
    at: SafeString
    stage: str
    body: SafeString
    changes: str


@dataclass(frozen=True)
class Step:
    """One stage of an incident: `kind` is "done", "now" or empty for not reached."""

    name: str
    when: SafeString | str
    kind: str


def latest(updates: Iterable[Update]) -> Update | None:
    """Give the update that was published last."""
    return max(updates, key=lambda update: update.at, default=None)


def latest_stage(incident: Incident) -> Stage:
    """Give the stage that the latest update names; without any, the first."""
    update = latest(incident.updates)
    return update.stage if update else Stage.INVESTIGATING


def words(updates: Iterable[Update], times: Times) -> tuple[Word, ...]:
    """Give updates newest first. A time on another day than `times.today` names its day."""
    newest = sorted(updates, key=lambda update: update.at, reverse=True)
    return tuple(
        Word(
            id=f"u-{clean(update.id)}",
            at=times.moment(update.at),
            stage=stage_word(update.stage),
            body=body_html(update.body),
            changes=_changes(update.changes),
        )
        for update in newest
    )


def steps(incident: Incident, times: Times) -> tuple[Step, ...]:
    """Give the four stages with the time at which each was first reached."""
    over = incident.ended_at is not None
    return _reached(incident.updates, latest_stage(incident), STAGES, times, over=over)


def work_steps(work: Maintenance, times: Times) -> tuple[Step, ...]:
    """Give the stages of planned work; none of what was cancelled, and no verifying that nobody did."""
    newest = latest(work.updates)
    if work.is_cancelled or newest is None:
        return ()
    said = {update.stage for update in work.updates}
    shown = [each for each in WORK_STAGES if each in said or each is not Stage.VERIFYING]
    over = work.ended_at is not None
    return _reached(work.updates, newest.stage, shown, times, over=over)


def _reached(
    updates: Iterable[Update], now: Stage, stages: Sequence[Stage], times: Times, *, over: bool
) -> tuple[Step, ...]:
    reached: dict[Stage, datetime] = {}
    for update in sorted(updates, key=lambda update: update.at):
        reached.setdefault(update.stage, update.at)
    place = stages.index(now) if now in stages else 0
    return tuple(
        _step(stage, number - place, reached.get(stage), times, over=over)
        for number, stage in enumerate(stages)
    )


def _step(stage: Stage, ahead: int, at: datetime | None, times: Times, *, over: bool) -> Step:
    """`ahead`: how many stages beyond the present one, negative for those before it."""
    name = stage_word(stage)
    if ahead > 0:
        return Step(name, "not yet", "")
    if at is None:
        return Step(name, "skipped", "")
    return Step(name, times.moment(at), "now" if ahead == 0 and not over else "done")


def _changes(changes: Iterable[Change]) -> str:
    """Say what an update changed: "Website and 8 others: operational to major outage"."""

    def key(change: Change) -> tuple[int, int]:
        return NOW_RANK[change.new], NOW_RANK[change.old]

    said = []
    for _, cluster in groupby(sorted(changes, key=key), key=key):
        alike = list(cluster)
        names = [clean(change.component) for change in alike]
        who = listed(names) if len(names) <= NAMED else f"{names[0]} and {len(names) - 1} others"
        said.append(f"{who}: {WORDS[alike[0].old].lower()} to {WORDS[alike[0].new].lower()}")
    return ". ".join(said)
