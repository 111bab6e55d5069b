"""Planned work: listed, announced, moved and taken through its life; each press calls one action."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse

from core import clock
from core.actor import Actor
from core.admin.adding import AddsByAction
from core.admin.buttons import Button
from core.admin.panel import Panel, When, link, moment
from core.admin.rights import allows
from core.templatetags.house import plural
from statuspage.actions.maintenance import Plan, change
from statuspage.actions.maintenance import plan as announce
from statuspage.actions.maintenance_steps import allowed, step, tell
from statuspage.actions.maintenance_words import Word
from statuspage.actions.places import place_of
from statuspage.actions.proposing_works import propose_change, propose_plan, propose_word
from statuspage.admin.screens import NO_PAGE
from statuspage.admin.work_forms import PlanForm, StepForm, WordForm
from statuspage.admin.work_preview import before_it_is_said, read_by_visitors
from statuspage.models import Maintenance, MaintenanceUpdate, Page, Proposal
from statuspage.rules.maintenance import owed
from statuspage.rules.states import RUNNING, Work, words

PUBLISH = "statuspage.publish"
WAITS = "It waits for another person. Nothing of it is public yet."
_STEPS = {
    "begin": ("Begin now", "Visitors see at once that it has begun; its components follow."),
    "verify": ("Work is done, verify", "Visitors see that you check whether all is well."),
    "complete": ("End it", "Visitors see that it is over; its components work again."),
    "cancel": ("Cancel it", "Visitors and subscribers are told. What is cancelled stays so."),
}
_OWED = {"begin": "should have begun", "end": "is overrunning"}


class Standing(admin.SimpleListFilter):
    """Upcoming, running, past."""

    title, parameter_name = "when", "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the three."""
        return [("upcoming", "upcoming"), ("running", "running"), ("past", "past")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Maintenance]
    ) -> QuerySet[Maintenance]:
        """Return those of the chosen one."""
        states = {
            "upcoming": (Work.SCHEDULED,),
            "running": RUNNING,
            "past": (Work.COMPLETED, Work.CANCELLED),
        }.get(self.value() or "")
        return queryset.filter(state__in=states) if states else queryset


