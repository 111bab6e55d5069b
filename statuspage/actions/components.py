"""Set a component by hand, and correct what the ledger says of the past."""

from datetime import datetime

from django.db import transaction

from core.actor import Actor
from core.errors import Invalid, NotFound, NotPossible
from core.permissions import require
from statuspage.actions import ledger, mailings
from statuspage.actions.rendering import render
from statuspage.models import Component, ComponentInterval, Page
from statuspage.rules.states import ComponentState

SHORTEST_REASON = 10


def set_component(public_id: str, state: str, *, by: Actor, at: datetime) -> Component:
    """Hold a component in `state` by hand, or let it go with `operational`; open incidents still hold it.

    Visible at once. Raises NotFound, NotAllowed, Invalid.
    """
    wanted = state_named(state, "/state")
    with transaction.atomic():
        component = _locked(public_id)
        require(by, "statuspage.publish", component)
        moved = ledger.hold(component, wanted, incident=None, since=at)
        if moved.old != moved.new:
            mailings.announce_component(component, moved.old, moved.new, at=at)
        _touched(component.page, at)
        return component


def correct_interval(
    interval_id: int, state: str, *, reason: str, by: Actor, at: datetime
) -> ComponentInterval:
    """Say that a component was in another state for an ended interval; the former row stays, and counts no more.

    Raises NotFound, NotAllowed, Invalid, and NotPossible for what still lasts or was corrected already.
    """
    wanted = state_named(state, "/state")
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid.field("/reason", f"Give a reason of at least {SHORTEST_REASON} characters.")
    with transaction.atomic():
        known = ComponentInterval.objects.filter(pk=interval_id).values_list("component__public_id")
        named = known.first()
        if named is None:
            raise NotFound(f"There is no interval {interval_id}.")
        component = _locked(named[0])
        require(by, "statuspage.edit_page", component)
        former = ComponentInterval.objects.get(pk=interval_id)
        if former.to_at is None or former.is_corrected:
            raise NotPossible("Only an ended interval that was not corrected yet can be corrected.")
        former.is_corrected = True
        former.save(update_fields=["is_corrected"])
        made = ComponentInterval.objects.create(
            component=component,
            state=wanted,
            from_at=former.from_at,
            to_at=former.to_at,
            corrects=former,
            corrected_by=by.user,
            corrected_at=at,
            reason=reason.strip(),
        )
        _touched(component.page, at)
        return made


def state_named(text: str, pointer: str) -> ComponentState:
    """Return the state of that name; raises Invalid for any other word."""
    try:
        return ComponentState(text)
    except ValueError as error:
        raise Invalid.field(
            pointer, f"A component is {', '.join(ComponentState)}; not {text[:50]!r}."
        ) from error


def _locked(public_id: str) -> Component:
    known = Component.objects.filter(public_id=public_id, retired_at=None)
    found = known.values_list("page").first()
    if found is None:
        raise NotFound(f"There is no component {public_id[:50]!r}.")
    Page.objects.filter(pk=found[0]).locked().get()
    return Component.objects.select_related("page").get(public_id=public_id)


def _touched(page: Page, at: datetime) -> None:
    """Show what has changed, at once."""
    page.updated_at = at
    page.save(update_fields=["updated_at"])
    render(page, at)
