"""The list of action items: what is late, who has it, what proves it (staff.md 7.8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Count, F, Min, Q
from django.http import QueryDict

from core.actor import Actor
from core.models import User
from incidents.actions import playbooks
from incidents.models import Service
from incidents.playbook import severity_for
from postmortems.models import ActionItem
from postmortems.models.action import FINISHED, UNFINISHED
from postmortems.models.action import State as ItemState
from postmortems.rules.words import day, plural

SHOWN = 100
DEFAULT = "standard"
WEEK, QUARTER = timedelta(days=7), timedelta(days=90)
VIEWS = (("open", "Open"), ("late", "Late"), ("done", "Done"), ("all", "All"))
_ICONS = {
    "open": ("state-upcoming", ""),
    "in_progress": ("play", "t-blue"),
    "blocked": ("octagon", "t-orange"),
    "done": ("check-ring", "t-green"),
    "wont_do": ("cross", "t-grey"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One action item as a line of the list."""

    item: ActionItem
    code: str
    due: str
    lateness: str
    told: str

    @property
    def icon(self) -> str:
        """Return the icon of its state."""
        return _ICONS[self.item.state][0]

    @property
    def tone(self) -> str:
        """Return the colour class of its state."""
        return _ICONS[self.item.state][1]


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading; `tone` is "bad" for what is late."""

    title: str
    rows: list[Row]
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter: its words, whether it is on, and where each choice leads."""

    label: str
    choices: Sequence[tuple[str, str, bool]]
    on: bool
    drop: str


@dataclass(frozen=True, slots=True)
class Figures:
    """The four numbers at the top, of everything, whatever is filtered."""

    on_time: int | None
    measured: int
    target: float | None
    operator: str
    open: int
    late: int
    alone: int

    @property
    def meets(self) -> bool:
        """Return whether enough was done on time."""
        if self.on_time is None or self.target is None:
            return True
        return self.on_time > self.target or (self.operator == ">=" and self.on_time == self.target)


