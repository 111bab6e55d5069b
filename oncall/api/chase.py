"""What the pager did for an incident, for the page of an event: wired as `incident_chase` in PROVIDERS."""

from incidents.provided import Chased, Sent
from notify.models import Delivery
from oncall.models import Escalation, Page

SHOWN = 30


def chased(incident_id: int) -> Chased | None:
    """Return the incident's escalation and its first 30 messages; None where none was started."""
    runs = Escalation.objects.filter(incident=incident_id).select_related("policy")
    run = runs.order_by("generation").first()
    if run is None:
        return None
    pages = list(
        Page.objects.filter(escalation__incident=incident_id).select_related("user")[:SHOWN]
    )
    return Chased(
        run.started_at,
        _said(run),
        tuple(_messages(pages)),
        tuple(
            f"{page.user.display_name}: {page.unsent_reason}"
            for page in pages
            if page.unsent_reason
        ),
    )


def _said(run: Escalation) -> str:
    policy = run.policy.name if run.policy else "the fallback: no policy pages for this service"
    if run.state == Escalation.State.WAITING:
        return f"By {policy}. It goes on until somebody answers."
    return f"By {policy}. Stopped: {run.stop_reason}." if run.stop_reason else f"By {policy}."


def _messages(pages: list[Page]) -> list[Sent]:
    names = {page.pk: page.user.display_name for page in pages}
    rows = Delivery.objects.filter(kind="page", object_id__in=names).order_by("pk")[:SHOWN]
    return [
        Sent(
            names[row.object_id],
            row.channel,
            row.sent_at or row.not_before,
            row.error or row.proof or str(row.get_state_display()).lower(),
            row.state in (Delivery.State.FAILED, Delivery.State.EXPIRED),
        )
        for row in rows
    ]
