"""Which addresses we may be sent to. Pure: no DNS, no socket (SSRF: reliability S15 and S16).

A URL is read strictly, so that no two parsers can understand it differently: printable ASCII, no
user info, no fragment, an IPv4 address in four plain decimal parts or not at all. What is not
plainly a public unicast address is refused, unless the operator lists its network: there any port
and plain http are allowed too, since the operator vouches for it.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LONGEST_URL = 2048
PORTS = {"https": 443, "http": 80}

_WRITABLE = re.compile(r"[!$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]+")
_NAME = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LOCAL_NAME = re.compile(
    r"(?:.*\.)?(?:localhost|localdomain|local|internal|intranet|lan|home\.arpa)|[^.]+"
)

_PUBLIC_IPV6 = ipaddress.ip_network(
    "2000::/3"
)  # all that IANA hands out; leaves out fec0::, 64:ff9b::, ::/96
_SPECIAL = tuple(
    ipaddress.ip_network(text)
    for text in (
        "192.0.0.0/24",  # protocol assignments; `is_global` lets two of them pass
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarking
        "2002::/16",  # 6to4: carries an IPv4 address
        "3fff::/20",  # documentation, unknown to Python 3.11
    )
)


class UrlNotAllowed(ValueError):
    """We do not send there; the text is a sentence for the person who entered the address."""

    code = "url_not_allowed"


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that was read: `scheme` http or https, `host` a name or a numeric address, `path` with query."""

    scheme: str
    host: str
    port: int
    path: str
    address: Address | None

    @property
    def host_header(self) -> str:
        """Return the value of the Host header: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def read_url(url: str, allowed: tuple[Network, ...]) -> Target:
    """Return `url` as a target whose writing is in order; raise UrlNotAllowed with the reason.

    `allowed`: the operator's own networks. A literal address is checked here; a name only by how it
    reads, since what it resolves to may be another thing at the next moment: `require_allowed` decides.
    """
    parts, port = _split(url)
    host = parts.hostname or ""
    address = _literal(host, bracketed="[" in parts.netloc)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    target = Target(parts.scheme, host, port, path, address)
    if address is not None:
        require_allowed(target, address, allowed)
    elif not allowed:
        _require_public_name(target)
    return target


def _split(url: str) -> tuple[SplitResult, int]:
    if len(url) > LONGEST_URL:
        raise UrlNotAllowed(f"The address is longer than {LONGEST_URL} characters.")
    if "#" in url:
        raise UrlNotAllowed("The address must not have a part after #.")
    # Before parsing: urlsplit drops tabs and newlines without a word.
    if not _WRITABLE.fullmatch(url):
        raise UrlNotAllowed(
            "Write the address in plain letters; an international name in its xn-- form."
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UrlNotAllowed("This is not a web address.") from error
    if parts.scheme not in PORTS or not parts.netloc:
        raise UrlNotAllowed("The address must begin with https://.")
    if "@" in parts.netloc:
        raise UrlNotAllowed("The address must not hold a user name or password.")
    if port == 0:
        raise UrlNotAllowed("Port 0 can't be reached.")
    return parts, port or PORTS[parts.scheme]


def _literal(host: str, *, bracketed: bool) -> Address | None:
    # What "ends in a number" is an address, or nothing (WHATWG URL, host parser).
    if bracketed or _NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            return ipaddress.IPv6Address(host) if bracketed else ipaddress.IPv4Address(host)
        except ValueError as error:
            raise UrlNotAllowed(
                "Write a numeric address as four plain decimal parts, or in brackets."
            ) from error
    if not _NAME.fullmatch(host):
        raise UrlNotAllowed("The address has no proper host name.")
    return None


def _require_public_name(target: Target) -> None:
    if _LOCAL_NAME.fullmatch(target.host):
        raise UrlNotAllowed(
            "This name is only known inside a network, and no private network is allowed."
        )
    _require_public_door(target)


def _require_public_door(target: Target) -> None:
    if target.scheme != "https":
        raise UrlNotAllowed("The address must begin with https://.")
    if target.port not in PORTS.values():
        raise UrlNotAllowed("Only ports 443 and 80 are allowed.")


def require_allowed(target: Target, address: Address, allowed: tuple[Network, ...]) -> None:
    """Raise UrlNotAllowed unless `address` is public unicast, or in one of the `allowed` networks."""
    plain = plain_address(address)
    if any(plain in network for network in allowed):
        return
    if not is_public(plain):
        raise UrlNotAllowed(
            "This address leads into a private or reserved network; only ALLOWED_PRIVATE_NETWORKS opens one."
        )
    _require_public_door(target)


def plain_address(address: Address) -> Address:
    """Return the IPv4 address inside an IPv4-mapped IPv6 one; any other as it is."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def is_public(address: Address) -> bool:
    """Return whether `address` is plainly public unicast. `is_private` would miss CGNAT, NAT64, 6to4 and more."""
    if isinstance(address, ipaddress.IPv6Address) and address not in _PUBLIC_IPV6:
        return False
    if any(address in network for network in _SPECIAL):
        return False
    return address.is_global and not address.is_multicast


def masked(address: str) -> str:
    """Return an address, of a mailbox or a URL, so that its owner knows it and nobody else can use it."""
    name, at_sign, domain = address.rpartition("@")
    return f"{name[:1]}…{at_sign}{domain}" if at_sign else f"{address[:8]}…"
