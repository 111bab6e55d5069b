"""What a playbook publishes by itself: `status_page.publish: at_once` (C19, design.md 2.9), page by page.

A rule says what a person would find in the draft, and no more: it keeps silent where somebody is writing, where a
passage looks like ours alone, and where the page asks for a second person. Then a person is told.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import Q

from core.actor import ENGINE
from core.errors import DomainError
from incidents import actions as incidents
from incidents.models import Incident, PlaybookVersion
from incidents.playbook.lifecycle import LIVE
from statuspage.actions.checking import checked
from statuspage.actions.drafting import Pending, is_news, pendings
from statuspage.actions.leaks import findings
from statuspage.actions.nudging import withheld
from statuspage.actions.publishing import PLAIN, locked, say
from statuspage.actions.reach import Heard, heard_of
from statuspage.models import Page, PublicIncident
from statuspage.rules.states import Stage

logger = logging.getLogger(__name__)


def say_due(at: datetime) -> int:
    """Publish what playbooks publish by themselves; return how many updates that were. One statement for none.

    Three however many have been told what there is to say: it runs every few seconds. Safe with several runners, and
    any number of times. What can't be said is logged, and stops no other.
    """
    told = PublicIncident.objects.filter(resolved_at=None, incident__isnull=False)
    speaking = PlaybookVersion.objects.filter(document__status_page__publish="at_once")
    rows = Incident.objects.filter(
        Q(state__in=LIVE) | Q(pk__in=told.values("incident")),
        declared_at__isnull=False,
        playbook__in=speaking.values("pk"),
    )
    shared = rows.select_related("service").prefetch_related("playbook")  # each is read once
    found = [row for row in shared if _is_readable(row)]
    heard = heard_of(found)
    return sum(_say(row, at) for row in found if _has_news(row, heard.get(row.pk, ())))


def _is_readable(incident: Incident) -> bool:
    try:
        return bool(incident.playbook.playbook)
    except Exception:  # one broken playbook must not silence the others
        logger.exception("what %s says by rule could not be read", incident.label)
        return False


def _has_news(incident: Incident, pages: Sequence[Heard]) -> bool:
    return any(is_news(incident, one.state, one.resolved_at) for one in pages)


def _say(incident: Incident, at: datetime) -> int:
    try:
        ruled = [one for one in pendings(incident, at) if _is_ruled(one)]
    except DatabaseError:
        raise
    except Exception:  # neither may one incident; it stays due
        logger.exception("what %s says by rule could not be read", incident.label)
        return 0
    return sum(_say_on(one.page, incident, at) for one in ruled)


def _say_on(page: Page, incident: Incident, at: datetime) -> bool:
    try:
        with transaction.atomic():
            found = locked(incident.pk, ENGINE, at, page.public_id)
            return _is_ruled(found) and _speak(found, at)
    except DatabaseError:
        raise
    except Exception:  # neither may one page silence another
        logger.exception("what %s says on %s could not be published", incident.label, page.slug)
        return False


def _is_ruled(found: Pending) -> bool:
    """Return whether the rule has something to say that nobody is writing, and that is no lesson: a person sends that."""
    rule = found.incident.playbook.playbook.status_page
    is_lesson = found.said.state == Stage.POSTMORTEM
    return rule.publish == "at_once" and found.is_due and not found.is_edited and not is_lesson


def _speak(found: Pending, at: datetime) -> bool:
    reason = _why_not(found, at)
    if not reason:
        said = checked(found.said, found.page, found.public, at)
        say(found, said, PLAIN, by=ENGINE, at=at, proposed_by="the playbook")
        return True
    if withheld(found.incident, found.page, found.number, at=at):
        text = f"Public update {found.number}{found.on_page} waits for a person: {reason}"
        incidents.tell(found.incident.pk, "update", text, by=ENGINE, at=at)
    return False


def _why_not(found: Pending, at: datetime) -> str:
    """Return why a person has to look before it is said; "" where nobody has to."""
    if found.page.needs_second:
        return f"{found.page.name} asks for a second person."
    try:
        said = checked(found.said, found.page, found.public, at)
    except DomainError as error:
        return str(error)
    return " ".join(one.why for one in findings(found.page, said))