class Listing:
    """One look at the list: read what is asked for, fetch the rows, group them."""

    def __init__(self, asked: QueryDict, by: Actor, at: datetime) -> None:
        self.by, self.at, self.today = by, at, at.date()
        self.asked = {
            name: value
            for name in ("view", "mine", "owner", "service", "kind")
            if (value := asked.get(name, "")) and "\0" not in value and len(value) <= 150
        }
        self.view = self.asked.get("view", "open")

    @cached_property
    def figures(self) -> Figures:
        """Return the four numbers; the target is that of the default playbook."""
        since = self.at - QUARTER
        done = Q(state=ItemState.DONE, done_at__gte=since, due_on__isnull=False)
        found = ActionItem.objects.aggregate(
            open=Count("pk", filter=Q(state__in=UNFINISHED)),
            late=Count("pk", filter=Q(state__in=UNFINISHED, due_on__lt=self.today)),
            alone=Count("pk", filter=Q(state__in=UNFINISHED, owner=None)),
            done=Count("pk", filter=done),
            on_time=Count("pk", filter=done & Q(done_at__date__lte=F("original_due_on"))),
        )
        share = round(100 * found["on_time"] / found["done"]) if found["done"] else None
        rules = playbooks.present(DEFAULT).playbook.actions
        return Figures(
            share,
            found["done"],
            rules.on_time_percent,
            rules.on_time_operator,
            found["open"],
            found["late"],
            found["alone"],
        )

    @property
    def sentence(self) -> tuple[str, str]:
        """Return the answer of the page: the loud part, and the rest."""
        late = ActionItem.objects.overdue(self.today).aggregate(first=Min("due_on"))["first"]
        soon = ActionItem.objects.unfinished().filter(due_on__range=(self.today, self.today + WEEK))
        week = f"{soon.count()} due this week."
        if late is None:
            return "", f"Nothing is late, {week}"
        days = plural((self.today - late).days, "day")
        loud = f"{plural(self.figures.late, 'is', 'are')} late"
        return loud, f"{week} The oldest late one has waited {days}."

    @cached_property
    def rows(self) -> list[Row]:
        """Return at most SHOWN rows of what is asked for, the latest due first."""
        found = ActionItem.objects.filter(self._wanted()).select_related(
            "incident__playbook", "incident__service", "owner", "team"
        )
        order = (
            ("-done_at", "-pk") if self.view == "done" else (F("due_on").asc(nulls_last=True), "pk")
        )
        rows = list(found.prefetch_related("reminders__people").order_by(*order)[: SHOWN + 1])
        return [self._row(one) for one in rows]

    @property
    def has_more(self) -> bool:
        """Return whether there is more than one page shows."""
        return len(self.rows) > SHOWN

    def _wanted(self) -> Q:
        wanted = {
            "late": Q(state__in=UNFINISHED, due_on__lt=self.today),
            "done": Q(state__in=FINISHED),
            "all": Q(),
        }.get(self.view, Q(state__in=UNFINISHED))
        if "mine" in self.asked:
            wanted &= Q(owner=self.by.user)
        for name, column in (
            ("owner", "owner__username"),
            ("service", "incident__service__slug"),
            ("kind", "kind"),
        ):
            if name in self.asked:
                wanted &= Q(**{column: self.asked[name]})
        return wanted

    def _row(self, item: ActionItem) -> Row:
        code = severity_for(item.incident.playbook.playbook, item.incident.rank).code
        late = (self.today - item.due_on).days if item.due_on and item.is_late(self.today) else 0
        due = day(item.due_on) if item.due_on else "no date"
        return Row(item, code, due, f"{plural(late, 'day')} late" if late else "", _told(item))

    @cached_property
    def groups(self) -> list[Group]:
        """Return the rows under Late, This week, Later, No date and Done, each only where it has some."""
        made: dict[str, list[Row]] = {}
        for row in self.rows[:SHOWN]:
            made.setdefault(self._group(row.item), []).append(row)
        order = ("Late", "This week", "Later", "No date", "Done", "Won't do")
        return [
            Group(title, made[title], "bad" if title == "Late" else "")
            for title in order
            if title in made
        ]

    def _group(self, item: ActionItem) -> str:
        if item.state in FINISHED:
            return "Done" if item.state == ItemState.DONE else "Won't do"
        if item.due_on is None:
            return "No date"
        if item.due_on < self.today:
            return "Late"
        return "This week" if item.due_on <= self.today + WEEK else "Later"

    @cached_property
    def mine(self) -> int:
        """Return how many unfinished ones the reader owns."""
        return (
            ActionItem.objects.unfinished().filter(owner=self.by.user).count()
            if self.by.user
            else 0
        )

    @property
    def chips(self) -> list[Chip]:
        """Return the filters with what can be chosen."""
        return [
            self._chip("view", "Show", VIEWS),
            self._chip("owner", "Owner", _people()),
            self._chip("service", "Service", _services()),
            self._chip("kind", "Kind", _kinds()),
        ]

    def _chip(self, name: str, label: str, choices: Sequence[tuple[str, str]]) -> Chip:
        chosen = self.asked.get(name, "")
        words = next((word for value, word in choices if value == chosen), "")
        links = [(word, self.link(name, value), value == chosen) for value, word in choices]
        return Chip(words or label, links, bool(words), self.link(name, ""))

    def link(self, name: str, value: str) -> str:
        """Return the query of the same list with one filter set, or dropped for ""."""
        kept = {key: one for key, one in self.asked.items() if key != name}
        return "?" + urlencode({**kept, **({name: value} if value else {})})

    @property
    def mine_link(self) -> str:
        """Return the query that shows the reader's own, or drops that."""
        return self.link("mine", "" if "mine" in self.asked else "1")


def _told(item: ActionItem) -> str:
    """Return who besides the owner was told of the present date's lateness."""
    people = [
        person.first_name or person.username
        for reminder in item.reminders.all()
        if reminder.due_on == item.due_on
        for person in reminder.people.all()
        if person.pk != item.owner_id
    ]
    names = list(dict.fromkeys(people))
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{names[0]}{more} told" if names else ""


def _people() -> list[tuple[str, str]]:
    rows = (
        User.objects.filter(action_items__state__in=UNFINISHED)
        .distinct()
        .order_by("first_name", "username")
    )
    return [(one.username, one.display_name) for one in rows[:SHOWN]]


def _services() -> list[tuple[str, str]]:
    rows = Service.objects.filter(incidents__action_items__state__in=UNFINISHED).distinct()
    return list(rows.order_by("name").values_list("slug", "name")[:SHOWN])


def _kinds() -> list[tuple[str, str]]:
    rows = (
        ActionItem.objects.exclude(kind="")
        .order_by("kind")
        .values_list("kind", flat=True)
        .distinct()
    )
    return [(kind, kind.replace("_", " ").capitalize()) for kind in rows[:SHOWN]]


def in_days(when: date, today: date) -> str:
    """Return "3 days late", "today" or "in 4 days"."""
    days = (when - today).days
    if days < 0:
        return f"{plural(-days, 'day')} late"
    return f"in {plural(days, 'day')}" if days else "today"
