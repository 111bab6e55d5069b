"""What in a text for the public looks like ours alone (areas/statuspage.md 7.3, item 6). Pure.

It reads as a person would who is in a hurry: it may be wrong, so it asks and never refuses.
"""

import ipaddress
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from statuspage.rules.secrets import secrets

_TICKET = re.compile(r"\b(?P<it>INC-\d+)\b", re.IGNORECASE)
# "OPS-4411"; what is public by its nature (CVE, HTTP, ISO, dates of a quarter) is not a ticket.
_TRACKED = re.compile(
    r"(?<![\w-])(?P<it>(?!(?:CVE|CWE|RFC|ISO|IEC|UTF|UTC|GMT|HTTP|TLS|SSL|SHA|AES|RSA|IPV|PCI|COVID|INC|SEV|WCAG|US|EU|Q[1-4])-)"
    r"[A-Z][A-Z0-9]{1,9}-\d{1,6})(?![\w-])"
)
_NUMBERED = re.compile(
    r"(?<!\w)(?:issue|ticket|jira|bug|story|pull request|merge request|pr|mr|case)[ \t]{0,3}(?P<it>[#!]\d{1,9})\b",
    re.IGNORECASE,
)
_INSIDE_URL = re.compile(
    r"(?<![\w.-])(?P<it>(?:https?://)?(?:grafana|kibana|prometheus|alertmanager|jenkins|argocd|vault|sentry|splunk"
    r"|jira|confluence|wiki|gitlab|runbooks?)\.[a-z0-9][a-z0-9.-]{2,200}+(?:/[^\s<>)\"']{0,300}+)?)",
    re.IGNORECASE,
)
_INSIDE_PATH = re.compile(
    r"(?<!\w)(?P<it>https?://[^\s/<>]{1,253}+/(?:d/[\w-]{6,40}+|wiki/|confluence/|display/|browse/[A-Z]|runbooks?/|admin/)[^\s<>)\"']{0,300}+)",
    re.IGNORECASE,
)
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
_PHONE = re.compile(r"(?<![\w+])\+?\d(?:[ ./()-]{0,2}+\d){8,17}+(?!\w)")
SHORTEST_NAME = 3
SIGNIFICANT = 9  # digits that tell one telephone from another, whatever stands before them


@dataclass(frozen=True, slots=True)
class Finding:
    """One passage and why it may not be for the public; `kind` is stable for programs."""

    kind: str
    excerpt: str
    why: str


@dataclass(frozen=True, slots=True)
class Ours:
    """What to look for besides patterns: `names` and `phones` of staff, `hosts` of ours and of what sends us alerts.

    `components`: names that only pages of another audience show. `allowed` addresses are public.
    """

    names: Collection[str] = ()
    hosts: Collection[str] = ()
    phones: Collection[str] = ()
    components: Collection[str] = ()
    allowed: Collection[str] = ()


def lint(text: str, ours: Ours) -> list[Finding]:
    """Return what should not be said in public, each passage once, in the order of the text."""
    found: dict[str, Finding] = {}
    for finding in (*_patterns(text), *_secrets(text), *_addresses(text), *_known(text, ours)):
        if finding.excerpt not in ours.allowed:
            found.setdefault(finding.excerpt, finding)
    return sorted(found.values(), key=lambda finding: text.find(finding.excerpt))


def _patterns(text: str) -> Iterator[Finding]:
    for pattern, kind, why in (
        (_TICKET, "internal_number", "is a number that only we know"),
        (_TRACKED, "internal_number", "looks like a ticket of ours"),
        (_NUMBERED, "internal_number", "looks like a ticket of ours"),
        (_INSIDE_URL, "internal_url", "leads to a tool of ours"),
        (_INSIDE_PATH, "internal_url", "leads to a tool of ours"),
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


def _secrets(text: str) -> Iterator[Finding]:
    for passage in secrets(text):
        yield Finding(
            "secret", passage, f"{passage[:12]}… looks like a key, a token or a password."
        )


def _known(text: str, ours: Ours) -> Iterator[Finding]:
    yield from _names(text, ours)
    yield from _hosts(text, ours)
    yield from _phones(text, ours)


def _names(text: str, ours: Ours) -> Iterator[Finding]:
    for name in sorted(set(ours.names), key=len, reverse=True):
        if len(name) >= SHORTEST_NAME and re.search(rf"\b{re.escape(name)}\b", text):
            yield Finding("staff_name", name, f"{name} is the name of one of us.")
    for name in sorted(set(ours.components)):
        if len(name) >= SHORTEST_NAME and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            yield Finding("foreign_component", name, f"{name} is shown to another audience only.")


def _hosts(text: str, ours: Ours) -> Iterator[Finding]:
    for host in ours.hosts:
        if re.search(rf"(?<![\w.-]){re.escape(host)}(?![\w-])", text, re.IGNORECASE):
            yield Finding("internal_host", host, f"{host} is where our staff work.")


def _phones(text: str, ours: Ours) -> Iterator[Finding]:
    """Compare digits alone, by their last nine: a number is written in many ways."""
    known = {digits[-SIGNIFICANT:] for phone in ours.phones if (digits := _digits(phone))}
    for match in _PHONE.finditer(text):
        digits = _digits(match[0])
        if len(digits) >= SIGNIFICANT and digits[-SIGNIFICANT:] in known:
            yield Finding("staff_phone", match[0], f"{match[0]} is the number of one of us.")


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))
