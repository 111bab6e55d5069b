"""What every public page shares: its name, its clock, its links."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Logo:
    """The owner's mark, 32 px high, beside the name. `dark_url` empty: a white plate in the dark."""

    url: str
    width: int
    dark_url: str = ""


@dataclass(frozen=True)
class Links:
    """Where things are. An empty address leaves its link out.

    `stylesheet` is the hashed address of `statuspage/status.css`.
    """

    home: str
    history: str
    stylesheet: str
    rss: str = ""
    atom: str = ""
    json: str = ""
    figures: str = ""
    ledger: str = ""
    calendar: str = ""
    planned: str = ""
    subscribe: str = ""
    support: str = ""
    product: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Site:
    """What every page of one status page shares.

    - `zone`: an IANA name ("UTC", "Europe/Berlin").
    - `as_of`: the instant that the facts are of; it decides what is present, past and overdue.
    - `written_at`, `due_at`: when this copy was rendered, and when the next one replaces it.
    - `strict`: a partial outage counts against the uptime in full.
    - `links.support`: http(s) or mailto; `links.product`: the thing itself, for a stale page.
    """

    name: str
    zone: str
    as_of: datetime
    written_at: datetime
    due_at: datetime
    links: Links
    logo: Logo | None = None
    language: str = "en"
    strict: bool = False
