"""Which entries of a timeline stand on a page: the one table of kinds, the filters, pages of fifty, folds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models.fields.json import KT

from incidents.models import Incident
from incidents.rules.telling import is_key

SHOWN = 50
MOST = 20_000  # the newest ones that a screen knows of; the API has every one
NEWEST_FIRST = ("-happened_at", "-recorded_at", "-pk")


@dataclass(frozen=True, slots=True)
class Kind:
    """How entries of a kind look. Those that are routine fold under the word `fold`, unless they are pinned."""

    icon: str
    tone: str = ""
    shape: str = ""
    fold: str = "other entries"


# Kind -> looks. Which of them are key is told by incidents.rules.telling.
KINDS: dict[str, Kind] = {
    "state": Kind("flag", shape="solid"),
    "note": Kind("note"),
    "decision": Kind("signpost", "t-violet", "square"),
    "hypothesis": Kind("bulb", "t-amber", "square"),
    "update": Kind("horn", "t-blue"),
    "alert": Kind("bell", "t-red"),
    "severity": Kind("triangle", "t-orange"),
    "unreached": Kind("triangle", "t-orange"),
    "postmortem": Kind("book", "t-violet"),
    "role": Kind("swap", fold="role changes"),
    "offer": Kind("hand", fold="offers of roles"),
    "page": Kind("push", fold="pages"),
    "escalation": Kind("steps", fold="escalation"),
    "edit": Kind("pencil", fold="edits"),
    "check": Kind("check-square", fold="ticks"),
}
UNKNOWN = Kind("info")


@dataclass(frozen=True, slots=True)
class Line:
    """One entry, as little of it as it takes to find its place (`at`: when it happened, UTC)."""

    pk: int
    at: datetime
    kind: str
    is_pinned: bool
    role: str

    @property
    def is_key(self) -> bool:
        """Return whether it tells the story: by its kind, a change of command, or pinned."""
        return self.is_pinned or is_key(self.kind, self.role)


Run = tuple[Line, ...]  # routine entries between two that are key
FILTERS: dict[str, tuple[str, Callable[[Line], bool]]] = {
    "key": ("Key", lambda line: line.is_key),
    "updates": ("Updates", lambda line: line.kind == "update"),
    "decisions": ("Decisions", lambda line: line.kind in ("decision", "hypothesis")),
    "pinned": ("Pinned", lambda line: line.is_pinned),
    "all": ("Everything", lambda line: True),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter with its count; `is_more`: there are more than the screen knows of."""

    name: str
    label: str
    count: int
    is_on: bool
    is_more: bool


class Index:
    """A timeline in order, read in one statement. `before`: the entry after which the page begins."""

    def __init__(self, incident: Incident, show: str, before: int | None) -> None:
        self.incident, self.show = incident, show if show in FILTERS else "key"
        self.before = before

    @cached_property
    def lines(self) -> list[Line]:
        """Return all entries, the newest first, at most MOST."""
        rows = self.incident.timeline.annotate(of_role=KT("data__role")).order_by(*NEWEST_FIRST)
        fields = ("pk", "happened_at", "kind", "pinned_at", "of_role")
        return [
            Line(pk, at, kind, pinned is not None, role or "")
            for pk, at, kind, pinned, role in rows.values_list(*fields)[:MOST]
        ]

    @property
    def chips(self) -> list[Chip]:
        """Return the filters with their counts."""
        is_more = len(self.lines) == MOST
        return [
            Chip(name, label, sum(map(is_in, self.lines)), name == self.show, is_more)
            for name, (label, is_in) in FILTERS.items()
        ]

    @cached_property
    def parts(self) -> list[Line | Run]:
        """Return the entries of the page; in the key view the routine ones between them, as runs."""
        return list(self._parts())

    @property
    def page(self) -> list[Line]:
        """Return the entries that are drawn as themselves."""
        return [part for part in self.parts if isinstance(part, Line)]

    @cached_property
    def older(self) -> int | None:
        """Return the entry after which the next page begins; None on the last one."""
        page, is_in = self.page, FILTERS[self.show][1]
        if len(page) < SHOWN:
            return None
        rest = self.lines[self.lines.index(page[-1]) + 1 :]
        return page[-1].pk if any(map(is_in, rest)) else None

    def _parts(self) -> Iterator[Line | Run]:
        is_in = FILTERS[self.show][1]
        run: list[Line] = []
        count = 0
        for line in self._from():
            if not is_in(line):
                run.append(line)
                continue
            if count == SHOWN:
                return  # what lies between belongs to the next page
            if run and self.show == "key":
                yield tuple(run)
            run, count = [], count + 1
            yield line
        if run and self.show == "key":
            yield tuple(run)

    def _from(self) -> Sequence[Line]:
        places = (n for n, line in enumerate(self.lines) if line.pk == self.before)
        return self.lines[next(places, -1) + 1 :]
