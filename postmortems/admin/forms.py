"""What the buttons of postmortems and action items ask for."""

from copy import copy
from typing import Any

from django import forms

from core.admin.fields import Picker, Pickers, person_picker, suggest
from core.admin.fresh import fresh
from core.models import Team, User
from incidents.admin.forms import KeptNumber, replaced
from incidents.playbook import Playbook
from postmortems.models import ActionItem, Factor, Postmortem
from postmortems.models.postmortem import LONGEST_SECTION

AREA = {"rows": 3}
NONE = ("", "none")


class Sent(forms.CharField):
    """Something that the page knew and sends along; it never counts as typed."""

    def __init__(self, *, required: bool = True) -> None:
        super().__init__(
            required=required, max_length=LONGEST_SECTION, widget=forms.HiddenInput, strip=False
        )

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return False."""
        return False


class Ask(forms.Form):
    """Who is asked to read it."""

    reviewers = Pickers(User.objects.filter(is_active=True), label="Ask these people")

    def __init__(self, *args: Any, reader: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        suggest(self, reader)


class Verdict(forms.Form):
    """What a reviewer says."""

    verdict = forms.ChoiceField(
        choices=(("agrees", "I agree"), ("asks_changes", "I ask for changes")),
        widget=forms.RadioSelect,
        label="My review",
    )
    comment = forms.CharField(
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs=AREA),
        label="what should change",
    )


class Why(forms.Form):
    """A reason."""

    reason = forms.CharField(
        max_length=20_000, widget=forms.Textarea(attrs=AREA), help_text="At least 10 characters."
    )


class PerhapsWhy(forms.Form):
    """A reason where one is needed."""

    reason = forms.CharField(
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs=AREA),
        help_text="Only where the playbook keeps the incident open.",
    )


class NewFactor(forms.Form):
    """One more factor."""

    text = forms.CharField(
        max_length=1000, widget=forms.Textarea(attrs={"rows": 2, "data-keep": ""}),
        label="contributing factor",
        help_text="What had to come together, in the system and not in a person.",
    )  # fmt: skip


class WordedFactor(NewFactor):
    """Another wording of a factor. `seen`: what it said when the page was opened."""

    number = KeptNumber()
    seen = Sent(required=False)

    def __init__(self, *args: Any, postmortem: Postmortem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.postmortem = postmortem

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError, once, with what stands there now where that is not what was seen."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        factor = self.postmortem.factors.filter(position=cleaned.get("number") or 0).first()
        if factor is not None and cleaned.get("seen") not in ("", None, factor.text):
            self.data = replaced(self.data, "seen", factor.text)
            raise forms.ValidationError(
                f"Somebody changed the factors meanwhile. Factor {factor.position} says now: “{factor.text}” "
                "Your own text is still here: look at both, and save again to replace theirs."
            )
        return cleaned


class Numbered(forms.Form):
    """A factor, and what it said when the page was opened."""

    number = KeptNumber()
    seen = Sent(required=False)


class _Found(forms.Form):
    section, rule, quote = Sent(), Sent(), Sent()


class Keep(_Found):
    """Why a sentence stays."""

    reason = forms.CharField(
        max_length=2000, label="It stays, because", help_text="At least 10 characters."
    )


class Use(_Found):
    """Which proposal takes its place."""

    instead = Sent()


class _Facts(forms.ModelForm[Postmortem]):
    owner = person_picker(required=False)
    meeting_at = forms.DateTimeField(
        required=False,
        label="review meeting (UTC)",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    class Meta:
        model = Postmortem
        fields = ("owner", "meeting_at")

    def __init__(self, *args: Any, reader: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        suggest(self, reader)


class _PublicText(forms.ModelForm[Postmortem]):
    public_text = forms.CharField(
        required=False,
        max_length=LONGEST_SECTION,
        widget=forms.Textarea(attrs={"rows": 5, "data-keep": ""}),
        label="text for the status page",
        help_text="Markdown. Nothing else of the postmortem is ever shown outside.",
    )
    is_public = forms.BooleanField(required=False, label="Show it once it is published")

    class Meta:
        model = Postmortem
        fields = ("public_text", "is_public")


def _facts_of(row: Any) -> dict[str, str]:
    return {
        "Owner": row.owner.display_name if row.owner else "nobody",
        "Review meeting": f"{row.meeting_at:%d %b %Y %H:%M} UTC" if row.meeting_at else "not set",
    }


def _public_of(row: Any) -> dict[str, str]:
    return {"Text": row.public_text, "Shown": "yes" if row.is_public else "no"}


_FRESH_FACTS, _FRESH_PUBLIC = fresh(_Facts, _facts_of), fresh(_PublicText, _public_of)


def facts(*args: Any, postmortem: Postmortem, **kwargs: Any) -> Any:
    """Return the form of owner and meeting; refused once when somebody else saved meanwhile."""
    start = {"owner": postmortem.owner}
    return _FRESH_FACTS(*args, instance=copy(postmortem), initial=start, **kwargs)


def public_text(*args: Any, postmortem: Postmortem, **kwargs: Any) -> Any:
    """Return the form of what the status page may show, once it is published; refused as `facts` is."""
    return _FRESH_PUBLIC(*args, instance=copy(postmortem), **kwargs)


class ItemForm(forms.Form):
    """The facts of an action item, with the playbook's words to choose from."""

    title = forms.CharField(max_length=200, label="what is to be done")
    owner = person_picker(required=False, help_text="A person. For now a team will do.")
    team = Picker(Team.objects.all(), required=False)
    due_on = forms.DateField(
        required=False,
        label="due on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    kind = forms.ChoiceField(required=False)
    priority = forms.ChoiceField(required=False, choices=ActionItem.Priority.choices)
    factor = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, label="answers factor"
    )
    measure = forms.CharField(required=False, max_length=300, label="we see that it works by")
    detail = forms.CharField(required=False, max_length=20_000, widget=forms.Textarea(attrs=AREA))

    def __init__(
        self, *args: Any, playbook: Playbook, factors: list[Factor], reader: User | None, **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        suggest(self, reader)
        kinds = [NONE, *((one.key, one.label) for one in playbook.actions.kinds)]
        numbered = [NONE, *((str(one.position), str(one)[:80]) for one in factors)]
        for name, choices in (("kind", kinds), ("factor", numbered)):
            self._choose(name, choices)

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if len(choices) == 1:
            del self.fields[name]
        elif isinstance(field, forms.ChoiceField):
            field.choices = choices


class ItemChange(ItemForm):
    """The same with why it changes, its evidence, and the version that the page showed."""

    evidence = forms.CharField(
        required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    reason = forms.CharField(required=False, max_length=2000, label="why it changes")
    version = KeptNumber()


def differences(form: ItemChange) -> list[str]:
    """Return a sentence for every fact of a bound form that differs from what is stored, with both values."""
    return [
        f"{form[name].label} is now “{_shown(field, form.initial.get(name))}”; "
        f"you wrote “{_shown(field, form[name].value())}”."
        for name, field in form.fields.items()
        if name in form.changed_data and name not in ("reason", "version")
    ]


def _shown(field: forms.Field, value: Any) -> str:
    text = str(field.prepare_value(value) or "")
    if isinstance(field, forms.ChoiceField) and not isinstance(field, Picker):
        choices: Any = field.choices
        text = next((str(word) for key, word in choices if str(key) == text), text)
    return text or "nothing"


class Proof(forms.Form):
    """What proves that it is done."""

    evidence = forms.CharField(
        max_length=20_000, label="what proves it", help_text="A link, a change, or a sentence."
    )


class NewDate(forms.Form):
    """Another due date, and why."""

    due_on = forms.DateField(label="new date", widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(max_length=2000, label="why")


class NewOwner(forms.Form):
    """Who has it from now on."""

    owner = person_picker(label="who has it from now on")
