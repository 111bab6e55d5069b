"""Nobody forgets the public: whoever owes it a word is told shortly before, when it is late, and when a rule kept silent."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.module_loading import import_string

from core.models import Membership, User
from core.people import administrators
from incidents.models import Incident
from incidents.playbook.lifecycle import LIVE
from notify.channels import Message
from notify.models import Delivery
from statuspage.actions.drafting import clock_time, first_word_by, pending, speakers
from statuspage.actions.reach import heard_of
from statuspage.models import (
    ComponentService,
    Nudge,
    Page,
    PublicIncident,
    PublicUpdate,
    SharedComponent,
)

logger = logging.getLogger(__name__)

KIND = "public_word"  # the kind of the deliveries that remind of it
AHEAD = timedelta(minutes=5)
_Why = Nudge.Why


def nudge_due(at: datetime) -> int:
    """Remind of every public word that is due within five minutes or late; return how many reminders that were.

    Each once, whoever runs it and how often (R148, R149, R174). Two statements for none, three where something is untold.
    """
    told = PublicIncident.objects.filter(
        resolved_at=None, incident__isnull=False, next_update_by__lte=at + AHEAD
    )
    rows = told.select_related("incident", "page").annotate(said=Count("updates"))
    rows = rows.order_by("next_update_by", "pk")  # what is late the longest comes first
    known = _known([row.incident_id for row in rows]) if rows else set()
    done = sum(
        _nudge(row.incident, row.page, row.said + 1, row.next_update_by, known, at)
        for row in rows
        if row.incident is not None and row.next_update_by is not None
    )
    return done + _first_words(at)


def withheld(incident: Incident, page: Page, number: int, *, at: datetime) -> bool:
    """Say once, inside the caller's transaction, that a rule left an update to a person; return whether it is news."""
    return _tell(incident, page, number, _Why.WITHHELD, None, at)


def nudge_unwanted(delivery: Delivery, at: datetime) -> str:
    """Return why a reminder must not leave any more, or "": the word was said, or is not owed any more."""
    row = Nudge.objects.filter(pk=delivery.object_id).select_related("incident").first()
    if row is None:
        return "the reminder is gone"
    said = PublicUpdate.objects.filter(
        incident__incident=row.incident_id, incident__page=row.page_id, number__gte=row.number
    )
    if said.exists():
        return "it was said meanwhile"
    is_owed = row.number > 1 or row.incident.is_live
    return "" if is_owed else "the incident is over, and the public never heard of it"


def nudge_message(delivery: Delivery, at: datetime) -> Message:
    """Return the reminder, written now: what is owed to whom, by when, and where to say it."""
    row = Nudge.objects.select_related("incident__playbook", "page").get(pk=delivery.object_id)
    found = pending(row.incident, at, row.page.public_id)
    by = clock_time(row.due_at, row.page)
    label, page = row.incident.label, row.page.name
    word = "the first public update" if row.number == 1 else "the next public update"
    subject, why = {
        _Why.SOON: (
            f"{label}: {word} is due by {by}",
            f"Visitors of {page} were promised it."
            if row.number > 1
            else "The playbook asks for it.",
        ),
        _Why.LATE: (
            f"{label}: {word} was due by {by}",
            f"Visitors of {page} wait, and the page says that it is late."
            if row.number > 1
            else f"{page} says nothing of it yet.",
        ),
        _Why.WITHHELD: (
            f"{label}: {word} waits for you",
            f"The playbook publishes by itself, but on {page} a person has to look first.",
        ),
    }[_Why(row.why)]
    path = f"/admin/statuspage/publish/{row.incident_id}/?page={row.page.public_id}"
    url = f"{settings.STAFF_URL}{path}"
    draft = f"\n\nThe draft:\n{found.said.body}" if found is not None and found.said.body else ""
    text = f"{row.incident.title}\n\n{why}{draft}\n\nRead it, and publish: {url}\n"
    return Message(
        kind=delivery.kind,
        subject=subject,
        text=text,
        id=f"{KIND}-{delivery.pk}",
        thread=f"incident-{row.incident_id}",
        event_type="status_page.word_due",
        payload={"subject": subject, "url": url},
        sent_at=at,
    )


