"""Read one posted body: type, charset, length, JSON. Every refusal has a status, a code and a sentence."""

from django.http import HttpRequest, UnreadablePostError

from core.bodies import REFUSED, BodyRefused
from core.json_in import JsonRefused, Loaded, load

_AS_IS = {"", "utf-8", "utf8", "us-ascii", "ascii"}
_TRANSCODED = {"iso-8859-1", "iso8859-1", "latin-1", "latin1", "windows-1252", "cp1252"}


def read(request: HttpRequest) -> bytes:
    """Return the body as UTF-8 bytes; raise JsonRefused for XML, an unknown charset or a cut-off body.

    A body that the server's wrapper refused already (core.bodies) is refused here with its reason.
    """
    refused = request.META.get(REFUSED)
    if isinstance(refused, BodyRefused):
        raise JsonRefused(int(refused.status[:3]), refused.code, str(refused))
    media, charset = _declared(request)
    if media.endswith("xml"):
        raise JsonRefused(415, "unsupported_media_type", "Send JSON; XML is not taken.")
    try:
        body = request.body
    except UnreadablePostError as error:
        raise JsonRefused(
            400, "incomplete_body", "The body ended before its announced length."
        ) from error
    if len(body) < int(request.META.get("CONTENT_LENGTH") or 0):
        raise JsonRefused(400, "incomplete_body", "The body ended before its announced length.")
    if charset in _AS_IS:
        return body
    if charset in _TRANSCODED:
        return body.decode("cp1252", "replace").encode()
    raise JsonRefused(415, "unsupported_charset", "Send the body in UTF-8.")


def _declared(request: HttpRequest) -> tuple[str, str]:
    media, _, parameters = request.META.get("CONTENT_TYPE", "").partition(";")
    charset = ""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip("\"'").lower()
    return media.strip().lower(), charset


def parse(body: bytes) -> Loaded:
    """Return the document and what had to be repaired; raise JsonRefused."""
    return load(body)
