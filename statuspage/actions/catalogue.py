"""What programs list on a page: components and groups, made, changed and taken off (areas/statuspage.md 2.10)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from core.actor import Actor
from core.errors import Invalid, NotFound
from core.permissions import require
from statuspage.actions import ledger
from statuspage.actions.components import state_named
from statuspage.actions.maintenance_words import show
from statuspage.actions.texts import line_of, text_of
from statuspage.models import Component, ComponentGroup, Hold, Page
from statuspage.models.page import LONGEST_DESCRIPTION, LONGEST_LISTED
from statuspage.rules.states import ComponentState

MOST_LISTED = 1100  # groups and components of a page, as Statuspage has it


@dataclass(frozen=True, slots=True)
class Facts:
    """What a component is to be; None leaves it as it is. `group`: a public id, "" for none."""

    name: str | None = None
    description: str | None = None
    state: str | None = None
    group: str | None = None
    shows_uptime: bool | None = None
    only_show_if_degraded: bool | None = None
    start_date: date | None = None

    @property
    def is_state_alone(self) -> bool:
        """Return whether nothing but the state is told: whoever may publish may say that."""
        return self == Facts(state=self.state)


@dataclass(frozen=True, slots=True)
class Heading:
    """What a group is to be; None leaves it as it is. `components`: the public ids of all that stand below it."""

    name: str | None = None
    description: str | None = None
    components: Sequence[str] | None = None


def add_component(page_id: int, facts: Facts, *, by: Actor, at: datetime) -> Component:
    """List a new component on a page, the last in its place; visible at once. Raises NotFound, NotAllowed, Invalid."""
    with transaction.atomic():
        page = _locked(page_id, "statuspage.edit_page", by)
        _refuse_crowd(page)
        last = page.components.order_by("-position").values_list("position", flat=True).first()
        row = Component(page=page, created_at=at, updated_at=at, position=(last or 0) + 1)
        _take(row, replace(facts, name=facts.name or ""), at)
        show(page, at)
        return row


def change_component(
    page_id: int, public_id: str, facts: Facts, *, by: Actor, at: datetime
) -> Component:
    """Change what is told of a component; visible at once.

    Setting nothing but its state needs the right to publish, all else that to edit the page. Raises NotFound,
    NotAllowed, Invalid.
    """
    with transaction.atomic():
        verb = "statuspage.publish" if facts.is_state_alone else "statuspage.edit_page"
        page = _locked(page_id, verb, by)
        row = _component(page, public_id)
        row.updated_at = at
        _take(row, facts, at)
        show(page, at)
        return row


def retire_component(page_id: int, public_id: str, *, by: Actor, at: datetime) -> None:
    """Take a component off its page, and off those that share it; visible at once.

    The row, its ledger and what past updates said of it stay. Raises NotFound, NotAllowed.
    """
    with transaction.atomic():
        page = _locked(page_id, "statuspage.edit_page", by)
        row = _component(page, public_id)
        for held in Hold.objects.filter(component=row).select_related("incident", "maintenance"):
            ledger.hold(
                row,
                ComponentState.OPERATIONAL,
                since=at,
                incident=held.incident,
                maintenance=held.maintenance,
                is_followed=held.is_followed,
            )
        row.bindings.all().delete()
        row.retired_at, row.group = at, None
        row.save(update_fields=["retired_at", "group"])
        show(page, at)


def add_group(page_id: int, heading: Heading, *, by: Actor, at: datetime) -> ComponentGroup:
    """Put a new heading on a page, the last; visible at once. Raises NotFound, NotAllowed, Invalid."""
    with transaction.atomic():
        page = _locked(page_id, "statuspage.edit_page", by)
        _refuse_crowd(page)
        last = page.groups.order_by("-position").values_list("position", flat=True).first()
        row = ComponentGroup(page=page, created_at=at, updated_at=at, position=(last or 0) + 1)
        _head(row, replace(heading, name=heading.name or ""), at)
        show(page, at)
        return row


def change_group(
    page_id: int, public_id: str, heading: Heading, *, by: Actor, at: datetime
) -> ComponentGroup:
    """Change a heading; components that it no longer names stand by themselves. Raises NotFound, NotAllowed, Invalid."""
    with transaction.atomic():
        page = _locked(page_id, "statuspage.edit_page", by)
        row = _group(page, public_id)
        _head(row, heading, at)
        show(page, at)
        return row


def delete_group(page_id: int, public_id: str, *, by: Actor, at: datetime) -> None:
    """Take a heading away; its components stay and stand by themselves. Raises NotFound, NotAllowed."""
    with transaction.atomic():
        page = _locked(page_id, "statuspage.edit_page", by)
        _group(page, public_id).delete()
        show(page, at)


def _locked(page_id: int, verb: str, by: Actor) -> Page:
    page = Page.objects.filter(pk=page_id).locked().first()
    if page is None:
        raise NotFound("There is no such status page.")
    require(by, verb, page)
    return page


def _component(page: Page, public_id: str) -> Component:
    row = page.components.filter(public_id=public_id, retired_at=None).first()
    if row is None:
        raise NotFound(f"There is no component {public_id[:50]!r} on {page.name}.")
    row.page = page
    return row


def _group(page: Page, public_id: str) -> ComponentGroup:
    row = page.groups.filter(public_id=public_id).first()
    if row is None:
        raise NotFound(f"There is no group {public_id[:50]!r} on {page.name}.")
    return row


def _take(row: Component, facts: Facts, at: datetime) -> None:
    """Set what is told, and store it."""
    if facts.name is not None:
        row.name = line_of(facts.name, "/name", LONGEST_LISTED, "name")
        _refuse_taken(row.page, row.name, component=row.pk)
    if facts.description is not None:
        row.description = text_of(facts.description, "/description", LONGEST_DESCRIPTION)
    if facts.group is not None:
        row.group = _home(row.page, facts.group) if facts.group else None
    for name in ("shows_uptime", "only_show_if_degraded", "start_date"):
        if (value := getattr(facts, name)) is not None:
            setattr(row, name, value)
    if facts.start_date is not None and facts.start_date > at.astimezone(row.page.zone).date():
        raise Invalid.field("/start_date", "It can't be measured from a day in the future on.")
    row.save()
    if facts.state is not None:
        ledger.hold(row, state_named(facts.state, "/status"), since=at)


def _home(page: Page, public_id: str) -> ComponentGroup:
    row = page.groups.filter(public_id=public_id).first()
    if row is None:
        raise Invalid.field(
            "/group_id", f"There is no group {public_id[:50]!r} on {page.name}.", "unknown_group"
        )
    return row


def _head(row: ComponentGroup, heading: Heading, at: datetime) -> None:
    if heading.name is not None:
        row.name = line_of(heading.name, "/name", LONGEST_LISTED, "name")
        _refuse_taken(row.page, row.name, group=row.pk)
    if heading.description is not None:
        row.description = text_of(heading.description, "/description", LONGEST_DESCRIPTION)
    row.updated_at = at
    row.save()
    if heading.components is None:
        return
    wanted = set(heading.components)
    mine = row.page.components.filter(retired_at=None)
    known = set(mine.filter(public_id__in=wanted).values_list("public_id", flat=True))
    for key in sorted(wanted - known):
        text = f"There is no component {key[:50]!r} on {row.page.name}."
        raise Invalid.field("/components", text, "unknown_component")
    mine.filter(group=row).exclude(public_id__in=wanted).update(group=None)
    mine.filter(public_id__in=wanted).update(group=row)


def _refuse_taken(
    page: Page, name: str, *, component: int | None = None, group: int | None = None
) -> None:
    """Raise Invalid for a name that something on the page has: programs tell series apart by it."""
    listed = page.components.filter(name=name, retired_at=None).exclude(pk=component or 0)
    if listed.exists() or page.groups.filter(name=name).exclude(pk=group or 0).exists():
        raise Invalid.field("/name", f"Something on {page.name} is called “{name}” already.")


def _refuse_crowd(page: Page) -> None:
    if page.components.filter(retired_at=None).count() + page.groups.count() >= MOST_LISTED:
        text = f"A page lists at most {MOST_LISTED:,} components and groups."
        raise Invalid.field("/name", text)
