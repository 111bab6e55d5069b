"""The published words of an incident: each update, what it changed, and the stages reached."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils.safestring import SafeString

from statuspage.look.shape import Change, Incident, Stage, Update
from statuspage.look.states import NOW_RANK, STAGES, WORDS, listed, stage_word
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
    reached: dict[Stage, datetime] = {}
    for update in sorted(incident.updates, key=lambda update: update.at):
        reached.setdefault(update.stage, update.at)
    now = latest_stage(incident)
    place = STAGES.index(now) if now in STAGES else 0
    return tuple(
        _step(stage, number - place, reached.get(stage), times, over=incident.ended_at is not None)
        for number, stage in enumerate(STAGES)
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
