"""What somebody wants to see of the incident list, read from a query string that may be hostile. No ORM."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import urlencode

from incidents.playbook.lifecycle import State

KINDS = ("declared", "triage")
STATES = ("recent", "open", "unheld", "ended", "review", *State)
SPANS = {"24h": 1, "7d": 7, "30d": 30, "90d": 90}  # days
ME, NOBODY = "me", "nobody"
LONGEST, LONGEST_NAME = 200, 150
QUIET = frozenset(
    {"e", "part", "after", "before", "p", "o", "all", "_changelist_filters", "_popup", "_to_field"}
)
_OPEN = {"yes": "open", "nobody": "unheld", "no": "ended"}  # the list's earlier word
_PLACE = re.compile(r"([0-4])\.([1-4])\.([1-9][0-9]{0,17})\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of the list; "" or () leaves one out. `service` is a slug, `holder` a username, "me" or "nobody"."""

    kind: str = ""
    state: str = ""
    severity: tuple[int, ...] = ()
    service: str = ""
    holder: str = ""
    since: str = ""
    q: str = ""

    def parameters(self) -> dict[str, str]:
        """Return the filters as parameters of an address; `state` always, so that leaving it out can't mean two things."""
        severity = ",".join(map(str, self.severity))
        named = {
            "kind": self.kind,
            "severity": severity,
            "service": self.service,
            "holder": self.holder,
        }
        named |= {"since": self.since, "q": self.q}
        return {
            "state": self.state or "all",
            **{name: text for name, text in named.items() if text},
        }

    @property
    def query(self) -> str:
        """Return the filters as a query string."""
        return urlencode(self.parameters())

    def but(self, **changes: object) -> "Wanted":
        """Return the same with some filters changed."""
        return replace(self, **changes)  # type: ignore[arg-type]  # the fields are checked by tests

    def without(self, name: str) -> "Wanted":
        """Return the same with one filter left out."""
        return self.but(**{name: () if name == "severity" else ""})

    @property
    def narrow(self) -> tuple[str, ...]:
        """Return the names of the filters that are set, besides the search."""
        return tuple(name for name in self.parameters() if name != "q" and getattr(self, name))


RECENT = Wanted(state="recent")


class Place(NamedTuple):
    """Where a page begins or ends: the segment of its first or last row, and that row's rank and number."""

    segment: int
    rank: int
    pk: int

    def __str__(self) -> str:
        return f"{self.segment}.{self.rank}.{self.pk}"


class Asked(NamedTuple):
    """A query string as understood: the filters, from where, and what was left out, in words."""

    wanted: Wanted
    after: Place | None
    before: Place | None
    ignored: tuple[str, ...]


def read(given: Iterable[tuple[str, list[str]]]) -> Asked:
    """Read a query string, given as (name, values); what can't be understood is left out and named."""
    values = {name: found[-1].replace("\0", "").strip() for name, found in given if found}
    ignored: list[str] = []
    chosen = _read(values, ignored)
    ignored += [f"{name[:40]!r} is no filter" for name in values if name not in _KNOWN | QUIET]
    is_whole = not any(values.get(name) for name in _KNOWN)
    after, before = _place(values, "after", ignored), _place(values, "before", ignored)
    return Asked(RECENT if is_whole else chosen, after, before, tuple(ignored[:5]))


_KNOWN = frozenset({"kind", "state", "severity", "service", "holder", "since", "q", "open"})


def _read(values: Mapping[str, str], ignored: list[str]) -> Wanted:
    def one_of(name: str, known: Iterable[str]) -> str:
        value = values.get(name, "")
        if not value or value == "all":
            return ""
        if value not in known:
            ignored.append(f"{name} {value[:40]!r}")
            return ""
        return value

    state = one_of("state", STATES) or _OPEN.get(one_of("open", _OPEN), "")
    return Wanted(
        kind=one_of("kind", KINDS),
        state=state,
        severity=_ranks(values.get("severity", ""), ignored),
        service=_name(values, "service", ignored),
        holder=_name(values, "holder", ignored),
        since=one_of("since", SPANS),
        q=_words(values.get("q", ""), ignored),
    )


def _ranks(text: str, ignored: list[str]) -> tuple[int, ...]:
    if not text:
        return ()
    parts = text[:20].split(",")
    found = tuple(sorted({int(part) for part in parts if part in {"1", "2", "3", "4"}}))
    if len(found) < len(parts):
        ignored.append(f"severity {text[:40]!r}")
    return found if len(found) < 4 else ()


def _name(values: Mapping[str, str], name: str, ignored: list[str]) -> str:
    value = values.get(name, "")
    if len(value) > LONGEST_NAME:
        ignored.append(f"{name} {value[:40]!r}")
        return ""
    return value


def _words(text: str, ignored: list[str]) -> str:
    words = " ".join(text.split())
    if len(words) > LONGEST:
        ignored.append(f"the search after its first {LONGEST} characters")
    return words[:LONGEST].strip()


def _place(values: Mapping[str, str], name: str, ignored: list[str]) -> Place | None:
    text = values.get(name, "")
    found = _PLACE.match(text)
    if text and found is None:
        ignored.append(f"{name} {text[:40]!r}")
    return Place(int(found[1]), int(found[2]), int(found[3])) if found else None
