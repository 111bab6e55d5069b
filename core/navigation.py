"""The words of navigation, as data: wiring names them, the shell draws them. No ORM, no request."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Tab:
    """One page under a sidebar entry. `name`: URL name; `verb`: the right it needs (a key of RIGHTS).

    `also`: beginnings of URL names that count as this tab when they are open. `one`, `many`: what its
    rows are called, where the model's own words are not what people say. `is_rare`: it stands behind "More".
    """

    label: str
    name: str
    verb: str
    also: tuple[str, ...] = ()
    one: str = ""
    many: str = ""
    is_rare: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One of at most nine entries of the sidebar. The first permitted tab is where it leads.

    `count`: a dotted function (user, at) -> Count | None, what stands at its right.
    """

    label: str
    icon: str
    tabs: tuple[Tab, ...]
    count: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """A number beside an entry; `said` is read aloud, `loud` is for what nobody has."""

    number: int
    said: str
    loud: bool = False


@dataclass(frozen=True, slots=True)
class Lamp:
    """Whether anything burns, said on every page."""

    text: str
    url: str
    fire: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A staff page that is no model's screen: mounted at /admin/`path`, named admin:`name`."""

    path: str
    view: str
    name: str


@dataclass(frozen=True, slots=True)
class Found:
    """One answer of the search over everything."""

    label: str
    detail: str
    url: str
    kind: str
    icon: str = "search"


@dataclass(frozen=True, slots=True)
class Said:
    """One short line with its icon; `tone`: "good", "warn", "bad" or ""."""

    text: str
    icon: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for one person. `due_at` (UTC) orders the list, None goes last.

    `url`: where it is done; `act`: the word of its button, "" for a plain link. `verb`: with it the
    button POSTs to `url` at once. `is_day`: the date counts, not the minute.
    """

    icon: str
    what: str
    detail: str
    url: str
    due_at: datetime | None = None
    act: str = ""
    verb: str = ""
    is_day: bool = False


@dataclass(frozen=True, slots=True)
class SetupStep:
    """One step of setting up: whether it is done, and where it is done."""

    is_done: bool
    what: str
    detail: str
    url: str
