"""Say something on a status page with nothing else running: no database, no engine, no web process.

The newest copy of an edition is rewritten into an override beside it: page, badge, JSON and a page of one
incident. Web processes prefer it until it is cleared, or until something is published on the page later
than it was made (docs/adr/0030). It never turns stale: it is a person's word, and says of when it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from core.errors import Invalid, NotFound
from statuspage.actions import copied_files
from statuspage.actions.components import state_named
from statuspage.actions.held import HeldEdition, Item
from statuspage.actions.overridden import Told
from statuspage.actions.rendering import SHAPE
from statuspage.actions.static_files import HEADERS, file_of, served
from statuspage.look import shape
from statuspage.rules.ids import new_id

SUFFIX = ".override"


class Override(msgspec.Struct, frozen=True):
    """What is served in place of an edition's own; `components` are names, `at` is when it was made (UTC)."""

    page: str
    at: datetime
    state: str
    message: str
    components: tuple[str, ...]
    items: dict[str, Item]


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody says: which state, in which words, of which components by name (none: of all)."""

    state: str
    message: str
    components: Sequence[str] = ()


def override(page_id: str, word: Word, *, at: datetime) -> Override:
    """Write an override of a page's newest copy; `page_id` may be empty where there is one page only.

    Raises NotFound without a copy, Invalid for an unknown state or component, OSError where it can't be written.
    """
    edition, page_id = _copy_of(page_id)
    made = _made(page_id, edition, word, at)
    copied_files.write_file(
        copied_files.place() / f"{page_id}{SUFFIX}", msgspec.msgpack.encode(made)
    )
    return made


def clear(page_id: str) -> Override:
    """Take an override away and return it. Raises NotFound where there is none."""
    there = sorted(copied_files.place().glob(f"{page_id or '*'}{SUFFIX}"))
    if len(there) != 1:
        raise NotFound("There is no override." if not there else _which(there))
    found = standing(there[0].name.removesuffix(SUFFIX))
    there[0].unlink()
    if found is None:
        raise NotFound(f"{there[0]} could not be read; it is gone now.")
    return found


def into_folder(folder: Path, told: Override) -> None:
    """Bring an exported folder to what the newest copy says, with the override on it while it stands.

    Raises NotFound without a copy, or where the folder is no export; OSError where it can't be written.
    """
    if not (folder / HEADERS).is_file():
        raise NotFound(
            f"{folder} is no exported status page: it has no {HEADERS}. It was left alone."
        )
    edition, _id = _copy_of(told.page)
    root = _page_of(edition).site.links.home.removesuffix("/")
    if standing(told.page) == told:
        edition = msgspec.structs.replace(edition, items={**edition.items, **told.items})
    for item in told.items.values():
        if item.resource not in edition.items:
            (folder / file_of(root, item)).unlink(missing_ok=True)
    for item in served(edition):
        copied_files.write_file(folder / file_of(root, item), item.fresh, is_public=True)


def standing(page_id: str) -> Override | None:
    """Return the override of a page as its file has it; None where there is none that can be read."""
    try:
        return copied_files.read(f"{page_id}{SUFFIX}", Override)
    except (OSError, msgspec.DecodeError):
        return None


def _copy_of(page_id: str) -> tuple[HeldEdition, str]:
    there = sorted(copied_files.place().glob(f"{page_id or '*'}.snapshot"))
    there = [path for path in there if path.name != copied_files.DIRECTORY]
    if not there:
        raise NotFound(f"There is no copy of such a status page in {copied_files.place()}.")
    if len(there) > 1:
        raise Invalid.field("/page", _which(there))
    try:
        edition = copied_files.read(there[0].name, HeldEdition)
    except (OSError, msgspec.DecodeError) as error:
        raise NotFound(f"The copy {there[0]} can't be read.") from error
    return edition, there[0].name.removesuffix(".snapshot")


def _which(there: Iterable[Path]) -> str:
    return f"There are several pages; name one of {', '.join(path.stem for path in there)}."


def _made(page_id: str, edition: HeldEdition, word: Word, at: datetime) -> Override:
    state = state_named(word.state, "/state")
    if not word.message.strip():
        raise Invalid.field("/message", "Say what visitors shall read.")
    page = _page_of(edition)
    names = _named(page, word.components)
    told = Told(page, edition, state, word.message.strip(), names, at, new_id(), new_id())
    items = {item.resource: item for item in told.items()}
    return Override(page_id, at, state, word.message, tuple(sorted(names)), items)


def _page_of(edition: HeldEdition) -> shape.PublicPage:
    drawn = edition.items.get(SHAPE)
    if drawn is None:
        raise NotFound("The copy was left by an older version; it can't be overridden.")
    return msgspec.msgpack.decode(drawn.fresh, type=shape.PublicPage)


def _named(page: shape.PublicPage, wanted: Sequence[str]) -> frozenset[str]:
    """Return the names of the components that a word is about."""
    there = {one.name for group in page.groups for one in group.components}
    unknown = [name for name in wanted if name not in there]
    if unknown:
        raise Invalid.field(
            "/component",
            f"The page lists no component {unknown[0]!r}; it has {', '.join(sorted(there))}.",
        )
    return frozenset(wanted) or frozenset(there)
