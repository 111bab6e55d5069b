"""What is typed to add a contact, and to confirm it."""

from django import forms

from notify.channels import PERSONAL


class Address(forms.Form):
    """A new contact."""

    channel = forms.ChoiceField(choices=[(way.kind, way.label) for way in PERSONAL.values()])
    address = forms.CharField(
        max_length=500, help_text="A code is sent there; no page goes there before it came back."
    )


class Code(forms.Form):
    """The code that was sent to a contact."""

    code = forms.CharField(
        max_length=40,
        help_text="It was sent there, and is good for one hour.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "off"}),
    )
