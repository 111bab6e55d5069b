"""One press saves every text of a postmortem that somebody changed, not only the one beside the button."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from core.actor import Actor
from core.admin.buttons import Refusal, status_of, words
from core.errors import Conflict
from postmortems.actions import writing
from postmortems.models import Section


@dataclass(frozen=True, slots=True)
class Written:
    """A section's text as it was sent, over the version that its page showed."""

    key: str
    text: str
    version: int


@dataclass(slots=True)
class Saved:
    """What came of it: the sections that are stored, and for each other one both texts and why not."""

    stored: list[Section] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200

    @property
    def said(self) -> str:
        """Return in one sentence what is stored now."""
        if not self.stored:
            return ""
        *others, latest = (f"“{one.title}”" for one in self.stored)
        if others:
            return f"{', '.join(others)} and {latest} are saved."
        return f"{latest} is saved, version {self.stored[0].version}."


def mark_of(text: str) -> str:
    """Return what a page sends along with a text, so that one that nobody touched is known when it comes back."""
    return sha256(text.replace("\r\n", "\n").strip().encode()).hexdigest()[:16]


def written(sent: Mapping[str, str]) -> Iterator[Written]:
    """Yield the texts that differ from what their page showed; `sent`: text-KEY, version-KEY and was-KEY of each section."""
    for name, value in sent.items():
        key = name.removeprefix("text-")
        if key == name:
            continue
        text = value.replace("\0", "")
        if sent.get(f"was-{key}") != mark_of(text):
            digits = sent.get(f"version-{key}", "")
            known = digits.isdecimal() and len(digits) < 10
            yield Written(key, text, int(digits) if known else -1)


def save(postmortem_id: int, sent: Mapping[str, str], *, by: Actor, at: datetime) -> Saved:
    """Store every changed text by itself: one that is refused holds no other back, and is kept to be shown."""
    saved = Saved()
    for one in written(sent):
        try:
            section = writing.save_section(
                postmortem_id, one.key, one.text, version=one.version, by=by, at=at
            )
        except Conflict as conflict:
            saved.status = 412
            saved.refused.append({**conflict.extra, "said": str(conflict)})
        except Refusal as refusal:
            saved.status = status_of(refusal)
            extra = {"section": one.key, "version": one.version, "yours": one.text, "stored": ""}
            saved.refused.append({**extra, "said": words(refusal)})
        else:
            saved.stored.append(section)
    return saved
