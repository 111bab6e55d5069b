"""The state of one component in another page's API v2. Pure; everything in it was written by strangers."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from statuspage.rules.states import ComponentState

FAILING_AFTER = timedelta(minutes=15)


class Unclear(Exception):
    """The document does not tell; the text says why, safe to show."""


def state_in(document: object, external_id: str, external_name: str) -> ComponentState:
    """Return how the component of that id, or (without one) of that name, does; raises Unclear.

    `document`: components.json or summary.json.
    """
    rows = document.get("components") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise Unclear("What was read there is no list of components.")
    key, wanted = ("id", external_id) if external_id else ("name", external_name)
    found = next((row for row in rows if isinstance(row, dict) and row.get(key) == wanted), None)
    if found is None:
        raise Unclear(f"Their page lists no component whose {key} is {wanted[:60]!r}.")
    word = found.get("status")
    if not isinstance(word, str) or word not in tuple(ComponentState):
        raise Unclear(f"Their page says {str(word)[:40]!r}, which is no state that is known here.")
    return ComponentState(word)


def is_failing(since: datetime | None, at: datetime) -> bool:
    """Return whether nothing could be read for so long that it is said; `since`: the first failure in a row."""
    return since is not None and at - since > FAILING_AFTER


def shown_address(url: str) -> str:
    """Return the address of their page as visitors may see it; "" for one that holds a name, a password or a key."""
    parts = urlsplit(url)
    is_plain = "@" not in parts.netloc and not parts.query and not parts.fragment
    return url if is_plain and parts.scheme in ("http", "https") else ""


def shown_provider(provider: str, url: str) -> str:
    """Return the name of whoever runs it; without one, their page's host."""
    return provider or urlsplit(url).hostname or "somebody else"
