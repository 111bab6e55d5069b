"""Foreign calendars: which address says who holds a layer or when somebody is away, and how well that goes."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import clock
from core.actor import Actor
from core.admin.adding import AddsByAction
from core.admin.buttons import Button
from core.admin.panel import NOTHING, Panel, When
from core.admin.rights import allows, manages, who
from core.models import User
from core.templatetags.house import icon, plural, short_of, wall
from notify.addresses import LONGEST_URL
from oncall.actions.foreign import TELL_AFTER, FollowWish, follow, refresh, unfollow
from oncall.admin.absences import leads
from oncall.models import ForeignCalendar, Layer, Unavailability

EDIT = "oncall.edit_schedule"
OLD = timedelta(hours=1)
EMPTY = (
    "A layer, or somebody's time off, can follow a calendar that is kept elsewhere. Copy its secret address (iCal) from"
    " there and add it here."
)


class FollowForm(forms.Form):
    """A calendar's address, and what follows it."""

    address = forms.CharField(
        max_length=LONGEST_URL, label="address",
        help_text="Its secret address in iCal format: https://… or webcal://…. It is shown only now.",
    )  # fmt: skip
    what = forms.ChoiceField(label="what it says")
    mode = forms.ChoiceField(
        choices=Unavailability.Mode.choices, widget=forms.RadioSelect, initial="flag", required=False,
        label="for time off: their turns",
    )  # fmt: skip

    def __init__(
        self, *args: Any, layers: Sequence[Layer], people: Sequence[User], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.layers = {f"layer-{row.pk}": row for row in layers}
        self.people = {f"user-{row.pk}": row for row in people}
        groups: list[tuple[str, list[tuple[str, str]]]] = []
        if people:
            away = [(key, f"when {row.display_name} is away") for key, row in self.people.items()]
            groups.append(("Time off", away))
        for schedule, rows in groupby(self.layers.items(), key=lambda item: item[1].schedule):
            groups.append((schedule.name, [(key, f"who holds {row.name}") for key, row in rows]))
        field = self.fields["what"]
        if isinstance(field, forms.ChoiceField):
            field.choices = groups

    def clean(self) -> dict[str, Any]:
        """Return the wish."""
        cleaned = super().clean() or self.cleaned_data
        what = cleaned.get("what", "")
        layer, user = self.layers.get(what), self.people.get(what)
        mode = cleaned.get("mode") or Unavailability.Mode.FLAG
        return {"wish": FollowWish(cleaned.get("address", ""), layer, user, mode)}


@admin.register(ForeignCalendar)
class ForeignCalendarAdmin(AddsByAction[ForeignCalendar]):
    """Managers follow calendars for layers and their people, everybody for themselves."""

    view_verb = "oncall.view"
    add_label = "Follow a calendar"
    made, read = When("created_at", "followed since"), When("ok_at", "last read")
    list_display = ("what", "host", "standing", "read", "owner")
    list_select_related = ("layer__schedule", "user", "created_by")
    fields = readonly_fields = ("host", "standing", "read", "made", "owner")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ForeignCalendar]:
        """Leave the calendars' texts where they are: they may be large."""
        return super().get_queryset(request).defer("content")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Say what comes first where there is nothing yet."""
        reply: HttpResponse = super().changelist_view(
            request, {"empty_words": EMPTY, **(extra_context or {})}
        )
        return reply

    def headline(self, request: HttpRequest) -> str:
        """Say how many can't be read."""
        count = ForeignCalendar.objects.exclude(error="").count()
        return f"{plural(count, 'calendar,calendars')} can't be read now." if count else ""

    @admin.display(description="what follows it")
    def what(self, row: ForeignCalendar) -> str:
        """Return the layer, or whose time off."""
        return row.what

    @admin.display(description="added by")
    def owner(self, row: ForeignCalendar) -> str:
        """Return who added it."""
        return row.created_by.display_name if row.created_by else NOTHING

    @admin.display(description="state")
    def standing(self, row: ForeignCalendar) -> SafeString:
        """Return whether it can be read, and how old that is."""
        tone, mark, words = _standing(row, clock.now())
        return format_html('<span class="{}">{}&nbsp;{}</span>', tone, icon(mark), words)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever notes time off may follow a calendar; the action asks for what."""
        return allows(request, "oncall.swap")

    def add_form(self, request: HttpRequest) -> Callable[..., forms.Form]:
        """Offer the layers and people of the teams that the reader manages, and the reader."""
        reader = who(request).user
        if reader is None:
            raise PermissionDenied
        led = User.objects.filter(teams__in=manages(request), is_active=True)
        people = (User.objects.filter(pk=reader.pk) | led).distinct()
        layers = Layer.objects.none()
        if allows(request, EDIT) or reader.managed_team_ids:
            layers = Layer.objects.filter(schedule__team__in=manages(request))
        rows = layers.filter(foreign_calendar=None).select_related("schedule")
        free = people.filter(foreign_calendar=None).order_by("first_name", "last_name", "username")
        own = sorted(free, key=lambda row: row.pk != reader.pk)
        return partial(
            FollowForm, layers=list(rows.order_by("schedule__name", "schedule", "pk")), people=own
        )

    def add(self, *, by: Actor, at: datetime, **cleaned: Any) -> tuple[ForeignCalendar, str]:
        """Follow it, and fetch it at once."""
        row = follow(cleaned["wish"], by=by, at=at)
        return row, _said(refresh(row.pk, by=by, at=at))

    def buttons(self, request: HttpRequest, obj: ForeignCalendar) -> Sequence[Button]:
        """Offer to fetch it now, to believe it, and to follow it no more."""
        may = _may(request, obj)
        is_emptied = bool(obj.error) and obj.applied_at is not None
        stays = "What it said last stays; what changes there arrives here no more."
        believe = "Whatever it takes away is taken away here, also all of it."
        return [
            Button("refresh", "Fetch it now", partial(_refresh, obj.pk), shown=may),
            Button(
                "believe", "Take it as it is", partial(_refresh, obj.pk, may_be_empty=True), shown=may and is_emptied,
                confirm=believe,
            ),
            Button("unfollow", "Follow it no more", partial(_unfollow, obj), shown=may, confirm=stays),
        ]  # fmt: skip

    def panels(self, request: HttpRequest, obj: ForeignCalendar) -> Sequence[Panel]:
        """Show what is wrong, and what it said last."""
        things = "turn,turns" if obj.layer_id else "absence,absences"
        rows = [
            ("New", plural(obj.added, things)),
            ("As before", plural(obj.kept, things)),
            ("Taken away", plural(obj.cancelled, things)),
            ("Names that nobody bears", ", ".join(obj.unknown) or NOTHING),
        ]
        shown = rows if obj.applied_at else []
        when = f", {wall(obj.applied_at)} UTC" if obj.applied_at else ""
        stays = "What it said last stays meanwhile. It is asked every 15 minutes."
        wrong = [Panel("What is wrong", f"{obj.error} {stays}", key="wrong")] if obj.error else []
        said = Panel(
            f"What it said last{when}", "", ("What", "How many"), shown, "Nothing yet.", key="said"
        )
        return [*wrong, said]

    def page_of(self, obj: ForeignCalendar) -> str:
        """Return its page; the list, once it is followed no more."""
        if ForeignCalendar.objects.filter(pk=obj.pk).exists():
            return super().page_of(obj)
        return reverse("admin:oncall_foreigncalendar_changelist")


def _may(request: HttpRequest, row: ForeignCalendar) -> bool:
    if row.layer is not None:
        return allows(request, EDIT, row.layer)
    if row.user is None:
        return False
    own = who(request).user_id == row.user_id and allows(request, "oncall.swap")
    return own or leads(request, row.user)


def _standing(row: ForeignCalendar, at: datetime) -> tuple[str, str, str]:
    """Return tone, icon and words of how a calendar stands."""
    age = f"last read {short_of(at - row.ok_at)} ago" if row.ok_at else "never read yet"
    if row.error:
        tone = "bad" if row.failures >= TELL_AFTER else "warn"
        return (
            tone,
            "triangle",
            f"Can't be read: failed {plural(row.failures, 'time,times')}, {age}",
        )
    if row.ok_at is None or at - row.ok_at > OLD:
        return "warn", "clock", age.capitalize()
    return "good", "check", age.capitalize()


def _said(row: ForeignCalendar) -> str:
    if row.error:
        return f"It is followed, but it can't be read yet: {row.error}"
    things = "turn,turns" if row.layer_id else "absence,absences"
    return (
        f"Read: {plural(row.added, things)} new, {row.kept} as before, {row.cancelled} taken away."
    )


def _refresh(calendar_id: int, *, by: Actor, at: datetime, may_be_empty: bool = False) -> str:
    return _said(refresh(calendar_id, by=by, at=at, may_be_empty=may_be_empty))


def _unfollow(row: ForeignCalendar, *, by: Actor, at: datetime) -> str:
    unfollow(row.pk, by=by)
    return f"{row.what}: {row.host} is followed no more."
