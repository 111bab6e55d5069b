"""Where a request comes from: the connection's own address, or what our own proxies say of it."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # noqa: S104  stands for no address; nothing listens there


def address_of(request: HttpRequest) -> str:
    """Return the client's address; 0.0.0.0 where the server knows none.

    Behind PROXIES proxies of ours the last so many values of X-Forwarded-For are theirs and are
    believed; what a client wrote before them is not. A shorter list is not believed at all.
    """
    told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    count: int = settings.PROXIES
    value = told[-count] if 0 < count <= len(told) else ""
    return _clean(value) or _clean(request.META.get("REMOTE_ADDR", "")) or UNKNOWN


def _clean(value: str) -> str:
    """Return one plain address; some proxies add a port, some systems a zone. "" for no address."""
    value = value.partition(":")[0] if value.count(":") == 1 else value
    try:
        return str(ipaddress.ip_address(value.strip("[]").partition("%")[0]))
    except ValueError:
        return ""
