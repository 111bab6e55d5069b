"""What learning asks of one person, and how much of it is open: one statement for a whole page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import CharField, Count, F, IntegerField, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, NullIf, TruncDate

from core.models import User
from postmortems.models import ActionItem, Postmortem, Review
from postmortems.models.action import UNFINISHED
from postmortems.models.postmortem import OPEN, State

AHEAD = timedelta(days=2)  # an action item waits for its owner from then on
_COLUMNS = ("what", "row", "about", "words", "who", "day")
_KEPT = "learning_at_a_glance"
_NOTHING = Value("", output_field=CharField())
_NO_DAY = Value(None, output_field=CharField())
_NO_ONE = Value(0, output_field=IntegerField())


@dataclass(frozen=True, slots=True)
class Line:
    """One row: `what` is action, review or draft; `row` its primary key, `about` the incident's number."""

    what: str
    row: int
    about: int
    words: str
    who: str
    day: str | None

    @property
    def due_at(self) -> datetime | None:
        """Return midnight (UTC) of the day it is due, None where there is none."""
        return datetime.combine(date.fromisoformat(self.day), time(), UTC) if self.day else None


@dataclass(frozen=True, slots=True)
class Glance:
    """The lines of one person, and the counts of everything: open (postmortems) and late (action items)."""

    lines: list[Line]
    counts: Mapping[str, int]


def glance(user: User, at: datetime) -> Glance:
    """Return what there is for `user`, read once for each request's user."""
    kept = vars(user).get(_KEPT)
    if not isinstance(kept, Glance):
        kept = vars(user)[_KEPT] = _read(user, at)
    return kept


def _read(user: User, at: datetime) -> Glance:
    parts = [_late(at), _open(), _actions(user, at), _reviews(user), _drafts(user)]
    first, *others = (part.values_list(*_COLUMNS) for part in parts)
    found = [Line(*row) for row in first.union(*others, all=True)]
    return Glance(
        [one for one in found if one.what in ("action", "review", "draft")],
        {one.what: one.row for one in found if one.what in ("late", "open")},
    )


def _named(rows: QuerySet[Any], what: str, **columns: Any) -> QuerySet[Any]:
    made: QuerySet[Any] = rows.order_by().annotate(
        what=Value(what, output_field=CharField()), **columns
    )
    return made


def _counted(rows: QuerySet[Any], what: str) -> QuerySet[Any]:
    named = rows.order_by().values(what=Value(what, output_field=CharField()))
    made: QuerySet[Any] = named.annotate(
        row=Count("pk"), about=_NO_ONE, words=_NOTHING, who=_NOTHING, day=_NO_DAY
    )
    return made


def _late(at: datetime) -> QuerySet[Any]:
    return _counted(ActionItem.objects.overdue(at.date()), "late")


def _open() -> QuerySet[Any]:
    return _counted(Postmortem.objects.filter(state__in=OPEN), "open")


def _actions(user: User, at: datetime) -> QuerySet[Any]:
    rows = ActionItem.objects.filter(
        owner=user.pk, state__in=UNFINISHED, due_on__lte=(at + AHEAD).date()
    )
    day = Cast("due_on", CharField())
    return _named(
        rows, "action", row=F("pk"), about=F("incident_id"), words=F("title"), who=_NOTHING, day=day
    )


def _reviews(user: User) -> QuerySet[Any]:
    rows = Review.objects.filter(reviewer=user.pk, verdict="", postmortem__state=State.IN_REVIEW)
    first = NullIf("asked_by__first_name", _NOTHING)
    somebody = Value("somebody", output_field=CharField())
    asker = Coalesce(first, "asked_by__username", somebody, output_field=CharField())
    due = Coalesce("postmortem__reviewed_by", "postmortem__published_by")
    return _named(
        rows, "review", row=F("postmortem_id"), about=F("postmortem__incident_id"),
        words=F("postmortem__incident__title"), who=asker, day=Cast(TruncDate(due), CharField()),
    )  # fmt: skip


def _drafts(user: User) -> QuerySet[Any]:
    rows = Postmortem.objects.filter(owner=user.pk, state=State.DRAFT)
    day = Cast(TruncDate("written_by"), CharField())
    return _named(
        rows,
        "draft",
        row=F("pk"),
        about=F("incident_id"),
        words=F("incident__title"),
        who=_NOTHING,
        day=day,
    )
