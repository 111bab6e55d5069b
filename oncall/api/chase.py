"""What the pager did because of one event, for its page: wired as `incident_chase` in PROVIDERS."""

from collections.abc import Sequence
from datetime import datetime

from core.templatetags.house import wall
from incidents.provided import Chased, Sent
from notify.admin.outcomes import outcome_of
from notify.models import Delivery
from oncall.models import Escalation, Page

SHOWN = 30
_WAITS = (Delivery.State.PENDING, Delivery.State.LEASED)


def chased(incident_id: int, at: datetime) -> Chased | None:
    """Return what began for the incident at `at` (UTC), with the first 30 pages of that run and their messages.

    None where no escalation was ever started. A run that began at another instant is not this one's doing: then
    `woke` is False, and `said` tells what stood instead. For every reader: our own words, never an address or what
    the receiving side said.
    """
    rows = Escalation.objects.filter(incident=incident_id).select_related("policy")
    runs = list(rows.order_by("generation"))
    if not runs:
        return None
    run = next((row for row in runs if row.started_at == at), None)
    if run is None:
        return Chased(None, _stood(runs, at), woke=False)
    pages = list(run.pages.select_related("user").order_by("pk")[:SHOWN])
    unpaged = [row for row in pages if row.unsent_reason]
    return Chased(
        run.started_at,
        _said(run),
        tuple(_messages(pages)),
        tuple(f"{row.user.display_name}: {row.unsent_reason}" for row in unpaged),
        goes_on=run.state == Escalation.State.WAITING,
    )


def _by(run: Escalation) -> str:
    return run.policy.name if run.policy else "the fallback: no policy pages for this service"


def _said(run: Escalation) -> str:
    if run.state == Escalation.State.WAITING:
        return f"By {_by(run)}. It goes on until somebody answers."
    return f"By {_by(run)}. Stopped: {run.stop_reason}."


def _stood(runs: Sequence[Escalation], at: datetime) -> str:
    """Return why nothing began at `at`, from the run before it."""
    before = [run for run in runs if run.started_at < at]
    if not before:
        return f"It woke nobody. Paging began later, at {wall(runs[0].started_at, seconds=True)}."
    run = before[-1]
    if run.stopped_at is None or run.stopped_at >= at:
        since = wall(run.started_at, seconds=True)
        return f"It woke nobody more: the incident was being paged already, since {since}, by {_by(run)}."
    return f"It woke nobody: the paging had stopped before it ({run.stop_reason})."


def _messages(pages: Sequence[Page]) -> list[Sent]:
    names = {page.pk: page.user.display_name for page in pages}
    rows = Delivery.objects.filter(kind="page", object_id__in=names).order_by("pk")[:SHOWN]
    return [
        Sent(
            names[row.object_id],
            row.channel,
            row.sent_at or row.not_before,
            row.error or outcome_of(row).word,
            has_left=row.state == Delivery.State.SENT and not row.is_kept,
            waits=row.state in _WAITS,
        )
        for row in rows
    ]
