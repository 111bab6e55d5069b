"""The figures of one incident: pairs of milestones as the playbook names them, computed, never typed (C26). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.playbook import Duration, Playbook
from incidents.playbook.learning import Metric, MetricTarget
from postmortems.rules.calendar import after

LATEST = frozenset({"mitigated", "restored", "resolved", "closed"})  # the last time counts (AC-A10)
Moment = tuple[datetime, bool]  # when, and whether it was inferred from a later step
Reached = Mapping[str, Sequence[Moment]]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: `length` is None where a milestone is missing or the two stand the wrong way round.

    `is_inferred`: one of the two was never recorded, only concluded from a step that skipped it.
    """

    key: str
    name: str
    start: str
    end: str
    length: timedelta | None
    target: Duration | None = None
    is_met: bool | None = None
    is_inferred: bool = False


def measures(playbook: Playbook, rank: int, reached: Reached) -> list[Measure]:
    """Return every metric of the playbook for an incident of that rank, in the playbook's order.

    `reached`: all instants of each milestone; beginnings count from the first, ends to the last.
    """
    return [_measure(metric, rank, reached) for metric in playbook.metrics]


def _measure(metric: Metric, rank: int, reached: Reached) -> Measure:
    begun, ended = _pick(metric.start, reached), _pick(metric.end, reached)
    target = next((one for one in metric.targets if rank in one.ranks), None)
    within = target.within if target else None
    if begun is None or ended is None or ended[0] < begun[0]:
        return Measure(metric.key, metric.name, metric.start, metric.end, None, within)
    return Measure(
        metric.key,
        metric.name,
        metric.start,
        metric.end,
        ended[0] - begun[0],
        within,
        _is_met(target, begun[0], ended[0]) if target else None,
        begun[1] or ended[1],
    )


def _pick(kind: str, reached: Reached) -> Moment | None:
    moments = reached.get(kind, ())
    return (max if kind in LATEST else min)(moments, default=None)


def _is_met(target: MetricTarget, begun: datetime, ended: datetime) -> bool:
    limit = after(begun, target.within)
    return ended < limit or (target.operator == "<=" and ended == limit)