@admin.register(Maintenance)
class MaintenanceAdmin(AddsByAction[Maintenance]):
    """Whoever publishes plans, and moves what was planned."""

    view_verb = "statuspage.view"
    add_label = "Announce planned work"
    look_label = "See what visitors would read"
    begins, ends = When("scheduled_for", "begins"), When("scheduled_until", "ends")
    began, ended = When("began_at", "began"), When("ended_at", "ended")
    moved, reminded = When("moved_from", "moved from"), When("reminded_at", "reminded")
    promised = When("next_update_by", "next update by")
    list_display = ("name", "standing", "begins", "ends", "touches")
    list_filter = (Standing, "page")
    list_select_related = ("page",)
    search_fields = ("name",)
    ordering = ("-scheduled_for", "-pk")
    fields = readonly_fields = (
        "name", "standing", "page", "local_times", "begins", "ends", "moved", "began", "ended", "touches",
        "advice", "begins_itself", "ends_itself", "tells_begin", "tells_end", "remind_minutes", "reminded",
        "promised", "public_url",
    )  # fmt: skip

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Say in a list that is empty what the next step is."""
        hint = "Announce work before it is done: visitors plan around what they know."
        hint = hint if Page.objects.exists() else NO_PAGE
        return super().changelist_view(request, {"empty_words": hint, **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> Any:
        """Read what each touches with the rows."""
        return super().get_queryset(request).prefetch_related("touched__component")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever publishes announces, once there is a page."""
        return allows(request, PUBLISH) and Page.objects.exists()

    def headline(self, request: HttpRequest) -> str:
        """Say what runs, what is to come and what waits for a person."""
        at = clock.now()
        rows = list(Maintenance.objects.filter(ended_at=None))
        running = [row for row in rows if row.state in RUNNING]
        late = [row for row in rows if _owed(row, at)]
        said = [f"{len(running)} under way, {len(rows) - len(running)} to come."]
        said += [f"“{row.name}” {_OWED[_owed(row, at)]}: it waits for you." for row in late[:3]]
        if len(late) > 3:
            said.append(f"{plural(len(late) - 3, 'other,others')} as well.")
        return " ".join(said)

    @admin.display(description="state")
    def standing(self, row: Maintenance) -> str:
        """Return how far it is, and what a person owes."""
        waits = _owed(row, clock.now())
        return f"{words(row.state)}: {_OWED[waits]}" if waits else words(row.state)

    @admin.display(description="touches")
    def touches(self, row: Maintenance) -> str:
        """Return the components."""
        names = [touched.component.name for touched in row.touched.all()]
        return ", ".join(names) or "no component"

    @admin.display(description="in the page's zone")
    def local_times(self, row: Maintenance) -> str:
        """Return its times as visitors read them."""
        zone = row.page.zone
        begin, end = row.scheduled_for.astimezone(zone), row.scheduled_until.astimezone(zone)
        return f"{begin:%a %d %b %Y, %H:%M} to {end:%a %d %b, %H:%M} {end.tzname()}"

    @admin.display(description="public page")
    def public_url(self, row: Maintenance) -> str:
        """Return where visitors read it."""
        url = place_of(row.page).url(row.path)
        return link(url, url)

    def add_form(self, request: HttpRequest) -> Callable[..., forms.Form]:
        """Ask for a plan on the page that the address names (`?page=3`), else on the default one."""
        asked = request.GET.get("page", "")
        number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else 0
        rows = Page.objects.order_by("-is_default", "pk")
        page = rows.filter(pk=number).first() or rows.first()
        if page is None:
            raise Http404
        return partial(PlanForm, page=page)

    def add(self, *, by: Actor, at: datetime, **cleaned: Any) -> tuple[Any, str]:
        """Announce it; or propose it, where the page asks for a second person and no reason says that it can't wait."""
        page: Page = cleaned["page"]
        plan: Plan = cleaned["plan"]
        despite = cleaned["despite"]
        if _waits(page, plan.alone_because):
            return propose_plan(page.pk, plan, by=by, at=at, despite_findings=despite), WAITS
        row = announce(page.pk, plan, by=by, at=at, despite_findings=despite)
        return row, "Announced. Visitors see it."

    def page_of(self, obj: Any) -> str:
        """Return the page of planned work, or of the proposal to announce it."""
        if isinstance(obj, Proposal):
            return reverse("admin:statuspage_proposal_change", args=[obj.pk])
        return super().page_of(obj)

    def preview(self, form: forms.Form) -> Panel:
        """Show it as visitors would read it; nothing is stored or said."""
        told = form.cleaned_data
        return Panel(
            "What visitors would read",
            template="statuspage/admin/_work.html",
            data=before_it_is_said(told["page"], told["plan"], clock.now()),
        )

    def buttons(self, request: HttpRequest, obj: Maintenance) -> Sequence[Button]:
        """Offer each step that its state allows, a word at any time, and a change until it is over."""
        may = allows(request, PUBLISH, obj.page)
        ways = allowed(obj)
        steps = [
            Button(
                verb,
                label,
                partial(_step, obj.public_id, verb),
                form=partial(StepForm, page=obj.page),
                shown=may and verb in ways,
                confirm=confirm,
            )
            for verb, (label, confirm) in _STEPS.items()
        ]
        word = Button(
            "tell",
            "Say a word",
            partial(_tell, obj),
            form=partial(WordForm, page=obj.page),
            shown=may,
            confirm="Visitors read it at once; its state stays.",
        )
        plan_button = Button(
            "change",
            "Change or move",
            partial(_change, obj),
            form=partial(PlanForm, page=obj.page, work=obj),
            shown=may and obj.ended_at is None,
            confirm="New times are announced once, and calendars follow.",
        )
        return [*steps[:3], word, plan_button, steps[3]]

    def panels(self, request: HttpRequest, obj: Maintenance) -> Sequence[Panel]:
        """Show what was said, the latest first, and what visitors read of it now."""
        rows = obj.updates.select_related("published_by").order_by("-number")
        columns = ("No.", "Said (UTC)", "State", "Text", "Sent", "By")
        said = [_row(row) for row in rows]
        return [
            Panel("Updates", "", columns, said, "Nothing was said."),
            Panel(
                "What visitors read",
                template="statuspage/admin/_work.html",
                data=read_by_visitors(obj, clock.now()),
                link=(place_of(obj.page).url(obj.path), "Public page"),
            ),
        ]


def _owed(row: Maintenance, at: datetime) -> str:
    return owed(Work(row.state), at, row.scheduled_for, row.scheduled_until)


def _row(row: MaintenanceUpdate) -> list[object]:
    return [
        row.number,
        moment(row.display_at),
        words(row.state),
        row.body,
        "to subscribers" if row.is_sent else "no",
        _author(row),
    ]


def _author(row: MaintenanceUpdate) -> str:
    name = row.published_by.display_name if row.published_by else "the clock"
    return f"{name}, alone: {row.alone_because}" if row.alone_because else name


def _step(public_id: str, verb: str, *, by: Actor, at: datetime, **typed: Any) -> str:
    row = step(public_id, verb, by=by, at=at, **typed)
    return f"“{row.name}” is {words(row.state)}. Visitors see it."


def _waits(page: Page, reason: str) -> bool:
    """Return whether it is proposed instead of said."""
    return page.needs_second and not reason.strip()


def _tell(
    work: Maintenance, *, by: Actor, at: datetime, despite_findings: bool, **typed: Any
) -> str:
    word = Word(**typed)
    if _waits(work.page, word.alone_because):
        propose_word(work.public_id, word, by=by, at=at, despite_findings=despite_findings)
        return WAITS
    update = tell(work.public_id, word, by=by, at=at, despite_findings=despite_findings)
    return f"Update {update.number} is public."


def _change(work: Maintenance, *, by: Actor, at: datetime, plan: Plan, despite: bool) -> str:
    way = propose_change if _waits(work.page, plan.alone_because) else change
    way(work.public_id, plan, by=by, at=at, seen=work.sequence, despite_findings=despite)
    return WAITS if way is propose_change else "The plan is changed. Visitors see it."
