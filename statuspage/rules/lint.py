"""What in a text for the public looks like ours alone (areas/statuspage.md 7.3, item 6). Pure.

It reads as a person would who is in a hurry: it may be wrong, so it asks and never refuses.
"""

import ipaddress
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_TICKET = re.compile(r"\b(?P<it>INC-\d+)\b", re.IGNORECASE)
# Each begins where a run of its letters begins, never inside one, so that the search stays linear.
_MAIL = re.compile(r"(?<![\w.+-])(?P<it>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)")
_HOST = re.compile(
    r"(?<![\w.-])[.-]*+(?P<it>[a-z0-9][a-z0-9.-]*"
    r"\.(?:internal|intranet|intra|local|localdomain|lan|corp|home|private|svc|cluster\.local))\b",
    re.IGNORECASE,
)
_POD = re.compile(r"(?<![\w-])[0-9-]*+(?P<it>[a-z][a-z0-9-]*-[a-f0-9]{8,10}-[a-z0-9]{5})\b")
_NUMBERS = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)")
_SIX = re.compile(r"(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])", re.IGNORECASE)
_PLACE = re.compile(r"(?P<it>\{[a-z][a-z0-9_]*\})")
SHORTEST_NAME = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One passage and why it may not be for the public; `kind` is stable for programs."""

    kind: str
    excerpt: str
    why: str


@dataclass(frozen=True, slots=True)
class Ours:
    """What to look for besides patterns: `names` of staff, `hosts` of ours; `allowed` addresses are public."""

    names: Collection[str] = ()
    hosts: Collection[str] = ()
    allowed: Collection[str] = ()


def lint(text: str, ours: Ours) -> list[Finding]:
    """Return what should not be said in public, each passage once, in the order of the text."""
    found: dict[str, Finding] = {}
    for finding in (*_patterns(text), *_addresses(text), *_names(text, ours), *_hosts(text, ours)):
        if finding.excerpt not in ours.allowed:
            found.setdefault(finding.excerpt, finding)
    return sorted(found.values(), key=lambda finding: text.find(finding.excerpt))


def _patterns(text: str) -> Iterator[Finding]:
    for pattern, kind, why in (
        (_TICKET, "internal_number", "is a number that only we know"),
        (_MAIL, "mail_address", "is an e-mail address"),
        (_HOST, "internal_host", "is the name of a machine of ours"),
        (_POD, "internal_host", "looks like the name of a machine of ours"),
        (_PLACE, "empty_place", "is a place that is still to be filled"),
    ):
        for match in pattern.finditer(text):
            yield Finding(kind, match["it"], f"{match['it']} {why}.")


def _addresses(text: str) -> Iterator[Finding]:
    for match in (*_NUMBERS.finditer(text), *_SIX.finditer(text)):
        try:
            address = ipaddress.ip_address(match[0])
        except ValueError:
            continue
        if not address.is_global:
            yield Finding(
                "private_address", match[0], f"{match[0]} is an address inside our network."
            )


def _names(text: str, ours: Ours) -> Iterator[Finding]:
    for name in sorted(set(ours.names), key=len, reverse=True):
        if len(name) >= SHORTEST_NAME and re.search(rf"\b{re.escape(name)}\b", text):
            yield Finding("staff_name", name, f"{name} is the name of one of us.")


def _hosts(text: str, ours: Ours) -> Iterator[Finding]:
    for host in ours.hosts:
        if re.search(rf"(?<![\w.-]){re.escape(host)}(?![\w-])", text, re.IGNORECASE):
            yield Finding("internal_host", host, f"{host} is where our staff work.")
