"""The history as feeds: RSS and Atom of the newest incidents, of each update, of one incident, of one component."""

from collections.abc import Iterator
from datetime import datetime

from statuspage.actions.picture import Picture, Told, newest, take, touching
from statuspage.actions.resource import Rendered
from statuspage.actions.works import Planned
from statuspage.look import feeds as look
from statuspage.look import shape
from statuspage.models import Page
from statuspage.rules.states import Stage

RSS, ATOM, UPDATES = "/history.rss", "/history.atom", "/history/updates.atom"
RSS_TYPE = "application/rss+xml; charset=utf-8"
ATOM_TYPE = "application/atom+xml; charset=utf-8"
FIRST_WORK = (
    10**9
)  # entries of maintenances are numbered from here on: an incident never has that number


def feeds(picture: Picture, site: str) -> Iterator[Rendered]:
    """Return the feeds of the whole page; `site` is the absolute address of the page. They move only when something was said."""
    yield Rendered(RSS, RSS_TYPE, look.rss(_feed(picture, site, RSS)).encode())
    yield Rendered(ATOM, ATOM_TYPE, look.atom(_feed(picture, site, ATOM)).encode())
    yield Rendered(UPDATES, ATOM_TYPE, look.updates_atom(_feed(picture, site, UPDATES)).encode())


def of_incident(page: Page, public_id: str, at: datetime) -> Rendered | None:
    """Return the updates of one incident as a feed; None where there is none of that id."""
    picture = take(page, at, incidents=page.incidents.filter(public_id=public_id))
    if not picture.incidents:
        return None
    path = f"{picture.incidents[0].row.path}.atom"
    feed = _feed(picture, picture.place.site, path)
    return Rendered(path, ATOM_TYPE, look.updates_atom(feed).encode())


def of_component(page: Page, public_id: str, at: datetime) -> Rendered | None:
    """Return the incidents of one component as a feed; None where there is none of that id."""
    row = page.components.filter(public_id=public_id).first()
    if row is None:
        return None
    picture = take(page, at, incidents=newest(touching(page, public_id)))
    path = f"/components/{public_id}{ATOM}"
    feed = _feed(picture, picture.place.site, path, name=f"{page.name}, {row.name}")
    return Rendered(path, ATOM_TYPE, look.atom(feed).encode())


def _feed(picture: Picture, site: str, path: str, *, name: str = "") -> shape.Feed:
    said = [update.display_at for told in picture.incidents for update in told.updates]
    said += [update.display_at for one in picture.works for update in one.updates]
    return shape.Feed(
        name=name or picture.page.name,
        url=site,
        self_url=f"{site}{path}",
        updated_at=max(said, default=picture.page.created_at),
        zone=picture.page.time_zone,
        entries=(
            *(_entry(told, site) for told in picture.incidents if told.updates),
            *(_work(one, site) for one in picture.works if one.updates),
        ),
    )


def _entry(told: Told, site: str) -> shape.FeedEntry:
    row = told.row
    return shape.FeedEntry(
        number=row.pk,
        title=row.name,
        url=f"{site}{row.path}",
        created_at=row.created_at,
        updates=tuple(
            shape.Update(str(one.number), _stage(one.state), one.display_at, one.body)
            for one in told.updates
        ),
    )


def _work(one: Planned, site: str) -> shape.FeedEntry:
    row = one.row
    return shape.FeedEntry(
        number=FIRST_WORK + row.pk,
        title=row.name,
        url=f"{site}{row.path}",
        created_at=row.created_at,
        updates=tuple(
            shape.Update(str(said.number), shape.Stage(said.state), said.display_at, said.body)
            for said in one.updates
        ),
    )


def _stage(state: str) -> shape.Stage:
    """Return the stage as readers know it: a postmortem is a further word on what is resolved."""
    return shape.Stage.RESOLVED if state == Stage.POSTMORTEM else shape.Stage(state)
