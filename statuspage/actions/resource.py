"""One thing that is served, as bytes."""

from dataclasses import dataclass
from hashlib import sha256

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Rendered:
    """One resource. `stale`: for readers who find no newer one; empty where it is the same."""

    resource: str
    content_type: str
    fresh: bytes
    stale: bytes = b""

    @property
    def etag(self) -> str:
        """Return the strong ETag of the fresh bytes."""
        return etag_of(self.fresh)


def etag_of(content: bytes, encoding: str = "") -> str:
    """Return a strong ETag; another encoding of the same bytes has another one (RFC 9110, 8.8.3)."""
    mark = f"-{encoding}" if encoding else ""
    return f'"{sha256(content).hexdigest()[:32]}{mark}"'
