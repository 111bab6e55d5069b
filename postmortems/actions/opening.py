"""Open postmortems: when a declared incident is resolved and its playbook asks for one, or by one press."""

from datetime import datetime

from django.db import transaction

from core.actor import ENGINE, Actor
from core.errors import NotPossible
from core.models import User
from core.permissions import require
from incidents.models import Incident
from incidents.models.incident import IncidentQuerySet
from incidents.playbook import Duration
from incidents.playbook.lifecycle import State as IncidentState
from postmortems.actions import filling, shelf
from postmortems.models import ActionItem, Postmortem, Section
from postmortems.rules.calendar import after
from postmortems.rules.needs import Need, deadlines_of, need_of

OVER = (IncidentState.RESOLVED, IncidentState.IN_REVIEW, IncidentState.CLOSED)


def open_postmortem(incident_id: int, at: datetime) -> None:
    """Open the postmortem of a resolved incident where its playbook requires one; hears `incident.resolved`.

    Again it only fills anew what nobody has edited. Nothing happens for what is live by now, in
    triage, a false alarm, cancelled or merged.
    """
    with transaction.atomic():
        incident = _rows().filter(pk=incident_id).first()
        if incident is None or not _is_reviewable(incident):
            return
        there = Postmortem.objects.locked().filter(incident=incident).first()
        if there is not None:
            _refill(there, incident)
        elif need(incident) == "required":
            _open(incident, by=ENGINE, at=at)


def open_by_hand(incident_id: int, *, by: Actor, at: datetime) -> Postmortem:
    """Open the postmortem of an incident that a person wants one of, and return it; the one there stays.

    Raises NotFound, NotAllowed, NotPossible (in triage, still live, or no real incident).
    """
    with transaction.atomic():
        incident = _rows().one(incident_id)
        require(by, "postmortems.edit", incident)
        there = Postmortem.objects.filter(incident=incident).first()
        if there is not None:
            return there
        if not _is_reviewable(incident):
            raise NotPossible(
                f"{incident.label} has no postmortem: only what was declared and is resolved gets one."
            )
        return _open(incident, by=by, at=at)


def need(incident: Incident) -> Need:
    """Return whether the incident's playbook asks for a postmortem of it: required, optional or none."""

    def came_back(within: Duration) -> bool:
        length = after(incident.opened_at, within) - incident.opened_at
        return filling.came_back_within(incident, length)

    return need_of(incident.playbook.playbook, incident.rank, came_back=came_back)


def _rows() -> IncidentQuerySet:
    return Incident.objects.select_related("playbook", "service", "source").locked()


def _is_reviewable(incident: Incident) -> bool:
    return incident.is_declared and incident.state in OVER


def _open(incident: Incident, *, by: Actor, at: datetime) -> Postmortem:
    book = incident.playbook.playbook
    due = deadlines_of(book, incident.rank, resolved_at=incident.ended_at or at)
    made = Postmortem.objects.create(
        incident=incident,
        playbook=incident.playbook,
        owner=_owner(incident),
        opened_at=at,
        scheduled_by=due.scheduled,
        written_by=due.written,
        reviewed_by=due.reviewed,
        published_by=due.published,
    )
    Section.objects.bulk_create(_sections(made, incident))
    ActionItem.objects.filter(incident=incident, postmortem=None).update(postmortem=made)
    shelf.tell(made, "opened", by=by, at=at)
    return made


def _sections(postmortem: Postmortem, incident: Incident) -> list[Section]:
    rows = []
    for position, named in enumerate(incident.playbook.playbook.postmortems.sections, start=1):
        content = filling.filled(incident, named.filled_from)
        rows.append(
            Section(
                postmortem=postmortem,
                position=position,
                key=named.key,
                title=named.title,
                help=named.help,
                is_required=named.required,
                filled_from=named.filled_from,
                text=content.text,
                taken=list(content.taken),
            )
        )
    return rows


def _owner(incident: Incident) -> User | None:
    """Return who held the playbook's owner role last, else who had the incident; nobody who has left."""
    role = incident.playbook.playbook.postmortems.owner_role
    held = incident.roles.filter(role=role).select_related("user").order_by("-from_at", "-pk")
    people = [one.user for one in held]
    people += [one for one in (incident.acknowledged_by, incident.opened_by) if one is not None]
    return next((one for one in people if one.is_active), None)


def _refill(postmortem: Postmortem, incident: Incident) -> None:
    """Fill anew what nobody has edited: the incident went on after the first resolution."""
    if not postmortem.is_writable:
        return
    changed = False
    for section in postmortem.sections.select_for_update(no_key=True).filter(edited_at=None):
        content = filling.filled(incident, section.filled_from)
        if content.text != section.text:
            section.text, section.taken = content.text, list(content.taken)
            section.version += 1
            section.save(update_fields=["text", "taken", "version"])
            changed = True
    if changed:
        shelf.put_back(postmortem)


def incident_reopened(incident_id: int, at: datetime) -> None:
    """Put a postmortem that was under way or out back to draft, while its incident is live again.

    Hears `incident.reopened`; nothing happens once the incident is over again.
    """
    with transaction.atomic():
        incident = _rows().filter(pk=incident_id).first()
        there = Postmortem.objects.locked().filter(incident=incident).first() if incident else None
        if incident is None or there is None or not incident.is_live or there.state == "draft":
            return
        shelf.back_to_draft(there, "the incident was reopened", by=ENGINE, at=at)
