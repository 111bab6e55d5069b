"""What somebody has filled in of a declaration so far, complete or not, and what follows from it."""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Q, QuerySet

from core.actor import Actor
from core.admin.pickers import MOST, called, folded, likely, matching, meant, refusal
from core.models import User
from core.templatetags.house import short_of
from incidents.actions import playbooks
from incidents.lists.books import books_of
from incidents.models import Incident, Service
from incidents.playbook import Decision, Duration, Playbook, Severity, decide, label, severity_for
from incidents.provided import Forecast, Woken, provided

logger = logging.getLogger(__name__)

RECENT, TWINS = 4, 4
OTHER = "other"
_LONG_WORD = re.compile(r"\w{4,}")
_WORDS = 5


@dataclass(frozen=True, slots=True)
class Twin:
    """An open incident that may be the same trouble."""

    incident: Incident
    word: str
    state: str
    is_of_service: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One yes-or-no question with the answer so far ("yes", "no" or ""); `is_last`: the one that decided."""

    key: str
    text: str
    answer: str
    is_last: bool
    is_needed: bool


def _span(span: Duration) -> str:
    """Return a length as a clock shows it; one on business hours as the playbook writes it."""
    return short_of(span.elapsed) if span.elapsed is not None else str(span)


class Draft:
    """A declaration in the making, as one person has filled it in at `at` (UTC)."""

    def __init__(self, data: Mapping[str, str], by: Actor, at: datetime) -> None:
        self.data, self.by, self.at = data, by, at
        self.title = self._text("title", 1024)
        self.page_nobody = bool(data.get("page_nobody"))

    def _text(self, name: str, most: int) -> str:
        return " ".join(self.data.get(name, "").replace("\0", "").split())[:most]

    @cached_property
    def services(self) -> list[Service]:
        """Return the likeliest services, those of the person's teams first; MOST of many."""
        return list(self._likely[:MOST])

    @property
    def _likely(self) -> QuerySet[Service]:
        return likely(Service.objects.all(), self.by.user)

    @property
    def suggested(self) -> list[str]:
        """Return what the field for another service suggests: what is like the name in the making, else the likeliest."""
        is_made = bool(self.typed) and self.service is None
        return [called(row).text for row in (matching(self._likely, self.typed) if is_made else self.services)]  # fmt: skip

    @cached_property
    def recent(self) -> list[Service]:
        """Return the services that were declared upon most recently, at most RECENT."""
        newest = Incident.objects.filter(declared_at__isnull=False).order_by("-pk")
        ids = dict.fromkeys(newest.values_list("service_id", flat=True)[:50])
        chosen = list(ids)[:RECENT]
        known = Service.objects.in_bulk(chosen)
        found = [known[pk] for pk in chosen]
        rest = [service for service in self.services if service not in found]
        return found + rest[: RECENT - len(found)] if len(self.services) <= RECENT else found

    @cached_property
    def named(self) -> str:
        """Return what the person calls the service: one that is chosen before one that is typed."""
        chosen = self._text("service", 150)
        return self._text("other", 150) if chosen in ("", OTHER) else chosen

    @property
    def is_other(self) -> bool:
        """Whether the service is none of the recent ones."""
        given = bool(self.named) or self.data.get("service") == OTHER
        return given and self.service not in self.recent

    @property
    def typed(self) -> str:
        """Return what stands in the field for another service."""
        if not self.is_other:
            return ""
        return self.named if self.service is None else called(self.service).text

    @property
    def has_others(self) -> bool:
        """Whether there are more services than the recent ones."""
        return len(self.services) > len(self.recent)

    @cached_property
    def service(self) -> Service | None:
        """Return the service by slug, number or name; None where none is named, or several are."""
        return self._meant[0] if len(self._meant) == 1 else None

    @property
    def why_none(self) -> str:
        """Return why what is named is no service: several are called so, or none; with the nearest."""
        every = Service.objects.all()
        return refusal(every, self.named, self._meant) if self.named else "Choose a service."

    @cached_property
    def _meant(self) -> list[Service]:
        return meant(Service.objects.all(), [self.named]).get(folded(self.named), [])

    @cached_property
    def book(self) -> Playbook:
        """Return the playbook that the declaration would follow. Raises Invalid when none is loaded."""
        slug = self.service.playbook_slug if self.service else "standard"
        version = playbooks.present(slug)
        return books_of([(version.pk, version.checksum)])[version.pk]

    @cached_property
    def answers(self) -> dict[str, bool]:
        """Return the answers given so far by question."""
        tree = self.book.decision
        keys = [q.key for q in tree.questions] + [m.key for m in tree.modifiers]
        said = {key: self.data.get(f"a_{key}", "") for key in keys}
        return {key: answer == "yes" for key, answer in said.items() if answer in ("yes", "no")}

    @cached_property
    def decision(self) -> Decision | None:
        """Return what the answers lead to, None before the first."""
        return decide(self.book, self.answers) if self.answers else None

    @cached_property
    def questions(self) -> list[Asked]:
        """Return the questions in their order; those behind the deciding one are not needed."""
        decision, found, is_needed = self.decision, list[Asked](), True
        decided = decision.asked if decision and decision.rank else ()
        last = next((q.key for q in reversed(self.book.decision.questions) if q.key in decided), "")
        for one in self.book.decision.questions:
            found.append(
                Asked(one.key, one.text, self._answer(one.key), one.key == last, is_needed)
            )
            is_needed = is_needed and one.key != last
        found += [
            Asked(more.key, more.text, self._answer(more.key), False, True)
            for more in self.book.decision.modifiers
        ]
        return found

    def _answer(self, key: str) -> str:
        return {True: "yes", False: "no", None: ""}[self.answers.get(key)]

    @cached_property
    def picked(self) -> int:
        """Return the rank that the person picked, 0 for none."""
        text = self.data.get("severity", "")
        return int(text) if text in ("1", "2", "3", "4") else 0

    @cached_property
    def rank(self) -> int:
        """Return the rank that a declaration would have: the one picked, else the one proposed, else 0."""
        proposed = self.decision.rank if self.decision else None
        return self.picked or proposed or 0

    @property
    def severity(self) -> Severity | None:
        """Return the playbook's level of that rank."""
        return severity_for(self.book, self.rank) if self.rank else None

    @property
    def proposed(self) -> Severity | None:
        """Return the level that the answers lead to."""
        rank = self.decision.rank if self.decision else None
        return severity_for(self.book, rank) if rank else None

    @property
    def levels(self) -> Sequence[Severity]:
        """Return the severities to pick from, the worst first."""
        return sorted(self.book.severities, key=lambda one: one.rank)

    @cached_property
    def forecast(self) -> Forecast | None:
        """Return who would be paged; None where that can't be told. It never stands in the way."""
        ask = provided("paging_forecast")
        if ask is None or self.service is None or not self.rank:
            return None
        try:
            found: Forecast = ask(self.service, self.rank, self.by.user, self.at)
        except Exception:  # declaring never waits for the pager's answer
            logger.exception("the paging forecast failed")
            return None
        return found

    @property
    def people(self) -> list[tuple[User, Woken]]:
        """Return those of the forecast's first step, each with a person to draw."""
        now = self.forecast.now if self.forecast else ()
        return [(User(pk=one.user_id, first_name=one.name), one) for one in now]

    @property
    def word(self) -> str:
        """Return the button's words: they carry what a press brings about."""
        code = self.severity.code if self.severity else ""
        start = f"Declare {code}".strip()
        if self.page_nobody:
            return f"{start}, page nobody"
        paged = self.forecast.paged if self.forecast else ()
        if not paged:
            return start
        whom = paged[0].name if len(paged) == 1 else f"{len(paged)} people"
        return f"{start} and page {whom}"

    @property
    def promises(self) -> list[tuple[str, str]]:
        """Return what is promised from the first minute: (what, within how long)."""
        if self.severity is None:
            return []
        targets = self.severity.targets
        found = [
            ("Acknowledged within", targets.ack),
            ("Somebody works on it within", targets.respond),
        ]
        public = [
            cadence.first_within
            for cadence in self.book.cadences
            if cadence.audience == "public" and self.rank in cadence.ranks
        ]
        found += [("First public update within", span) for span in public]
        return [(what, _span(span)) for what, span in found if span is not None]

    @cached_property
    def twins(self) -> list[Twin]:
        """Return open incidents of the same service, or with words of the title, the likeliest first."""
        words = _LONG_WORD.findall(self.title)[:_WORDS]
        wanted = Q(service=self.service) if self.service else Q()
        for word in words:
            wanted |= Q(title__icontains=word)
        if not wanted:
            return []
        rows = Incident.objects.open().filter(wanted).select_related("service", "playbook")
        found = [self._twin(row) for row in rows.order_by("rank", "-pk")[: TWINS * 5]]
        return sorted(found, key=lambda twin: -self._likeness(twin, words))[:TWINS]

    def _twin(self, row: Incident) -> Twin:
        book = row.playbook.playbook
        of_service = self.service is not None and row.service_id == self.service.pk
        return Twin(row, severity_for(book, row.rank).code, label(book, row.state), of_service)

    @staticmethod
    def _likeness(twin: Twin, words: Sequence[str]) -> int:
        title = twin.incident.title.casefold()
        return 2 * twin.is_of_service + sum(word.casefold() in title for word in words)
