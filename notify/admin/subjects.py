"""What a delivery is about, as the app that asked for it says: wired as `delivery_subjects` in PROVIDERS."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.html import format_html
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from notify.models import Delivery

About = tuple[str, int]  # a delivery's kind and object_id

KIND_WORDS = {
    "page": "Page",
    "cleared": "Cleared itself",
    "command": "Command",
    "role_offer": "Role offered",
    "severity": "Severity raised",
    "reopened": "Reopened",
    "verification": "Code",
    "test": "Test page",
    "glass_broken": "Break-glass sign-in",
    "action_reminder": "Action reminder",
    "review_asked": "Review asked",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """The thing itself: `label` is its name, `url` its staff page, `mark` what stands before it."""

    label: str
    url: str
    mark: str = ""


def kind_word(kind: str) -> str:
    """Return a delivery's kind as people say it; a kind without a word of its own as it is written."""
    return KIND_WORDS.get(kind, kind.replace("_", " ").capitalize())


def subjects_of(rows: Sequence[Delivery]) -> Mapping[About, Subject]:
    """Return the subjects of these rows, in a number of statements that does not grow with them."""
    asked: Collection[About] = {(row.kind, row.object_id) for row in rows}
    path = settings.PROVIDERS.get("delivery_subjects")
    found: Mapping[About, Subject] = import_string(path)(asked) if path and asked else {}
    return found


def drawn(row: Delivery, subject: Subject | None) -> SafeString:
    """Return kind and subject as a cell, the subject as a link."""
    if subject is None:
        return format_html("{}", kind_word(row.kind))
    return format_html(
        '{} {} <a href="{}">{}</a>', kind_word(row.kind), subject.mark, subject.url, subject.label
    )
