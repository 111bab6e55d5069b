"""What the buttons of an incident ask for."""

from typing import Any

from django import forms

from core.admin.fields import PersonField
from core.models import User
from incidents.models import Service
from incidents.playbook import Playbook

RANKS = ((1, "1 (worst)"), (2, "2"), (3, "3"), (4, "4 (pages nobody)"))
AREA = {"rows": 3}


class Reason(forms.Form):
    """Why: needed to reopen, and to go past a guard that blocks."""

    reason = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs=AREA),
        help_text="At least 10 characters where one is needed.",
    )


class Merge(forms.Form):
    """Into which other incident."""

    into = forms.CharField(label="into", help_text="Its number, for example INC-12.")

    def clean_into(self) -> int:
        """Return the number; raise ValidationError for anything else."""
        digits = str(self.cleaned_data["into"]).strip().upper().removeprefix("INC-")
        if not digits.isdecimal() or len(digits) > 18:
            raise forms.ValidationError("Write the number of an incident, for example INC-12.")
        return int(digits)


class Note(forms.Form):
    """A line for the timeline."""

    text = forms.CharField(max_length=20_000, widget=forms.Textarea(attrs=AREA), label="note")
    happened_at = forms.DateTimeField(
        required=False,
        label="happened at (UTC)",
        help_text="Only if it was earlier than now.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )


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


class RoleChange(forms.Form):
    """Who takes which role."""

    role = forms.ChoiceField()
    user = PersonField(User.objects.filter(is_active=True), label="person")

    def __init__(self, *args: Any, playbook: Playbook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(role.key, role.label) for role in playbook.roles]


class Declaration(forms.Form):
    """Declare an incident in a few seconds."""

    title = forms.CharField(max_length=1024, widget=forms.TextInput(attrs={"autofocus": True}))
    service = forms.ModelChoiceField(Service.objects.all())
    severity = forms.TypedChoiceField(coerce=int, choices=RANKS, initial=2)
    description = forms.CharField(required=False, widget=forms.Textarea(attrs=AREA))
    page_nobody = forms.BooleanField(required=False, label="I have it, page nobody")


def has_number(text: str) -> str:
    """Return the digits of a search such as INC-12, else the text as it is."""
    digits = text.strip().upper().removeprefix("INC-")
    return digits if digits.isdecimal() else text
