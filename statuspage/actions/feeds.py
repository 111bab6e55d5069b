"""The history as feeds: RSS and Atom of the newest incidents."""

from collections.abc import Iterator

from statuspage.actions.picture import Picture, Told
from statuspage.actions.resource import Rendered
from statuspage.actions.works import Planned
from statuspage.look import feeds as look
from statuspage.look import shape
from statuspage.rules.states import Stage

RSS, ATOM = "/history.rss", "/history.atom"
RSS_TYPE = "application/rss+xml; charset=utf-8"
ATOM_TYPE = "application/atom+xml; charset=utf-8"
FIRST_WORK = (
    10**9
)  # entries of maintenances are numbered from here on: an incident never has that number


def feeds(picture: Picture, site: str) -> Iterator[Rendered]:
    """Return both feeds; `site` is the absolute address of the page. They move only when something was said."""
    yield Rendered(RSS, RSS_TYPE, look.rss(_feed(picture, site, RSS)).encode())
    yield Rendered(ATOM, ATOM_TYPE, look.atom(_feed(picture, site, ATOM)).encode())


def _feed(picture: Picture, site: str, path: str) -> shape.Feed:
    said = [update.display_at for told in picture.incidents for update in told.updates]
    said += [update.display_at for one in picture.works for update in one.updates]
    return shape.Feed(
        name=picture.page.name,
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
