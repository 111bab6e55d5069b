"""Public incidents that programs tell of: without an incident of ours behind them (areas/statuspage.md 2.10)."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction

from core.actor import Actor
from core.errors import Invalid, NotFound
from core.permissions import require
from statuspage.actions.checking import checked
from statuspage.actions.concerning import concern
from statuspage.actions.drafting import Announcement
from statuspage.actions.leaks import findings
from statuspage.actions.mailings import announce
from statuspage.actions.maintenance_words import show
from statuspage.actions.publishing import record, tell_inside
from statuspage.actions.second import program_alone
from statuspage.actions.texts import line_of
from statuspage.models import Component, ComponentChange, Page, PublicIncident, PublicUpdate
from statuspage.models.public import LONGEST_NAME
from statuspage.rules.sentences import plain
from statuspage.rules.states import ComponentState, Impact, Stage, impact_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Word:
    """What a program says. "" and None leave a thing as it is; `body` "" with something else: plain words of ours.

    `components`: public id -> state. `touches`: public ids that it concerns, in whatever state they are.
    `impact`: said instead of what the components tell; "" takes that back. `display_at`: when it is shown to
    have been said (a backfilled incident's only word). `is_sent`: subscribers are told.
    """

    name: str = ""
    state: str = ""
    body: str = ""
    components: Mapping[str, str] = field(default_factory=dict)
    touches: Sequence[str] = ()
    impact: str | None = None
    is_sent: bool = True
    display_at: datetime | None = None


def tell_new(page_id: int, word: Word, *, by: Actor, at: datetime) -> PublicIncident:
    """Tell of a new incident on a page; visible at once. `display_at` makes it a backfilled one: over, and sent to nobody.

    Raises NotFound, NotAllowed, SecondNeeded, and Invalid for the first field that can't be.
    """
    with transaction.atomic():
        page = _locked(page_id, by)
        word = replace(word, state=word.state or Stage.INVESTIGATING)
        if word.display_at is not None:
            word = _backfilled(word, at)
        said = checked(_announcement(word, word.name), page, None, at)
        began = word.display_at or at
        public = PublicIncident(
            page=page,
            name=said.name,
            state=said.state,
            started_at=began,
            created_at=at,
            updated_at=at,
            monitoring_at=at if said.state == Stage.MONITORING else None,
            resolved_at=began if said.state == Stage.RESOLVED else None,
            is_backfilled=word.display_at is not None,
        )
        public.save()
        _override(public, word.impact)
        _say(public, said, word, by=by, at=at)
        show(page, at)
        return public


def tell_more(
    page_id: int, public_id: str, word: Word, *, by: Actor, at: datetime
) -> PublicIncident:
    """Change a public incident, and say a further word where a state, a text or components are told.

    A promised next update is kept by it. Raises NotFound, NotAllowed, SecondNeeded, NotPossible for a step that there is not,
    Invalid.
    """
    with transaction.atomic():
        page = _locked(page_id, by)
        public = page.incidents.filter(public_id=public_id).first()
        if public is None:
            raise NotFound(f"There is no public incident {public_id[:50]!r} on {page.name}.")
        public.page = page
        _override(public, word.impact)
        if word.state or word.body or word.components or word.touches:
            full = replace(word, state=word.state or public.state)
            said = checked(_announcement(full, public.name), page, public, at)
            _say(public, replace(said, advice=public.advice), full, by=by, at=at)
        else:
            public.name = line_of(word.name or public.name, "/name", LONGEST_NAME, "name")
            public.updated_at = at
            public.save()
        show(page, at)
        return public


def _say(
    public: PublicIncident, said: Announcement, word: Word, *, by: Actor, at: datetime
) -> PublicUpdate:
    """Record one update with everything that belongs to it."""
    leaks = findings(public.page, said)
    if leaks:  # nobody is there to be asked: it is said, and kept in the log without its words
        kinds = ", ".join(sorted({one.kind for one in leaks}))
        logger.warning("a program said what may be ours alone (%s): %s", kinds, public.public_id)
    update = record(public, said, by=by, at=at)
    _concern(update, word.touches)
    if word.display_at is not None:
        update.display_at = word.display_at
        update.save(update_fields=["display_at"])
    elif word.is_sent:
        update.is_sent = True
        update.save(update_fields=["is_sent"])
        announce(update, at=at)
    if public.incident is not None:
        tell_inside(public.incident, update, by=by, at=at)
    return update


def _announcement(word: Word, name: str) -> Announcement:
    return Announcement(
        name=word.name or name,
        state=word.state,
        body=word.body.strip() or plain(word.state),
        components=word.components,
    )


def _backfilled(word: Word, at: datetime) -> Word:
    """Return the one word of what is long over; it holds no component, and the ledger stays as it is."""
    if word.display_at is not None and word.display_at > at:
        raise Invalid.field("/backfill_date", "What is backfilled lies in the past.")
    touched = (*word.touches, *word.components)
    return replace(word, state=Stage.RESOLVED, components={}, touches=touched)


def _concern(update: PublicUpdate, public_ids: Sequence[str]) -> None:
    """Name components that an update concerns without changing them."""
    if not public_ids:
        return
    page = update.incident.page
    rows = {
        row.public_id: row
        for row in Component.objects.filter(
            page=page, public_id__in=list(public_ids), retired_at=None
        )
    }
    for key in public_ids:
        if key not in rows:
            text = f"There is no component {key[:50]!r} on {page.name}."
            raise Invalid.field("/component_ids", text, "unknown_component")
    concern(update, list(rows.values()))


def _override(public: PublicIncident, impact: str | None) -> None:
    """Say another impact than the components tell, or take that back."""
    if impact is None:
        return
    if impact and impact not in set(Impact):
        raise Invalid.field(
            "/impact_override",
            f"impact_override is one of {', '.join(Impact)}; not {impact[:50]!r}.",
        )
    public.impact_override = impact
    public.impact = impact or _reached(public)


def _reached(public: PublicIncident) -> Impact:
    """Return the worst that its updates ever told."""
    states = ComponentChange.objects.filter(update_of__incident=public).values_list("new_state")
    return impact_of(ComponentState(state) for (state,) in states)


def _locked(page_id: int, by: Actor) -> Page:
    page = Page.objects.filter(pk=page_id).locked().first()
    if page is None:
        raise NotFound("There is no such status page.")
    require(by, "statuspage.publish", page)
    reason = program_alone(page, by)
    if reason:
        logger.info("said without a second person on %s: %s", page.slug, reason)
    return page
