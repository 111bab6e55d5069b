"""What the buttons of an incident ask for."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Model
from django.http import QueryDict

from core.admin.fields import PickInput, person_picker, suggest
from core.admin.fresh import fresh
from core.models import User
from incidents.admin.others import OpenIncidents
from incidents.models import Incident
from incidents.playbook import Playbook
from incidents.rules.numbers import number_of

RANKS = ((1, "1 (worst)"), (2, "2"), (3, "3"), (4, "4 (pages nobody)"))
AREA = {"rows": 3}
LOCAL = "%Y-%m-%dT%H:%M:%S"  # what a browser's date and time field speaks


class Kept(forms.CharField):
    """Something that the page knew and sends along; it never counts as typed."""

    def __init__(self) -> None:
        super().__init__(required=False, max_length=200, widget=forms.HiddenInput)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return False."""
        return False


class KeptNumber(Kept):
    """A number that the page knew; None for anything else."""

    def clean(self, value: Any) -> Any:
        """Return the number."""
        digits = str(value or "")
        return int(digits) if digits.isdecimal() and len(digits) < 19 else None


class Reason(forms.Form):
    """Why: needed to reopen, and to go past a guard that blocks. `seen`: the steps taken when the page was made."""

    reason = forms.CharField(
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs=AREA),
        help_text="At least 10 characters where one is needed.",
    )
    seen = KeptNumber()


class Merge(forms.Form):
    """Into which other incident."""

    into = forms.CharField(
        label="into", help_text="Its number, for example INC-12.", max_length=200, widget=PickInput
    )
    seen = KeptNumber()

    def __init__(self, *args: Any, beside: Incident | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget: Any = self.fields["into"].widget
        widget.picks = OpenIncidents(beside)

    def clean_into(self) -> int:
        """Return the number, which a title may follow; raise ValidationError for anything else."""
        number = number_of(self.cleaned_data["into"].partition(" ")[0])
        if number is None:
            raise forms.ValidationError("Write the number of an incident, for example INC-12.")
        return number


def _earlier() -> forms.DateTimeField:
    return forms.DateTimeField(
        required=False,
        label="happened at (UTC)",
        help_text="Only if it was earlier than now.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format=LOCAL),
    )


class Note(forms.Form):
    """A line for the timeline."""

    text = forms.CharField(max_length=20_000, widget=forms.Textarea(attrs=AREA), label="note")
    happened_at = _earlier()


class Hypothesis(forms.Form):
    """What somebody supposes to be the cause."""

    text = forms.CharField(max_length=20_000, widget=forms.Textarea(attrs=AREA), label="hypothesis")
    happened_at = _earlier()


class Decision(forms.Form):
    """What was decided, why, and what was not chosen."""

    chosen = forms.CharField(max_length=500, label="decided")
    reason = forms.CharField(
        required=False, max_length=20_000, label="because", widget=forms.Textarea(attrs=AREA)
    )
    alternatives = forms.CharField(required=False, max_length=20_000, label="not chosen")
    happened_at = _earlier()


class Correction(forms.Form):
    """Another text for an entry, or another time. What it said first is kept."""

    text = forms.CharField(max_length=20_000, widget=forms.Textarea(attrs=AREA), label="text")
    happened_at = _earlier()
    entry = KeptNumber()
    seen = KeptNumber()

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.incident = incident

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError, once, with what somebody else wrote since the page was opened."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        entry = self.incident.timeline.filter(pk=cleaned.get("entry") or 0).first()
        seen = cleaned.get("seen")
        if entry is not None and seen is not None and entry.edits != seen:
            self.data = replaced(self.data, "seen", str(entry.edits))
            raise forms.ValidationError(
                f"Somebody changed this meanwhile. It says now: “{entry.text}” Your own text is still "
                "here: look at both, and save again to replace theirs."
            )
        return cleaned


class Entry(forms.Form):
    """Which entry of the timeline."""

    entry = KeptNumber()


class _Wording(forms.ModelForm[Incident]):
    description = forms.CharField(
        required=False, max_length=20_000, widget=forms.Textarea(attrs=AREA)
    )

    class Meta:
        model = Incident
        fields = ("title", "description")
        widgets = {"title": forms.TextInput}


def _wording_of(incident: Model) -> dict[str, str]:
    """Return what the page shows, to be compared with what is stored when it is saved."""
    return {name.capitalize(): str(getattr(incident, name)) for name in ("title", "description")}


_FRESH = fresh(_Wording, _wording_of)


def wording(*args: Any, **kwargs: Any) -> Any:
    """Return the form of another title and description; refused once when somebody else saved meanwhile."""
    return _FRESH(*args, **kwargs)


class SeverityChange(forms.Form):
    """Another severity, and why."""

    rank = forms.TypedChoiceField(coerce=int, label="severity")
    reason = forms.CharField(max_length=1000, label="why")

    def __init__(self, *args: Any, playbook: Playbook, present: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["rank"]
        if isinstance(field, forms.TypedChoiceField):
            field.choices = [
                (level.rank, f"{level.code} {level.name}") for level in playbook.severities
            ]
            field.initial = present


class Item(forms.Form):
    """An item of a checklist, as "key number"."""

    item = Kept()


class RoleKey(forms.Form):
    """Which role."""

    role = Kept()


class RoleChange(forms.Form):
    """Who takes which role."""

    role = forms.ChoiceField()
    user = person_picker(label="person")

    def __init__(
        self, *args: Any, playbook: Playbook, reader: User | None, first: Iterable[User] = (), **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        suggest(self, reader, user=first)
        field = self.fields["role"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(role.key, role.label) for role in playbook.roles]


class RoleOffered(RoleChange):
    """A role held out to somebody, with what they need to know."""

    note = forms.CharField(
        required=False,
        max_length=4000,
        label="what they need to know",
        widget=forms.Textarea(attrs=AREA),
        help_text="Where it stands, and what is promised.",
    )


def replaced(data: Any, name: str, value: str) -> Any:
    """Return what was sent with one value replaced."""
    if not isinstance(data, QueryDict):
        return {**data, name: value}
    copy = data.copy()
    copy[name] = value
    return copy
