"""Where a page asks that a second person agrees: who may speak there alone, and with what reason."""

from core.errors import Invalid, NotPossible
from statuspage.actions.components import SHORTEST_REASON
from statuspage.models import Page

LONGEST_REASON = 1000


class SecondNeeded(NotPossible):
    """The page asks a second person to agree: propose it, or say why it can't wait for anybody."""

    code = "second_needed"


def alone(page: Page, reason: str, what: str = "each update") -> str:
    """Return why a second person is not asked, in one line; "" where the page asks for none.

    `what`: what a second person approves there. Raises SecondNeeded, Invalid.
    """
    reason = " ".join(reason.split())
    if not page.needs_second:
        return ""
    if not reason:
        raise SecondNeeded(
            f"On {page.name} a second person approves {what}: propose it, or say why it can't wait."
        )
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON or "\0" in reason:
        raise Invalid.field(
            "/alone_because",
            f"Say why it can't wait in {SHORTEST_REASON} to {LONGEST_REASON:,} characters.",
        )
    return reason
