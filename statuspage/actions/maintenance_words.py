"""Write down what is said of a maintenance, and show it."""

from dataclasses import dataclass
from datetime import date, datetime

from core.actor import Actor
from core.errors import NotFound
from core.permissions import require
from statuspage.actions import ledger
from statuspage.actions.mailings import announce_work
from statuspage.actions.rendering import render
from statuspage.look.times import Times
from statuspage.models import Maintenance, MaintenanceUpdate, Page
from statuspage.rules.ids import is_id

_NBSP = "\xa0"


@dataclass(frozen=True, slots=True)
class Word:
    """Something to say of planned work in the state that it is in. `is_sent`: subscribers are told of it.

    `alone_because`: why it can't wait for a second person, where the page asks for one.
    """

    body: str = ""
    next_update_by: datetime | None = None
    is_sent: bool = True
    alone_because: str = ""


def locked(public_id: str, by: Actor) -> Maintenance:
    """Return a maintenance with its page locked, for whoever may publish; raises NotFound, NotAllowed."""
    wanted = public_id if is_id(public_id) else ""
    page_id = Maintenance.objects.filter(public_id=wanted).values_list("page", flat=True).first()
    if page_id is None:
        raise NotFound(f"There is no maintenance {public_id[:50]!r}.")
    page = Page.objects.filter(pk=page_id).locked().get()
    require(by, "statuspage.publish", page)
    work = Maintenance.objects.get(public_id=wanted)
    work.page = page
    return work


def say(
    work: Maintenance,
    word: Word,
    *,
    by: Actor,
    at: datetime,
    moved: list[ledger.Moved] | None = None,
    shown_at: datetime | None = None,
) -> MaintenanceUpdate:
    """Append one update in the maintenance's present state; what is promised next stands in the work itself.

    `shown_at`: when it is shown to have been said, never before the update that it follows.
    """
    latest = work.updates.order_by("-number").first()
    display_at = shown_at or at
    update = MaintenanceUpdate.objects.create(
        maintenance=work,
        number=latest.number + 1 if latest else 1,
        state=work.state,
        body=word.body,
        display_at=max(display_at, latest.display_at) if latest else display_at,
        created_at=at,
        next_update_by=work.next_update_by,
        changes=[_change(one) for one in moved or []],
        is_sent=word.is_sent,
        published_by=by.user,
        alone_because=word.alone_because,
    )
    if word.is_sent:
        announce_work(update, at)
    return update


def show(page: Page, at: datetime) -> None:
    """Render a page that has something new to say, under its lock."""
    page.updated_at = at
    page.save(update_fields=["updated_at"])
    render(page, at)


def zoned(page: Page, moment: datetime) -> str:
    """Return an instant in full, for a text that is read on another day: "Sat 21 Nov 2026, 14:05 UTC"."""
    return _in_full(page).words(moment).replace(_NBSP, " ")


def window(page: Page, begins: datetime, ends: datetime) -> str:
    """Return a span in full: "Sat 21 Nov 2026, 02:00 to 04:00 UTC"."""
    times = _in_full(page)
    begin, end = zoned(page, begins), zoned(page, ends)
    if times.day(begins) != times.day(ends):
        return f"{begin} to {end}"
    end = times.on(times.day(ends)).words(ends).replace(_NBSP, " ")
    if times.label(begins) == times.label(ends):
        begin = begin.removesuffix(f" {times.label(begins)}")
    return f"{begin} to {end}"


def _in_full(page: Page) -> Times:
    return Times.of(page.time_zone, page.created_at).on(date.min)


def _change(one: ledger.Moved) -> dict[str, str]:
    return {
        "code": one.component.public_id,
        "name": one.component.name,
        "old_status": one.old,
        "new_status": one.new,
    }
