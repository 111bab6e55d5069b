"""Tell incidents as they happened: every step by the action or the set-based path behind it, `at` its moment.

Nobody is woken by history: while it is told nobody has an address, and every incident says why
nobody was paged.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from core import actor as actors
from core.actor import Actor
from incidents.actions import (
    assign_role,
    decide,
    declare_incident,
    judge,
    mark,
    pin,
    playbooks,
    steps,
    story,
    suppose,
)
from incidents.actions.opening import open_all
from incidents.models import Incident, PlaybookVersion, Standing, TimelineEntry
from incidents.playbook.lifecycle import VERBS
from oncall.demo import door
from oncall.demo.company import Built
from oncall.demo.data import CaseData, instant, opening, span
from oncall.models import Escalation

MUTED = "demo history: pages muted"
_LINK = "link:"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a story, read."""

    at: datetime
    who: str
    verb: str
    words: str

    @classmethod
    def read(cls, line: str, opened: datetime) -> "Step":
        """Return the step of "+3m50s jonas identify the cause"."""
        when, who, verb, *words = line.split(" ", 3)
        return cls(instant(when, opened=opened), who, verb, words[0] if words else "")


@dataclass(slots=True)
class Teller:
    """Tells one incident after the other, in the order of their numbers."""

    built: Built
    now: datetime
    notes: list[TimelineEntry] = field(default_factory=list)
    playbooks: dict[str, PlaybookVersion] = field(default_factory=dict)

    def tell(self, case: CaseData) -> None:
        """Open the incident and take its steps."""
        opened = opening(case.opened, now=self.now)
        incident = self._open(case, opened)
        if case.impact != "0s":
            mark(incident.pk, "impact_started", at=opened - span(case.impact))
        for line in case.story:
            step = Step.read(line, opened)
            if step.verb == "ends":
                door.alert(case, self.built.sources[case.by], opened=opened, at=step.at)
            else:
                incident = self._take(incident, step)

    def finish(self) -> None:
        """Store the notes, in one statement."""
        story.save(self.notes)

    def _open(self, case: CaseData, opened: datetime) -> Incident:
        if case.alert:
            return self._from_alert(case, opened)
        source = self.built.sources.get(case.by)
        by = self._who(case.by, None)
        incident = Incident(
            pk=case.number,
            title=case.title,
            description=case.about,
            service=self.built.services[case.service],
            rank=case.rank,
            is_rank_fixed=source is None,
            source=source,
            playbook=self._playbook(case),
            opened_at=opened,
            opened_by=by.user,
            declared_at=opened if case.is_declared or source is None else None,
            unpaged_reason=MUTED if case.rank < 4 else "",
        )
        open_all([incident], by=by, at=opened)
        return incident

    def _from_alert(self, case: CaseData, opened: datetime) -> Incident:
        number = door.alert(case, self.built.sources[case.by], opened=opened, at=opened)
        if number != case.number:
            raise RuntimeError(f"the demo counts {case.number}, the database {number}")
        Escalation.objects.filter(incident=number).delete()
        Incident.objects.filter(pk=number).update(unpaged_reason=MUTED)
        return Incident.objects.select_related("playbook", "service").get(pk=number)

    def _playbook(self, case: CaseData) -> PlaybookVersion:
        slug = case.playbook or self.built.services[case.service].playbook_slug
        if slug not in self.playbooks:
            self.playbooks[slug] = playbooks.present(slug)
        return self.playbooks[slug]

    def _who(self, name: str, incident: Incident | None) -> Actor:
        if name == "source" and incident is not None and incident.source is not None:
            return actors.source(incident.source.pk, incident.source.name)
        if name in self.built.sources:
            return actors.source(self.built.sources[name].pk, self.built.sources[name].name)
        if name.startswith(_LINK):
            return actors.reply(self.built.people[name.removeprefix(_LINK)])
        return actors.person(self.built.people[name])

    def _take(self, incident: Incident, step: Step) -> Incident:
        by = self._who(step.who, incident)
        special: dict[str, Callable[[Incident, Step, Actor], Incident]] = {
            "declare": self._declare,
            "role": self._role,
            "note": self._note,
            "mark": self._mark,
            "decide": self._decide,
            "suppose": self._suppose,
            "confirm": self._judge,
            "reject": self._judge,
            "pin": self._pin,
        }
        return special.get(step.verb, self._move)(incident, step, by)

    def _move(self, incident: Incident, step: Step, by: Actor) -> Incident:
        into = Incident.objects.get(pk=int(step.words)) if step.verb == "merge" else None
        reason = "" if into else step.words
        steps.take([incident], steps.Request(VERBS[step.verb], by, step.at, reason, into))
        return incident

    def _declare(self, incident: Incident, step: Step, by: Actor) -> Incident:
        incident.declared_at = declare_incident(incident.pk, by=by, at=step.at).declared_at
        return incident

    def _role(self, incident: Incident, step: Step, by: Actor) -> Incident:
        """Read "commander" as taken, "commander leila" as given to Leila."""
        role, _space, name = step.words.partition(" ")
        user = self.built.people[name or step.who]
        assign_role(incident.pk, role, user, by=by, at=step.at)
        return incident

    def _note(self, incident: Incident, step: Step, by: Actor) -> Incident:
        """Keep a note; what happened before the opening was written down at the opening."""
        entry = story.line(incident, "note", step.words, by=by, at=max(step.at, incident.opened_at))
        entry.happened_at = step.at
        self.notes.append(entry)
        return incident

    def _mark(self, incident: Incident, step: Step, _by: Actor) -> Incident:
        mark(incident.pk, step.words, at=step.at)
        return incident

    def _decide(self, incident: Incident, step: Step, by: Actor) -> Incident:
        """Read "roll back | it is rehearsed | raise the pool": the choice, why, and what was not chosen."""
        chosen, reason, other = (part.strip() for part in f"{step.words}||".split("|")[:3])
        decide(incident.pk, chosen, reason=reason, alternatives=other, by=by, at=step.at)
        return incident

    def _suppose(self, incident: Incident, step: Step, by: Actor) -> Incident:
        suppose(incident.pk, step.words, by=by, at=step.at)
        return incident

    def _judge(self, incident: Incident, step: Step, by: Actor) -> Incident:
        """Confirm or reject the open hypothesis that begins with these words."""
        wanted = incident.timeline.filter(standing=Standing.OPEN, text__startswith=step.words)
        standing = Standing.CONFIRMED if step.verb == "confirm" else Standing.REJECTED
        judge(incident.pk, wanted.get().pk, standing, by=by, at=step.at)
        return incident

    def _pin(self, incident: Incident, step: Step, by: Actor) -> Incident:
        """Pin the entry that begins with these words; notes are stored last and can't be pinned here."""
        entry = incident.timeline.get(text__startswith=step.words)
        pin(incident.pk, entry.pk, on=True, by=by, at=step.at)
        return incident