def _first_words(at: datetime) -> int:
    """Remind of the first words that the playbook wants of what the public has not heard of."""
    rows = Incident.objects.filter(_untold_somewhere(), state__in=LIVE)
    untold = rows.filter(declared_at__isnull=False).select_related("service")
    untold = untold.prefetch_related("playbook")  # read once for all of them
    due = {row.pk: (row, by) for row in untold if (by := _first_word(row)) and by <= at + AHEAD}
    if not due:
        return 0
    known = _known(list(due))
    heard = heard_of([row for row, _by in due.values()])
    silent = [
        (row, one.page_pk, by)
        for row, by in due.values()
        for one in heard.get(row.pk, ())
        if not one.is_told and (row.pk, one.page_pk, 1, _why(by, at)) not in known
    ]
    pages = Page.objects.in_bulk([page_pk for _row, page_pk, _by in silent])
    return sum(_nudge(row, pages[page_pk], 1, by, known, at) for row, page_pk, by in silent)


def _untold_somewhere() -> Q:
    """Return that a page lists a component of the incident's service, and has not told of the incident."""
    of = OuterRef(OuterRef("pk"))
    own = ComponentService.objects.filter(service=OuterRef("service"), component__retired_at=None)
    shared = SharedComponent.objects.filter(
        component__bindings__service=OuterRef("service"), component__retired_at=None
    )
    told = PublicIncident.objects.filter(incident=of)
    return Q(Exists(own.exclude(Exists(told.filter(page=OuterRef("component__page")))))) | Q(
        Exists(shared.exclude(Exists(told.filter(page=OuterRef("page")))))
    )


def _known(incidents: list[int | None]) -> set[tuple[int, int, int, str]]:
    rows = Nudge.objects.filter(incident__in=incidents)
    return set(rows.values_list("incident_id", "page_id", "number", "why"))


def _why(due_at: datetime, at: datetime) -> str:
    return _Why.LATE if at > due_at else _Why.SOON


def _nudge(
    incident: Incident,
    page: Page,
    number: int,
    due_at: datetime,
    known: set[tuple[int, int, int, str]],
    at: datetime,
) -> bool:
    why = _why(due_at, at)
    if (incident.pk, page.pk, number, why) in known:
        return False
    try:
        with transaction.atomic():
            return _tell(incident, page, number, why, due_at, at)
    except DatabaseError:
        raise
    except Exception:  # one broken incident must not silence the others; it stays due
        logger.exception("nobody could be reminded of what %s owes the public", incident.label)
        return False


def _first_word(incident: Incident) -> datetime | None:
    try:
        return first_word_by(incident)
    except Exception:  # a playbook that can't be read owes nothing that could be told here
        logger.exception("the playbook of %s can't be read", incident.label)
        return None


def _tell(
    incident: Incident, page: Page, number: int, why: str, due_at: datetime | None, at: datetime
) -> bool:
    row, is_new = Nudge.objects.get_or_create(
        incident=incident,
        page=page,
        number=number,
        why=why,
        defaults={"due_at": due_at, "at": at},
    )
    if is_new:
        tell_person = import_string(settings.PROVIDERS["tell_person"])
        for user_id in listeners(incident, is_wide=why == _Why.LATE):
            tell_person(user_id, KIND, row.pk, "", at)
    return is_new


def listeners(incident: Incident, *, is_wide: bool) -> list[int]:
    """Return who speaks for it; with `is_wide` also who commands and who has it; its team's managers where nobody does.

    Only who has not left: without any of these it is the Administrators, so that somebody hears of it.
    """
    held = dict(incident.roles.filter(to_at=None).values_list("role", "user"))
    having = [held.get(role) for role in (*speakers(incident), "commander")]
    found = [pk for pk in (*having, incident.acknowledged_by_id) if pk is not None]
    here = set(User.objects.filter(pk__in=found, is_active=True).values_list("pk", flat=True))
    found = [pk for pk in dict.fromkeys(found) if pk in here]
    if found:
        return found if is_wide else found[:1]
    managers = Membership.objects.filter(
        team=incident.service.team_id, role=Membership.Role.MANAGER, user__is_active=True
    )
    leading = list(managers.order_by("pk").values_list("user", flat=True))
    return leading or list(administrators().values_list("pk", flat=True))
