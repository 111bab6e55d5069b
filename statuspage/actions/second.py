"""Where a page asks that a second person agrees: who may speak there alone, and with what reason."""

from core.actor import Actor
from core.errors import Invalid, NotPossible
from core.permissions import may
from statuspage.actions.components import SHORTEST_REASON
from statuspage.models import Page

LONGEST_REASON = 1000
WORDS_ON_WORK = "what is said of planned work"


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


def program_alone(page: Page, by: Actor) -> str:
    """Return why a program need not ask a second person; "" where the page asks for none.

    Statuspage's clients can neither propose nor give a reason. One may write where the holder of its token may edit the
    page, and so could take the rule away altogether. Raises SecondNeeded, which says what to do, for every other.
    """
    if not page.needs_second:
        return ""
    if may(by, "statuspage.edit_page", page):
        return f"a program of {by.label}, who manages the page"
    raise SecondNeeded(
        f"On {page.name} a second person approves what is said: propose it (POST /api/v1/public-proposals/ or "
        "/api/v1/status-maintenance-proposals/, or in the admin), or let the program write with a token of somebody who manages the page's team."
    )
