"""Two people edit one object: the second save is refused and told what changed (security corpus 89)."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import QueryDict

SALT = "core.admin.fresh"
Reading = Callable[[Model], Mapping[str, str]]


class SeenField(forms.CharField):
    """What the page showed when it was opened, as digests; never counts as a change."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return False."""
        return False


class FreshForm(forms.ModelForm[Model]):
    """A form of a row that others may edit at the same time. `read` gives label -> text of what is stored."""

    seen = SeenField()
    read: ClassVar[Reading]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stored = dict(type(self).read(self.instance))
        self._token = signing.dumps(
            {label: _digest(text) for label, text in self._stored.items()}, salt=SALT
        )
        self.initial["seen"] = self._token

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError with every field that somebody else changed since the page was opened."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        changed = self._changed(cleaned.pop("seen", ""))
        if changed:
            self._show_the_new_one()
            raise ValidationError(
                f"Somebody saved this meanwhile. {' '.join(changed[:8])} Your own text is still here: "
                "look at both, and save again to replace theirs."
            )
        return cleaned

    def _show_the_new_one(self) -> None:
        if isinstance(self.data, QueryDict):
            data = self.data.copy()
            data[self.add_prefix("seen")] = self._token
            self.data = data

    def _changed(self, token: str) -> list[str]:
        if not token:
            return []
        try:
            seen: dict[str, str] = signing.loads(token, salt=SALT)
        except signing.BadSignature:
            return ["This page is too old to compare."]
        labels = [*self._stored, *(label for label in seen if label not in self._stored)]
        return [
            f"{label} is now “{self._stored.get(label, 'gone')}”."
            for label in labels
            if seen.get(label) != _digest(self._stored.get(label, ""))
        ]


def fresh(form: type[Any], read: Reading) -> type[Any]:
    """Return `form` with the check."""
    return type(form.__name__, (FreshForm, form), {"read": staticmethod(read)})


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
