"""Who did it: every action takes an Actor, so that the timeline never lies about a machine."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from core.models import User

Kind = Literal["person", "source", "reply", "engine", "import"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something that acts.

    `user` is set for a person and for a reply link (which names one person); `source_id` for a
    monitoring source. `ceiling` bounds what an API token may do, whoever owns it.
    """

    kind: Kind
    label: str
    user: "User | None" = field(default=None, compare=False)
    source_id: int | None = None
    ceiling: str = "administrator"

    @property
    def user_id(self) -> int | None:
        """Return the person's id; None for a machine."""
        return self.user.pk if self.user else None


ENGINE = Actor("engine", "Watchbill")


def person(user: "User", *, ceiling: str = "administrator") -> Actor:
    """Return the actor for a signed-in person, or for a token of theirs with a lower `ceiling`."""
    return Actor("person", user.display_name, user=user, ceiling=ceiling)


def reply(user: "User") -> Actor:
    """Return the actor for a reply link or code that was sent to `user`."""
    return Actor("reply", user.display_name, user=user)


def source(source_id: int, name: str) -> Actor:
    """Return the actor for a monitoring source."""
    return Actor("source", name, source_id=source_id)
