"""The incident list as one person asked for it: every number and row of the page, each read once."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import parse_qs

from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.actor import Actor
from incidents.admin.list_rows import Drawn, Group, drawn, grouped
from incidents.admin.list_words import VIEWS
from incidents.lists import pages, rows
from incidents.lists.counts import ALL, Count, Counting, believed
from incidents.lists.names import Names, look_up
from incidents.lists.pages import PageOf, Reading, Segment
from incidents.lists.wanted import Asked, Wanted, read
from incidents.models.incident import IncidentQuerySet

_LIVE = (Segment.ATTENTION, Segment.ATTENTION_TRIAGE, Segment.OPEN, Segment.OPEN_TRIAGE)


@dataclass(frozen=True, slots=True)
class ViewTab:
    """One view as a tab; `pk` of a view that the person keeps, 0 for everybody's."""

    label: str
    query: str
    count: Count | None
    is_current: bool
    pk: int = 0


class Sight:
    """The list as one person asked for it at `at` (UTC); each thing is read once."""

    def __init__(self, by: Actor, asked: Asked, at: datetime) -> None:
        self.by, self.asked, self.at = by, asked, at
        self.wanted: Wanted = asked.wanted

    @cached_property
    def names(self) -> Names:
        """Return what the names among the filters stand for."""
        return look_up(self.wanted, self.by.user_id)

    @cached_property
    def reading(self) -> Reading:
        """Return the question that the pages answer."""
        return Reading(self.wanted, self.names, self.by.user_id, self.at)

    @cached_property
    def counting(self) -> Counting:
        """Return every number that the page may need."""
        views: dict[str, Wanted] = {key: wanted for key, _, wanted in VIEWS if key != ALL}
        views["open"] = Wanted(state="open")
        views |= {f"kept-{pk}": wanted for pk, _, wanted in self.kept if _is_plain(wanted)}
        found = {name: self._rows(wanted) for name, wanted in views.items()}
        parts = self.reading.segments().items()
        return Counting(found | {f"part-{segment:d}": which for segment, which in parts})

    def _rows(self, wanted: Wanted) -> IncidentQuerySet:
        return rows.matching(wanted, Names(), me=self.by.user_id, at=self.at)

    @cached_property
    def page(self) -> PageOf:
        """Return the rows of this page and whether there are more; its statement answers the counts too."""
        columns = self.counting.columns
        return pages.page(self.reading, self.asked.after, self.asked.before, columns)

    @cached_property
    def counts(self) -> dict[str, Count]:
        """Return every number on the page."""
        return self.counting.read(self.page.numbers)

    @cached_property
    def drawn(self) -> Drawn:
        """Return its rows."""
        return drawn(self.page.rows, self.at)

    @cached_property
    def is_whole(self) -> bool:
        """Whether this page is all there is."""
        return not (self.page.has_next or self.page.has_previous)

    @cached_property
    def kept(self) -> list[tuple[int, str, Wanted]]:
        """Return the views that the person keeps: id, name, filters."""
        found = self.names.kept
        return [(pk, name, read(parse_qs(query).items()).wanted) for pk, name, query in found]

    def number(self, *segments: Segment) -> Count:
        """Return how many incidents these parts of the list hold, beyond this page too."""
        if self.is_whole:
            return Count(sum(segment in segments for segment, _ in self.drawn.lines))
        found = [self.counts.get(f"part-{segment:d}", Count(0)) for segment in segments]
        moved = self.drawn.moved(segments)
        total = Count(sum(one.number for one in found) + moved, any(one.is_more for one in found))
        return self._estimate(total) if Segment.ENDED in segments else total

    def _estimate(self, total: Count) -> Count:
        ended = self.reading.segments().get(Segment.ENDED)
        if ended is None or not total.is_more:
            return total
        if self.wanted == Wanted() and self.counts[ALL].is_estimate:
            return self.counts[ALL]
        return total if self.drawn.has_waits else believed(ended, total)

    @cached_property
    def ended(self) -> Count:
        """Return how many ended ones the filters leave."""
        return self.number(Segment.ENDED)

    @cached_property
    def groups(self) -> list[tuple[Group, Count]]:
        """Return the rows under their headings, each with its number."""
        recent = "Ended in the last 24 hours, or in review"
        found = grouped(self.drawn.lines, recent if self.wanted.state == "recent" else "Ended")
        both = {
            Segment.ATTENTION: (Segment.ATTENTION, Segment.ATTENTION_TRIAGE),
            Segment.OPEN: (Segment.OPEN, Segment.OPEN_TRIAGE),
        }
        return [
            (
                group,
                self.ended
                if group.segment == Segment.ENDED
                else self.number(*both.get(group.segment, (group.segment,))),
            )
            for group in found
        ]

    @cached_property
    def total(self) -> Count:
        """Return how many incidents the filters leave."""
        if self.is_whole:
            return Count(len(self.drawn.lines))
        live, ended = self.number(*_LIVE), self.ended
        is_more = (live.is_more or ended.is_more) and not ended.is_estimate
        return Count(live.number + ended.number, is_more, ended.is_estimate)

    @property
    def sentence(self) -> SafeString:
        """Return the answer to the page's question."""
        alone, there = self.counts["unheld"], self.counts["open"]
        if not there.number:
            return SafeString("Nothing is open.")
        verb = "has" if str(alone) == "1" else "have"
        held = SafeString("Each has a holder")
        if alone.number:
            held = format_html('<b class="bad">{} {} no holder</b>', alone, verb)
        owed = self.drawn.owed
        words = "promised update is" if owed == 1 else "promised updates are"
        due = f", {owed} {words} due within 15 minutes" if owed else ""
        return format_html("{}{}. {} open.", held, due, there)

    @property
    def tabs(self) -> list[ViewTab]:
        """Return the views: everybody's, then the person's own."""
        found = [
            ViewTab(label, wanted.query, self.counts.get(key), wanted == self.wanted)
            for key, label, wanted in VIEWS
        ]
        return found + [
            ViewTab(name, wanted.query, self.counts.get(f"kept-{pk}"), wanted == self.wanted, pk)
            for pk, name, wanted in self.kept
        ]


def _is_plain(wanted: Wanted) -> bool:
    """Whether a view can be counted without looking up names."""
    return not (wanted.q or wanted.service or wanted.holder not in ("", "me", "nobody"))
