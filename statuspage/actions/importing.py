"""Take over what another Statuspage-format page told: what is listed, what happened, how components did."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet

from core.actor import Actor
from core.errors import Invalid, NotFound
from core.permissions import require
from statuspage.actions import ledger
from statuspage.actions.maintenance_words import show
from statuspage.models import (
    Component,
    ComponentChange,
    ComponentGroup,
    ComponentInterval,
    Maintenance,
    MaintenanceComponent,
    MaintenanceUpdate,
    Page,
    PublicIncident,
    PublicUpdate,
)
from statuspage.rules.foreign import Foreign, Happening, Listed, Said, read
from statuspage.rules.ids import new_id
from statuspage.rules.pieces import Piece, clear_of, flattened, steps_to_pieces
from statuspage.rules.states import RUNNING, ComponentState, Stage, Work

BATCH = 500
T = TypeVar("T")
Numbered = Iterator[tuple[int, str, Said]]


@dataclass(slots=True)
class Report:
    """What was taken, by kind, and a sentence for each thing that was not, or was known already."""

    taken: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)

    def count(self, kind: str, *, is_new: bool) -> None:
        """Count one thing."""
        into = self.taken if is_new else self.known
        into[kind] = into.get(kind, 0) + 1


def take_over(
    page_id: int, documents: Sequence[object], *, dry_run: bool, by: Actor, at: datetime
) -> Report:
    """Take documents of the API v2 into a page, all or nothing, and say what was taken; a second time only what is new.

    Nothing is sent to anybody. `dry_run`: nothing is kept. Raises NotFound, NotAllowed, and Invalid for
    documents that hold nothing of a status page.
    """
    foreign = read(documents, at)
    if not foreign.recognised:
        text = (
            "Nothing here is of a Statuspage: no components, incidents or scheduled_maintenances."
        )
        raise Invalid.field("", text)
    with transaction.atomic():
        page = Page.objects.filter(pk=page_id).locked().first()
        if page is None:
            raise NotFound("There is no such status page.")
        require(by, "statuspage.edit_page", page)
        taking = _Taking(page, foreign, at)
        taking.run()
        if dry_run:
            transaction.set_rollback(True)
        elif taking.report.taken:
            show(page, at)
        return taking.report


class _Taking:
    """One run. `components`: their id -> our row, new or known."""

    def __init__(self, page: Page, foreign: Foreign, at: datetime) -> None:
        self.page, self.foreign, self.at = page, foreign, at
        self.report = Report(skipped=list(foreign.skipped))
        self.groups: dict[str, ComponentGroup] = {}
        self.components: dict[str, Component] = {}
        self._pieces: dict[int, list[Piece]] = {}

    def run(self) -> None:
        """Take everything, what holds last: the ledger is written from the oldest on."""
        groups_first = sorted(self.foreign.listed.values(), key=lambda one: not one.is_group)
        for one in groups_first:
            (self._take_group if one.is_group else self._take_component)(one)
        told = [
            pair
            for part in _batches(self._new(self.foreign.incidents, "incidents"))
            for pair in zip(part, self._take_incidents(part), strict=True)
        ]
        works = self._new(self.foreign.works, "maintenances")
        planned = [(one, self._take_work(one)) for one in works]
        self._write_ledger()
        for happening, public in told:
            self._hold_by_incident(happening, public)
        for happening, work in planned:
            self._hold_by_work(happening, work)

    def _take_group(self, one: Listed) -> None:
        same = self.page.groups.filter(public_id=one.id) | self.page.groups.filter(name=one.name)
        row = same.first()
        self.report.count("groups", is_new=row is None)
        self.groups[one.id] = row or ComponentGroup.objects.create(
            public_id=self._free_id(ComponentGroup.objects.all(), one.id),
            page=self.page,
            name=self._free_name(one.name),
            description=one.description,
            position=one.position,
            created_at=self._past(one.created_at),
            updated_at=self.at,
        )

    def _take_component(self, one: Listed) -> None:
        mine = self.page.components.filter(retired_at=None)
        row = (mine.filter(public_id=one.id) | mine.filter(name=one.name)).first()
        self.report.count("components", is_new=row is None)
        row = row or Component.objects.create(
            public_id=self._free_id(Component.objects.all(), one.id),
            page=self.page,
            group=self.groups.get(one.group),
            name=self._free_name(one.name),
            description=one.description,
            position=one.position,
            start_date=one.start_date,
            created_at=self._past(one.created_at),
            updated_at=self.at,
        )
        row.page = self.page
        self.components[one.id] = row

    def _new(self, found: Mapping[str, Happening], kind: str) -> list[Happening]:
        """Return the incidents or maintenances that are still to be taken, and count all."""
        model = PublicIncident if kind == "incidents" else Maintenance
        held: dict[str, int] = {}
        for part in _batches(list(found)):
            rows = model.objects.filter(public_id__in=part)
            held |= dict(rows.values_list("public_id", "page"))
        new = []
        for one in found.values():
            page = held.get(one.id)
            if page is not None and page != self.page.pk:
                text = f"{kind}: “{one.name}” was left out: another page here has its id {one.id}."
                self.report.skipped.append(text)
                continue
            self.report.count(kind, is_new=page is None)
            new += [one] if page is None else []
        return new

    def _take_incidents(self, part: Sequence[Happening]) -> list[PublicIncident]:
        """Write some incidents with their updates, a few statements for all of them."""
        public = PublicIncident.objects.bulk_create(map(self._incident, part))
        numbered = _numbered(PublicUpdate.objects.all(), part)
        updates = PublicUpdate.objects.bulk_create(
            PublicUpdate(
                public_id=public_id,
                incident=row,
                number=number,
                state=said.state,
                body=said.body,
                display_at=said.at,
                created_at=said.at,
            )
            for row, one in zip(public, part, strict=True)
            for number, public_id, said in numbered(one)
        )
        written = iter(updates)
        ComponentChange.objects.bulk_create(
            change
            for one in part
            for change in self._changes(one, list(islice(written, len(one.updates))))
        )
        for one in part:
            self._note_pieces(one)
        return public

    def _incident(self, one: Happening) -> PublicIncident:
        watched = [said.at for said in one.updates if said.state == Stage.MONITORING]
        return PublicIncident(
            public_id=one.id,
            page=self.page,
            name=one.name,
            state=one.state,
            impact=one.impact,
            is_backfilled=True,
            started_at=one.started_at,
            created_at=one.started_at,
            updated_at=one.updates[-1].at,
            monitoring_at=watched[-1] if watched else None,
            resolved_at=one.ended_at,
        )

    def _changes(self, one: Happening, rows: Sequence[PublicUpdate]) -> Iterable[ComponentChange]:
        before: dict[str, ComponentState] = {}
        for said, row in zip(one.updates, rows, strict=True):
            for key, state in self._ours(said).items():
                old = before.get(key, ComponentState.OPERATIONAL)
                before[key] = state
                yield ComponentChange(
                    update_of=row, component=self.components[key], old_state=old, new_state=state
                )

    def _take_work(self, one: Happening) -> Maintenance:
        begun = [said.at for said in one.updates if said.state != Work.SCHEDULED]
        began = None if one.state == Work.SCHEDULED else min([*begun, one.begins or self.at])
        work = Maintenance.objects.create(
            public_id=one.id,
            page=self.page,
            name=one.name,
            state=one.state,
            scheduled_for=one.begins or one.started_at,
            scheduled_until=one.ends or one.started_at,
            created_at=min(one.started_at, self.at),
            updated_at=self.at,
            began_at=began,
            ended_at=max(one.ended_at, began) if one.ended_at and began else None,
        )
        MaintenanceUpdate.objects.bulk_create(
            MaintenanceUpdate(
                public_id=public_id,
                maintenance=work,
                number=number,
                state=said.state,
                body=said.body,
                display_at=said.at,
                created_at=said.at,
            )
            for number, public_id, said in _numbered(MaintenanceUpdate.objects.all(), [one])(one)
        )
        touched = {key: self.components[key] for key in one.components if key in self.components}
        MaintenanceComponent.objects.bulk_create(
            MaintenanceComponent(maintenance=work, component=row)
            for row in {row.pk: row for row in touched.values()}.values()
        )
        self._note_pieces(one)
        return work

    def _ours(self, said: Said) -> Mapping[str, ComponentState]:
        """Return what an update changed of components that we list, each of them once."""
        seen = {self.components[key].pk: key for key in said.changes if key in self.components}
        return {key: said.changes[key] for key in seen.values()}

    def _steps(self, one: Happening) -> dict[str, list[tuple[datetime, ComponentState]]]:
        steps: dict[str, list[tuple[datetime, ComponentState]]] = {}
        for number, said in enumerate(one.updates):
            at = one.started_at if number == 0 and one.begins is None else said.at
            for key, state in self._ours(said).items():
                steps.setdefault(key, []).append((at, state))
        return steps

    def _note_pieces(self, one: Happening) -> None:
        """Keep what it says of components for the ledger; the last step of what is open is a hold's."""
        for key, steps in self._steps(one).items():
            end = one.ended_at or steps[-1][0]
            found = self._pieces.setdefault(self.components[key].pk, [])
            found.extend(steps_to_pieces(steps, min(end, self.at)))

    def _write_ledger(self) -> None:
        for component_id, pieces in self._pieces.items():
            rows = ComponentInterval.objects.filter(component=component_id, is_corrected=False)
            flat = flattened(pieces)
            free = clear_of(flat, list(rows.values_list("from_at", "to_at")))
            if len(free) < len(flat):
                name = Component.objects.get(pk=component_id).name
                text = f"ledger: {len(flat) - len(free)} stretches of “{name}” meet what is known already."
                self.report.skipped.append(text)
            ComponentInterval.objects.bulk_create(
                ComponentInterval(
                    component_id=component_id, state=one.state, from_at=one.begin, to_at=one.end
                )
                for one in free
            )
            self.report.taken["stretches"] = self.report.taken.get("stretches", 0) + len(free)

    def _hold_by_incident(self, one: Happening, public: PublicIncident) -> None:
        for key, steps in self._steps(one).items() if public.is_open else ():
            since, state = steps[-1]
            ledger.hold(self.components[key], state, incident=public, since=since)

    def _hold_by_work(self, one: Happening, work: Maintenance) -> None:
        begun = work.began_at if work.state in RUNNING else None
        for key in one.components if begun else ():
            if begun is not None and key in self.components:
                row, state = self.components[key], ComponentState.MAINTENANCE
                ledger.hold(row, state, maintenance=work, since=begun)

    def _free_id(self, rows: QuerySet[Any], wanted: str) -> str:
        return new_id() if rows.filter(public_id=wanted).exists() else wanted

    def _free_name(self, name: str) -> str:
        """Return a name that nothing on the page has: programs tell series apart by it."""
        taken = {
            *self.page.groups.values_list("name", flat=True),
            *self.page.components.filter(retired_at=None).values_list("name", flat=True),
        }
        numbered = (f"{name[:110]} {number}" for number in range(2, len(taken) + 3))
        return next(one for one in (name, *numbered) if one not in taken)

    def _past(self, moment: datetime | None) -> datetime:
        return min(moment or self.at, self.at)


def _batches(everything: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(everything), BATCH):
        yield everything[start : start + BATCH]


def _numbered(rows: QuerySet[Any], part: Sequence[Happening]) -> Callable[[Happening], Numbered]:
    """Return what gives the updates of one of these from 1 on, each with its own id, or a new one where that is taken."""
    taken: set[str] = set()
    for ids in _batches([said.id for one in part for said in one.updates]):
        taken.update(rows.filter(public_id__in=ids).values_list("public_id", flat=True))

    def numbered(one: Happening) -> Numbered:
        for number, said in enumerate(one.updates, start=1):
            public_id = new_id() if said.id in taken else said.id
            taken.add(public_id)
            yield number, public_id, said

    return numbered
