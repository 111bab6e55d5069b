"""What is typed on the page that publishes: read as an announcement, and shown again as it was typed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from core.errors import DomainError, Invalid
from statuspage.actions import Announcement, Pending, Press
from statuspage.actions.ledger import present_states
from statuspage.actions.mailings import counted
from statuspage.models import Component
from statuspage.models.ledger import STATE_CHOICES
from statuspage.rules.states import OVER, ComponentState, Stage, words

LOCAL = "%Y-%m-%dT%H:%M"  # what a browser's date and time field speaks
STAGES = [(stage.value, stage.value.capitalize()) for stage in Stage]
_FIELDS = {
    "/name": "name",
    "/status": "state",
    "/body": "body",
    "/advice": "advice",
    "/alone_because": "alone_because",
}
_PREFIX = "c_"


@dataclass(frozen=True, slots=True)
class Picker:
    """One component with the state to choose for it."""

    component: Component
    now: str
    chosen: str
    choices: Sequence[tuple[str, str]]

    @property
    def name(self) -> str:
        """Return the name of its field."""
        return f"{_PREFIX}{self.component.public_id}"

    @property
    def now_words(self) -> str:
        """Return how it does now."""
        return words(self.now)


@dataclass(frozen=True, slots=True)
class Written:
    """The form. `next_update_by` is local time of the page's zone, as typed; "" for no promise.

    `notify`: those who subscribed are told.
    """

    said: Announcement
    next_update_by: str
    seen: int
    version: int
    notify: bool = True

    @classmethod
    def of(cls, found: Pending) -> "Written":
        """Return the form as it is first shown: the draft."""
        by = found.said.next_update_by
        typed = by.astimezone(found.page.zone).strftime(LOCAL) if by else ""
        return cls(found.said, typed, found.published, found.version)

    @classmethod
    def typed(cls, data: Mapping[str, Any], found: Pending) -> "Written":
        """Return the form as it was sent; what is missing keeps the draft's value."""
        said = replace(
            found.said,
            name=data.get("name", found.said.name),
            state=data.get("state", found.said.state),
            body=str(data.get("body", found.said.body)).replace("\r\n", "\n"),
            advice=str(data.get("advice", found.said.advice)).replace("\r\n", "\n"),
            components={
                key.removeprefix(_PREFIX): value
                for key, value in data.items()
                if key.startswith(_PREFIX) and value
            },
        )
        return cls(
            said,
            data.get("next_update_by", ""),
            _number(data, "seen"),
            _number(data, "version"),
            notify="notify" in data or "asked" not in data,
        )

    def announcement(self, found: Pending) -> Announcement:
        """Return what is to be said: what is over holds nothing back. Raises Invalid for a time that is none."""
        said = self.said
        if said.state in OVER:
            said = replace(said, components={k: _let_go(v) for k, v in said.components.items()})
        if not self.next_update_by.strip():
            return replace(said, next_update_by=None)
        try:
            local = datetime.fromisoformat(self.next_update_by.strip())
            zone = local.tzinfo or found.page.zone
            moment = local.replace(tzinfo=zone).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise Invalid.field(
                "/next_update_by", "Write a time such as 2026-11-21T15:15, or leave it empty."
            ) from error
        return replace(said, next_update_by=moment)

    def press(self, data: Mapping[str, Any], page: str) -> Press:
        """Return what the person had seen when they pressed, how they want it said, and on which page (its id in public)."""
        return Press(
            seen=self.seen,
            draft_seen=self.version,
            despite_findings="despite_findings" in data,
            notify=self.notify,
            alone_because=str(data.get("alone_because", "")) if "alone" in data else "",
            page=page,
        )

    def told(self, found: Pending) -> int:
        """Return how many subscribers would be told of what is chosen now."""
        rows = found.page.components.filter(public_id__in=list(self.said.components))
        return counted(found.page, found.public, [*rows, *found.shared])

    def pickers(self, found: Pending) -> list[Picker]:
        """Return the components of the draft with what is chosen for each."""
        return [self._picker(row, found.states[row.pk], "") for row in found.components]

    def more(self, others: Sequence[Component]) -> list[Picker]:
        """Return the page's other components; those that nobody chooses a state for are left alone."""
        states = present_states(others)
        return [self._picker(row, states[row.pk], "leave as it is") for row in others]

    def _picker(self, row: Component, now: ComponentState, none: str) -> Picker:
        blank = [("", none)] if none else []
        chosen = self.said.components.get(row.public_id, "" if none else now)
        return Picker(row, now, chosen, [*blank, *STATE_CHOICES])

    def states(self, components: Iterable[Component]) -> dict[int, ComponentState]:
        """Return what these components would be, for those that a state is chosen for."""
        chosen = {row.pk: self.said.components.get(row.public_id, "") for row in components}
        return {
            pk: ComponentState(word) for pk, word in chosen.items() if word in set(ComponentState)
        }


def _let_go(state: str) -> str:
    return ComponentState.OPERATIONAL.value if state in set(ComponentState) else state


def errors_of(refusal: DomainError) -> dict[str, str]:
    """Return each problem of a refusal by the form's field; "" for what belongs to none."""
    told: Any = refusal.extra.get("errors", [])
    found = {_field(str(one["pointer"])): str(one["detail"]) for one in told}
    return found or {"": str(refusal)}


def _field(pointer: str) -> str:
    if pointer.startswith("/components/"):
        return _PREFIX + pointer.removeprefix("/components/")
    return _FIELDS.get(pointer, "next_update_by" if pointer == "/next_update_by" else "")


def _number(data: Mapping[str, Any], name: str) -> int:
    digits = str(data.get(name, ""))
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else 0
