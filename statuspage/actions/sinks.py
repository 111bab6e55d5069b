"""Where static copies go: a folder of this machine, or an S3-compatible bucket."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlsplit

from django.conf import settings

from core import clock
from core.errors import Invalid
from notify.http import HttpClient, HttpFailure, HttpReply, HttpSettings, UrlNotAllowed
from statuspage.actions import copied_files
from statuspage.rules.s3 import Credentials, signed

TIME_LIMIT_S = 20.0
CACHE = "public, max-age=10"


class SinkFailure(Exception):
    """A place could not be written; the text says which and why, and is safe to show."""


class Sink(Protocol):
    """A place for files by name; each appears whole or not at all. Raises SinkFailure."""

    def has(self, name: str) -> bool:
        """Return whether a file that was written is still there, as far as that can be told without asking."""

    def write(self, name: str, content: bytes, content_type: str) -> None:
        """Put a file in place."""

    def delete(self, name: str) -> None:
        """Take a file away; one that is not there is fine."""


def sink_of(to: str) -> Sink:
    """Return the place of that name; raises Invalid for what is no folder's path and no bucket's address."""
    if to.startswith("s3://"):
        parts = urlsplit(to)
        credentials = Credentials(
            settings.S3_ACCESS_KEY_ID, settings.S3_SECRET_ACCESS_KEY, settings.S3_REGION
        )
        if not (parts.netloc and credentials.key_id and credentials.secret):
            raise Invalid.field(
                "/to",
                "A bucket needs its name, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY.",
            )
        return Bucket(settings.S3_ENDPOINT, parts.netloc, parts.path.strip("/"), credentials)
    if "://" in to or not to.strip():
        raise Invalid.field("/to", f"{to[:80]!r} is neither a folder nor s3://BUCKET/PREFIX.")
    return Folder(Path(to))


class Folder:
    """A folder; a web server may read it at any moment."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def has(self, name: str) -> bool:
        """Return whether the file is there; what can't be looked at is not, and writing it says why."""
        try:
            return (self._place / name).is_file()
        except OSError:
            return False

    def write(self, name: str, content: bytes, content_type: str) -> None:
        """Replace the file in one step."""
        try:
            copied_files.write_file(self._place / name, content, is_public=True)
        except OSError as error:
            raise SinkFailure(
                f"{self._place / name} can't be written: {error.strerror}."
            ) from error

    def delete(self, name: str) -> None:
        """Remove the file, and every folder that it leaves empty."""
        path = self._place / name
        try:
            path.unlink(missing_ok=True)
            for folder in path.relative_to(self._place).parents[:-1]:
                if (self._place / folder).is_dir() and not any((self._place / folder).iterdir()):
                    (self._place / folder).rmdir()
        except OSError as error:
            raise SinkFailure(f"{path} can't be removed: {error.strerror}.") from error


class Bucket:
    """A bucket by path-style addresses, which every S3-compatible server understands."""

    def __init__(self, endpoint: str, bucket: str, prefix: str, credentials: Credentials) -> None:
        self._base = f"{endpoint}/{quote(bucket)}" + (f"/{quote(prefix)}" if prefix else "")
        self._credentials = credentials
        allowed = tuple(settings.ALLOWED_PRIVATE_NETWORKS)
        self._client = HttpClient(HttpSettings(allowed, time_limit_s=TIME_LIMIT_S))

    def has(self, name: str) -> bool:
        """Return True: what was written is taken to be there."""
        return True

    def write(self, name: str, content: bytes, content_type: str) -> None:
        """Put the object."""
        headers = {"Content-Type": content_type, "Cache-Control": CACHE}
        self._ask("PUT", name, content, headers, fine=(200,))

    def delete(self, name: str) -> None:
        """Delete the object."""
        self._ask("DELETE", name, b"", {}, fine=(200, 204, 404))

    def _ask(
        self,
        method: str,
        name: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        fine: tuple[int, ...],
    ) -> None:
        url = f"{self._base}/{quote(name)}"
        all_headers = signed(method, url, headers, body, self._credentials, clock.now())
        try:
            reply: HttpReply = self._client.send(method, url, body, all_headers)
        except (UrlNotAllowed, HttpFailure) as failure:
            raise SinkFailure(f"{url}: {failure}") from failure
        if reply.status not in fine:
            raise SinkFailure(f"{url} was answered with {reply.status}.")
