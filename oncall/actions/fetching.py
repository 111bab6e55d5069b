"""Ask an address for its calendar, by the one outbound client; what is wrong with it is said in words."""

from dataclasses import dataclass

from django.conf import settings

from core.errors import Invalid
from core.secrets import SecretLost
from notify.addresses import UrlNotAllowed
from notify.http import HttpClient, HttpFailure, HttpReply, HttpSettings, check_url
from oncall.actions.calendars_in import LARGEST
from oncall.models import ForeignCalendar

LIMIT_S = 8.0
LONGEST_ETAG, LONGEST_DATE = 255, 64
_WEBCAL = "webcal://"  # what calendars call https for the apps of a phone
SERVER_FAULT = 500
_SIGN_IN = ": it asks for a sign-in; use the calendar's secret address"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: `content` None where the calendar is as it was."""

    content: bytes | None
    etag: str = ""
    last_modified: str = ""


class Unfit(Exception):
    """Nothing came that could be applied; the text is for the calendar's owner."""


def checked_address(text: str) -> str:
    """Return an address as it is fetched. Raises Invalid for one that can never be."""
    address = text.strip()
    if address.lower().startswith(_WEBCAL):
        address = f"https://{address[len(_WEBCAL) :]}"
    try:
        check_url(address, HttpSettings(tuple(settings.ALLOWED_PRIVATE_NETWORKS)))
    except UrlNotAllowed as error:
        raise Invalid.field("/url", str(error)) from error
    return address


def read_address(row: ForeignCalendar) -> Fetched:
    """Return what is at a calendar's address now. Raises Unfit."""
    networks = tuple(settings.ALLOWED_PRIVATE_NETWORKS)
    client = HttpClient(HttpSettings(networks, time_limit_s=LIMIT_S))
    try:
        reply = client.get(row.address, _headers(row), largest=LARGEST)
    except (UrlNotAllowed, HttpFailure, SecretLost) as error:
        raise Unfit(str(error)) from error
    if reply.status == 304 and row.content is not None:
        return Fetched(None)
    if reply.status != 200:
        raise Unfit(_refusal(reply))
    etag, changed = (reply.headers.get(name, "") for name in ("etag", "last-modified"))
    return Fetched(reply.body, _kept(etag, LONGEST_ETAG), _kept(changed, LONGEST_DATE))


def _headers(row: ForeignCalendar) -> dict[str, str]:
    known = {"If-None-Match": row.etag, "If-Modified-Since": row.last_modified}
    if row.content is None:
        known = {}
    return {"Accept": "text/calendar", **{name: value for name, value in known.items() if value}}


def _kept(text: str, longest: int) -> str:
    """Return what a server said of its version, "" for what can't be sent back."""
    return text if len(text) <= longest and text.isascii() and text.isprintable() else ""


def _refusal(reply: HttpReply) -> str:
    words = {
        401: _SIGN_IN,
        403: _SIGN_IN,
        404: ": there is nothing at this address; was it changed",
        410: ": the calendar is gone",
    }
    said = words.get(reply.status, "" if reply.status >= SERVER_FAULT else ": that is no calendar")
    return f"The server answered {reply.status}{said}."
