"""The forms of planned work: a plan in the page's own wall times, a word, a step."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core import clock
from statuspage.actions.checking import LONGEST_ADVICE
from statuspage.actions.maintenance import LONGEST_NOTICE, Plan, warnings
from statuspage.actions.second import LONGEST_REASON
from statuspage.models import Component, Maintenance, Page
from statuspage.models.ledger import NOT_OPERATIONAL
from statuspage.models.public import LONGEST_BODY, LONGEST_NAME
from statuspage.rules.states import ComponentState, words

WALL = "%Y-%m-%dT%H:%M"  # what a browser's date and time field speaks
_DURING = [(state, words(state)) for state in NOT_OPERATIONAL]
_LOOKED = "I have looked at what is warned of: announce it all the same"


class WallTime(forms.DateTimeField):
    """A date and time without a zone: the form knows whose wall it is."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=WALL)
        super().__init__(widget=widget, input_formats=[WALL, f"{WALL}:%S"], **kwargs)


class PlanForm(forms.Form):
    """A plan. Times are wall times of the page's zone; what is warned of needs a tick, and is never refused."""

    name = forms.CharField(max_length=LONGEST_NAME, label="what is done")
    begins, ends = WallTime(label="begins"), WallTime(label="ends")
    components = forms.MultipleChoiceField()  # of the page: see __init__
    during = forms.ChoiceField(
        choices=_DURING, initial=ComponentState.MAINTENANCE.value, label="meanwhile they are"
    )
    body = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST_BODY,
        label="what visitors are told",
        help_text="What fails for the visitor, and for how long. Subscribers are sent it.",
    )
    advice = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=LONGEST_ADVICE,
        required=False,
        label="what visitors can do meanwhile",
    )
    begins_itself = forms.BooleanField(required=False, initial=True, label="begins by the clock")
    ends_itself = forms.BooleanField(required=False, initial=True, label="ends by the clock")
    tells_begin = forms.BooleanField(
        required=False, initial=True, label="subscribers are told when it begins"
    )
    tells_end = forms.BooleanField(
        required=False, initial=True, label="subscribers are told when it is over"
    )
    remind_minutes = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=LONGEST_NOTICE,
        label="remind subscribers so many minutes before",
        help_text="Empty: nobody is reminded.",
    )
    despite = forms.BooleanField(
        required=False, label=_LOOKED, help_text="Needed only after a warning."
    )

    def __init__(
        self, data: Any = None, *, page: Page, work: Maintenance | None = None, auto_id: str = ""
    ) -> None:
        super().__init__(data, auto_id=auto_id or "id_%s", initial=_initial(page, work))
        self.page, self.work = page, work
        _ask_second(self, page)
        rows = Component.objects.filter(page=page).select_related("group")
        choices = [
            (row.public_id, _label(row))
            for row in rows.order_by("group__position", "position", "pk")
        ]
        self.fields["components"] = _components(choices, _planned_elsewhere(page))
        zone = zone_name(page)
        for name in ("begins", "ends"):
            self.fields[name].help_text = f"Wall time in {zone}, the page's zone."
        if work is not None:
            self.fields["body"].required = False
            told = "Empty: new times are announced in our words, anything else is silent."
            self.fields["body"].help_text = told

    def clean(self) -> dict[str, Any]:
        """Return the plan, and that what is warned of was seen."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        plan = self._plan(cleaned)
        known = self.work.public_id if self.work else ""
        warned = warnings(self.page, plan, clock.now(), known=known)
        if warned and not cleaned["despite"]:
            raise ValidationError([*warned, "Tick the last box if that is meant."])
        kept = {} if self.work else {"page": self.page}
        plan = replace(plan, alone_because=cleaned.get("alone_because", ""))
        return {**kept, "plan": plan, "despite": cleaned["despite"]}

    def _plan(self, cleaned: Mapping[str, Any]) -> Plan:
        begins, ends = (self._moment(cleaned, name) for name in ("begins", "ends"))
        if ends <= begins:
            raise ValidationError({"ends": "It must end after it begins."})
        return Plan(
            scheduled_for=begins,
            scheduled_until=ends,
            components=self._states(cleaned["components"], cleaned["during"]),
            body=cleaned["body"].replace("\r\n", "\n"),
            advice=cleaned["advice"].replace("\r\n", "\n"),
            **{name: cleaned[name] for name in _SAME},
        )

    def _moment(self, cleaned: Mapping[str, Any], name: str) -> datetime:
        local: datetime = cleaned[name]
        known = self.initial.get(name)
        if self.work is not None and known == local.strftime(WALL):
            return self.work.scheduled_for if name == "begins" else self.work.scheduled_until
        try:
            return local.replace(tzinfo=self.page.zone).astimezone(UTC)
        except OverflowError as error:
            raise ValidationError({name: "Write a date of these years."}) from error

    def _states(self, chosen: list[str], during: str) -> dict[str, str]:
        """Return the state of each; what was told of one apart stays while nobody says otherwise."""
        if self.work is None or during != self.initial["during"]:
            return dict.fromkeys(chosen, during)
        known = _touched(self.work)
        return {key: known.get(key, during) for key in chosen}


class WordForm(forms.Form):
    """A word on work that goes on or is to come."""

    body = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST_BODY,
        label="what visitors are told",
    )
    next_update_by = WallTime(required=False, label="next update by")
    is_sent = forms.BooleanField(required=False, initial=True, label="subscribers are sent it")
    despite_findings = forms.BooleanField(required=False, label="All of this may be public")

    def __init__(self, *args: Any, page: Page, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page = page
        _ask_second(self, page)
        self.fields["next_update_by"].help_text = f"Wall time in {zone_name(page)}; may stay empty."

    def clean(self) -> dict[str, Any]:
        """Turn the wall time into an instant."""
        cleaned = super().clean() or self.cleaned_data
        local = cleaned.get("next_update_by")
        if local is None:
            return cleaned
        try:
            moment = local.replace(tzinfo=self.page.zone).astimezone(UTC)
        except OverflowError as error:
            text = "Write a date of these years."
            raise ValidationError({"next_update_by": text}) from error
        return {**cleaned, "next_update_by": moment}


class StepForm(forms.Form):
    """What is said with a step; empty for our own words."""

    body = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_BODY,
        required=False,
        label="what visitors are told",
        help_text="Empty: a sentence of ours.",
    )
    despite_findings = forms.BooleanField(required=False, label="All of this may be public")

    def __init__(self, *args: Any, page: Page, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_second(self, page, "Needed only with words of your own.")


def _ask_second(
    form: forms.Form,
    page: Page,
    otherwise: str = "Empty: it is proposed, and public once another person approves it.",
) -> None:
    """Ask for the reason to speak alone, where the page asks for a second person; `otherwise`: what no reason means."""
    if page.needs_second:
        form.fields["alone_because"] = forms.CharField(
            required=False,
            max_length=LONGEST_REASON,
            label="why it can't wait for a second person",
            help_text=f"{otherwise} With a reason of ten characters or more it is said at once, and the reason is kept.",
        )


_SAME = ("name", "begins_itself", "ends_itself", "tells_begin", "tells_end", "remind_minutes")


def _initial(page: Page, work: Maintenance | None) -> dict[str, Any]:
    if work is None:
        return {}
    touched = _touched(work)
    return {
        **{name: getattr(work, name) for name in (*_SAME, "advice")},
        "begins": work.scheduled_for.astimezone(page.zone).strftime(WALL),
        "ends": work.scheduled_until.astimezone(page.zone).strftime(WALL),
        "components": list(touched),
        "during": next(iter(touched.values()), ComponentState.MAINTENANCE.value),
    }


def _touched(work: Maintenance) -> dict[str, str]:
    rows = work.touched.select_related("component")
    return {row.component.public_id: row.state for row in rows}


def zone_name(page: Page) -> str:
    """Return the zone as people read it."""
    return "UTC" if page.time_zone == "Etc/UTC" else page.time_zone


def _label(row: Component) -> str:
    return f"{row.group.name}: {row.name}" if row.group else row.name


def _planned_elsewhere(page: Page) -> str:
    """Name the components that are of another page: their work is planned there, and is seen here by their state."""
    rows = page.shared.filter(component__retired_at=None).select_related("component__page")
    named = [f"{row} ({row.component.page.name})" for row in rows]
    return f"Work on what other pages share is planned there: {', '.join(named)}." if named else ""


def _components(choices: Sequence[tuple[str, str]], help_text: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label="components that it touches",
        help_text=help_text,
    )
